"""What do the pages of conflicts do?"""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member, Stage
from screening import queries, workflow
from screening.forms import AnswerForm
from screening.models import Answer
from screening.queries.conflicts import in_sight, thread
from screening.views.common import PAGE, Kept, cleaned, kept


@require_GET
@for_member(Can.ARBITRATE)
def conflicts(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    found = queries.conflicts(member, stage).defer("abstract")
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "settled": queries.settled_by(member, stage)[:20],
    }
    return render(request, "screening/conflicts.html", context)


@require_GET
@for_member(Can.ARBITRATE)
def conflict(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    return show(request, member, stage, pk)


def show(request: HttpRequest, member: Member, stage: str, pk: int, refused: Kept | None = None) -> HttpResponse:
    """The page of one conflict; refused: a decision that was not taken, such as an exclusion without a reason."""
    found = queries.one(queries.conflicts(member, stage), pk=pk)
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "full_text": stage == Stage.FULL_TEXT,
        "citation": found,
        "sources": queries.sources(found),
        "report": queries.report_of(found),
        "votes": queries.votes_to_settle(member, found, stage),
        "thread": thread(member, found, stage),
        "open": in_sight(member, found, stage),
        "notes": queries.notes_to_settle(member, found, stage),
        "reasons": queries.reasons(member),
        "left": queries.conflicts(member, stage).count(),
        "terms": queries.marker(member),
        "refused": refused,
    }
    return render(request, "screening/conflict.html", context, status=422 if refused else 200)


@require_POST
@for_member(Can.ARBITRATE)
def resolve(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    try:
        form = cleaned(AnswerForm(member, stage, request.POST))
        workflow.resolve(member, found, stage, form["answer"], reason=form["reason"], comment=form["comment"])
    except BadInput as told:
        return show(request, member, stage, pk, kept(request, told))
    messages.success(request, f"Settled: {Answer(form['answer']).label.lower()}.")
    after = queries.conflicts(member, stage).filter(pk__gt=pk).first() or queries.conflicts(member, stage).first()
    if after:
        return redirect("screening:conflict", member.review.slug, stage, after.pk)
    return redirect("screening:conflicts", member.review.slug, stage)


@require_POST
@for_member(Can.ARBITRATE)
def withdraw_resolution(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    workflow.withdraw_resolution(member, queries.citation(member, pk), stage)
    messages.info(request, "Your resolution is taken back: the conflict is open again.")
    return redirect("screening:conflicts", member.review.slug, stage)
