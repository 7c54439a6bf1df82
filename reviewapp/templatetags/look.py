"""How do pages say what they say? The review's navigation, and small words about numbers, times and what a member may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from reviewapp import access
from reviewapp.access import Can
from reviewapp.models import Event, Member

register = template.Library()

STORED_NAME = re.compile(r"[a-z]+(_[a-z]+)+")  # such as title_abstract

PAGES = (  # label, URL name, further arguments
    ("Home", "review-home", ()),
    ("Searches", "screening:searches", ()),
    ("Screening", "screening:desk", ("title_abstract",)),
    ("Reports", "screening:reports", ()),
    ("Studies", "extraction:studies", ()),
    ("Analyses", "analysis:analyses", ()),
    ("Flow diagram", "analysis:flow", ()),
    ("Team", "team", ()),
    ("Protocol", "protocol", ()),
    ("Trail", "trail", ()),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the navigation. here: "page" on its own page, "true" on pages beneath it, else empty."""

    label: str
    url: str
    here: str


@register.inclusion_tag("components/_review_nav.html", takes_context=True)
def review_nav(context: dict[str, Any]) -> dict[str, Any]:
    """The links of a review, with the one that leads here marked."""
    slug, path = context["member"].review.slug, context["request"].path
    items = []
    for label, name, rest in PAGES:
        try:
            url = reverse(name, args=(slug, *rest))
        except NoReverseMatch:  # the page is not built yet
            continue
        items.append(NavItem(label, url, where(url, path, is_root=name == "review-home")))
    return {"items": items}


def where(url: str, path: str, *, is_root: bool) -> str:
    """The aria-current of a link to `url` on the page at `path`."""
    if url == path:
        return "page"
    return "true" if path.startswith(url) and not is_root else ""


@register.filter
def may(member: Member, need: str) -> bool:
    """Whether to show a member a control: {% if member|may:"MANAGE" %}. Closed reviews show none that change anything."""
    capability = Can[need]
    return access.can(member, capability) and (member.review.is_open or capability in access.EVEN_WHEN_CLOSED)


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


@register.inclusion_tag("components/_facts.html")
def facts(event: Event) -> dict[str, Any]:
    """The facts of an event, line by line, without those that say nothing."""
    return {"lines": [(as_words(name), value_in_words(value)) for name, value in event.facts.items() if says(value)]}


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
