"""What do the page of work sharing and its buttons do?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member, Stage
from screening import workflow
from screening.queries import sharing as queries
from screening.team_forms import PartnersForm, ShareForm, SharingForm
from screening.views.common import cleaned, kept


@require_GET
@for_member(Can.READ)
def sharing(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    return show(request, member, stage)


def show(request: HttpRequest, member: Member, stage: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page; more: the form that was sent, and what it would do."""
    voters = queries.voters(member)
    paired = {pk for pair in queries.partners(member, stage) for pk in (pair.first_id, pair.second_id)}
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "stages": Stage.choices,
        "mode": member.review.sharing(stage),
        "mode_form": SharingForm(initial={"mode": member.review.sharing(stage)}),
        "partners": queries.partners(member, stage),
        "alone": [each for each in voters if each.pk not in paired],
        "partners_form": PartnersForm([each for each in voters if each.pk not in paired]),
        "shares": queries.shares(member, stage),
        "share_form": ShareForm(member, voters, initial={"number": 500}),
        "needed": member.review.votes_needed(stage),
        "other_rule": queries.begun_by_another_rule(member, stage).count(),
        "job": queries.applying(member, stage),
        **more,
    }
    return render(request, "screening/sharing.html", context, status=status)


@require_POST
@for_member(Can.MANAGE)
def set_sharing(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    workflow.set_sharing(member, stage, cleaned(SharingForm(request.POST))["mode"])
    messages.success(request, "From now on the work is shared in this way. Votes stay as they are.")
    return redirect("screening:sharing", member.review.slug, stage)


@require_POST
@for_member(Can.MANAGE)
def join_partners(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    voters = {each.pk: each for each in queries.voters(member)}
    form = PartnersForm(list(voters.values()), request.POST)
    if not form.is_valid():
        return show(request, member, stage, status=422, partners_form=form)
    first, second = (voters[form.cleaned_data[name]] for name in ("first", "second"))
    try:
        workflow.join_partners(member, stage, first, second)
    except BadInput as told:
        form.add_error("second", kept(request, told).why)
        return show(request, member, stage, status=422, partners_form=form)
    return redirect("screening:sharing", member.review.slug, stage)


@require_POST
@for_member(Can.MANAGE)
def end_partners(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    pair = queries.partners_at(member, pk)
    workflow.end_partners(member, pair)
    return redirect("screening:sharing", member.review.slug, pair.stage)


@require_POST
@for_member(Can.MANAGE)
def share_out(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    """First what would happen; it happens when that was sent back with the word to do it."""
    voters = {each.pk: each for each in queries.voters(member)}
    form = ShareForm(member, list(voters.values()), request.POST)
    if not form.is_valid():
        return show(request, member, stage, status=422, share_form=form)
    chosen = [voters[pk] for pk in form.cleaned_data["members"]]
    if "apply" in request.POST:
        workflow.share_out(member, stage, chosen, form.which(), form.rule())
        messages.success(request, "The citations are shared out.")
        return redirect("screening:sharing", member.review.slug, stage)
    dealt = queries.dealt_out(member, stage, chosen, form.which())
    preview = {
        "sizes": [(each, len(dealt[each.pk])) for each in chosen],
        "citations": len({citation for got in dealt.values() for citation in got}),
        "rule": form.rule(),
    }
    return show(request, member, stage, share_form=form, preview=preview)


@require_POST
@for_member(Can.MANAGE)
def end_share(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    share = queries.share(member, pk)
    workflow.end_share(member, share)
    messages.info(request, "The share is taken back: what of it waits is offered to all.")
    return redirect("screening:sharing", member.review.slug, share.stage)


@require_POST
@for_member(Can.MANAGE)
def apply_votes_needed(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    workflow.apply_votes_needed(member, stage)
    return redirect("screening:sharing", member.review.slug, stage)
