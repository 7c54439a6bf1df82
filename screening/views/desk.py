"""What does the screening desk do? Vote, undo, note, and the next citation."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import Stale
from reviewapp.middleware import wants_json
from reviewapp.models import Member, Stage
from screening import queries, workflow
from screening.forms import ActForm, AheadForm, AnswerForm, NoteForm, WishForm
from screening.models import Answer, Citation
from screening.queries.gate import gate
from screening.queries.sharing import is_calibrating
from screening.views.common import PAGE, cleaned, named

LONGEST_LOOK = 30 * 60  # seconds; longer than that nobody was looking


@require_GET
@for_member(Can.SCREEN)
def desk(request: HttpRequest, member: Member, stage: str, pk: int | None = None) -> HttpResponse:
    return show_desk(request, member, stage, queries.citation(member, pk) if pk else None)


SIZES = (25, 50, 100)


@require_GET
@for_member(Can.SCREEN)
def many(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    """A page of what waits, in the member's order, each with its vote beside it; on the last page also what they put off."""
    wish, asked = wish_of(request, member), cleaned(AheadForm(request.GET))
    size = asked["size"] if asked["size"] in SIZES else SIZES[0]
    found = queries.ahead(member, stage, wish, after=asked["after"] or 0, count=size + 1, around=False)
    goes_on = len(found) > size
    shown = found[:size] if goes_on else found + queries.by_number(queries.waiting_later(member, stage, wish)[:size])
    kept = [(name, value) for name, value in request.GET.items() if name not in ("size", "after", "count", "skip")]
    more = {**dict(kept), "size": size, "after": shown[-1].pk} if goes_on else None
    context = {
        **for_desk(request, member, stage, wish),
        "cards": queries.cards(member, stage, shown),
        "matching": counted(member, stage, wish),
        "sizes": SIZES,
        "size": size,
        "after": asked["after"],
        "kept": kept,
        "next": urlencode(more) if more else "",
    }
    return render(request, "screening/list.html", context)


def show_desk(request: HttpRequest, member: Member, stage: str, citation: Citation | None = None) -> HttpResponse:
    """The desk with this citation on it, or else the next that waits, or the word that none does."""
    wish = wish_of(request, member)
    if citation:
        found, matching = [citation], counted(member, stage, wish)
    else:
        ids = queries.numbers(member, stage, wish, count=MOST_MATCHING if wish else 1)
        found, matching = queries.by_number(ids[:1]), len(ids)
    context = {
        "card": next(iter(queries.cards(member, stage, found)), None),
        "matching": matching,
        **for_desk(request, member, stage, wish),
    }
    return render(request, "screening/_desk.html" if request.htmx else "screening/desk.html", context)


def counted(member: Member, stage: str, wish: queries.Wish) -> int | None:
    """How many pass through a filter, if there is one."""
    return queries.matches(member, stage, wish, MOST_MATCHING) if wish else None


def for_desk(request: HttpRequest, member: Member, stage: str, wish: queries.Wish) -> dict[str, Any]:
    """What stands above the desk: how far, undo, order and filter."""
    return {
        "progress": queries.progress(member, stage),
        "gate": gate(member.review, stage),
        "is_calibrating": is_calibrating(member, stage),
        "last": queries.last_vote(member, stage),
        "desk": queries.arrangement(member),
        "most": MOST_MATCHING,
        "wish_form": WishForm(member, request.GET),
        **for_cards(member, stage, wish),
    }


def wish_of(request: HttpRequest, member: Member) -> queries.Wish:
    """Which citations the address asks for, of a page or of an act at the desk. Raises BadInput."""
    form = WishForm(member, request.GET)
    cleaned(form)
    return form.wish()


def for_cards(member: Member, stage: str, wish: queries.Wish) -> dict[str, Any]:
    """What the card of a citation needs besides the citation."""
    full_text = stage == Stage.FULL_TEXT
    return {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "full_text": full_text,
        "wish": wish,
        "terms": queries.marker(member),
        "labels": list(queries.labels(member)),
        "reasons": list(queries.reasons(member)) if full_text else [],
        "now": time.time(),
    }


