"""What does de-duplication link by itself, what does it ask, and what of a person's word does it leave alone?"""

from __future__ import annotations

import csv

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviewapp import jobs
from reviewapp.errors import BadInput, Refused, Stale
from reviewapp.models import Event, Job, Member
from screening import queries, workflow
from screening.models import Citation, Link, Pair, Record, Standing, Vote
from screening.workflow import duplicates
from tests import build

TA = "title_abstract"
pytestmark = pytest.mark.django_db

TRIAL = {
    "TI": "Toddler-parent psychotherapy for the offspring of depressed mothers",
    "AU": ["Toth, S. L.", "Rogosch, F. A.", "Cicchetti, D."],
    "PY": "2006",
    "JO": "Development and Psychopathology",
    "VL": "18",
    "SP": "1006",
    "EP": "1016",
}
COPY = TRIAL | {"TI": "Toddler-parent psychotherapy for the offspring of depressed mothers.", "AN": "2006-1"}
OTHER = {"TI": "Anxiety of fathers after birth", "AU": ["Nobody, N."], "PY": "2001", "JO": "J Fathers", "VL": "3"}
ERRATUM = TRIAL | {"TI": f"Erratum: {TRIAL['TI']}"}


def taken_in(owner: Member, jobs_now, *rows: dict[str, object], source: str = "Embase"):
    """An import with all that follows it."""
    taken = build.imported(owner, build.ris(*rows), into=build.search(owner, source=source), again=True)
    jobs_now()
    return taken


def records(taken) -> list[Record]:
    return list(taken.records.order_by("position"))


def home(record: Record) -> Citation:
    return Citation.objects.get(links__record=record, links__undone_at=None)


def shown(owner: Member) -> int:
    return queries.citations(owner).count()


# --- linking by itself ------------------------------------------------------------------------------------------


def test_the_same_article_from_two_databases_is_one_citation_after_the_second_import(owner, jobs_now):
    taken_in(owner, jobs_now, TRIAL, OTHER)
    taken_in(owner, jobs_now, COPY)
    assert Record.objects.count() == 3
    assert shown(owner) == 2
    link = Link.objects.get(rule="fields")
    assert link.evidence.startswith("same place in print")
    assert (link.pair.state, 0 < link.pair.score <= 1) == ("linked", True)
    event = Event.unblinded.get(verb="screening.duplicates_linked")
    assert event.facts["moved"][0][0] == link.record_id
    assert queries.queue(build.member(owner, "reviewer", "Fay First"), TA).count() == 2


def test_looking_again_changes_nothing(owner, jobs_now):
    taken_in(owner, jobs_now, TRIAL, OTHER, COPY)
    links, events = Link.objects.count(), Event.unblinded.count()
    assert workflow.start_deduplication(owner) == workflow.start_deduplication(owner)
    jobs_now()
    assert Link.objects.count() == links
    assert Event.unblinded.count() == events + 1
    assert Job.objects.filter(state="done").last().message == "0 duplicates linked, 0 pairs to look at"


def test_a_job_that_broke_after_a_batch_goes_on(owner, jobs_now, monkeypatch):
    rows = [{**TRIAL, "TI": f"{name} in the first year of life", "VL": str(n)} for n, name in enumerate(NAMES, 1)]
    build.imported(owner, build.ris(*rows, *({**row, "AN": "x"} for row in rows)))
    monkeypatch.setattr("reviewapp.jobs.rows_at_once", lambda rows: 2)  # on PostgreSQL more than on SQLite
    done, batch = [], duplicates.link_batch

    def breaks(*args):
        if done:
            raise RuntimeError("the machine stops")
        done.append(batch(*args))
        return done[0]

    with monkeypatch.context() as patch:
        patch.setattr(duplicates, "link_batch", breaks)
        job = Job.objects.get(kind=duplicates.KIND)
        with pytest.raises(RuntimeError):
            duplicates.perform_deduplication(job_running(job))
    assert shown(owner) == 8 - 2
    duplicates.perform_deduplication(job_running(job))
    assert shown(owner) == 4
    assert Link.objects.filter(undone_at=None).count() == 8


