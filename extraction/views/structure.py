"""Pages on arms and outcomes."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from extraction import queries, workflow
from extraction.forms import ArmForm, OutcomeForm, TimePointForm
from extraction.models import TimePoint
from extraction.views.studies import study_page, taken
from reviewapp.access import Can, for_member
from reviewapp.models import Member

TIME_IDS = "time_%s"  # of the fields of a time point, which stand on one page with those of an outcome


@require_POST
@for_member(Can.EXTRACT)
def add_arm(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    study = queries.study(member, pk)
    form = ArmForm(request.POST, wholes=queries.whole_arms(study))
    if not taken(form, partial(workflow.add_arm, member, study)):
        return study_page(request, member, pk, form)
    return redirect("extraction:study", member.review.slug, pk)


@require_http_methods(["GET", "POST"])
@for_member(Can.EXTRACT)
def change_arm(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    arm = queries.arm(member, pk)
    form = ArmForm(request.POST or None, instance=arm, wholes=queries.whole_arms(arm.study))
    if taken(form, partial(workflow.change_arm, member, arm)):
        return redirect("extraction:study", member.review.slug, arm.study_id)
    context = {"member": member, "study": arm.study, "form": form, "title": f"Change an arm of {arm.study}"}
    return render(request, "extraction/change.html", context, status=422 if form.is_bound else 200)


@require_POST
@for_member(Can.EXTRACT)
def drop_arm(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    arm = queries.arm(member, pk)
    workflow.drop_arm(member, arm)
    return redirect("extraction:study", member.review.slug, arm.study_id)


@require_POST
@for_member(Can.EXTRACT)
def restore_arm(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    arm = queries.arm(member, pk)
    workflow.restore_arm(member, arm)
    return redirect("extraction:study", member.review.slug, arm.study_id)


@require_GET
@for_member(Can.READ)
def outcomes(request: HttpRequest, member: Member) -> HttpResponse:
    return outcomes_page(request, member)


def outcomes_page(
    request: HttpRequest, member: Member, form: OutcomeForm | None = None, time_form: TimePointForm | None = None
) -> HttpResponse:
    """Outcomes and time points; form, time_form: one that was not taken, to be corrected."""
    found = list(queries.outcomes(member))
    context = {
        "member": member,
        "outcomes": [outcome for outcome in found if not outcome.dropped_at],
        "dropped": [outcome for outcome in found if outcome.dropped_at],
        "form": form or OutcomeForm(times=queries.standing_times(member)),
        **split(list(queries.time_points(member))),
        "time_form": time_form or TimePointForm(auto_id=TIME_IDS),
    }
    return render(request, "extraction/outcomes.html", context, status=422 if form or time_form else 200)


@require_POST
@for_member(Can.ANALYSE)
def define_outcome(request: HttpRequest, member: Member) -> HttpResponse:
    form = OutcomeForm(request.POST, times=queries.standing_times(member))
    if not taken(form, partial(workflow.define_outcomes, member)):
        return outcomes_page(request, member, form)
    return redirect("extraction:outcomes", member.review.slug)


@require_http_methods(["GET", "POST"])
@for_member(Can.ANALYSE)
def change_outcome(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    outcome = queries.outcome(member, pk)
    title = f"Change {outcome}"  # a form that is looked through writes what was typed into the outcome
    form = OutcomeForm(request.POST or None, instance=outcome, times=queries.standing_times(member))
    if taken(form, partial(workflow.change_outcome, member, outcome)):
        return redirect("extraction:outcomes", member.review.slug)
    context = {"member": member, "form": form, "title": title}
    return render(request, "extraction/change.html", context, status=422 if form.is_bound else 200)


@require_POST
@for_member(Can.ANALYSE)
def drop_outcome(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.drop_outcome(member, queries.outcome(member, pk))
    return redirect("extraction:outcomes", member.review.slug)


@require_POST
@for_member(Can.ANALYSE)
def restore_outcome(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.restore_outcome(member, queries.outcome(member, pk))
    return redirect("extraction:outcomes", member.review.slug)


def split(found: list[TimePoint]) -> dict[str, list[TimePoint]]:
    """The time points that stand, and those that were dropped."""
    return {
        "times": [each for each in found if not each.dropped_at],
        "dropped_times": [each for each in found if each.dropped_at],
    }


@require_POST
@for_member(Can.ANALYSE)
def add_time_point(request: HttpRequest, member: Member) -> HttpResponse:
    form = TimePointForm(request.POST, auto_id=TIME_IDS)
    if not taken(form, partial(workflow.add_time_point, member)):
        return outcomes_page(request, member, time_form=form)
    return redirect("extraction:outcomes", member.review.slug)


@require_http_methods(["GET", "POST"])
@for_member(Can.ANALYSE)
def change_time_point(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    time = queries.time_point(member, pk)
    title = f"Change {time.name}"
    form = TimePointForm(request.POST or None, instance=time)
    if taken(form, partial(workflow.change_time_point, member, time)):
        return redirect("extraction:outcomes", member.review.slug)
    context = {"member": member, "form": form, "title": title}
    return render(request, "extraction/change.html", context, status=422 if form.is_bound else 200)


@require_POST
@for_member(Can.ANALYSE)
def drop_time_point(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.drop_time_point(member, queries.time_point(member, pk))
    return redirect("extraction:outcomes", member.review.slug)


@require_POST
@for_member(Can.ANALYSE)
def restore_time_point(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.restore_time_point(member, queries.time_point(member, pk))
    return redirect("extraction:outcomes", member.review.slug)