MOST_AHEAD = 30
MOST_MATCHING = 500  # counted at the desk; more is told as more, for who waits for the count waits for the citation


@require_GET
@for_member(Can.SCREEN)
def ahead(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    """The cards that come next, for a browser that shows them before the server has heard of the vote before.

    after: the citation that is on the desk; skip: those that the browser holds already, or has votes on that are on their way.
    """
    asked, wish = cleaned(AheadForm(request.GET)), wish_of(request, member)
    count = min(asked["count"] or 1, MOST_AHEAD)
    found = queries.ahead(member, stage, wish, after=asked["after"], skip=asked["skip"], count=count)
    context = {"cards": queries.cards(member, stage, found), **for_cards(member, stage, wish)}
    return render(request, "screening/_cards.html", context)


@require_POST
@for_member(Can.SCREEN)
def vote(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    asked = AnswerForm(member, stage, request.POST)
    if not asked.is_valid():
        queries.citation(member, pk)  # of what is not here, nothing else is said
    form = cleaned(asked)
    try:
        cast = workflow.vote(
            member,
            pk,
            stage,
            form["answer"],
            reason=form["reason"],
            seconds=seconds_of(form),
            key=form["key"],
        )
    except Stale as told:  # another member was faster: nothing to mend, the next one is what is wanted
        return done(request, member, stage, pk, messages.WARNING, f"{told.message} {told.todo}")
    said = f"{Answer(form['answer']).label}: {named(cast.citation.title)}"
    return done(request, member, stage, pk, messages.SUCCESS, said)


def seconds_of(form: dict[str, Any]) -> float | None:
    """How long the citation was looked at: as the browser measured, which counts only while it is in view, or since it was sent."""
    seconds = form["seconds"]
    if seconds is None and form["shown"]:
        seconds = time.time() - form["shown"]
    return seconds if seconds is not None and 0 < seconds < LONGEST_LOOK else None


def done(request: HttpRequest, member: Member, stage: str, after: int, level: int, said: str) -> HttpResponse:
    """After a vote: a word to the script that sent it, or the next citation."""
    if wants_json(request):
        return JsonResponse({"told": said, "stored": level == messages.SUCCESS})
    messages.add_message(request, level, said)
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)  # to the list
    found = queries.ahead(member, stage, wish_of(request, member), after=after)
    return onward(request, member, stage, found[0] if found else None)


def onward(request: HttpRequest, member: Member, stage: str, citation: Citation | None) -> HttpResponse:
    """After an act at the desk: the next citation, swapped in or by redirect."""
    if request.htmx:
        return show_desk(request, member, stage, citation)
    place = ["screening:desk-at", stage, citation.pk] if citation else ["screening:desk", stage]
    return redirect(reverse(place[0], args=[member.review.slug, *place[1:]]) + wish_of(request, member).query)


@require_POST
@for_member(Can.SCREEN)
def arrange(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    """The order in which one's citations come."""
    desk = workflow.arrange(member, request.POST.get("order", ""))
    messages.info(request, f"Your citations come {desk.get_order_display().lower()}.")
    return onward(request, member, stage, None)


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
    workflow.withdraw_vote(member, found, stage, key=cleaned(ActForm(request.POST))["key"])
    if wants_json(request):
        return JsonResponse({"told": "Your vote is taken back.", "stored": True})
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
    form = cleaned(NoteForm(request.POST))
    workflow.add_note(member, found, stage, form["text"], private=form["private"])
    return onward(request, member, stage, found)


@require_POST
@for_member(Can.SCREEN)
def withdraw_note(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.own_note(member, pk)
    workflow.withdraw_note(member, found)
    return redirect("screening:desk-at", member.review.slug, found.stage, found.citation_id)