NAMES = ("Sleeping and crying", "Feeding problems", "Massage of infants", "Video feedback")


def job_running(job: Job) -> Job:
    Job.objects.filter(pk=job.pk).update(state="running")
    job.refresh_from_db()
    return job


def test_a_verdict_stays_in_view_whichever_record_came_first(owner, first, second, jobs_now):
    early = taken_in(owner, jobs_now, OTHER)
    late = build.imported(owner, build.ris(TRIAL), into=build.search(owner))
    copy = build.imported(owner, build.ris(COPY), into=build.search(owner))
    decided = home(records(copy)[0])
    build.agreed((first, second), decided, TA)
    jobs_now()
    assert home(records(late)[0]) == decided
    assert shown(owner) == 2
    assert list(queries.queue(first, TA)) == [home(records(early)[0])]
    assert Standing.objects.get(citation=decided, stage=TA).state == "include"


def test_two_citations_with_verdicts_are_asked_about_and_neither_is_lost(owner, first, second, jobs_now):
    both = build.imported(owner, build.ris(TRIAL, COPY))
    one, other = map(home, records(both))
    build.agreed((first, second), one, TA)
    build.agreed((first, second), other, TA, "exclude")
    jobs_now()
    assert shown(owner) == 2
    assert Pair.objects.get().state == "asked"
    assert Vote.unblinded.standing().count() == 4


@pytest.mark.parametrize("voted", [(), (0,), (1,), (0, 1)])
def test_what_is_linked_tells_nothing_of_votes_without_a_verdict(owner, first, second, jobs_now, voted):
    taken = build.imported(owner, build.ris(TRIAL, COPY))
    sides = list(map(home, records(taken)))
    for number in voted:
        workflow.vote((first, second)[number], sides[number], TA, "exclude")
    jobs_now()
    assert [home(record) for record in records(taken)] == [sides[0]] * 2
    assert Pair.objects.get().state == "linked"
    workflow.split_record(owner, records(taken)[1])
    assert Vote.unblinded.standing().count() == len(voted)


def test_a_link_by_rule_can_be_split_and_stays_split(owner, jobs_now):
    taken = taken_in(owner, jobs_now, TRIAL, COPY)
    workflow.split_record(owner, records(taken)[1])
    workflow.start_deduplication(owner)
    jobs_now()
    assert shown(owner) == 2
    taken_in(owner, jobs_now, COPY | {"AN": "third"})
    one, other = map(home, records(taken))
    assert one != other, "a third copy does not join what a person parted"


def test_a_record_that_a_person_linked_elsewhere_stays_there(owner, jobs_now):
    taken = taken_in(owner, jobs_now, TRIAL, COPY, OTHER)
    trial, copy, other = records(taken)
    workflow.link_record(owner, copy, home(other))
    workflow.start_deduplication(owner)
    jobs_now()
    assert home(copy) == home(other) != home(trial)


def test_an_erratum_is_asked_about_once(owner, jobs_now):
    taken_in(owner, jobs_now, TRIAL, ERRATUM)
    for _ in range(2):
        workflow.start_deduplication(owner)
        jobs_now()
    assert [pair.state for pair in Pair.objects.all()] == ["asked"]
    assert shown(owner) == 2


def test_records_of_an_undone_import_take_no_part_until_it_is_back(owner, jobs_now):
    gone = taken_in(owner, jobs_now, TRIAL)
    workflow.undo_import(owner, gone)
    here = taken_in(owner, jobs_now, COPY)
    assert shown(owner) == 1
    workflow.restore_import(owner, gone)
    jobs_now()
    assert shown(owner) == 1
    assert home(records(gone)[0]) == home(records(here)[0])


def test_observers_do_not_start_it(observer):
    with pytest.raises(Refused):
        workflow.start_deduplication(observer)


# --- the asking queue -------------------------------------------------------------------------------------------


@pytest.fixture
def asked(owner, jobs_now) -> Pair:
    """An article and its erratum, about which a person is asked."""
    taken_in(owner, jobs_now, TRIAL, ERRATUM)
    return Pair.objects.get()


