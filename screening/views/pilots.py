"""What do the page of pilots and its buttons do?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import GateMeasure, Member, Stage
from screening import workflow
from screening.queries import pilots as queries
from screening.queries.gate import gate
from screening.queries.sharing import voters
from screening.team_forms import OverrideForm, PilotForm
from screening.views.common import cleaned, kept


@require_GET
@for_member(Can.READ)
def pilots(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    return show(request, member, stage)


def show(request: HttpRequest, member: Member, stage: str, *, status: int = 200, **more: Any) -> HttpResponse:
    found = queries.rounds(member, stage)
    team = voters(member)
    before = gate(member.review, stage)
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "stages": Stage.choices,
        "gate": before,
        "reached_told": before.pilot is not None and queries.told(member, before.pilot),
        "measure": GateMeasure(member.review.gate_measure).label,
        "rounds": found,
        "under_way": any(each.state == "under way" for each in found),
        "form": PilotForm(team, initial={"size": 50, "members": [each.pk for each in team]}),
        "methods": queries.methods(member, stage),
        **more,
    }
    return render(request, "screening/pilots.html", context, status=status)


@require_POST
@for_member(Can.MANAGE)
def start_pilot(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    team = {each.pk: each for each in voters(member)}
    form = PilotForm(list(team.values()), request.POST)
    if not form.is_valid():
        return show(request, member, stage, status=422, form=form)
    chosen = [team[pk] for pk in form.cleaned_data["members"]]
    try:
        made = workflow.start_pilot(member, stage, chosen, form.cleaned_data["size"], form.cleaned_data["seed"])
    except BadInput as told:
        form.add_error(None, kept(request, told).why)
        return show(request, member, stage, status=422, form=form)
    messages.success(request, f"Round {made.round} is drawn: each of the members is offered its citations first.")
    return redirect("screening:pilots", member.review.slug, stage)


@require_POST
@for_member(Can.MANAGE)
def stop_pilot(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.pilot(member, pk)
    workflow.stop_pilot(member, found)
    messages.info(request, "The round is stopped. Its citations are among the others again, with the votes they have.")
    return redirect("screening:pilots", member.review.slug, found.stage)


@require_POST
@for_member(Can.MANAGE)
def override_gate(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    try:
        workflow.override_gate(member, stage, cleaned(OverrideForm(request.POST))["reason"])
    except BadInput as told:
        return show(request, member, stage, status=422, kept=kept(request, told))
    messages.success(request, "Screening is open. The reason stands in the report.")
    return redirect("screening:pilots", member.review.slug, stage)


@require_POST
@for_member(Can.MANAGE)
def withdraw_override(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    workflow.withdraw_override(member)
    messages.info(request, "Screening waits for a pilot again.")
    return redirect("screening:pilots", member.review.slug, stage)
