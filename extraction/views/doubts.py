"""What do the buttons beside a doubted number do? It stands, with a reason; or it is asked again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from extraction import queries
from extraction.workflow import doubts
from reviewapp.access import Can, for_member
from reviewapp.models import Member

STANDS = "The number stands, with your reason. If it changes, it is asked again."


@require_POST
@for_member(Can.EXTRACT)
def own_doubt(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    doubts.let_stand_on_sheet(member, queries.study(member, pk), *given(request))
    messages.success(request, STANDS)
    return to(request, member, "sheet", pk)


@require_POST
@for_member(Can.READ)
def agreement_doubt(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    doubts.let_stand_in_agreement(member, queries.study(member, pk), *given(request))
    messages.success(request, STANDS)
    return to(request, member, "sheet-agreement", pk)


@require_POST
@for_member(Can.READ)
def ask_again(request: HttpRequest, member: Member, pk: int, reason: int) -> HttpResponse:
    study = queries.study(member, pk)
    doubts.ask_again(member, study, reason)
    messages.info(request, "The reason is taken back; the number is doubted again.")
    return to(request, member, "sheet" if "own" in request.POST else "sheet-agreement", pk)


def given(request: HttpRequest) -> tuple[str, str]:
    return request.POST.get("doubt", ""), request.POST.get("reason", "")


def to(request: HttpRequest, member: Member, page: str, pk: int) -> HttpResponse:
    return redirect(f"{redirect(f'extraction:{page}', member.review.slug, pk).url}#doubts")
