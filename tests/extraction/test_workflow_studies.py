"""Reports become studies: made, joined, split, dropped, and each of it undone."""

from __future__ import annotations

import pytest

from extraction import queries, workflow
from extraction.models import Study, StudyReport
from reviewapp.errors import BadInput, NotHere, Refused, WrongState
from reviewapp.models import Event, Member
from screening import workflow as screening
from tests import build as ground
from tests.extraction import build

pytestmark = pytest.mark.django_db
Pair = tuple[Member, Member]


def reports_of(study: Study) -> set[int]:
    return set(StudyReport.objects.filter(study=study, undone_at=None).values_list("citation", flat=True))


def test_a_study_is_called_by_the_author_and_year_of_its_earliest_report(first: Member, pair: Pair) -> None:
    later, earlier = build.reports(pair, 2)[::-1]
    study = workflow.make_study(first, "", [later, earlier])
    assert study.label == f"Author1 {earlier.year}"
    assert reports_of(study) == {earlier.pk, later.pk}


def test_a_second_study_of_the_same_author_and_year_gets_a_letter(first: Member, pair: Pair) -> None:
    one, two = build.reports(pair, 2)
    workflow.make_study(first, f"{two.first_author} {two.year}", [one])
    assert workflow.make_study(first, "", [two]).label == f"{two.first_author} {two.year}b"


def test_a_label_is_given_once(first: Member, pair: Pair) -> None:
    one, two = build.reports(pair, 2)
    workflow.make_study(first, "Murray 2003", [one])
    with pytest.raises(BadInput, match="Another study is called Murray 2003"):
        workflow.make_study(first, "Murray 2003", [two])
    with pytest.raises(BadInput, match="1 to 120"):
        workflow.make_study(first, "M" * 121, [two])


def test_a_report_that_is_not_included_makes_no_study(first: Member, pair: Pair) -> None:
    citation = ground.citations(first, 1)[0]
    with pytest.raises(WrongState, match="is not included at full text"):
        workflow.make_study(first, "", [citation])


def test_a_report_tells_of_one_study(first: Member, study: Study, pair: Pair) -> None:
    report = StudyReport.objects.get(study=study).citation
    with pytest.raises(WrongState, match="already a report of Murray 2003"):
        workflow.make_study(first, "Cooper 2003", [report])


def test_a_study_without_reports_is_refused(first: Member) -> None:
    with pytest.raises(BadInput, match="at least one report"):
        workflow.make_study(first, "Murray 2003", [])


def test_a_report_of_another_review_is_not_there(pair: Pair) -> None:
    stranger = ground.review(owner=ground.user("Strange Owner"), is_author=True, title="Another review")
    with pytest.raises(NotHere):
        workflow.make_study(stranger, "", build.reports(pair))


def test_observers_and_owners_who_are_no_authors_make_no_studies(owner: Member, observer: Member, pair: Pair) -> None:
    found = build.reports(pair)
    for member in (owner, observer):
        with pytest.raises(Refused):
            workflow.make_study(member, "", found)


def test_a_report_is_joined_and_split_off_and_joined_again(first: Member, study: Study, pair: Pair) -> None:
    report = build.reports(pair)[0]
    workflow.join_report(first, study, report)
    workflow.join_report(first, study, report)  # pressed twice: still one link
    assert report.pk in reports_of(study)
    workflow.split_report(first, study, report)
    assert list(queries.reports_without_study(first)) == [report]
    workflow.join_report(first, study, report)
    assert len(reports_of(study)) == 2
    assert StudyReport.objects.filter(citation=report).count() == 2  # the first link is kept, undone


def test_the_last_report_stays_with_its_study(first: Member, study: Study) -> None:
    report = StudyReport.objects.get(study=study).citation
    with pytest.raises(WrongState, match="only report"):
        workflow.split_report(first, study, report)


def test_a_report_of_another_study_is_not_split_off_here(first: Member, study: Study, pair: Pair) -> None:
    with pytest.raises(NotHere):
        workflow.split_report(first, study, build.reports(pair)[0])


def test_a_dropped_study_frees_its_reports_and_comes_back_with_them(first: Member, study: Study) -> None:
    before = reports_of(study)
    workflow.drop_study(first, study)
    assert not queries.studies(first).exists()
    assert {report.pk for report in queries.reports_without_study(first)} == before
    workflow.restore_study(first, study)
    assert reports_of(study) == before


def test_a_report_that_went_to_another_study_meanwhile_stays_there(first: Member, study: Study, pair: Pair) -> None:
    kept = build.reports(pair)[0]
    workflow.join_report(first, study, kept)
    workflow.drop_study(first, study)
    other = workflow.make_study(first, "Cooper 2003", [kept])
    workflow.restore_study(first, study)
    assert reports_of(other) == {kept.pk}
    assert kept.pk not in reports_of(study)


def test_a_dropped_study_whose_label_was_given_away_is_not_restored_in_silence(first: Member, study: Study) -> None:
    workflow.drop_study(first, study)
    workflow.make_study(first, "Murray 2003", list(queries.reports_without_study(first)))
    with pytest.raises(BadInput, match="Another study is called Murray 2003"):
        workflow.restore_study(first, study)


def test_nothing_is_done_to_a_dropped_study(first: Member, study: Study, pair: Pair) -> None:
    workflow.drop_study(first, study)
    for act in (
        lambda: workflow.start_sheet(first, study),
        lambda: workflow.change_study(first, study, label="Cooper 2003"),
        lambda: workflow.add_arm(first, study, name="C", role="control"),
        lambda: workflow.drop_study(first, study),
    ):
        with pytest.raises(WrongState, match="has been dropped"):
            act()


def test_a_label_and_a_note_change_with_what_stood_before_in_the_trail(first: Member, study: Study) -> None:
    workflow.change_study(first, study, label="Cooper 2003", note="Two papers")
    study.refresh_from_db()
    assert (study.label, study.note) == ("Cooper 2003", "Two papers")
    event = Event.blind.for_member(first).get(verb="extraction.study_changed")
    assert event.facts["before"] == {"label": "Murray 2003", "note": ""}
    workflow.change_study(first, study, label="Cooper 2003")
    assert Event.blind.for_member(first).filter(verb="extraction.study_changed").count() == 1


def test_a_study_whose_report_is_excluded_after_all_drops_out_of_view_and_comes_back(
    first: Member, study: Study
) -> None:
    report = StudyReport.objects.get(study=study).citation
    reason = first.review.exclusion_reasons.first()
    screening.vote(first, report, "full_text", "exclude", reason=reason)
    assert not queries.included_studies(first.review).exists()
    assert queries.study(first, study.pk).counts is False
    screening.vote(first, report, "full_text", "include")
    assert list(queries.included_studies(first.review)) == [study]
