"""What waits for me, in all my reviews and in this one? The roof: it sees every floor, and no floor sees it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from analysis import queries as analysis
from analysis import workflow as planning
from analysis.forms import measures_by_kind
from analysis.measures import measure
from analysis.models import Analysis
from extraction import queries as extraction
from extraction import workflow as defining
from extraction.models import Outcome
from reviewapp import queries, workflow
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.forms import NewReview
from reviewapp.models import Member, User
from reviewapp.queries import Step
from reviewapp.signed_out import signed_in
from screening import queries as screening


def steps(member: Member) -> list[Step]:
    """The path of a review, from search to flow diagram."""
    return [*screening.steps(member), *extraction.steps(member), *analysis.steps(member)]


def for_me(member: Member, found: Iterable[Step]) -> list[Step]:
    """What of it waits for this member. In a closed review nothing does."""
    return [step for step in found if step.mine] if member.review.is_open else []


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """My reviews; for who is not signed in, what this is."""
    if not request.user.is_authenticated:
        return render(request, "reviewapp/landing.html")
    return render(request, "reviewapp/home.html", {"memberships": queries.memberships(request.user)})


@require_GET
@for_member(Can.READ)
def review_home(request: HttpRequest, member: Member) -> HttpResponse:
    """One review: first what waits for this member, then its path."""
    found = steps(member)
    context = {"member": member, "path": [step for step in found if step.on_path], "mine": for_me(member, found)}
    return render(request, "reviewapp/review_home.html", context)


@require_GET
@for_member(Can.READ)
def waiting(request: HttpRequest, member: Member) -> HttpResponse:
    """What waits for this member in one review: a fragment of the cards on the home page."""
    return render(request, "reviewapp/_waiting.html", {"member": member, "mine": for_me(member, steps(member))})


# --- a new review, with the analyses planned in its protocol ---------------------------------------------------


class PlannedAnalysis(forms.Form):
    """One row of the plan: an outcome, and how it is to be pooled. The kind of the outcome follows from the measure."""

    outcome = forms.CharField(max_length=200, required=False)
    time_point = forms.CharField(max_length=120, required=False)
    measure = forms.ChoiceField(choices=measures_by_kind)
    model = forms.ChoiceField(choices=Analysis.Model.choices, initial=Analysis.Model.RANDOM)


Plan = forms.formset_factory(PlannedAnalysis, extra=3, max_num=40, absolute_max=40)


@require_http_methods(["GET", "POST"])
@signed_in
def new_review(request: HttpRequest) -> HttpResponse:
    """Start a review. The button for more rows of the plan sends the page to itself, so it works without script."""
    form, plan = NewReview(request.POST or None), Plan(request.POST or None, prefix="plan")
    if "more" in request.POST:
        typed = [each.cleaned_data for each in plan if each.is_valid() and each.cleaned_data]
        form, plan = NewReview(initial={"is_author": False, **request.POST.dict()}), Plan(prefix="plan", initial=typed)
    elif form.is_valid() and plan.is_valid():
        try:
            owner = create(request.user, form.cleaned_data, plan.cleaned_data)
        except BadInput as error:
            form.add_error(None, f"{error.message} {error.todo}")
        else:
            return redirect("review-home", owner.review.slug)
    context = {"form": form, "plan": plan}
    refused = bool(form.errors or any(plan.errors))
    return render(request, "reviewapp/new_review.html", context, status=422 if refused else 200)


def just_started(user: User, protocol: dict[str, Any]) -> Member | None:
    """The review that this person started a moment ago with the same title and question: the form was sent twice."""
    same = queries.memberships(user).filter(
        review__title=protocol["title"],
        review__question=protocol["question"],
        review__created_at__gte=timezone.now() - timedelta(seconds=30),
    )
    return same.first()


def create(user: User, protocol: dict[str, Any], plan: Iterable[dict[str, str]]) -> Member:
    """A review with its protocol, its outcomes and its analyses, or none of it. Raises BadInput."""
    outcomes: dict[tuple[str, str], Outcome] = {}
    with transaction.atomic():
        workflow.lock_user(user)  # of two clicks the second waits for the first
        twin = just_started(user, protocol)
        if twin:
            return twin
        owner = workflow.create_review(user, **protocol)
        for row in plan:
            if not row.get("outcome"):
                continue
            key, of = (row["outcome"], row["time_point"]), measure(row["measure"])
            if key not in outcomes:
                outcomes[key] = defining.define_outcome(owner, name=key[0], kind=of.answers.kind, time_point=key[1])
            fixed = row["model"] == Analysis.Model.FIXED  # where Mantel-Haenszel is the usual way for events
            method = Analysis.Method.MH if fixed and Analysis.Method.MH in of.weights else Analysis.Method.IV
            planning.plan(owner, outcomes[key], measure=row["measure"], method=method, model=row["model"])
    return owner
