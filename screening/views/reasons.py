"""What does the page of exclusion reasons do? The list in its order, and each change with its way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member
from screening import queries, workflow
from screening.report_forms import MergeForm, ReasonForm
from screening.views.common import Kept, cleaned, kept

CHANGES = 30  # shown; the trail has them all


@require_GET
@for_member(Can.READ)
def reasons(request: HttpRequest, member: Member) -> HttpResponse:
    return show(request, member)


def show(request: HttpRequest, member: Member, refused: Kept | None = None, at: int = 0) -> HttpResponse:
    """The page; refused: what was written in the form of the reason `at`, or (0) of a new one."""
    found = queries.all_reasons(member)
    for each in found:
        each.kept = refused if each.pk == at else None
    context = {
        "member": member,
        "listed": [each for each in found if not each.retired_at],
        "off": [each for each in found if each.retired_at],
        "groups": sorted({each.group for each in found if each.group}),
        "changes": queries.reason_changes(member)[:CHANGES],
        "job": queries.settling_reasons(member),
        "new": None if at else refused,
    }
    return render(request, "screening/reasons.html", context, status=422 if refused else 200)


def back(member: Member) -> HttpResponse:
    return redirect("screening:reasons", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def add(request: HttpRequest, member: Member) -> HttpResponse:
    try:
        form = cleaned(ReasonForm(request.POST))
        workflow.add_reason(member, form["text"], form["group"])
    except BadInput as told:
        return show(request, member, kept(request, told))
    messages.success(request, f"“{form['text']}” is at the end of the list.")
    return back(member)


@require_POST
@for_member(Can.MANAGE)
def change(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.any_reason(member, pk)
    try:
        form = cleaned(ReasonForm(request.POST))
        workflow.rename_reason(member, found, form["text"])
    except BadInput as told:
        return show(request, member, kept(request, told), pk)
    workflow.group_reason(member, found, form["group"])
    messages.success(request, "Saved. It is so called wherever it was chosen.")
    return back(member)


@require_POST
@for_member(Can.MANAGE)
def move(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.move_reason(member, queries.any_reason(member, pk), up=request.POST.get("to") == "up")
    return back(member)


@require_POST
@for_member(Can.MANAGE)
def retire(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.any_reason(member, pk)
    workflow.retire_reason(member, found)
    messages.success(request, f"“{found}” is off the list. Where it was chosen it stays, and is counted.")
    return back(member)


@require_POST
@for_member(Can.MANAGE)
def restore(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.any_reason(member, pk)
    workflow.restore_reason(member, found)
    messages.success(request, f"“{found}” is in the list again.")
    return back(member)


@require_POST
@for_member(Can.MANAGE)
def merge(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.any_reason(member, pk)
    into = cleaned(MergeForm(member, request.POST))["into"]
    workflow.merge_reason(member, found, into)
    messages.success(request, f"“{found}” is counted as “{into}” from now on.")
    return back(member)


@require_POST
@for_member(Can.MANAGE)
def undo(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.undo_reason_change(member, queries.reason_change(member, pk))
    messages.info(request, "Undone. That is a change, too, and can be undone.")
    return back(member)
