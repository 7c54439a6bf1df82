"""Does it matter in which order files come, or that one came and went? What rules linked, rules decide anew."""

from __future__ import annotations

import random
from itertools import pairwise, permutations

import pytest

from reviewapp.models import Event, Member
from screening import queries, workflow
from screening.models import Citation, Link, Pair, Record, Standing
from tests import build

TA = "title_abstract"
pytestmark = pytest.mark.django_db

ARTICLE = {
    "TI": "Massage of infants in the first year of life: effects on sleep and crying",
    "AU": ["Murray, L.", "Cooper, P."],
    "PY": "2003",
    "JO": "Development and Psychopathology",
    "VL": "18",
    "SP": "1006",
    "EP": "1016",
    "PM": "11111111",
}
TWIN = ARTICLE | {"VL": "19", "SP": "44", "EP": "51", "PM": "22222222"}  # printed again, in the next volume
BARE = {name: ARTICLE[name] for name in ("TI", "AU", "PY", "JO")}  # could be either
ABSTRACT = BARE | {"TI": f"{ARTICLE['TI']} [abstract]", "JO": "Annual meeting of the society", "VL": "7"}


def take_in(owner: Member, jobs_now, row: dict[str, object]) -> None:
    build.imported(owner, build.ris(row), into=build.search(owner), again=True)
    jobs_now()


def clusters() -> set[frozenset[str]]:
    """The records in view, by the citation they are of; a record is known by its PubMed id."""
    links = Link.objects.filter(undone_at=None, record__source__undone_at=None).select_related("record")
    at: dict[int, set[str]] = {}
    for link in links:
        at.setdefault(link.citation_id, set()).add(link.record.pmid)
    return {frozenset(each) for each in at.values()}


def standing_as_they_should() -> bool:
    live = set(Citation.objects.filter(live=True).values_list("pk", flat=True))
    linked = Link.objects.filter(undone_at=None, record__source__undone_at=None)
    waiting = Standing.objects.filter(stage=TA, state="waiting").values_list("citation", flat=True)
    return live == set(linked.values_list("citation", flat=True)) == set(waiting)


@pytest.mark.parametrize("order", list(permutations((ARTICLE, TWIN, BARE))))
def test_a_record_that_could_be_of_two_articles_is_of_neither_in_whatever_order_they_come(owner, jobs_now, order):
    for row in order:
        take_in(owner, jobs_now, row)
    assert clusters() == {frozenset({"11111111"}), frozenset({"22222222"}), frozenset({""})}
    assert standing_as_they_should()
    assert queries.open_pairs(owner).exists()


def test_what_a_later_file_makes_doubtful_is_parted_with_an_event_and_shows_its_own_fields(owner, jobs_now):
    take_in(owner, jobs_now, ARTICLE)
    take_in(owner, jobs_now, BARE | {"AB": "Of the bare one."})
    assert clusters() == {frozenset({"11111111", ""})}
    take_in(owner, jobs_now, TWIN)
    event = Event.unblinded.get(verb="screening.duplicates_parted")
    bare = Record.objects.get(pmid="")
    assert [each[0] for each in event.facts["moved"]] == [bare.pk]
    article = Citation.objects.get(links__record__pmid="11111111", links__undone_at=None)
    assert not article.abstract
    assert Citation.objects.get(links__record=bare, links__undone_at=None).abstract == "Of the bare one."


def test_the_undoing_of_the_doubtful_file_links_again(owner, jobs_now):
    take_in(owner, jobs_now, ARTICLE)
    take_in(owner, jobs_now, BARE)
    before = clusters()
    taken = build.imported(owner, build.ris(TWIN), into=build.search(owner))
    jobs_now()
    assert clusters() != before
    workflow.undo_import(owner, taken)
    jobs_now()
    assert clusters() == before
    assert standing_as_they_should()


