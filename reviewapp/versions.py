"""What did the protocol say when, and what did each change of it change? Read off the trail, which is where versions are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from reviewapp.models import Event, Member, Review

VERBS = ("review.created", "review.amended", "review.reasons_set")
SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the protocol in one version: runs of words that stayed, went or came."""

    name: str
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    at: datetime
    actor: str
    why: str
    changes: tuple[Change, ...]


def versions(member: Member) -> list[Version]:
    """The versions of the protocol, the latest first. Reasons set together with the review are part of its first version."""
    events = Event.blind.for_member(member).filter(verb__in=VERBS).select_related("actor").order_by("pk")
    found: list[Version] = []
    for event in events:
        changes = tuple(changed(event))
        if event.verb == "review.reasons_set" and len(found) == 1 and not event.facts.get("before"):
            found[0] = Version(1, found[0].at, found[0].actor, "", (*found[0].changes, *changes))
        elif changes:
            why = event.facts.get("why", "")
            found.append(Version(len(found) + 1, event.at, str(event.actor), why, changes))
    return found[::-1]


def changed(event: Event) -> Iterator[Change]:
    """What an event changed in the protocol, field by field."""
    if event.verb == "review.created":
        before, after = {}, {name: value for name, value in event.facts.items() if value not in ("", None)}
    elif event.verb == "review.amended":
        before, after = event.facts["before"], event.facts["after"]
    else:
        before, after = ({"exclusion_reasons": "\n".join(event.facts[side])} for side in ("before", "after"))
    for name, value in after.items():
        yield Change(label(name), tuple(compared(in_words(before.get(name)), in_words(value))))


def label(name: str) -> str:
    """The field's name as the protocol page has it."""
    known = {field.name: str(field.verbose_name) for field in Review._meta.concrete_fields}
    return known.get(name, name.replace("_", " "))


def in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def compared(before: str, after: str) -> Iterator[tuple[str, str]]:
    """The words of two texts as runs: (same | gone | new, text)."""
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield SAME, "".join(old[a:b])
            continue
        if a < b:
            yield GONE, "".join(old[a:b])
        if c < d:
            yield NEW, "".join(new[c:d])
