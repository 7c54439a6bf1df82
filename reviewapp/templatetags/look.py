"""How do pages say what they say? The review's navigation, and small words about numbers, times and what a member may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from reviewapp import access
from reviewapp.access import Can
from reviewapp.models import Event, Member

register = template.Library()

STORED_NAME = re.compile(r"[a-z]+(_[a-z]+)+")  # such as title_abstract


@dataclass(frozen=True, slots=True)
class Page:
    """One entry of a review's navigation. under: the first words of the addresses that belong to it."""

    label: str
    name: str
    under: tuple[str, ...]
    need: Can = Can.READ
    args: tuple[str, ...] = ()


PAGES = (
    Page("Home", "review-home", ("",)),
    Page("Searches", "screening:searches", ("searches", "imports")),
    Page("Citations", "screening:citations", ("citations",)),
    Page("Screening", "screening:desk", ("screen", "conflicts", "together"), Can.SCREEN, ("title_abstract",)),
    Page("Reports", "screening:reports", ("reports", "documents", "pdfs", "excluded", "decisions")),
    Page("Studies", "extraction:studies", ("studies", "outcomes", "sheets", "bias", "form")),
    Page("Analyses", "analysis:analyses", ("analyses", "runs")),
    Page("Flow diagram", "analysis:flow", ("flow",)),
    Page("Progress", "screening:progress", ("progress", "agreement", "sharing", "pilot")),
    Page("Team", "team", ("team",)),
    Page("Protocol", "protocol", ("protocol", "reasons")),
    Page("Trail", "trail", ("trail",)),
)


@register.inclusion_tag("components/_review_nav.html", takes_context=True)
def review_nav(context: dict[str, Any]) -> dict[str, Any]:
    """The pages of a review that are open to the member, with the one that is shown marked."""
    member, path = context["member"], context["request"].path
    root = reverse("review-home", args=[member.review.slug])
    word = path.removeprefix(root).split("/")[0]
    items = []
    for page in PAGES:
        if not access.may(member, page.need):
            continue
        url = reverse(page.name, args=[member.review.slug, *page.args])
        here = "page" if url == path else "true" if word in page.under else ""
        items.append({"label": page.label, "url": url, "here": here})
    return {"items": items}


@register.filter
def may(member: Member, need: str) -> bool:
    """Whether to show a member a control: {% if member|may:"MANAGE" %}."""
    return access.may(member, Can[need])


# --- the trail in words ----------------------------------------------------------------------------------------


@register.filter
def in_words(verb: str) -> str:
    """An event's name for readers: `screening.vote_withdrawn` reads "Vote withdrawn"."""
    return as_words(verb.partition(".")[2]).capitalize()


@register.filter
def subject(name: str) -> str:
    """What an event is about: `citation/12/title_abstract` reads "citation 12, title abstract"."""
    kind, _, rest = name.partition("/")
    number, _, part = rest.partition("/")
    return f"{kind} {number}" + (f", {as_words(part).replace('/', ', ')}" if part else "")


THINGS = {  # what an event can be about, and the address of its page
    "citation": "screening:citation",
    "search": "screening:search",
    "import": "screening:import",
    "study": "extraction:study",
    "outcome": "extraction:outcomes",
    "analysis": "analysis:analysis",
    "run": "analysis:run",
    "review": "protocol",
    "member": "team",
}


@register.simple_tag(takes_context=True)
def page_of(context: dict[str, Any], name: str) -> str:
    """The address of what an event is about, or nothing for what has no page of its own."""
    kind, number, *_ = [*name.split("/"), ""]
    if kind not in THINGS or not (number.isascii() and number.isdecimal()):
        return ""
    own = [] if kind in ("outcome", "review", "member") else [number]
    return reverse(THINGS[kind], args=[context["member"].review.slug, *own])


SHORT = 240  # characters of facts that are shown at once; more is folded away


@register.inclusion_tag("components/_facts.html")
def facts(event: Event) -> dict[str, Any]:
    """The facts of an event, line by line, without those that say nothing. Of a change: what stood before, and what it became."""
    told = dict(event.facts)
    before, after = told.get("before"), told.get("after")
    lines = []
    if isinstance(before, dict) and isinstance(after, dict):
        del told["before"], told["after"]
        lines = [(as_words(name), became(before.get(name), value)) for name, value in after.items()]
    lines += [(as_words(name), value_in_words(value)) for name, value in told.items() if says(value)]
    return {"lines": lines, "folded": sum(len(name) + len(text) for name, text in lines) > SHORT}


def became(before: object, after: object) -> str:
    new = value_in_words(after)
    return f"{value_in_words(before)} → {new}" if says(before) else new


def says(value: object) -> bool:
    """Whether a fact holds anything: false and 0 do, nothing and emptiness do not."""
    return value is False or value == 0 or bool(value)


def as_words(name: str) -> str:
    return name.replace("_", " ")


def value_in_words(value: object) -> str:
    """One fact as text: lists and inner dictionaries joined, yes and no for true and false, stored names as words."""
    if isinstance(value, dict):
        return "; ".join(f"{as_words(name)}: {value_in_words(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(value_in_words(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not says(value):
        return "nothing"
    text = str(value)
    return as_words(text) if STORED_NAME.fullmatch(text) else text


@register.filter
def ended(text: str) -> str:
    """A text with one full stop at its end, also where it has one, as “et al.” has."""
    return f"{text.rstrip('. ')}." if text else ""