def test_what_a_person_linked_or_screened_is_not_parted_by_a_rule(owner, first, second, jobs_now):
    take_in(owner, jobs_now, ARTICLE)
    take_in(owner, jobs_now, BARE)
    build.agreed((first, second), queries.citations(owner).get(), TA)
    take_in(owner, jobs_now, TWIN)
    assert frozenset({"11111111", ""}) in clusters()


def test_an_abstract_is_kept_as_a_report_of_perhaps_one_study_and_not_asked_about(owner, jobs_now):
    take_in(owner, jobs_now, ARTICLE)
    take_in(owner, jobs_now, ABSTRACT)
    assert Pair.objects.get().state == "reports"
    assert not queries.open_pairs(owner).exists()
    workflow.start_deduplication(owner)
    jobs_now()
    assert Pair.objects.count() == 1


def test_files_in_any_order_make_the_same_citations_and_all_undone_leave_none(owner, jobs_now):
    rows = [ARTICLE, TWIN, BARE, ABSTRACT, ARTICLE | {"PM": ""}, TWIN | {"TI": TWIN["TI"].upper()}]
    seen = set()
    for seed in range(4):
        member = build.review(owner.user, title=f"Review {seed}")
        shuffled = random.Random(seed).sample(list(enumerate(rows)), len(rows))
        taken = []
        for number, row in shuffled:
            taken.append(build.imported(member, build.ris(row | {"ID": number}), into=build.search(member), again=True))
            jobs_now()
        at: dict[int, set[int]] = {}
        names = {each.pk: number for each, (number, _) in zip(taken, shuffled, strict=True)}
        live = Link.objects.filter(undone_at=None, record__review=member.review)
        for citation, source in live.values_list("citation", "record__source"):
            at.setdefault(citation, set()).add(names[source])
        seen.add(frozenset(frozenset(each) for each in at.values()))
        for each in taken:
            workflow.undo_import(member, each)
        jobs_now()
        assert not queries.citations(member).exists()
    assert len(seen) == 1


def citations_by_number(member: Member) -> frozenset[frozenset[str]]:
    """The citations in view, each as the numbers (ID) of its records."""
    at: dict[int, set[str]] = {}
    live = Link.objects.filter(undone_at=None, record__review=member.review, record__source__undone_at=None)
    for citation, fields in live.values_list("citation", "record__fields"):
        at.setdefault(citation, set()).add(fields["ID"][0])
    return frozenset(frozenset(each) for each in at.values())


def test_records_in_any_order_in_any_number_of_files_make_the_same_citations(owner, jobs_now):
    sleep = {
        "TI": "Sleep of infants whose parents were counselled: a cohort",
        "AU": ["Silva, M."],
        "PY": "2011",
        "JO": "Sleep",
    }
    part = sleep | {"TI": f"{sleep['TI']}. Part 2", "VL": "34", "SP": "7"}
    rows = [
        ARTICLE, TWIN, BARE, ABSTRACT, ARTICLE | {"PM": ""}, TWIN | {"TI": TWIN["TI"].upper()}, sleep, part,
        sleep | {"TI": f"{sleep['TI']}. Part 1", "VL": "34", "SP": "1"}, part | {"DO": "10.5555/sleep.2"},
        part | {"DO": "10.5555/sleep.2", "PM": "33333333", "JO": "Sleep (Invented)"},
    ]  # fmt: skip
    rows = [row | {"ID": str(number)} for number, row in enumerate(rows)]
    seen = set()
    for seed in range(5):
        chance = random.Random(seed)
        member = build.review(owner.user, title=f"Review {seed}")
        shuffled = chance.sample(rows, len(rows))
        cuts = [0, *sorted(chance.sample(range(1, len(rows)), seed)), len(rows)]
        for start, end in pairwise(cuts):
            build.imported(member, build.ris(*shuffled[start:end]), into=build.search(member), again=True)
            jobs_now()
        seen.add(citations_by_number(member))
    assert len(seen) == 1
    (found,) = seen
    assert {frozenset({"7", "9", "10"})} < found, "what is one is together"
    assert len(found) > 4, "and what is not, is not"
