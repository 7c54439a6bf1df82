"""Do exclusion reasons serve a team: one order, names that can be changed, merges that counts follow, and a way back from each?"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis import queries as analysis
from reviewapp import jobs
from reviewapp.errors import BadInput, NotHere, Refused, Stale, WrongState
from reviewapp.models import Event, ExclusionReason
from reviewapp.workflow import amend_protocol, set_reasons
from screening import queries, workflow
from screening.models import Standing, Vote
from screening.workflow import resettling
from tests import build
from tests.screening.test_views import sign_in

pytestmark = pytest.mark.django_db
FT = "full_text"


@pytest.fixture
def reports(owner, first, second):
    """Three citations at full text."""
    found = build.citations(owner, 3)
    for citation in found:
        build.at_full_text((first, second), owner, citation)
    return found


@pytest.fixture
def population(review):
    return review.exclusion_reasons.get(text="Wrong population")


@pytest.fixture
def comparison(review):
    return review.exclusion_reasons.get(text="Wrong comparison")


@pytest.fixture
def randomised(review):
    return review.exclusion_reasons.get(text="Not randomised")


def stands(citation) -> tuple[str, str]:
    standing = Standing.objects.select_related("reason").get(citation=citation, stage=FT)
    return standing.state, standing.reason.text if standing.reason else ""


def exclude(member, citation, reason) -> None:
    workflow.vote(member, citation, FT, "exclude", reason=reason)


def listed(owner) -> list[str]:
    return [each.text for each in queries.reasons(owner)]


def undo_last(owner) -> None:
    workflow.undo_reason_change(owner, queries.reason_changes(owner).filter(can_undo=True).first())


# --- the list ---------------------------------------------------------------------------------------------------


def test_a_renamed_reason_is_so_called_wherever_it_was_chosen_and_the_trail_keeps_the_old_name(
    owner, first, reports, population
):
    exclude(first, reports[0], population)
    workflow.rename_reason(owner, population, "Not on infants")
    assert str(Vote.unblinded.get(stage=FT).reason) == "Not on infants"
    renamed = Event.unblinded.get(verb="screening.reason_renamed")
    assert (renamed.facts["before"], renamed.facts["after"]) == (
        {"text": "Wrong population"},
        {"text": "Not on infants"},
    )


def test_no_two_reasons_have_one_name_whatever_the_capitals(owner, population, comparison):
    for text in ("wrong COMPARISON", "  Wrong   comparison "):
        with pytest.raises(BadInput, match="is there already"):
            workflow.rename_reason(owner, population, text)
        with pytest.raises(BadInput, match="is there already"):
            workflow.add_reason(owner, text)
    workflow.retire_reason(owner, comparison)
    with pytest.raises(BadInput, match="off the list"):
        workflow.add_reason(owner, "Wrong comparison")
    with pytest.raises(BadInput, match="empty"):
        workflow.add_reason(owner, "  ")
    with pytest.raises(BadInput, match="at most 200"):
        workflow.add_reason(owner, "x" * 201)


def test_reasons_change_places_and_the_ends_stay(owner, population, randomised):
    workflow.move_reason(owner, randomised, up=True)
    assert listed(owner)[2:] == ["Not randomised", "Wrong comparison"]
    workflow.move_reason(owner, population, up=True)
    assert listed(owner)[0] == "Wrong population"
    workflow.add_reason(owner, "Published too late")
    assert listed(owner)[-1] == "Published too late"


def test_a_list_that_somebody_else_changed_meanwhile_is_not_put_in_order(owner, review):
    order = [each.pk for each in queries.reasons(owner)]
    workflow.add_reason(owner, "Published too late")
    with pytest.raises(Stale):
        workflow.order_reasons(owner, order[::-1])


def test_a_retired_reason_cannot_be_chosen_and_stays_where_it_was_chosen(owner, first, second, reports, population):
    build.agreed((first, second), reports[0], FT, "exclude", reason=population)
    workflow.retire_reason(owner, population)
    assert stands(reports[0]) == ("exclude", "Wrong population")
    population.refresh_from_db()
    with pytest.raises(BadInput, match="not in the review's list"):
        exclude(first, reports[1], population)
    workflow.restore_reason(owner, population)
    assert listed(owner)[0] == "Wrong population"


def test_only_owners_change_the_list_and_only_of_their_review(owner, first, population):
    for verb in (workflow.retire_reason, workflow.restore_reason):
        with pytest.raises(Refused):
            verb(first, population)
    stranger = build.review(owner=build.user("Stranger"), title="Another")
    with pytest.raises(NotHere):
        workflow.rename_reason(stranger, population, "Mine")


# --- merging ----------------------------------------------------------------------------------------------------


def test_counts_follow_a_merge_and_votes_keep_what_was_chosen(
    owner, first, second, reports, population, comparison, randomised
):
    build.agreed((first, second), reports[0], FT, "exclude", reason=population)
    build.agreed((first, second), reports[1], FT, "exclude", reason=comparison)
    workflow.merge_reason(owner, population, comparison)
    assert stands(reports[0]) == ("exclude", "Wrong comparison")
    assert Vote.unblinded.standing().filter(citation=reports[0], stage=FT, reason=population).count() == 2
    counts = analysis.flow(owner).counts
    assert counts.get(f"dbr_reason:{comparison.pk}").n == 2
    assert analysis.flow(owner).breaches == ()
    workflow.merge_reason(owner, comparison, randomised)
    assert stands(reports[0]) == stands(reports[1]) == ("exclude", "Not randomised")


def test_a_conflict_of_two_reasons_ends_when_they_become_one_and_comes_back_when_they_are_parted(
    owner, first, second, reports, population, comparison
):
    exclude(first, reports[0], population)
    exclude(second, reports[0], comparison)
    assert stands(reports[0]) == ("conflict", "")
    workflow.merge_reason(owner, population, comparison)
    assert stands(reports[0]) == ("exclude", "Wrong comparison")
    workflow.restore_reason(owner, population)
    assert stands(reports[0]) == ("conflict", "")


def test_a_resolution_for_a_merged_reason_is_counted_as_what_it_was_merged_into(
    owner, first, second, arbiter, reports, population, comparison
):
    workflow.vote(first, reports[0], FT, "include")
    exclude(second, reports[0], comparison)
    workflow.resolve(arbiter, reports[0], FT, "exclude", reason=population)
    workflow.merge_reason(owner, population, comparison)
    assert stands(reports[0]) == ("exclude", "Wrong comparison")


def test_a_reason_is_not_merged_into_itself_nor_with_one_off_the_list(owner, population, comparison):
    with pytest.raises(BadInput):
        workflow.merge_reason(owner, population, population)
    workflow.retire_reason(owner, comparison)
    with pytest.raises(WrongState):
        workflow.merge_reason(owner, population, comparison)


def test_a_merge_sent_twice_is_one(owner, population, comparison):
    workflow.merge_reason(owner, population, comparison)
    workflow.merge_reason(owner, population, comparison)
    assert Event.unblinded.filter(verb="screening.reason_merged").count() == 1


def test_a_list_written_anew_takes_merges_apart_and_verdicts_follow(
    owner, first, second, reports, population, comparison
):
    build.agreed((first, second), reports[0], FT, "exclude", reason=population)
    workflow.merge_reason(owner, population, comparison)
    set_reasons(owner, build.REASONS)
    assert stands(reports[0]) == ("exclude", "Wrong population")


@pytest.fixture
def many(monkeypatch):
    """As if the three reports of these tests were more than are settled while one waits, and one more than fit in a transaction."""
    monkeypatch.setattr(resettling, "AT_ONCE", 2)
    monkeypatch.setattr(resettling, "BATCH", 2)
    monkeypatch.setattr(jobs, "rows_at_once", lambda few: few)


def test_many_verdicts_follow_a_merge_and_its_undoing_by_a_job(
    owner, first, second, reports, population, comparison, many, jobs_now
):
    for report in reports:
        build.agreed((first, second), report, FT, "exclude", reason=population)
    workflow.merge_reason(owner, population, comparison)
    assert {stands(each) for each in reports} == {("exclude", "Wrong population")}, "until the job comes to them"
    page = sign_in(owner).get(reverse("screening:reasons", args=[owner.review.slug]))
    assert "Verdicts follow the last change" in page.text
    jobs_now()
    assert {stands(each) for each in reports} == {("exclude", "Wrong comparison")}
    assert queries.settling_reasons(owner) is None
    undo_last(owner)
    jobs_now()
    assert {stands(each) for each in reports} == {("exclude", "Wrong population")}


def test_a_merge_that_is_undone_before_its_job_comes_changes_nothing(
    owner, first, second, reports, population, comparison, many, jobs_now
):
    build.agreed((first, second), reports[0], FT, "exclude", reason=population)
    workflow.merge_reason(owner, population, comparison)
    undo_last(owner)
    settled = Event.unblinded.filter(verb="screening.settled").count()
    jobs_now()
    assert stands(reports[0]) == ("exclude", "Wrong population")
    assert Event.unblinded.filter(verb="screening.settled").count() == settled


def test_the_job_counts_reports_and_not_whose_reasons_differ(
    owner, first, second, reports, population, comparison, many
):
    exclude(first, reports[0], population)
    exclude(second, reports[0], comparison)
    workflow.move_reason(owner, comparison, up=True)
    assert queries.settling_reasons(owner).total == 3, "how many votes differ is sealed"


# --- the rule on two reasons ------------------------------------------------------------------------------------


def test_the_rule_on_reasons_settles_again_what_has_its_votes_and_back(
    owner, first, second, reports, population, comparison, randomised
):
    same_group, other_group, with_include = reports
    for reason in (population, randomised):
        workflow.group_reason(owner, reason, "Design")
    exclude(first, same_group, randomised)
    exclude(second, same_group, population)
    exclude(first, other_group, comparison)
    exclude(second, other_group, population)
    workflow.vote(first, with_include, FT, "include")
    exclude(second, with_include, population)
    seen = {}
    for rule in ("strict", "by_group", "ignore", "by_group", "strict"):
        amend_protocol(owner, reason_agreement=rule)
        now = [stands(each) for each in reports]
        assert seen.setdefault(rule, now) == now
    assert seen["strict"] == [("conflict", "")] * 3
    assert seen["by_group"] == [("exclude", "Wrong population"), ("conflict", ""), ("conflict", "")]
    assert seen["ignore"] == [("exclude", "Wrong population"), ("exclude", "Wrong population"), ("conflict", "")]
    assert Vote.unblinded.standing().filter(stage=FT).count() == 6


def test_which_reason_counts_follows_the_order_of_the_list(owner, first, second, reports, population, randomised):
    amend_protocol(owner, reason_agreement="ignore")
    exclude(first, reports[0], randomised)
    exclude(second, reports[0], population)
    assert stands(reports[0]) == ("exclude", "Wrong population")
    workflow.order_reasons(owner, [each.pk for each in queries.reasons(owner)][::-1])
    assert stands(reports[0]) == ("exclude", "Not randomised")


def test_a_group_that_is_set_or_taken_away_settles_again(owner, first, second, reports, population, randomised):
    amend_protocol(owner, reason_agreement="by_group")
    exclude(first, reports[0], randomised)
    exclude(second, reports[0], population)
    assert stands(reports[0])[0] == "conflict", "reasons without a group are in no common one"
    for reason in (population, randomised):
        workflow.group_reason(owner, reason, "Design")
    assert stands(reports[0])[0] == "exclude"
    workflow.group_reason(owner, population, "")
    assert stands(reports[0])[0] == "conflict"


# --- undo -------------------------------------------------------------------------------------------------------


def test_each_change_of_the_list_is_undone_and_the_undoing_too(owner, population, comparison, randomised):
    def picture() -> list[tuple]:
        return list(ExclusionReason.objects.values_list("text", "group", "merged_into", "position"))

    changes = [
        lambda: workflow.rename_reason(owner, population, "Not on infants"),
        lambda: workflow.group_reason(owner, population, "People"),
        lambda: workflow.retire_reason(owner, population),
        lambda: workflow.restore_reason(owner, population),
        lambda: workflow.merge_reason(owner, population, comparison),
        lambda: workflow.restore_reason(owner, population),
        lambda: workflow.move_reason(owner, randomised, up=True),
    ]
    for change in changes:
        before = (picture(), listed(owner))
        change()
        after = (picture(), listed(owner))
        assert after != before
        undo_last(owner)
        assert (picture(), listed(owner)) == before
        undo_last(owner)
        assert (picture(), listed(owner)) == after


def test_a_change_on_which_a_later_one_rests_is_not_undone_before_it(owner, population):
    workflow.rename_reason(owner, population, "One")
    workflow.rename_reason(owner, population, "Two")
    earlier = Event.unblinded.filter(verb="screening.reason_renamed").first()
    assert not queries.reason_change(owner, earlier.pk).can_undo
    with pytest.raises(Stale):
        workflow.undo_reason_change(owner, earlier)


def test_an_added_reason_is_taken_off_the_list_by_undo(owner):
    workflow.add_reason(owner, "Published too late")
    undo_last(owner)
    assert "Published too late" not in listed(owner)


def test_a_list_written_anew_parts_what_was_merged(owner, population, comparison):
    workflow.merge_reason(owner, population, comparison)
    set_reasons(owner, build.REASONS)
    population.refresh_from_db()
    assert population.merged_into is None


# --- the page ---------------------------------------------------------------------------------------------------


def test_the_page_takes_as_many_queries_for_many_reasons_as_for_few(owner):
    client, url = sign_in(owner), reverse("screening:reasons", args=[owner.review.slug])
    counts = []
    for n in range(2):
        for number in range(n * 3):
            made = workflow.add_reason(owner, f"Reason {number}")
            workflow.retire_reason(owner, made)
        workflow.rename_reason(owner, owner.review.exclusion_reasons.first(), f"First {n}")
        with CaptureQueriesContext(connection) as told:
            assert client.get(url).status_code == 200
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_an_owner_keeps_the_list_on_its_page_and_others_read_it(owner, first, population, comparison):
    client, slug = sign_in(owner), owner.review.slug

    def post(name: str, pk: int | None = None, **fields: object) -> int:
        args = [slug] if pk is None else [slug, pk]
        return client.post(reverse(f"screening:{name}", args=args), fields).status_code

    assert post("add-reason", text="Published too late", group="") == 302
    assert post("change-reason", population.pk, text="Not on infants", group="People") == 302
    assert post("move-reason", comparison.pk, to="up") == 302
    assert post("merge-reason", comparison.pk, into=population.pk) == 302
    assert post("merge-reason", population.pk, into=comparison.pk) == 422
    told = sign_in(first).get(reverse("screening:reasons", args=[slug])).content.decode()
    assert "counted as “Not on infants”" in told
    assert "Add a reason" not in told
    assert post("restore-reason", comparison.pk) == 302
    assert post("retire-reason", comparison.pk) == 302
    newest = queries.reason_changes(owner).first()
    assert post("undo-reason", newest.pk) == 302
    assert "Wrong comparison" in listed(owner)
