"""What waits for me, in all my reviews and in this one? The roof: it sees every floor, and no floor sees it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from reviewapp import forms, queries, workflow
from reviewapp.access import Can, for_member
from reviewapp.models import Member
from reviewapp.queries import Step
from screening import queries as screening


def steps(member: Member) -> list[Step]:
    """The path of a review, from search to flow diagram."""
    return screening.steps(member)


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
    context = {
        "member": member,
        "path": [step for step in found if step.on_path],
        "mine": [step for step in found if step.mine],
    }
    return render(request, "reviewapp/review_home.html", context)


@require_GET
@for_member(Can.READ)
def waiting(request: HttpRequest, member: Member) -> HttpResponse:
    """What waits for this member in one review: a fragment of the cards on the home page."""
    return render(request, "reviewapp/_waiting.html", {"member": member, "mine": [s for s in steps(member) if s.mine]})


@require_http_methods(["GET", "POST"])
@login_required
def new_review(request: HttpRequest) -> HttpResponse:
    form = forms.NewReview(request.POST or None)
    if form.is_valid():
        owner = workflow.create_review(request.user, **form.cleaned_data)
        return redirect("review-home", owner.review.slug)
    return render(request, "reviewapp/new_review.html", {"form": form})
