"""Does RoB 2 judge as published? Every way through every domain, against a table written from the guidance's conditions, not from its flowcharts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

import pytest

from extraction.rob import TOOLS, Domain

pytestmark = pytest.mark.pure
Said = Mapping[str, str]
Holds = Callable[[Said], bool]
LOW, SOME, HIGH = "low", "some concerns", "high"


def yes(question: str) -> Holds:
    return lambda said: said[question] in ("Y", "PY")


def no(question: str) -> Holds:
    return lambda said: said[question] in ("N", "PN")


def ni(question: str) -> Holds:
    return lambda said: said[question] == "NI"


def either(*conditions: Holds) -> Holds:
    return lambda said: any(each(said) for each in conditions)


def both(*conditions: Holds) -> Holds:
    return lambda said: all(each(said) for each in conditions)


def but_no(question: str) -> Holds:
    """Yes, probably yes, or no information."""
    return either(yes(question), ni(question))


def but_yes(question: str) -> Holds:
    """No, probably no, or no information."""
    return either(no(question), ni(question))


def na(question: str) -> Holds:
    return lambda said: said[question] == "NA"


KNOWN = either(but_no("2.1"), but_no("2.2"))
UNKNOWN = both(no("2.1"), no("2.2"))
PART_ONE = {
    LOW: either(UNKNOWN, both(KNOWN, no("2.3"))),
    SOME: both(
        KNOWN,
        either(ni("2.3"), both(yes("2.3"), no("2.4")), both(yes("2.3"), but_no("2.4"), yes("2.5"))),
    ),
    HIGH: both(KNOWN, yes("2.3"), but_no("2.4"), but_yes("2.5")),
}
PART_TWO = {
    LOW: yes("2.6"),
    SOME: both(but_yes("2.6"), no("2.7")),
    HIGH: both(but_yes("2.6"), but_no("2.7")),
}
SMOOTH = both(either(no("2.4"), na("2.4")), either(no("2.5"), na("2.5")))
FAIR = either(UNKNOWN, both(KNOWN, either(yes("2.3"), na("2.3"))))

# The conditions for each judgement, as the guidance lists them (22 August 2019, at the end of each domain).
TABLE: dict[tuple[str, str], dict[str, Holds]] = {
    ("rob2_assignment", "randomisation"): {
        LOW: both(yes("1.2"), but_no("1.1"), but_yes("1.3")),
        SOME: either(both(yes("1.2"), either(no("1.1"), yes("1.3"))), both(ni("1.2"), but_yes("1.3"))),
        HIGH: either(no("1.2"), both(ni("1.2"), yes("1.3"))),
    },
    ("rob2_assignment", "deviations"): {
        LOW: both(PART_ONE[LOW], PART_TWO[LOW]),
        SOME: both(
            either(PART_ONE[SOME], PART_TWO[SOME]),
            either(PART_ONE[LOW], PART_ONE[SOME]),
            either(PART_TWO[LOW], PART_TWO[SOME]),
        ),
        HIGH: either(PART_ONE[HIGH], PART_TWO[HIGH]),
    },
    ("rob2_adhering", "deviations"): {
        LOW: both(FAIR, SMOOTH),
        SOME: both(lambda said: not both(FAIR, SMOOTH)(said), yes("2.6")),
        HIGH: both(lambda said: not both(FAIR, SMOOTH)(said), but_yes("2.6")),
    },
    ("rob2_assignment", "missing_data"): {
        LOW: either(yes("3.1"), yes("3.2"), no("3.3")),
        SOME: both(but_yes("3.1"), no("3.2"), but_no("3.3"), no("3.4")),
        HIGH: both(but_yes("3.1"), no("3.2"), but_no("3.3"), but_no("3.4")),
    },
    ("rob2_assignment", "measurement"): {
        LOW: both(but_yes("4.1"), no("4.2"), either(no("4.3"), no("4.4"))),
        SOME: both(
            but_yes("4.1"),
            either(
                both(no("4.2"), but_no("4.3"), but_no("4.4"), no("4.5")),
                both(ni("4.2"), either(no("4.3"), no("4.4"), no("4.5"))),
            ),
        ),
        HIGH: either(
            yes("4.1"), yes("4.2"), both(but_yes("4.1"), but_yes("4.2"), but_no("4.3"), but_no("4.4"), but_no("4.5"))
        ),
    },
    ("rob2_assignment", "reporting"): {
        LOW: both(yes("5.1"), no("5.2"), no("5.3")),
        SOME: either(
            both(but_yes("5.1"), no("5.2"), no("5.3")),
            both(either(ni("5.2"), ni("5.3")), but_yes("5.2"), but_yes("5.3")),
        ),
        HIGH: either(yes("5.2"), yes("5.3")),
    },
    # Cluster-randomised trials, domain 1b; cross-over trials, domains S and 5 (both revised on 18 March 2021).
    ("rob2_cluster", "recruitment"): {
        LOW: either(yes("1b.1"), both(no("1b.2"), but_yes("1b.3"))),
        SOME: both(but_yes("1b.1"), either(both(no("1b.2"), yes("1b.3")), both(ni("1b.2"), but_yes("1b.3")))),
        HIGH: both(but_yes("1b.1"), either(yes("1b.2"), both(ni("1b.2"), yes("1b.3")))),
    },
    ("rob2_crossover", "period_carryover"): {
        LOW: both(yes("S.3"), either(yes("S.1"), yes("S.2"))),
        SOME: either(ni("S.3"), both(yes("S.3"), but_yes("S.1"), but_yes("S.2"))),
        HIGH: no("S.3"),
    },
    ("rob2_crossover", "reporting"): {
        LOW: both(yes("5.1"), no("5.2"), no("5.3"), no("5.4")),
        SOME: both(
            but_yes("5.2"),
            but_yes("5.3"),
            but_yes("5.4"),
            either(but_yes("5.1"), ni("5.2"), ni("5.3"), ni("5.4")),
        ),
        HIGH: either(yes("5.2"), yes("5.3"), yes("5.4")),
    },
}


def every_set_of_replies(domain: Domain, among: str = "Y PY PN N NI NA") -> Iterator[dict[str, str]]:
    """Every reply to every question; NA only where the condition of the question can hold in spite of it (adhering)."""
    adhering = any(each.id == "2.3" and "NA" in each.replies for each in domain.questions) and not any(
        each.id == "2.7" for each in domain.questions
    )
    choices = [
        [
            code
            for code in each.replies
            if code in among.split() and (code != "NA" or (adhering and each.id in ("2.3", "2.4", "2.5")))
        ]
        for each in domain.questions
    ]
    for replies in product(*choices):
        yield dict(zip([each.id for each in domain.questions], replies, strict=True))


@pytest.mark.parametrize(("tool", "domain"), TABLE, ids=lambda part: part)
def test_every_way_through_a_domain_ends_where_the_guidance_says(tool: str, domain: str) -> None:
    of = TOOLS[tool].domain(domain)
    seen = set()
    for replies in every_set_of_replies(of):
        expected = [judgement for judgement, holds in TABLE[tool, domain].items() if holds(replies)]
        proposal = of.propose(replies)
        assert [proposal.judgement] == expected, replies
        seen.add(proposal.judgement)
    assert seen == {LOW, SOME, HIGH}


@pytest.mark.parametrize("domain", ["randomisation", "missing_data", "measurement", "reporting"])
def test_both_effects_of_interest_share_all_domains_but_the_second(domain: str) -> None:
    assert TOOLS["rob2_adhering"].domain(domain) == TOOLS["rob2_assignment"].domain(domain)


@pytest.mark.parametrize("variant", ["rob2_cluster", "rob2_crossover"])
def test_the_effect_of_adhering_differs_in_a_variant_by_its_second_domain_which_is_that_of_individuals(
    variant: str,
) -> None:
    assigned, adhering = TOOLS[variant], TOOLS[f"{variant}_adhering"]
    of_individuals = TOOLS["rob2_adhering"].domain("deviations")
    assert adhering.domains == tuple(of_individuals if each.id == "deviations" else each for each in assigned.domains)


def in_clusters(replies: Said) -> dict[str, str]:
    """Replies for individuals, as the cluster variant numbers them, where its split questions are both answered alike."""
    renamed = {"1.1": ["1a.1"], "1.2": ["1a.2"], "1.3": ["1a.3"], "2.1": ["2.1a", "2.1b"]}
    renamed |= {"3.1": ["3.1a", "3.1b"], "4.3": ["4.3a", "4.3b"]}
    return {new: reply for old, reply in replies.items() for new in renamed.get(old, [old])}


@pytest.mark.parametrize("domain", ["randomisation", "deviations", "missing_data", "measurement", "reporting"])
def test_the_cluster_variant_judges_alike_where_its_split_questions_say_the_same(domain: str) -> None:
    alone, clustered = TOOLS["rob2_assignment"].domain(domain), TOOLS["rob2_cluster"].domain(domain)
    for replies in every_set_of_replies(alone, among="Y N NI"):
        assert clustered.propose(in_clusters(replies)).judgement == alone.propose(replies).judgement, replies


@pytest.mark.parametrize(
    ("domain", "replies", "judgement"),
    [
        ("deviations", {"2.1a": "N", "2.1b": "Y", "2.2": "N", "2.6": "Y"}, LOW),  # nobody knew of the trial
        ("missing_data", {"3.1a": "Y", "3.1b": "N", "3.2": "N", "3.3": "NI", "3.4": "PN"}, SOME),
        ("missing_data", {"3.1a": "N", "3.1b": "Y", "3.2": "PY"}, LOW),
        ("measurement", {"4.1": "N", "4.2": "N", "4.3a": "PN"}, LOW),
        ("measurement", {"4.1": "N", "4.2": "NI", "4.3a": "Y", "4.3b": "N"}, SOME),
    ],
)
def test_split_questions_of_the_cluster_variant(domain: str, replies: Said, judgement: str) -> None:
    assert TOOLS["rob2_cluster"].domain(domain).propose(replies).judgement == judgement


def test_the_domains_of_their_own_ask_what_their_forms_ask() -> None:
    recruitment = TOOLS["rob2_cluster"].domain("recruitment")
    carryover = TOOLS["rob2_crossover"].domain("period_carryover")
    for domain, first, second in ((recruitment, "1b.1", "1b.2"), (carryover, "S.1", "S.2")):
        always = [each.id for each in domain.questions if each.id != second]
        assert [each.id for each in domain.asked({})] == always
        assert [each.id for each in domain.asked({first: "PY"})] == always
        assert [each.id for each in domain.asked({first: "NI"})] == [each.id for each in domain.questions]


def test_an_idle_reply_from_before_an_algorithm_was_known_does_not_mislead_it() -> None:
    recruitment = TOOLS["rob2_cluster"].domain("recruitment")
    assert recruitment.propose({"1b.1": "Y", "1b.2": "NA", "1b.3": "N"}).judgement == LOW
    assert recruitment.propose({"1b.1": "N", "1b.2": "NA", "1b.3": "N"}).judgement == SOME


def test_only_what_the_algorithm_comes_to_is_asked() -> None:
    domain = TOOLS["rob2_assignment"].domain("deviations")

    def asked(**said: str) -> list[str]:
        return [each.id for each in domain.asked({key.replace("_", ".")[1:]: reply for key, reply in said.items()})]

    assert asked() == ["2.1", "2.2", "2.6"]
    assert asked(q2_1="N", q2_2="PN") == ["2.1", "2.2", "2.6"]
    assert asked(q2_1="N", q2_2="NI") == ["2.1", "2.2", "2.3", "2.6"]
    assert asked(q2_1="N", q2_2="Y", q2_3="PY", q2_4="Y") == ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6"]
    assert asked(q2_1="N", q2_2="N", q2_6="NI") == ["2.1", "2.2", "2.6", "2.7"]


def test_a_proposal_tells_the_replies_that_led_to_it_and_nothing_else() -> None:
    domain = TOOLS["rob2_assignment"].domain("missing_data")
    proposal = domain.propose({"3.1": "N", "3.2": "N", "3.3": "PN", "3.4": "Y"})
    assert (proposal.judgement, proposal.path) == (LOW, (("3.1", "N"), ("3.2", "N"), ("3.3", "PN")))
    waiting = domain.propose({"3.1": "N", "3.4": "Y"})
    assert (waiting.judgement, waiting.waits_for, waiting.path) == ("", "3.2", (("3.1", "N"),))
