"""Does ROBINS-I propose what its guidance's criteria decide, and no more? Every way through every domain, against the criteria as conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from extraction.rob import TOOLS, Domain
from extraction.rob.own import read_own, write

pytestmark = pytest.mark.pure
Said = Mapping[str, str]
Holds = Callable[[Said], bool]
TOOL = TOOLS["robins_i"]


def any_of(codes: str) -> Callable[..., Holds]:
    return lambda *questions: lambda said: any(said.get(question) in codes.split() for question in questions)


def all_of(codes: str) -> Callable[..., Holds]:
    return lambda *questions: lambda said: all(said.get(question) in codes.split() for question in questions)


yes, no, ni = all_of("Y PY"), all_of("N PN"), all_of("NI")
any_yes, any_no = any_of("Y PY"), any_of("N PN")


def both(*conditions: Holds) -> Holds:
    return lambda said: all(each(said) for each in conditions)


def either(*conditions: Holds) -> Holds:
    return lambda said: any(each(said) for each in conditions)


def but(condition: Holds) -> Holds:
    return lambda said: not condition(said)


EXPECTED = yes("1.1")
OVER_TIME = both(EXPECTED, yes("1.2", "1.3"))
AT_START = both(EXPECTED, but(OVER_TIME))
SELECTED = yes("2.1", "2.2", "2.3")
LATE = no("2.4")
ADHERING = all_of("NA")("4.1")
FAILED = both(ADHERING, any_no("4.3", "4.4", "4.5"))
MISSING = either(no("5.1"), any_yes("5.2", "5.3"))
SWAYED = either(yes("6.1", "6.2"), yes("6.4"))

# When a question is asked, by the tool's own “if …” before it; all others always.
ASKED: dict[str, Holds] = {
    "1.2": EXPECTED,
    "1.3": yes("1.2"),
    **dict.fromkeys(("1.4", "1.6"), AT_START),
    "1.5": yes("1.4"),
    "1.7": OVER_TIME,
    "1.8": yes("1.7"),
    "2.2": yes("2.1"),
    "2.3": yes("2.2"),
    "2.5": either(SELECTED, LATE),
    "4.2": yes("4.1"),
    **dict.fromkeys(("4.3", "4.4", "4.5"), ADHERING),
    "4.6": FAILED,
    **dict.fromkeys(("5.4", "5.5"), MISSING),
}

# What the criteria of the detailed guidance (20 October 2016, tables 1 and 2) leave, as conditions on the replies; all where none holds.
LOW, MODERATE, NONE = ("low",), ("moderate",), ("no information",)
LOW_MODERATE, MODERATE_SERIOUS = ("low", "moderate"), ("moderate", "serious")
SERIOUS_CRITICAL, NOT_LOW = ("serious", "critical"), ("moderate", "serious", "critical")
TABLE: dict[str, dict[tuple[str, ...], Holds]] = {
    "confounding": {
        LOW: no("1.1"),
        NONE: ni("1.1"),
        MODERATE: either(both(OVER_TIME, yes("1.7", "1.8")), both(AT_START, yes("1.4", "1.5"), no("1.6"))),
        SERIOUS_CRITICAL: either(any_no("1.7", "1.8"), any_no("1.4", "1.5")),
        NOT_LOW: either(
            any_of("NI NA")("1.4", "1.5", "1.7", "1.8"), both(yes("1.4", "1.5"), any_of("Y PY NI NA")("1.6"))
        ),
    },
    "selection": {
        LOW_MODERATE: both(any_no("2.1", "2.2", "2.3"), yes("2.4")),  # low: in time for everybody; 2.4 asks for most
        MODERATE: yes("2.5"),
        SERIOUS_CRITICAL: both(SELECTED, no("2.5")),
        NOT_LOW: either(any_of("NI NA")("2.5"), both(but(SELECTED), no("2.5"))),
        NONE: ni("2.1", "2.4"),
    },
    "classification": {
        LOW: both(yes("3.1", "3.2"), no("3.3")),
        MODERATE: both(yes("3.1"), no("3.2"), no("3.3")),
        SERIOUS_CRITICAL: no("3.1"),
        NOT_LOW: both(but(no("3.1")), either(yes("3.3"), both(yes("3.1"), no("3.2"), ni("3.3")))),
        NONE: both(ni("3.1"), but(yes("3.3"))),
    },
    "deviations": {
        LOW: no("4.1"),
        # Adhering: low where no failure is likely to change the outcome, moderate where slightly; 4.4 asks for most.
        LOW_MODERATE: either(no("4.2"), yes("4.3", "4.4", "4.5"), both(but(no("4.3")), yes("4.6"))),
        MODERATE: both(no("4.3"), yes("4.6")),
        SERIOUS_CRITICAL: either(yes("4.2"), no("4.3", "4.6")),
        NOT_LOW: both(no("4.3"), any_of("NI NA")("4.6")),
        NONE: either(ni("4.1"), ni("4.3", "4.4", "4.5")),
    },
    "missing_data": {
        LOW: either(both(yes("5.1"), no("5.2", "5.3")), yes("5.4")),
        LOW_MODERATE: both(but(yes("5.4")), yes("5.5")),
        NOT_LOW: both(no("5.1"), no("5.4"), but(yes("5.5"))),  # else data may be reasonably complete, which is low
        NONE: ni("5.1", "5.2", "5.3"),
    },
    "measurement": {
        LOW: both(yes("6.3"), any_no("6.1", "6.2"), no("6.4")),
        MODERATE_SERIOUS: both(yes("6.3"), SWAYED),
        SERIOUS_CRITICAL: no("6.3"),
        NOT_LOW: both(ni("6.3"), SWAYED),
        NONE: ni("6.1", "6.2", "6.3", "6.4"),
    },
    "reporting": {
        LOW_MODERATE: no("7.1", "7.2", "7.3"),
        SERIOUS_CRITICAL: any_yes("7.1", "7.2", "7.3"),
        NONE: ni("7.1", "7.2", "7.3"),
    },
}


def every_way(domain: Domain) -> Iterator[dict[str, str]]:
    """Every set of replies that a person who answers what is asked can give."""
    open_ways: list[dict[str, str]] = [{}]
    while open_ways:
        said = open_ways.pop()
        asked = next((each for each in domain.asked(said) if each.id not in said), None)
        if asked is None:
            yield said
        else:
            open_ways += [said | {asked.id: code} for code in asked.replies]


@pytest.mark.parametrize("domain", TOOL.domains, ids=lambda each: each.id)
def test_every_way_through_a_domain_is_asked_and_ends_as_the_guidance_says(domain: Domain) -> None:
    found = set()
    for said in every_way(domain):
        assert list(said) == sorted(said), said
        assert set(said) == {each.id for each in domain.questions if each.id not in ASKED or ASKED[each.id](said)}, said
        proposal = domain.propose(said)
        left = [judgements for judgements, holds in TABLE[domain.id].items() if holds(said)] or [()]
        assert [proposal.allowed] == left, said
        assert not proposal.waits_for
        found.add(proposal.allowed)
    assert found - {()} == set(TABLE[domain.id])


# Replies and judgements of five studies, domain by domain, as published: PMC9214343, table 4 (first letters: low, moderate, serious, critical).
PUBLISHED = {
    "confounding": ("Y NA NA N NA NA NA NA:c", "Y N NA Y N NA NA NA:m"),
    "selection": ("N NA NA Y NA:l", "N NA NA PN N:s", "N NA NA Y NA:l", "N NA NA Y NA:l", "N NA NA Y NA:l"),
    "classification": ("Y Y PN:l", "PY Y PY:m", "N NI NI:s", "Y Y PN:l", "Y Y N:l"),
    "missing_data": ("Y PN PN NA NA:l", "N Y N NA N:s", "N Y NI N N:c", "N N N NA Y:m", "N N N N Y:m"),
    "measurement": ("PY PY Y PN:s", "PY Y PY PN:s", "N N Y N:l", "PY Y Y PN:m", "N Y Y N:m"),
    "reporting": ("PN PN N:l", "PN PN N:l", "N N N:l", "N N N:l", "N N N:l"),
}


def test_what_a_published_assessment_judged_is_among_what_is_proposed_but_twice() -> None:
    words = {"l": "low", "m": "moderate", "s": "serious", "c": "critical"}
    other = []
    for key, rows in PUBLISHED.items():
        domain = TOOL.domain(key)
        for row in rows:
            replies, judged = row.split(":")
            said = dict(zip([each.id for each in domain.questions], replies.split(), strict=True))
            allowed = domain.propose(said).allowed
            if allowed and words[judged] not in allowed:
                other.append((key, row))
    assert other == [
        ("confounding", "Y N NA Y N NA NA NA:m"),  # measured neither validly nor reliably, and yet moderate
        ("measurement", "N Y Y N:m"),  # known, but it could not sway the measure
    ]


def test_each_domain_says_when_which_is_judged() -> None:
    values = [each.value for each in TOOL.judgements]
    assert all([value for value, _ in domain.criteria] == values for domain in TOOL.domains)
    assert read_own(write(TOOL)) == TOOL
