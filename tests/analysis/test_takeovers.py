"""Does a RevMan file become part of a review, run, go out again the same, and come off again?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from analysis import exchange, queries, workflow
from analysis.models import Analysis, Takeover
from analysis.queries import takeovers
from analysis.revman import Review, datapackage, files, records, rm5
from analysis.revman.pooled import with_totals
from analysis.workflow import taking
from extraction import queries as extraction_queries
from extraction import workflow as extraction
from extraction.models import Assessment, Entry, Judgement, Outcome, Sheet, Study
from reviewapp.errors import BadFile, Refused, WrongState
from reviewapp.models import Event, Member
from tests.analysis.revman.test_bias import ITEMS, with_items
from tests.analysis.revman.test_taking import LENZE, MURRAY, outcome, review
from tests.extraction import build

pytestmark = pytest.mark.django_db
DoJobs = Callable[[], int]


@pytest.fixture
def fleiss(shared: Path) -> bytes:
    return (shared / "reference/revman/Fleiss1993.rm5").read_bytes()


def taken(member: Member, content: bytes, jobs_now: DoJobs, name: str = "old.rm5") -> Takeover:
    sent = taking.send_takeover(member, [(name, content)])
    taking.take_over(member, sent)
    jobs_now()
    return takeovers.takeover(member, sent.pk)


def small(*more: object) -> bytes:
    return rm5.write(review(outcome(MURRAY, LENZE), *more))


def without_results(of: records.Outcome) -> records.Outcome:
    return replace(of, data=tuple(replace(row, result=None) for row in of.data))


def test_the_reference_review_is_taken_run_and_exported_the_same(
    first: Member, fleiss: bytes, jobs_now: DoJobs
) -> None:
    original = rm5.read(fleiss)
    made = taken(first, fleiss, jobs_now, "Fleiss1993.rm5")
    assert made.state == Takeover.State.TAKEN
    assert made.left_out == []
    assert Study.objects.filter(review=first.review).count() == len(original.studies)
    shown = queries.shown_analyses(first)
    assert all(each.is_current and not each.is_provisional for each in shown)

    for write, read in (
        (exchange.revman_file(first, "rm5"), rm5.read),
        (exchange.revman_file(first, "zip"), datapackage.read),
    ):
        again = read(write)
        stored = {each.id or each.name: each.name for each in again.studies}
        assert sorted(stored.values()) == sorted(each.name for each in original.studies)
        assert sorted((each.name, each.year) for each in again.studies) == sorted(
            (each.name, each.year) for each in original.studies
        )
        for (comparison, ours), (whose, theirs) in zip(again.outcomes(), original.outcomes(), strict=True):
            assert (comparison.number, comparison.name) == (whose.number, whose.name)
            expected = theirs if read is rm5.read else replace(theirs, left="", right="")
            assert replace(without_results(ours), totals=theirs.totals) == without_results(expected)
            for mine, stored in zip(ours.data, theirs.data, strict=True):
                assert mine.result is not None
                if stored.result is not None:  # RevMan's own, of each study
                    assert mine.result.weight == pytest.approx(stored.result.weight, rel=1e-9)
                    assert mine.result.ci_end == pytest.approx(stored.result.ci_end, rel=1e-9)
                    if read is rm5.read:
                        assert mine.result.se == pytest.approx(stored.result.se, rel=1e-9)
            computed = with_totals(theirs).totals
            assert ours.totals.effect == pytest.approx(computed.effect, abs=1e-12)
            if theirs.totals.effect is not None:  # what RevMan had stored itself
                assert ours.totals.effect == pytest.approx(theirs.totals.effect, rel=1e-9)
                assert ours.totals.ci_start == pytest.approx(theirs.totals.ci_start, rel=1e-9)
                assert ours.totals.chi2 == pytest.approx(theirs.totals.chi2, rel=1e-9)


def test_what_came_from_a_file_says_so_at_each_number(first: Member, jobs_now: DoJobs, client: Client) -> None:
    made = taken(first, small(), jobs_now)
    study = Study.objects.get(review=first.review, label="Murray 2003")
    assert study.taken_from == "old.rm5"
    sheet = extraction_queries.taken_over(first, study)
    lines = Entry.unblinded.filter(sheet=sheet)
    assert {line.taken_from for line in lines} == {"imported"}
    assert {line.text for line in lines} == {"Imported from old.rm5, analysis 1.1"}
    client.force_login(first.user)
    page = client.get(reverse("extraction:sheet-agreement", args=[first.review.slug, study.pk])).content.decode()
    assert "These numbers were agreed elsewhere" in page
    assert "Imported from old.rm5, analysis 1.1" in page
    rows = build.agreed_rows(first.review, Outcome.objects.get(name="Death"))
    assert {row.study for row in rows} == {"Lenze 2020", "Murray 2003"}
    verbs = Event.blind.for_member(first).values_list("verb", flat=True)
    for verb in (
        "analysis.takeover_sent",
        "analysis.takeover_begun",
        "extraction.study_taken_over",
        "analysis.taken_over",
    ):
        assert verb in verbs
    assert made.made["studies"].keys() == {"Murray 2003", "Lenze 2020"}


def test_the_flow_diagram_counts_no_study_that_came_with_a_file(
    first: Member, second: Member, jobs_now: DoJobs
) -> None:
    build.study((first, second), "Here 2001")
    taken(first, small(), jobs_now)
    found = queries.flow(first)
    assert found.counts["new_studies"].n == 1
    assert found.breaches == ()
    assert extraction_queries.included_studies(first.review).count() == 3


def test_nothing_that_is_here_is_touched(first: Member, second: Member, jobs_now: DoJobs) -> None:
    here = build.study((first, second), "Murray 2003")
    own = extraction.define_outcome(first, name="Death", kind="dichotomous")
    arms = list(here.arms.values_list("name", flat=True))
    made = taken(first, small(), jobs_now)
    assert list(here.arms.values_list("name", flat=True)) == arms
    assert not Sheet.unblinded.filter(study=here).exists()
    own.refresh_from_db()
    assert str(own) == "Death"
    assert Outcome.objects.filter(review=first.review, name="Death (Aspirin v placebo)").exists()
    assert any("Murray 2003 is a study of this review already" in each for each in made.left_out)


def test_a_takeover_is_taken_back_and_can_be_taken_anew(first: Member, jobs_now: DoJobs) -> None:
    made = taken(first, small(), jobs_now)
    taking.undo_takeover(first, made)
    taking.undo_takeover(first, made)  # a double click
    with pytest.raises(WrongState):
        taking.take_over(first, made)
    jobs_now()
    made.refresh_from_db()
    assert made.state == Takeover.State.UNDONE
    assert list(queries.analyses(first)) == []
    assert not extraction_queries.included_studies(first.review).exists()
    assert not Outcome.objects.filter(review=first.review, dropped_at=None).exists()
    assert Entry.unblinded.filter(taken_from="imported").exists(), "nothing is lost"
    with pytest.raises(WrongState):
        taking.take_over(first, made)
    again = taken(first, small(), jobs_now)
    assert again.pk != made.pk
    assert again.left_out == []
    assert len(queries.shown_analyses(first)) == 1


def test_what_a_colleague_drops_while_a_file_is_taken_back_does_not_stop_it(
    first: Member, jobs_now: DoJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = taken(first, small(outcome(MURRAY, LENZE, number=2, name="Stroke")), jobs_now)
    taking.undo_takeover(first, made)
    real = taking.TAKEN_BACK["analyses"]

    def meanwhile(member: Member, pk: int) -> None:
        real(member, pk)
        for other in queries.analyses(member):
            workflow.drop_analysis(member, other)

    monkeypatch.setitem(taking.TAKEN_BACK, "analyses", meanwhile)
    jobs_now()
    made.refresh_from_db()
    assert made.state == Takeover.State.UNDONE
    assert list(queries.analyses(first)) == []
    job = made.job
    taking.perform_undo(job)  # delivered again
    assert Event.unblinded.filter(verb="analysis.takeover_undone").count() == 1


def test_a_study_with_reports_here_stays_without_the_files_numbers(
    first: Member, second: Member, jobs_now: DoJobs
) -> None:
    made = taken(first, small(), jobs_now)
    study = Study.objects.get(review=first.review, label="Murray 2003")
    extraction.join_report(first, study, build.reports((first, second))[0])
    taking.undo_takeover(first, made)
    jobs_now()
    study.refresh_from_db()
    assert study.dropped_at is None
    assert study.taken_from == ""
    assert extraction_queries.taken_over(first, study) is None


def test_two_authors_can_put_their_own_agreement_in_its_place(first: Member, second: Member, jobs_now: DoJobs) -> None:
    taken(first, small(), jobs_now)
    study, death = Study.objects.get(label="Murray 2003"), Outcome.objects.get(name="Death")
    for author in (first, second):
        build.submitted(
            author, study, build.cells(study, death, {"events": 2, "total": 20}, {"events": 4, "total": 21})
        )
    extraction.reopen_sheet_agreement(first, study)
    extraction.agree_sheet(first, study, {})
    rows = build.agreed_rows(first.review, death)
    assert [row.values["events"] for row in rows if row.study == "Murray 2003"] == [2, 4]
    assert extraction_queries.taken_over(first, study) is None


def test_judgements_of_risk_of_bias_come_along_and_go_again(
    first: Member, second: Member, jobs_now: DoJobs, client: Client
) -> None:
    items = ITEMS.replace("STD-Murray-2003", rm5.id_of("Murray 2003")).replace(
        "STD-Lenze-2020", rm5.id_of("Lenze 2020")
    )
    made = taken(first, with_items(small(), items), jobs_now)
    study = Study.objects.get(review=first.review, label="Murray 2003")
    judged = extraction_queries.taken_over(first, study, Assessment, "rob1")
    assert {key: answer.value for key, answer in judged.answers().items()} == {
        "sequence_generation": "low",
        "blinding_assessment": "high",
    }
    (shown,) = queries.shown_analyses(first)
    biases = {each["label"]: each["bias"] for each in shown.run.result["studies"]}
    assert biases == {"Murray 2003": judged_as(judged), "Lenze 2020": {"sequence_generation": "unclear"}}
    client.force_login(second.user)
    page = client.get(reverse("extraction:bias-agreement", args=[first.review.slug, study.pk, "rob1"])).content.decode()
    assert "These judgements were agreed elsewhere" in page
    assert "Objective: Open" in page
    for kind in ("rm5", "zip"):  # what goes out again is what came in
        sent_on = {each.study: each for each in files.read(exchange.revman_file(first, kind)).bias}
        assert (sent_on["Lenze 2020"].result, sent_on["Lenze 2020"].support) == ("UNKNOWN", "")
        assert sent_on["Murray 2003"].support == "Objective: Open\nReported: Mothers knew"
    taking.undo_takeover(first, made)
    jobs_now()
    assert extraction_queries.taken_over(first, study, Assessment, "rob1") is None
    assert Judgement.unblinded.filter(taken_from="imported").count() == 3, "nothing is lost"


def judged_as(assessment: Assessment) -> dict[str, object]:
    return {key: answer.value for key, answer in assessment.answers().items()}


def test_a_job_that_was_broken_off_goes_on_where_it_stopped(
    first: Member, jobs_now: DoJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = taking.send_takeover(first, [("old.rm5", small())])
    taking.take_over(first, sent)
    real, calls = taking.make_study, []

    def breaks(*args):
        calls.append(args)
        if len(calls) == 2:
            raise BadFile("The disk is full.")
        return real(*args)

    monkeypatch.setattr(taking, "make_study", breaks)
    jobs_now()
    sent.refresh_from_db()
    assert taking.has_failed(sent)
    assert sent.made.keys() == {"outcomes", "studies"}
    taking.take_over(first, sent)
    jobs_now()
    sent.refresh_from_db()
    assert sent.state == Takeover.State.TAKEN
    assert Study.objects.filter(review=first.review).count() == 2
    assert Analysis.objects.filter(review=first.review).count() == 1


def test_sending_twice_and_asking_twice_makes_one(first: Member, jobs_now: DoJobs) -> None:
    one = taking.send_takeover(first, [("old.rm5", small())])
    assert taking.send_takeover(first, [("old.rm5", small())]) == one
    taking.take_over(first, one)
    taking.take_over(first, one)
    jobs_now()
    assert Study.objects.filter(review=first.review).count() == 2


def test_an_observer_may_look_and_not_take(observer: Member, first: Member) -> None:
    with pytest.raises(Refused):
        taking.send_takeover(observer, [("old.rm5", small())])
    sent = taking.send_takeover(first, [("old.rm5", small())])
    with pytest.raises(Refused):
        taking.take_over(observer, sent)


def test_the_pages_show_before_anything_is_made(first: Member, client: Client, jobs_now: DoJobs) -> None:
    client.force_login(first.user)
    slug = first.review.slug
    url = reverse("analysis:takeovers", args=[slug])
    refused = client.post(url, {"file": SimpleUploadedFile("x.rm5", b"<html/>")})
    assert refused.status_code == 422
    assert "no RevMan 5 file" in refused.content.decode()
    assert client.post(url).status_code == 422
    sent = client.post(url, {"file": SimpleUploadedFile("old.rm5", small())}, follow=True)
    page = sent.content.decode()
    assert "2 studies, 1 outcome with 8 numbers, 1 analysis, which run at once." in page
    assert not Study.objects.exists()
    takeover = Takeover.objects.get()
    client.post(reverse("analysis:take-over", args=[slug, takeover.pk]))
    jobs_now()
    page = client.get(reverse("analysis:takeover", args=[slug, takeover.pk])).content.decode()
    assert "What was made" in page
    assert "old.rm5" in client.get(url).content.decode()
    study = client.get(reverse("extraction:study", args=[slug, Study.objects.first().pk])).content.decode()
    assert "Taken over from old.rm5" in study
    text = client.get(reverse("analysis:text-txt", args=[slug])).content.decode()
    assert "2 studies" in text
    assert "old.rm5" in text


def test_an_empty_file_makes_nothing(first: Member, jobs_now: DoJobs) -> None:
    made = taken(first, rm5.write(Review("Empty")), jobs_now)
    assert made.state == Takeover.State.TAKEN
    assert made.made == {}
