"""What does the screening desk do? Vote, undo, note, and the next citation."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import Stale
from reviewapp.models import Member, Stage
from screening import queries, workflow
from screening.forms import AnswerForm, NoteForm
from screening.models import Answer, Citation
from screening.views.common import PAGE, cleaned

LONGEST_LOOK = 30 * 60  # seconds; longer than that nobody was looking


@require_GET
@for_member(Can.SCREEN)
def desk(request: HttpRequest, member: Member, stage: str, pk: int | None = None) -> HttpResponse:
    waiting = queries.queue(member, stage)
    found = queries.citation(member, pk) if pk else waiting.first()
    return show_desk(request, member, stage, found)


def show_desk(request: HttpRequest, member: Member, stage: str, citation: Citation | None) -> HttpResponse:
    """The desk with this citation on it, or with the word that nothing waits."""
    context: dict[str, Any] = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "full_text": stage == Stage.FULL_TEXT,
        "citation": citation,
        "progress": queries.progress(member, stage),
        "last": queries.last_vote(member, stage),
        "now": time.time(),
    }
    if citation:
        context |= {
            "own": queries.own_vote(member, citation, stage),
            "sources": queries.sources(citation),
            "place": next(place for place in queries.places(member, citation) if place.stage == stage),
            "report": queries.report_of(citation),
            "reasons": queries.reasons(member),
            "note_form": NoteForm(),
        }
    return render(request, "screening/_desk.html" if request.htmx else "screening/desk.html", context)


def next_after(member: Member, stage: str, pk: int) -> Citation | None:
    """The next citation that waits, from here on and then from the beginning."""
    waiting = queries.queue(member, stage)
    return waiting.filter(pk__gt=pk).first() or waiting.first()


@require_POST
@for_member(Can.SCREEN)
def vote(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    form = cleaned(AnswerForm(member, stage, request.POST))
    seconds = time.time() - form["shown"] if form["shown"] else None
    if seconds is not None and not 0 < seconds < LONGEST_LOOK:
        seconds = None
    try:
        workflow.vote(member, found, stage, form["answer"], reason=form["reason"], seconds=seconds)
        messages.success(request, f"{Answer(form['answer']).label}: {found.title[:80] or 'no title'}")
    except Stale as told:  # another member was faster: nothing to mend, the next one is what is wanted
        messages.warning(request, f"{told.message} {told.todo}")
    return onward(request, member, stage, next_after(member, stage, pk))


def onward(request: HttpRequest, member: Member, stage: str, citation: Citation | None) -> HttpResponse:
    """After an act at the desk: the next citation, swapped in or by redirect."""
    if request.htmx:
        return show_desk(request, member, stage, citation)
    if citation:
        return redirect("screening:desk-at", member.review.slug, stage, citation.pk)
    return redirect("screening:desk", member.review.slug, stage)


@require_POST
@for_member(Can.SCREEN)
def undo(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    last = queries.last_vote(member, stage)
    if last is None:
        raise Stale("You have no vote at this stage that could be taken back.")
    workflow.withdraw_vote(member, last.citation, stage)
    messages.info(request, "Your last vote is taken back.")
    return onward(request, member, stage, last.citation)


@require_POST
@for_member(Can.SCREEN)
def withdraw_vote(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    workflow.withdraw_vote(member, found, stage)
    messages.info(request, "Your vote is taken back.")
    return onward(request, member, stage, found)


@require_GET
@for_member(Can.SCREEN)
def own_votes(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    found = queries.own_votes(member).filter(stage=stage).select_related("citation", "reason").order_by("-at", "-pk")
    page = Paginator(found.defer("citation__abstract"), PAGE).get_page(request.GET.get("page"))
    context = {"member": member, "stage": stage, "label": Stage(stage).label, "page": page}
    return render(request, "screening/own_votes.html", context)


@require_POST
@for_member(Can.SCREEN)
def note(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    workflow.add_note(member, found, stage, cleaned(NoteForm(request.POST))["text"])
    return onward(request, member, stage, found)


@require_POST
@for_member(Can.SCREEN)
def withdraw_note(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.own_note(member, pk)
    workflow.withdraw_note(member, found)
    return redirect("screening:desk-at", member.review.slug, found.stage, found.citation_id)