def page(member: Member, path: str = "", method: str = "get", **fields: object):
    client = Client()
    client.force_login(member.user)
    return getattr(client, method)(f"/reviews/{member.review.slug}/duplicates/{path}", fields)


def test_the_same_makes_one_citation_and_undo_two_again(owner, asked):
    before = {home(asked.a).pk, home(asked.b).pk}
    workflow.decide_pair(owner, asked, "same")
    assert home(asked.a) == home(asked.b)
    assert not queries.open_pairs(owner).exists()
    with pytest.raises(Stale, match="decided already"):
        workflow.decide_pair(owner, asked, "different")
    workflow.reopen_pair(owner, asked)
    assert {home(asked.a).pk, home(asked.b).pk} == before
    assert queries.open_pairs(owner).get() == asked
    assert [link.rule for link in Link.objects.filter(undone_at=None)] == ["first", "first"]
    verbs = Event.unblinded.filter(subject=f"pair/{asked.pk}").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["screening.pair_decided", "screening.pair_reopened"]


def test_the_vote_that_drops_out_of_view_comes_back_with_undo(owner, first, asked):
    one, other = home(asked.a), home(asked.b)
    for citation in (one, other):
        workflow.vote(first, citation, TA, "exclude")
    workflow.decide_pair(owner, asked, "same")
    other.refresh_from_db()
    assert not other.live
    workflow.reopen_pair(owner, asked)
    assert Standing.objects.get(citation=other).state == "waiting"
    assert not queries.queue(first, TA).exists(), "both votes count again"


@pytest.mark.parametrize("decided", ["a", "b"])
def test_the_citation_with_a_verdict_is_the_one_that_stays(owner, first, second, asked, decided):
    citation = home(getattr(asked, decided))
    build.agreed((first, second), citation, TA, "exclude")
    workflow.decide_pair(owner, asked, "same")
    assert home(asked.a) == home(asked.b) == citation


def test_not_duplicates_stays_so_whatever_a_rule_says_later(owner, jobs_now):
    copies = build.imported(owner, build.ris(TRIAL, COPY))
    a, b = records(copies)
    pair = Pair.objects.create(
        review=owner.review, a=a, b=b, rule="alike", score=0.9, evidence="same title", state="asked", member=owner
    )
    workflow.decide_pair(owner, pair, "different")
    jobs_now()
    taken_in(owner, jobs_now, COPY | {"AN": "third"})
    assert home(a) != home(b)


def test_later_goes_to_the_end_and_can_still_be_answered(owner, asked, jobs_now):
    more = {**OTHER, "SP": "7", "EP": "19"}
    taken_in(owner, jobs_now, more, more | {"TI": f"Erratum: {OTHER['TI']}"})
    first_asked = queries.open_pairs(owner).first()
    workflow.decide_pair(owner, first_asked, "later")
    waiting = list(queries.open_pairs(owner))
    assert (len(waiting), waiting[-1]) == (2, first_asked)
    workflow.decide_pair(owner, first_asked, "different")
    assert queries.open_pairs(owner).count() == 1


def test_only_who_answered_takes_an_answer_back(owner, first, asked):
    workflow.decide_pair(owner, asked, "different")
    with pytest.raises(Refused, match="Only who answered"):
        workflow.reopen_pair(first, asked)
    with pytest.raises(BadInput):
        workflow.decide_pair(owner, asked, "perhaps")


def test_the_page_shows_two_records_takes_an_answer_and_undoes_it(owner, asked):
    body = page(owner).content.decode()
    assert "<mark>Erratum: </mark>" in body
    assert 'data-key="s"' in body
    assert page(owner, f"{asked.pk}/decide/", "post", answer="different").status_code == 302
    assert "No pair waits" in page(owner).content.decode()
    assert page(owner, "undo/", "post")["Location"].endswith(f"/duplicates/{asked.pk}/")
    assert queries.open_pairs(owner).get() == asked
    assert page(owner, "undo/", "post").status_code == 409
    assert page(owner, f"{asked.pk}/decide/", "post", answer="").status_code == 422


