"""Are the flow diagram's numbers those of the acts, at every moment, the same for everybody, each with its list?"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from analysis import queries
from analysis.flow.counts import count
from analysis.flow.numbers import Unit
from analysis.models import CHECK
from analysis.queries.flow_lists import in_short
from extraction import workflow as extraction
from reviewapp import telling
from reviewapp.errors import DomainError
from reviewapp.models import Event, ExclusionReason, Job, Member, Stage
from screening import workflow as screening
from screening.models import Citation, Import, Link, Record, Report
from tests import build

pytestmark = pytest.mark.django_db

QUERIES = 11  # two more where there are searches of other methods, some where analyses have been run

Pair = tuple[Member, Member]
TITLE_ABSTRACT, FULL_TEXT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT
# Each citation's fate, and after how many acts it comes to it. The order is that of the records in the file.
FATES = [
    *["unscreened", "one vote", "in conflict", "excluded", "excluded", "sought", "not retrieved"],
    *["retrieved", "one vote at full text", "conflict at full text", "wrong population", "wrong population"],
    *["not randomised", "included", "included", "included without study"],
]


def undecided(pair: Pair, citation: Citation, fate: str) -> None:
    if fate != "unscreened":
        screening.vote(pair[0], citation, TITLE_ABSTRACT, "include")
    if fate == "in conflict":
        screening.vote(pair[1], citation, TITLE_ABSTRACT, "exclude")


def come_to(pair: Pair, owner: Member, citation: Citation, fate: str) -> None:
    """Do to the citation what leads to its fate."""
    if fate in ("unscreened", "one vote", "in conflict"):
        return undecided(pair, citation, fate)
    build.agreed(pair, citation, TITLE_ABSTRACT, "exclude" if fate == "excluded" else "include")
    if fate == "not retrieved":
        screening.not_retrieved(owner, citation, "Asked the library twice.")
    if fate in ("excluded", "sought", "not retrieved"):
        return None
    screening.mark_retrieved(owner, citation)
    reasons = {reason.text.lower(): reason for reason in ExclusionReason.objects.filter(review=owner.review)}
    if fate in reasons:
        build.agreed(pair, citation, FULL_TEXT, "exclude", reason=reasons[fate])
    elif fate.startswith("included"):
        build.agreed(pair, citation, FULL_TEXT)
    elif fate != "retrieved":
        screening.vote(pair[0], citation, FULL_TEXT, "include")
        if fate == "conflict at full text":
            screening.vote(pair[1], citation, FULL_TEXT, "exclude", reason=reasons["not randomised"])
    return None


def records(count: int, *, start: int = 0) -> bytes:
    """So many records with DOIs 10.1000/trial<n>: the same n in two files is the same publication."""
    return build.ris(
        *({"TI": f"Trial {n}", "DO": f"10.1000/trial{n}", "PY": 2001} for n in range(start, start + count))
    )


def citations_of(taken: Import) -> list[Citation]:
    return [
        Citation.objects.get(links__record=record, links__undone_at=None)
        for record in Record.objects.filter(source=taken).order_by("position")
    ]


@pytest.fixture
def pair(first: Member, second: Member) -> Pair:
    return first, second


@pytest.fixture
def played(pair: Pair, owner: Member, jobs_now: Callable[[], int]) -> list[str]:
    """A review in the midst of its work, from two databases, a register and reference lists; returns the fates.

    MEDLINE brings all; Embase three of them again; the register one more of them; the reference lists one of them and two of their
    own: one excluded at title and abstract, one included.
    """
    taken = build.imported(owner, records(len(FATES)))
    build.imported(owner, records(3, start=2), into=build.search(owner, source="Embase"))
    build.imported(owner, records(1, start=4), into=build.search(owner, source="ISRCTN", kind="register"))
    lists = build.search(owner, source="Reference lists", kind="other")
    by_hand = build.imported(owner, records(3, start=len(FATES) - 1), into=lists)
    jobs_now()
    undone = build.imported(owner, records(5, start=100), into=build.search(owner, source="Scopus"))
    for citation in citations_of(undone):
        come_to(pair, owner, citation, "excluded")
    screening.undo_import(owner, undone)
    fates = dict(zip(citations_of(taken), FATES, strict=True))
    fates |= dict(zip(citations_of(by_hand)[1:], ["excluded", "included"], strict=True))
    for citation, fate in fates.items():
        come_to(pair, owner, citation, fate)
    one, two, by_list = (citation for citation, fate in fates.items() if fate == "included")
    extraction.make_study(pair[0], "Murray 2003", [one, two])
    extraction.make_study(pair[0], "Cohen 1999", [by_list])
    return FATES


def test_the_numbers_are_those_of_the_acts(played: list[str], observer: Member) -> None:
    n = queries.flow(observer).counts.n
    fates = Counter(played)
    awaiting = sum(fates[fate] for fate in ("unscreened", "one vote", "in conflict"))
    not_passed = awaiting + fates["excluded"]
    passed = len(played) - not_passed
    at_full_text = sum(fates[fate] for fate in ("retrieved", "one vote at full text", "conflict at full text"))
    told = {
        "database_results": len(played) + 3,
        "database_source:MEDLINE": len(played),
        "database_source:Embase": 3,
        "register_results": 1,
        "dbr_duplicates": 4,
        "dbr_awaiting_screening": awaiting,
        "dbr_screening_conflict": 0,
        "dbr_screened": len(played) - awaiting,
        "dbr_records_excluded": fates["excluded"],
        "dbr_sought": passed,
        "dbr_awaiting_retrieval": fates["sought"],
        "dbr_not_retrieved": fates["not retrieved"],
        "dbr_awaiting_assessment": at_full_text,
        "dbr_assessment_conflict": 0,
        "dbr_assessed": passed - fates["sought"] - fates["not retrieved"] - at_full_text,
        "dbr_reports_excluded": fates["wrong population"] + fates["not randomised"],
        "found_by_both": 1,
        "other_identified": 2,
        "other_records_excluded": 1,
        "other_sought": 1,
        "other_assessed": 1,
        "new_studies": 2,
        "new_reports": fates["included"] + fates["included without study"] + 1,
        "included_without_study": fates["included without study"],
    }
    assert {key: n(key) for key in told} == told
    reasons = {number.label: number.n for number in queries.flow(observer).counts.starting("dbr_reason:")}
    assert {label: count for label, count in reasons.items() if count} == {"Wrong population": 2, "Not randomised": 1}


def test_the_database_counts_and_lists_what_the_sets_hold(played: list[str], observer: Member) -> None:
    by_sets = count(queries.flow_sets(observer)).numbers
    by_database = queries.flow(observer).counts.numbers
    assert {key: (each.label, each.n) for key, each in by_database.items()} == {
        key: (each.label, each.n) for key, each in by_sets.items()
    }
    listed = {key: set(queries.listed(observer, key).values_list("pk", flat=True)) for key in by_sets}
    assert listed == {key: set(each.ids) for key, each in by_sets.items()}


def test_every_sum_holds_in_the_midst_of_the_work(played: list[str], observer: Member) -> None:
    found = queries.flow(observer)
    assert found.breaches == ()
    assert not found.counts.finished


def test_each_list_has_as_many_rows_as_its_number_says(played: list[str], observer: Member) -> None:
    found = queries.flow(observer)
    for number in found.counts.numbers.values():
        ids = list(queries.listed(observer, number.key).values_list("pk", flat=True))
        listed = queries.rows(observer, number.unit, ids)
        assert len(listed) == number.n, number.key
        assert all(row.title and (row.citation or row.study) for row in listed)


def test_a_conflict_shows_as_waiting_to_everybody(played: list[str], pair: Pair, owner: Member) -> None:
    seen = [queries.flow(member).counts.numbers for member in (*pair, owner)]
    assert seen[0] == seen[1] == seen[2]
    assert seen[0]["dbr_awaiting_screening"].n == 3


def test_a_broken_sum_names_the_citations_concerned(played: list[str], observer: Member, owner: Member) -> None:
    report = Report.objects.filter(state=Report.State.NOT_RETRIEVED).get()
    Report.objects.filter(pk=report.pk).delete()  # nobody's act: what a damaged database would look like
    breaches = queries.flow(observer).breaches
    assert breaches
    assert {report.citation_id} in [breach.ids for breach in breaches]
    titles = [row.title for breach in breaches for row in queries.examples(observer, breach)]
    assert report.citation.title in titles


def test_after_an_import_the_sums_are_checked_and_a_breach_goes_into_the_trail_with_its_records(
    owner: Member, jobs_now: Callable[[], int]
) -> None:
    taken = build.imported(owner, records(2))
    jobs_now()
    assert Job.objects.get(kind=CHECK).message == "All sums of the flow diagram hold"
    lost = Record.objects.filter(source=taken).first()
    Link.objects.filter(record=lost).update(undone_at=lost.source.created_at)  # what a damaged database would look like
    build.imported(owner, records(1, start=50), name="more.ris")
    jobs_now()
    event = Event.unblinded.get(verb="analysis.flow_breached")
    named = {(each["constraint"], each["of"]): each["ids"] for each in event.facts["breaches"]}
    assert named["every_record_is_in_one_place", "record"] == [str(lost.pk)]


def test_the_queries_do_not_grow_with_the_review(
    pair: Pair, owner: Member, django_assert_num_queries: Callable
) -> None:
    build.imported(owner, records(1))
    with django_assert_num_queries(QUERIES):
        queries.flow(owner)
    for part in range(1, 4):
        taken = build.imported(owner, records(3, start=10 * part), into=build.search(owner, source=f"Database {part}"))
        for citation in citations_of(taken):
            come_to(pair, owner, citation, "not randomised")
    with django_assert_num_queries(QUERIES):
        queries.flow(owner)


def test_a_list_takes_as_many_queries_for_three_records_as_for_one(
    owner: Member, django_assert_num_queries: Callable
) -> None:
    build.imported(owner, records(3))
    ids = list(queries.listed(owner, "database_results").values_list("pk", flat=True))
    for some in (ids[:1], ids):
        with django_assert_num_queries(2):
            queries.rows(owner, Unit.RECORD, some)


def told(member: Member, key: str) -> list[str]:
    """What a list says of why each thing on it is there, in the words of the trail."""
    found = queries.flow(member).counts[key]
    ids = list(queries.listed(member, key).values_list("pk", flat=True))
    rows, names = queries.explained(member, found.unit, ids)
    return [
        "; ".join(
            ([f"{why.link.get_rule_display()}: {why.link.evidence}"] if why.link else [])
            + [telling.tell(event, names, here=True).text for event in why.events]
        )
        for _, why in rows
    ]


def test_each_row_of_a_list_says_why_it_is_there(played: list[str], observer: Member) -> None:
    assert all("brought about the verdict exclude" in each for each in told(observer, "dbr_records_excluded"))
    (given_up,) = told(observer, "dbr_not_retrieved")
    assert given_up.endswith("marked the report as not retrieved (Asked the library twice.)")
    assert all(
        each.startswith("Same DOI: ") or each.startswith("Same publication")
        for each in told(observer, "dbr_duplicates")
    )
    assert any("Murray 2003" in each or "study" in each for each in told(observer, "new_studies"))


def test_why_a_citation_waits_tells_nobody_of_anothers_vote(
    played: list[str], pair: Pair, owner: Member, observer: Member
) -> None:
    for member in (owner, observer):
        assert not any("voted" in each or "conflict" in each for each in told(member, "dbr_awaiting_screening"))
    assert sum("voted include" in each for each in told(pair[0], "dbr_awaiting_screening")) == 2
    assert sum("voted" in each for each in told(pair[1], "dbr_awaiting_screening")) == 1


def test_a_page_of_a_list_takes_as_many_queries_for_three_records_as_for_one(
    owner: Member, pair: Pair, django_assert_max_num_queries: Callable
) -> None:
    for citation in citations_of(build.imported(owner, records(3))):
        come_to(pair, owner, citation, "excluded")
    ids = list(queries.listed(owner, "database_results").values_list("pk", flat=True))
    for some in (ids[:1], ids):
        with django_assert_max_num_queries(6):
            queries.explained(owner, Unit.RECORD, some)


def test_another_review_has_no_part_in_it(played: list[str]) -> None:
    stranger = build.review(owner=build.user("Ursa Stranger"), title="Another review")
    found = queries.flow(stranger)
    assert all(number.n == 0 for number in found.counts.numbers.values())
    ids = sorted(Citation.objects.values_list("pk", flat=True))
    assert queries.rows(stranger, Unit.CITATION, ids) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_sum_holds_after_any_act(pair: Pair, owner: Member, seed: int) -> None:
    """Sixty random acts, allowed or not; nothing is lost, and nothing is counted twice."""
    chance = random.Random(seed)
    taken = [
        build.imported(owner, records(6)),
        build.imported(owner, records(4, start=4), into=build.search(owner, source="Reference lists", kind="other")),
    ]
    reasons = list(ExclusionReason.objects.filter(review=owner.review))
    acts: list[Callable[[Citation], object]] = [
        lambda c: screening.vote(
            chance.choice(pair), c, TITLE_ABSTRACT, chance.choice(["include", "include", "exclude"])
        ),
        lambda c: screening.vote(chance.choice(pair), c, FULL_TEXT, "include"),
        lambda c: screening.vote(chance.choice(pair), c, FULL_TEXT, "exclude", reason=chance.choice(reasons)),
        lambda c: screening.withdraw_vote(chance.choice(pair), c, chance.choice(Stage.values)),
        lambda c: screening.resolve(owner, c, chance.choice(Stage.values), "include"),
        lambda c: screening.mark_retrieved(owner, c),
        lambda c: screening.not_retrieved(owner, c),
        lambda c: screening.link_record(owner, chance.choice(list(Record.objects.order_by("pk"))), c),
        lambda c: screening.undo_import(owner, chance.choice(taken)),
        lambda c: screening.restore_import(owner, chance.choice(taken)),
        lambda c: extraction.make_study(pair[0], "", [c]),
    ]
    done = 0
    for _ in range(60):
        citation = chance.choice(list(Citation.objects.order_by("pk")))
        try:
            chance.choices(acts, weights=[8, 4, 3, 2, 2, 4, 1, 1, 1, 2, 2])[0](citation)
            done += 1
        except DomainError:
            continue
        found = queries.flow(owner)
        assert found.breaches == ()
    assert done > 10


def test_a_citation_in_short_has_one_full_stop_after_each_part():
    many = Citation(authors=["Ames A", "Bell B", "Cook C", "Dean D"], year=2012, journal="A Journal")
    assert in_short(many) == "Ames A; Bell B; Cook C et al. 2012. A Journal"
    assert in_short(Citation(authors=["Ames A", "Bell B", "Cook C", "Dean D"])) == "Ames A; Bell B; Cook C et al."
