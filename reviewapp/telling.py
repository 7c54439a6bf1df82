"""How is an event told to a reader? In a sentence that calls its thing by name, and with the facts for which the sentence has no room.

Each floor teaches its sentences and how its things are called from its apps.py. A sentence goes on after the actor's name:

    voted {answer}[ ({reason})][ on {thing}][ at {part}]

{thing} is what the event is about, {part} what of it (the stage, the tool), any other name a fact of the event. What stands in [brackets]
is told only if all of it is known; on the page of the thing itself {thing} is not, and so "on ..." falls away.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reviewapp.models import Event, Member

Thing = tuple[str, int]  # its kind and its id, such as ("citation", 12)
Namer = Callable[[Member, set[int]], Mapping[int, str]]
FactNamer = Callable[[Member, list[Event]], Mapping[int, Mapping[str, object]]]

OPTIONAL = re.compile(r"\[([^\]]*)\]")
PLACE = re.compile(r"\{(\w+)\}")
STORED_NAME = re.compile(r"[a-z]+(_[a-z]+)+")  # such as title_abstract
NAMED = 10  # of many things in one fact so many are called by name; the others are counted
DIGITS = 6  # of a number that was computed; what somebody typed is shorter, and shown as it is
HASH = re.compile(r"([0-9a-f]{12})[0-9a-f]{52}")  # SHA-256, of which the beginning is enough to compare


@dataclass(frozen=True, slots=True)
class Names:
    """What the things in some events are called, and by id of the event its facts, where a floor has words for them."""

    things: Mapping[Thing, str] = field(default_factory=dict)
    facts: Mapping[int, Mapping[str, object]] = field(default_factory=dict)

    def of(self, kind: str, number: int) -> str:
        """What a thing is called; empty where that is not known."""
        return self.things.get((kind, number), "")


@dataclass(slots=True)
class Known:
    """What the floors have taught."""

    sentences: dict[str, str] = field(default_factory=dict)
    namers: dict[str, Namer] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    facts: dict[str, FactNamer] = field(default_factory=dict)


known = Known()


def learn(
    sentences: Mapping[str, str],
    namers: Mapping[str, Namer],
    kinds: Mapping[str, str],
    parts: Mapping[str, str],
    counted: Iterable[str] = (),
    facts: Mapping[str, FactNamer] | None = None,
) -> None:
    """What a floor teaches.

    sentences: by verb. namers: how things of a kind are called, by kind. kinds: which facts hold ids of which kind, by the fact's name or
    by "verb:name". parts: words for what stands in a subject behind the id. counted: lists of which only the number is told, as "verb:name".
    facts: by verb, what puts the facts of events into words, those of one page at once.
    """
    known.sentences |= sentences
    known.namers |= namers
    known.kinds |= kinds
    known.parts |= parts
    known.counted |= set(counted)
    known.facts |= facts or {}


def is_known(verb: str) -> bool:
    return verb in known.sentences


# --- names -----------------------------------------------------------------------------------------------------


def split(subject: str) -> tuple[str, int, str]:
    """`citation/12/title_abstract` is of a citation, number 12, of it title_abstract. The number is 0 where there is none."""
    kind, _, rest = subject.partition("/")
    number, _, part = rest.partition("/")
    return kind, int(number) if number.isascii() and number.isdecimal() else 0, part


def things_in(event: Event) -> Iterator[Thing]:
    """What the event is about, and the things whose ids are among its facts."""
    kind, number, _ = split(event.subject)
    yield kind, number
    for name, value in event.facts.items():
        if of := kind_of(event, name):
            yield from ((of, each) for each in ids(value))


def kind_of(event: Event, name: str) -> str:
    return known.kinds.get(f"{event.verb}:{name}") or known.kinds.get(name, "")


def ids(value: object) -> list[int]:
    """The ids in a fact, also in its pairs: of the first things only, which are those that are named."""
    if not isinstance(value, list):
        return [value] if type(value) is int else []
    return [number for each in value[:NAMED] for number in ids(each)]


def names_of(member: Member, events: Iterable[Event]) -> Names:
    """How the things in these events are called, with one question to the database for each kind; and facts, where a floor puts them into words."""
    wanted: dict[str, set[int]] = defaultdict(set)
    of_facts: dict[FactNamer, list[Event]] = defaultdict(list)
    for event in events:
        if event.verb in known.facts:
            of_facts[known.facts[event.verb]].append(event)
        for kind, number in things_in(event):
            if number and kind in known.namers:
                wanted[kind].add(number)
    things = {
        (kind, number): name
        for kind, numbers in wanted.items()
        for number, name in known.namers[kind](member, numbers).items()
    }
    return Names(things, {pk: facts for namer, told in of_facts.items() for pk, facts in namer(member, told).items()})


def facts_of(event: Event, names: Names) -> Mapping[str, object]:
    """The facts of an event, in words where a floor has them."""
    facts: Mapping[str, object] = event.facts
    return names.facts.get(event.pk, facts)


# --- sentences -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence around the name of its thing, and the facts, name and text, that are not in it."""

    before: str
    thing: str
    after: str
    facts: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        return f"{self.before}{self.thing}{self.after}"