def test_the_log_tells_pair_rule_score_who_and_when(owner, asked):
    workflow.decide_pair(owner, asked, "different")
    rows = list(csv.DictReader(b"".join(page(owner, "log.csv").streaming_content).decode().splitlines()))
    assert [(row["record a"], row["rule"], row["state"], row["who"]) for row in rows] == [
        (str(asked.a_id), asked.rule, "different", "Olga Owner")
    ]
    assert float(rows[0]["score"]) == pytest.approx(asked.score, abs=1e-4)


def logged(owner) -> list[dict[str, str]]:
    return list(csv.DictReader(b"".join(page(owner, "log.csv").streaming_content).decode().splitlines()))


def test_the_log_does_not_call_linked_what_was_parted_since(owner, jobs_now):
    one, copy = records(taken_in(owner, jobs_now, TRIAL, COPY))
    assert [(row["state"], row["parted by"]) for row in logged(owner)] == [("linked", "")]
    workflow.split_record(build.member(owner, "reviewer", "Pia Parter"), copy)
    parted, split = logged(owner)
    assert (parted["record a"], parted["record b"], parted["rule"]) == (
        str(one.pk),
        str(copy.pk),
        "same place in print",
    )
    assert (parted["state"], parted["who"], parted["parted by"]) == ("parted", "Olga Owner", "Pia Parter")
    assert parted["parted when"] >= parted["when"]
    assert (split["record a"], split["rule"], split["who"]) == (str(copy.pk), "split", "Pia Parter")
    seen = [each.key for each in workflow.against_record(owner, copy, home(one))]
    workflow.link_record(owner, copy, home(one), seen)
    assert [row["state"] for row in logged(owner)] == ["linked", "parted", "linked"]


def test_the_log_says_what_is_together_by_other_links_and_what_is_out_of_view(owner, asked):
    workflow.link_record(owner, asked.b, home(asked.a))
    assert logged(owner)[0]["state"] == "asked, together by other links"
    workflow.undo_import(owner, asked.a.source)
    assert logged(owner)[0]["state"] == "asked, out of view"


def test_the_queue_takes_as_many_queries_for_three_pairs_as_for_one(owner, asked, jobs_now):
    counts = []
    for number in (1, 2):
        with CaptureQueriesContext(connection) as seen:
            assert page(owner).status_code == 200
        counts.append(len(seen))
        for n in range(2):
            more = OTHER | {"TI": f"{NAMES[n]} in the first year of life", "VL": f"{n}{number}"}
            taken_in(owner, jobs_now, more, more | {"TI": f"Erratum: {more['TI']}"})
    assert queries.open_pairs(owner).count() > 2
    assert counts[0] == counts[1]


def test_two_never_look_for_duplicates_in_one_review_at_once(owner, jobs_now):
    """Each decides by what it has read at its start: what the other links meanwhile would be decided without the newer records."""
    for row in (TRIAL, COPY):
        build.imported(owner, build.ris(row), into=build.search(owner))
    one, two = Job.objects.filter(kind=duplicates.KIND, state="queued").order_by("pk")
    assert jobs.claim(one.pk)
    assert jobs.claim(two.pk) is None
    jobs.perform(two.pk)
    assert shown(owner) == 2
    Job.objects.filter(pk=one.pk).update(state="done")
    jobs_now()
    assert shown(owner) == 1


def test_nothing_is_written_while_the_records_are_read(owner, jobs_now, monkeypatch):
    """On SQLite a connection that reads cannot write any more once somebody else has voted: the job would break off each time."""
    build.imported(owner, build.ris({"TI": "One"}, {"TI": "Other"}))
    reading, told = [], []
    rows, progress = duplicates.rows, jobs.progress

    def read(member):
        reading.append(member)
        yield from rows(member)
        reading.clear()

    def tell(job, *args, **kwargs):
        told.append(bool(reading))
        progress(job, *args, **kwargs)

    monkeypatch.setattr(duplicates, "rows", read)
    monkeypatch.setattr(jobs, "progress", tell)
    jobs_now()
    assert told
    assert not any(told)
