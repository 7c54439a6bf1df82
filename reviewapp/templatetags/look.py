"""How do pages say what they say? The review's navigation, and small words about numbers, times and what a member may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from reviewapp import access, telling
from reviewapp.access import Can
from reviewapp.models import Event, Member

register = template.Library()


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
    Page("Searches", "screening:searches", ("searches", "imports", "duplicates")),
    Page("Citations", "screening:citations", ("citations",)),
    Page("Screening", "screening:desk", ("screen", "conflicts", "together"), Can.SCREEN, ("title_abstract",)),
    Page("Reports", "screening:reports", ("reports", "documents", "pdfs", "excluded", "decisions")),
    Page("Studies", "extraction:studies", ("studies", "outcomes", "sheets", "bias", "form")),
    Page(
        "Analyses", "analysis:analyses", ("analyses", "runs", "findings", "text", "packages", "takeovers", "archives")
    ),
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
    return telling.as_words(verb.partition(".")[2]).capitalize()


@register.simple_tag
def name_of(subject: str, names: telling.Names) -> str:
    """What a subject's thing is called."""
    kind, number, _ = telling.split(subject)
    return names.of(kind, number) or telling.subject_in_words(subject)


THINGS = {  # what an event can be about, and the address of its page
    "citation": "screening:citation",
    "search": "screening:search",
    "import": "screening:import",
    "study": "extraction:study",
    "outcome": "extraction:outcomes",
    "analysis": "analysis:analysis",
    "run": "analysis:run",
    "takeover": "analysis:takeover",
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


@register.simple_tag
def tell(event: Event, names: telling.Names | None = None, here: bool = False) -> telling.Told:
    """An event as a sentence around the name of its thing; here: on the page of that thing."""
    return telling.tell(event, names or telling.Names(), here=here)


@register.inclusion_tag("components/_facts.html")
def facts(told: telling.Told) -> dict[str, Any]:
    """The facts that are not in the sentence, line by line; folded away when they are long."""
    return {"lines": told.facts, "folded": sum(len(name) + len(text) for name, text in told.facts) > SHORT}


@register.filter
def ended(text: str) -> str:
    """A text with one full stop at its end, also where it has one, as “et al.” has; a question keeps its mark."""
    text = text.rstrip(". ")
    return text if not text or text.endswith(("?", "!")) else f"{text}."
