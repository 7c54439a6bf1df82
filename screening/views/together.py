"""What do the pages do on which those who voted settle a conflict together, and the thread on it?"""

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
from screening.forms import AnswerForm, RemarkForm
from screening.models import Answer
from screening.queries.conflicts import own_remark, settled_together, thread, to_settle_together, voters
from screening.views.common import PAGE, Kept, cleaned, kept


@require_GET
@for_member(Can.SCREEN)
def together(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "page": Paginator(to_settle_together(member, stage).defer("abstract"), PAGE).get_page(request.GET.get("page")),
        "settled": settled_together(member, stage)[:20],
    }
    return render(request, "screening/together.html", context)


@require_GET
@for_member(Can.SCREEN)
def together_at(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    return show(request, member, stage, pk)


def show(request: HttpRequest, member: Member, stage: str, pk: int, refused: Kept | None = None) -> HttpResponse:
    """The page of one conflict; refused: an answer that was not taken, such as an exclusion without a reason."""
    found = queries.citation(member, pk)
    if not to_settle_together(member, stage).filter(pk=pk).exists():
        messages.info(request, "That citation is not yours to settle together with others.")
        return redirect("screening:together", member.review.slug, stage)
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "full_text": stage == Stage.FULL_TEXT,
        "citation": found,
        "sources": queries.sources(found),
        "report": queries.report_of(found),
        "voters": voters(member, found, stage),
        "notes": queries.notes_to_settle(member, found, stage),
        "thread": thread(member, found, stage),
        "reasons": queries.reasons(member),
        "terms": queries.marker(member),
        "refused": refused,
    }
    return render(request, "screening/together_at.html", context, status=422 if refused else 200)


@require_POST
@for_member(Can.SCREEN)
def propose(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    try:
        form = cleaned(AnswerForm(member, stage, request.POST))
        workflow.propose(member, found, stage, form["answer"], reason=form["reason"])
    except BadInput as told:
        return show(request, member, stage, pk, kept(request, told))
    if to_settle_together(member, stage).filter(pk=pk).exists():
        messages.info(request, "Your answer is kept. It is settled once all who voted give the same.")
        return redirect("screening:together-at", member.review.slug, stage, pk)
    messages.success(request, f"Settled together: {Answer(form['answer']).label.lower()}.")
    return redirect("screening:together", member.review.slug, stage)


@require_POST
@for_member(Can.SCREEN)
def withdraw_proposal(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    workflow.withdraw_proposal(member, queries.citation(member, pk), stage)
    messages.info(request, "Your answer is taken back: the conflict is open.")
    return redirect("screening:together-at", member.review.slug, stage, pk)


# --- the thread -------------------------------------------------------------------------------------------------


@require_POST
@for_member(Can.READ)
def discuss(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    workflow.discuss(member, found, stage, cleaned(RemarkForm(request.POST))["text"])
    return back_to_conflict(member, stage, pk)


@require_POST
@for_member(Can.READ)
def withdraw_remark(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    remark = own_remark(member, pk)
    workflow.withdraw_remark(member, remark)
    return back_to_conflict(member, remark.stage, remark.citation_id)


def back_to_conflict(member: Member, stage: str, pk: int) -> HttpResponse:
    """To the page on which the member sees the thread: that of the conflict, or the citation's where it is settled."""
    for name, open_to_me in (
        ("screening:conflict", queries.conflicts(member, stage)),
        ("screening:together-at", to_settle_together(member, stage)),
    ):
        if open_to_me.filter(pk=pk).exists():
            return redirect(name, member.review.slug, stage, pk)
    return redirect("screening:citation", member.review.slug, pk)
