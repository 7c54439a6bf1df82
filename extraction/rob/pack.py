"""How is a tool read from its pack? JSON in, a tool out; what is wrong is said with its place. Own tools are packs too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from extraction.rob.algorithms import ALGORITHMS
from extraction.rob.overall import NAMES
from extraction.rob.replies import REPLY_OPTIONS
from extraction.rob.tones import TONES
from extraction.rob.tool import RESULT, STUDY, Domain, Question, Tool
from extraction.schema import plain_json
from extraction.schema.fields import Option

PACKS = Path(__file__).parent / "packs"


class BadPack(ValueError):
    """A pack that is no tool. The message names the place and what is expected there."""


def load(text: str) -> Tool:
    """The tool that a pack describes. Raises BadPack."""
    try:
        pack = plain_json.loads(text)
    except json.JSONDecodeError as error:
        raise BadPack(f"Line {error.lineno}: this is not JSON ({error.msg}).") from None
    tool = read_tool(pack)
    refuse_repeats("domain or question", (each.key for each in tool.fields()))
    return tool


def shipped(name: str) -> Tool:
    """The tool of one of the packs that come with the product."""
    return load((PACKS / f"{name}.json").read_text(encoding="utf-8"))


def read_tool(pack: Any) -> Tool:
    where = "The pack"
    judgements = tuple(read_option(each, f"judgement {n}") for n, each in numbered(pack, "judgements", where))
    if len(judgements) < 2:
        raise BadPack("A tool needs two judgements at least.")
    domains = tuple(read_domain(each, f"domain {n}", judgements) for n, each in numbered(pack, "domains", where))
    if not domains:
        raise BadPack("A tool needs one domain at least.")
    return Tool(
        id=word(pack, "id", where),
        name=word(pack, "name", where),
        source=word(pack, "source", where),
        judgements=judgements,
        domains=domains,
        unit=one_of(pack, "unit", where, (STUDY, RESULT), STUDY),
        designs=word(pack, "designs", where, ""),
        overall=one_of(pack, "overall", where, ("", *NAMES), ""),
        about=word(pack, "about", where, ""),
    )


def read_domain(row: Any, where: str, of_tool: tuple[Option, ...]) -> Domain:
    judgements = tuple(
        read_option(each, f"{where}, judgement {n}") for n, each in numbered(row, "judgements", where, needed=False)
    )
    return Domain(
        id=word(row, "id", where),
        title=word(row, "title", where),
        about=word(row, "about", where, ""),
        questions=tuple(
            read_question(each, f"{where}, question {n}") for n, each in numbered(row, "questions", where, needed=False)
        ),
        judgements=judgements,
        applicability=bool(row.get("applicability", False)),
        algorithm=one_of(row, "algorithm", where, ("", *ALGORITHMS), ""),
        criteria=read_criteria(row, where, judgements or of_tool),
    )


def read_criteria(row: Any, where: str, judgements: tuple[Option, ...]) -> tuple[tuple[str, str], ...]:
    """When which judgement is made: an object from the values of judgements to sentences."""
    criteria = mapping(row.get("criteria", {}), f"{where}: “criteria”")
    values = [each.value for each in judgements]
    for value in criteria:
        if value not in values:
            raise BadPack(f"{where}: “criteria” names “{value}”, which is no judgement here: {', '.join(values)}.")
    return tuple((value, word(criteria, value, f"{where}, criteria")) for value in values if value in criteria)


def read_question(row: Any, where: str) -> Question:
    replies = tuple(word(row, "replies", where, "Y PY PN N NI").split())
    for code in replies:
        if code not in REPLY_OPTIONS:
            raise BadPack(f"{where}: “{code}” is no reply. Known are {', '.join(REPLY_OPTIONS)}.")
    return Question(word(row, "id", where), word(row, "text", where), replies, bool(row.get("on_demand", False)))


def read_option(row: Any, where: str) -> Option:
    tone = one_of(row, "tone", where, ("", *TONES), "")
    return Option(word(row, "value", where), word(row, "label", where), word(row, "sign", where, ""), tone)


# --- pieces ------------------------------------------------------------------------------------------------------


def numbered(row: Any, name: str, where: str, needed: bool = True) -> Iterator[tuple[int, Any]]:
    """The items of a list, counted from 1. Raises BadPack when it is not there or no list."""
    value = mapping(row, where).get(name, None if needed else [])
    if not isinstance(value, list):
        raise BadPack(f"{where}: “{name}” must be a list.")
    return enumerate(value, start=1)


def word(row: Any, name: str, where: str, default: str | None = None) -> str:
    value = mapping(row, where).get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise BadPack(f"{where}: “{name}” must be a text.")
    return value


def one_of(row: Any, name: str, where: str, known: tuple[str, ...], default: str) -> str:
    value = word(row, name, where, default)
    if value not in known:
        raise BadPack(f"{where}: “{name}” must be one of {', '.join(each for each in known if each)}, not “{value}”.")
    return value


def mapping(row: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise BadPack(f"{where} must be an object with named parts.")
    return row


def refuse_repeats(what: str, keys: Iterator[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise BadPack(f"The {what} id “{key}” is there twice.")
        seen.add(key)
