"""What do the buttons beside a doubted number of an analysis do?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from analysis import queries
from analysis.workflow import doubts
from reviewapp.access import Can, can, for_member
from reviewapp.models import Member


@require_POST
@for_member(Can.ANALYSE)
def let_stand(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    doubts.let_stand(
        member, queries.analysis(member, pk), request.POST.get("doubt", ""), request.POST.get("reason", "")
    )
    messages.success(request, "The number stands, with your reason. If it changes, it is asked again.")
    return redirect(f"{reverse('analysis:analysis', args=[member.review.slug, pk])}#doubts")


@require_POST
@for_member(Can.ANALYSE)
def ask_again(request: HttpRequest, member: Member, pk: int, reason: int) -> HttpResponse:
    doubts.ask_again(member, queries.analysis(member, pk), reason)
    messages.info(request, "The reason is taken back; the number is doubted again.")
    return redirect(f"{reverse('analysis:analysis', args=[member.review.slug, pk])}#doubts")


def context(member: Member, pk: int) -> dict[str, object]:
    """What the part of the page on doubts needs beside the doubts."""
    url = reverse("analysis:doubt", args=[member.review.slug, pk])
    return {
        "doubt_url": url,
        "again": "analysis:doubt-again",
        "at": pk,
        "cells": "#q-",
        "may_answer": can(member, Can.ANALYSE),
    }
