"""How do records come in, and what happens when they come in badly, twice, or should not have come at all?"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviewapp import files, jobs
from reviewapp.errors import BadFile, Refused, WrongState
from reviewapp.models import Event, Job
from screening import queries, workflow
from screening.models import Citation, Import, Link, Record, Standing, Vote
from screening.workflow import intake
from tests import build

TA = "title_abstract"
pytestmark = pytest.mark.django_db

ONE = {"TI": "Toddler-parent psychotherapy", "AU": ["Toth, S. L."], "PY": "2006", "DO": "10.1037/0022-006X.74.6.1006"}
SAME_DOI = {"TI": "Toddler-Parent Psychotherapy.", "DO": "https://doi.org/10.1037/0022-006x.74.6.1006"}
OTHER = {"TI": "Anxiety after birth", "AU": ["Nobody, N."], "PY": "2001"}


def test_each_record_is_kept_as_it_came_and_waits_for_two_votes(owner):
    taken = build.imported(owner, build.ris(ONE, OTHER))
    records = list(taken.records.all())
    assert [record.position for record in records] == [1, 2]
    assert records[0].raw.startswith("TY  - JOUR")
    assert records[0].doi == "10.1037/0022-006x.74.6.1006"
    assert [standing.state for standing in Standing.objects.all()] == ["waiting", "waiting"]
    assert files.path_of(taken.sha256).read_bytes() == build.ris(ONE, OTHER)


def test_the_second_click_of_a_double_click_adds_no_search(owner):
    said = {"kind": "website", "source": "A ministry", "hits": 3}
    first = workflow.add_search(owner, **said)
    assert workflow.add_search(owner, **said) == first
    assert workflow.add_search(owner, **{**said, "hits": 4}) != first
    build.imported(owner, build.ris(ONE), into=first)
    assert workflow.add_search(owner, **said) != first, "a search that has a file is not the one that was just added"


def test_same_doi_in_two_databases_is_one_citation_with_two_records(owner, jobs_now):
    build.imported(owner, build.ris(ONE))
    build.imported(owner, build.ris(SAME_DOI, OTHER), into=build.search(owner, source="Embase"))
    jobs_now()
    assert Record.objects.count() == 3
    assert queries.citations(owner).count() == 2
    merged = Citation.objects.get(title=ONE["TI"])
    assert merged.links.filter(undone_at=None).count() == 2
    assert merged.year == 2006
    assert queries.sources(merged) == ["MEDLINE", "Embase"]


def test_same_doi_twice_in_one_file_is_one_citation(owner, jobs_now):
    build.imported(owner, build.ris(ONE, SAME_DOI))
    jobs_now()
    assert queries.citations(owner).count() == 1


def test_a_doi_that_a_supplement_gave_to_all_its_abstracts_links_none(owner, jobs_now):
    build.imported(owner, build.ris(ONE, OTHER | {"DO": ONE["DO"]}))
    jobs_now()
    assert queries.citations(owner).count() == 2


def test_a_split_record_is_a_citation_of_its_own_and_can_be_linked_again(owner, jobs_now):
    build.imported(owner, build.ris(ONE, SAME_DOI))
    jobs_now()
    merged = queries.citations(owner).get()
    record = Record.objects.get(position=2)
    apart = Citation.objects.get(pk=workflow.split_record(owner, record).citation_id)
    assert apart.title == SAME_DOI["TI"]
    assert Standing.objects.get(citation=apart).state == "waiting"
    with pytest.raises(WrongState, match="only one"):
        workflow.split_record(owner, record)
    workflow.link_record(owner, record, merged)
    apart.refresh_from_db()
    assert not apart.live
    assert Standing.objects.get(citation=apart).state == "unreached"
    assert Link.objects.filter(record=record).count() == 4


def test_votes_follow_their_citation_out_of_view_and_back(owner, first):
    taken = build.imported(owner, build.ris(ONE, OTHER))
    voted = Citation.objects.get(title=ONE["TI"])
    workflow.vote(first, voted, TA, "include")
    workflow.undo_import(owner, taken)
    assert not queries.citations(first).exists()
    assert not queries.queue(first, TA).exists()
    assert {standing.state for standing in Standing.objects.all()} == {"unreached"}
    assert Vote.unblinded.standing().count() == 1
    workflow.restore_import(owner, taken)
    assert queries.citations(first).count() == 2
    assert queries.queue(first, TA).count() == 1
    assert {standing.state for standing in Standing.objects.all()} == {"waiting"}


def test_undoing_one_of_two_imports_keeps_a_citation_that_both_found(owner, jobs_now):
    build.imported(owner, build.ris(ONE))
    second = build.imported(owner, build.ris(SAME_DOI | {"AB": "Only here is an abstract."}), into=build.search(owner))
    jobs_now()
    merged = queries.citations(owner).get()
    assert merged.abstract
    workflow.undo_import(owner, second)
    merged.refresh_from_db()
    assert merged.live
    assert not merged.abstract
    workflow.restore_import(owner, second)
    merged.refresh_from_db()
    assert merged.abstract


def test_the_very_same_file_is_noticed(owner, jobs_now):
    build.imported(owner, build.ris(ONE))
    with pytest.raises(WrongState, match="very same file"):
        build.imported(owner, build.ris(ONE))
    assert build.imported(owner, build.ris(ONE), again=True).records.count() == 1
    jobs_now()
    assert queries.citations(owner).count() == 1


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "image"), (b"   \n\n", "")],
    ids=["empty", "a PNG named .ris", "blank"],
)
def test_what_is_no_export_is_refused_in_words_and_leaves_nothing(owner, data, told):
    with pytest.raises(BadFile) as refusal:
        workflow.start_import(owner, build.search(owner), "odd.ris", [data])
    assert told in refusal.value.message
    assert not Import.objects.exists()
    assert not Job.objects.exists()


def test_a_file_that_is_too_large_is_refused_in_words(owner, settings):
    settings.IMPORT_MAX_BYTES = 1000
    with pytest.raises(BadFile, match="larger than"):
        workflow.start_import(owner, build.search(owner), "big.ris", [b"TY  - JOUR\n" * 50] * 10)


def test_a_file_cut_in_the_middle_gives_what_is_there_and_says_so(owner):
    data = build.ris(ONE, OTHER)
    taken = build.imported(owner, data[: len(data) - 20])
    assert taken.records.count() == 2
    told = [*taken.problems, *(problem for record in taken.records.all() for problem in record.problems)]
    assert told


def test_an_import_that_breaks_goes_on_where_it_stopped(owner, monkeypatch):
    rows = [{"TI": f"Title {n}", "AU": [f"A{n}, B."]} for n in range(1, 11)]
    monkeypatch.setattr(jobs, "rows_at_once", lambda few: 3)
    taken = workflow.start_import(owner, build.search(owner), "export.ris", [build.ris(*rows)])
    stored, calls = intake.store, []

    def breaks(member, source, parsed):
        calls.append(len(parsed))
        if len(calls) == 3:
            raise RuntimeError("the machine stops")
        stored(member, source, parsed)

    monkeypatch.setattr(intake, "store", breaks)
    with pytest.raises(RuntimeError):
        jobs.perform(taken.job_id)
    assert taken.records.count() == 6
    monkeypatch.setattr(intake, "store", stored)
    monkeypatch.setattr(jobs, "STALE_AFTER", jobs.timedelta(0))
    jobs.perform(taken.job_id)
    assert [record.position for record in taken.records.all()] == list(range(1, 11))
    assert Citation.objects.count() == 10
    assert Job.objects.get(pk=taken.job_id).state == "done"


def test_undoing_an_import_that_still_runs_stops_it(owner):
    taken = workflow.start_import(owner, build.search(owner), "export.ris", [build.ris(ONE)])
    workflow.undo_import(owner, taken)
    jobs.perform(taken.job_id)
    assert not Record.objects.exists()
    workflow.restore_import(owner, taken)
    taken.refresh_from_db()
    jobs.perform(taken.job_id)
    assert Record.objects.count() == 1


def test_a_search_with_records_is_not_taken_away(owner):
    taken = build.imported(owner, build.ris(ONE))
    with pytest.raises(WrongState, match="Files were imported for this search"):
        workflow.drop_search(owner, taken.search)
    workflow.undo_import(owner, taken)
    for _ in range(2):  # a double click
        workflow.drop_search(owner, taken.search)
    for _ in range(2):
        workflow.restore_search(owner, taken.search)
    told = Event.unblinded.filter(verb__in=["screening.search_dropped", "screening.search_restored"])
    assert [each.verb.rpartition("_")[2] for each in told.order_by("pk")] == ["dropped", "restored"]


def test_observers_and_arbiters_import_nothing(observer, arbiter):
    for member in (observer, arbiter):
        with pytest.raises(Refused):
            build.search(member)


def test_the_list_of_searches_takes_as_many_queries_for_three_as_for_one(owner, client):
    client.force_login(owner.user)
    counts = []
    for _ in range(2):
        build.imported(owner, build.ris(ONE), again=True)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/reviews/{owner.review.slug}/searches/").status_code == 200
        counts.append(len(seen))
        build.imported(owner, build.ris(OTHER), again=True)
    assert counts[0] == counts[1]


def test_an_import_undone_at_its_last_record_is_not_told_to_be_complete(owner, monkeypatch):
    store = intake.store

    def then_undone(member, taken, parsed):
        store(member, taken, parsed)
        workflow.undo_import(owner, taken)

    monkeypatch.setattr(intake, "store", then_undone)
    taken = workflow.start_import(owner, build.search(owner), "export.ris", [build.ris({"TI": "Only"})])
    jobs.perform(taken.job_id)
    taken.refresh_from_db()
    assert taken.undone_at
    assert taken.completed_at is None
    assert not Event.unblinded.filter(verb="screening.import_completed").exists()
    monkeypatch.undo()
    workflow.restore_import(owner, taken)
    taken.refresh_from_db()
    jobs.perform(taken.job_id)
    taken.refresh_from_db()
    assert taken.completed_at


def test_an_import_comes_back_only_with_its_search(owner):
    """Records that belong to no search would be in no box of the flow diagram."""
    taken = build.imported(owner, build.ris({"TI": "One"}))
    workflow.undo_import(owner, taken)
    workflow.drop_search(owner, taken.search)
    with pytest.raises(WrongState, match="taken away"):
        workflow.restore_import(owner, taken)
    workflow.restore_search(owner, taken.search)
    workflow.restore_import(owner, taken)
    assert Citation.objects.filter(review=owner.review, live=True).count() == 1
