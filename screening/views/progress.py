"""What does the page of progress show?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from reviewapp.access import Can, for_member
from reviewapp.models import Member, Stage
from screening.queries.stages import stage_progress, to_remind, weeks


@require_GET
@for_member(Can.READ)
def progress(request: HttpRequest, member: Member) -> HttpResponse:
    context = {
        "member": member,
        "stages": [stage_progress(member, stage) for stage in Stage.values],
        "reminders": to_remind(member),
    }
    return render(request, "screening/progress.html", context)


@require_GET
@for_member(Can.READ)
def by_week(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    context = {"member": member, "label": Stage(stage).label, "weeks": weeks(member, stage)}
    return render(request, "screening/weeks.html", context)


@require_GET
@for_member(Can.MANAGE)
def reminders(request: HttpRequest, member: Member) -> HttpResponse:
    """Whom the lead might remind: a fragment of the team page."""
    return render(request, "screening/_reminders.html", {"member": member, "reminders": to_remind(member)})
