"""Which hostile requests do the site's own pages lead to? Every form on them, with one field after the other filled in as nobody should."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, urljoin, urlsplit

import lxml.html

from tests.test_access import ROWS
from tests.world import World, undone

ROLES = ("owner", "reviewer", "second", "arbiter")
HUGE = 10**20  # more than a database's whole number holds
HOSTILE = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "²",
        "٣",
        "-1",
        "0",
        str(2**31),
        str(2**63 - 1),
        str(HUGE),
        "1e999",
        "nan",
        "1,5",
        "x" * 70_000,
    ),
    *("[]", "{}", "null", "9999-12-31", "0001-01-01", "2026-02-30", "\u202e<b>&", "=1+1", "\ud800", "1\n2"),
)


@dataclass(frozen=True)
class Asked:
    """A request that a page offers: the address, and the fields as the page fills them in."""

    role: str
    method: str
    url: str
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def sort(self) -> tuple[str, str, frozenset[str]]:
        """What is the same for forms of one sort."""
        return self.method, without_numbers(urlsplit(self.url).path), frozenset(self.names)

    @property
    def names(self) -> dict[str, str]:
        """The names of the fields without their numbers, and one field of each."""
        return {without_numbers(name): name for name, _ in self.fields}

    def sent(self, field: str = "", value: str = "") -> str:
        """The fields as a browser sends them, with this value in this one."""
        return "&".join(f"{quoted(name)}={quoted(value if name == field else usual)}" for name, usual in self.fields)


def without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def quoted(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))


def offered(role: str, page: str, content: bytes) -> Iterator[Asked]:
    """The forms and the links with a question of a page."""
    if not content.strip():
        return
    tree = lxml.html.document_fromstring(content)
    for form in tree.forms:
        action = urlsplit(urljoin(page, form.action or page))._replace(fragment="").geturl()
        buttons = [((each.get("name"), each.get("value") or ""),) for each in form.iter("button") if each.get("name")]
        for button in buttons or [()]:
            fields = (*form.form_values(), *unset(form), *button)
            yield Asked(role, (form.method or "GET").upper(), action, fields)
    for link in tree.iter("a"):
        parts = urlsplit(urljoin(page, link.get("href") or ""))
        if parts.query and not parts.netloc:
            yield Asked(role, "GET", parts.path, tuple(parse_qsl(parts.query, keep_blank_values=True)))


def unset(form: lxml.html.FormElement) -> Iterator[tuple[str, str]]:
    """The fields that a browser leaves out as they stand: boxes without a tick, and choices of which none is made."""
    given = {name for name, _ in form.form_values()}
    for field in form.inputs:
        if field.name and field.name not in given and field.get("type") not in ("file", "submit", "image"):
            given.add(field.name)
            yield field.name, field.get("value") or "on"


def place(error: BaseException) -> str:
    """The last line of ours that the exception went through, and what it says."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if "/site-packages/" not in each.filename and "/tests/" not in each.filename]
    last = (ours or frames)[-1]
    return f"{last.filename}:{last.lineno} {type(error).__name__}: {str(error)[:120]}"


class Attack:
    """Sends requests to a world, and keeps those that ended in an exception."""

    def __init__(self, here: World) -> None:
        self.here = here
        self.clients = {role: here.client(role) for role in ROLES}
        self.requests = 0
        self.found: dict[str, str] = {}

    def send(self, asked: Asked, field: str = "", value: str = "") -> bytes:
        """The page that answers, if it is one."""
        self.requests += 1
        client, sent = self.clients[asked.role], asked.sent(field, value)
        try:
            with undone():
                if asked.method == "GET":
                    answer = client.generic("GET", asked.url, QUERY_STRING=sent)
                else:
                    answer = client.post(asked.url, sent, content_type="application/x-www-form-urlencoded")
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        except Exception as error:  # noqa: BLE001 - any at all is a find
            self.found.setdefault(place(error), f"{asked.role} {asked.method} {asked.url} {field}={value[:30]!r}")
            return b""
        return content if "html" in answer.get("Content-Type", "") else b""

    def forms(self) -> list[Asked]:
        """One form or link of each sort on the pages of the table of addresses."""
        found = {}
        for row, role in product(ROWS, ROLES):
            letters = row.letters | {"second": row.letters["reviewer"]}
            if row.method == "GET" and letters[role] == "Y":
                page = row.url(self.here)
                for each in offered(role, page, self.send(Asked(role, "GET", page))):
                    if each.url.startswith("/") and not each.url.startswith("/accounts/"):
                        found.setdefault(each.sort, each)
        return list(found.values())

    def numbers(self) -> None:
        """Ask for what has a number that no database holds."""
        for row in ROWS:
            for thing in row.made_of.split("+"):
                whole = self.here.things.get(thing, {})
                for name in (name for name, value in whole.items() if isinstance(value, int)):
                    with patched(whole, name, HUGE):
                        url = row.url(self.here)
                    for role in ROLES[:2]:
                        self.send(Asked(role, row.method, url))


@contextmanager
def patched(whole: dict[str, Any], name: str, value: int) -> Iterator[None]:
    before, whole[name] = whole[name], value
    try:
        yield
    finally:
        whole[name] = before