MARK = "\x00"  # stands for the thing's name while the sentence is made


def tell(event: Event, names: Names, *, here: bool = False) -> Told:
    """An event in words. here: on the page of its thing, which need not be named. A verb without a sentence is told by its own words."""
    kind, number, part = split(event.subject)
    words = {
        name: value_in_words(named(event, name, names)) for name, value in facts_of(event, names).items() if says(value)
    }
    words["thing"] = "" if here else MARK
    words["part"] = known.parts.get(part) or as_words(part.rpartition("/")[2])
    sentence = known.sentences.get(event.verb) or f"{as_words(event.verb.partition('.')[2])}[: {{thing}}][, {{part}}]"

    used: list[str] = []

    def filled(text: str) -> str:
        used.extend(PLACE.findall(text))
        return PLACE.sub(lambda found: words.get(found[1], ""), text)

    def optional(found: re.Match[str]) -> str:
        return filled(found[1]) if all(words.get(name) for name in PLACE.findall(found[1])) else ""

    whole = filled(OPTIONAL.sub(optional, sentence))
    before, marked, after = whole.partition(MARK)
    thing = (names.of(kind, number) or subject_in_words(event.subject)) if marked else ""
    return Told(before, thing, after, tuple(rest(event, names, used)))


def rest(event: Event, names: Names, used: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The facts that are not in the sentence, without those that say nothing. Of a change: what stood before, and what it became."""
    kind, number, part = split(event.subject)
    left = {
        name: named(event, name, names)
        for name, value in facts_of(event, names).items()
        if name not in used and (kind_of(event, name), value) != (kind, number) and not (part and value == part)
    }
    before, after = left.get("before"), left.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        del left["before"], left["after"]
        yield from ((as_words(name), became(before.get(name), value)) for name, value in after.items())
    yield from ((as_words(name), value_in_words(value)) for name, value in left.items() if says(value))


def named(event: Event, name: str, names: Names) -> object:
    """A fact, with names in the place of the ids that it holds."""
    value, kind = facts_of(event, names)[name], kind_of(event, name)
    if f"{event.verb}:{name}" in known.counted:
        return len(value)
    if not kind or not ids(value):
        return value
    all_of_it = value if isinstance(value, list) else [value]
    called = [" and ".join(names.of(kind, each) or f"{kind} {each}" for each in ids(one)) for one in all_of_it[:NAMED]]
    more = len(all_of_it) - NAMED
    return [*called, *([f"{more:,} more"] if more > 0 else [])]


# --- words -----------------------------------------------------------------------------------------------------


def subject_in_words(subject: str) -> str:
    """What an event is about when nobody knows its name: `citation/12/title_abstract` reads "citation 12, title abstract"."""
    kind, _, rest_of_it = subject.partition("/")
    number, _, part = rest_of_it.partition("/")
    return f"{kind} {number}" + (f", {as_words(part).replace('/', ', ')}" if part else "")


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
    if isinstance(value, float) and len(text) > 2 * DIGITS:
        return f"{value:.{DIGITS}g}"
    if hashed := HASH.fullmatch(text):
        return f"{hashed[1]}…"
    return known.parts.get(text) or (as_words(text) if STORED_NAME.fullmatch(text) else text)
