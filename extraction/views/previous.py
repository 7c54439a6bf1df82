"""The page on the version of the review that is updated."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from extraction import queries, workflow
from extraction.forms import PreviousVersionForm
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member


@require_http_methods(["GET", "POST"])
@for_member(Can.MANAGE)
def previous_version(request: HttpRequest, member: Member) -> HttpResponse:
    form = PreviousVersionForm(member, request.POST or None)
    if form.is_valid():
        try:
            workflow.state_previous_version(member, **form.told)
        except BadInput as error:
            form.add_error(None, f"{error.message} {error.todo}")
        else:
            messages.success(request, "The flow diagram is that of an updated review now.")
            return redirect("analysis:flow", member.review.slug)
    context = {"member": member, "form": form, "stated": queries.previous_version(member)}
    return render(request, "extraction/previous.html", context, status=422 if form.errors else 200)


@require_POST
@for_member(Can.MANAGE)
def withdraw_previous_version(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.withdraw_previous_version(member)
    messages.success(request, "The flow diagram is that of a new review now. The trail keeps what was stated.")
    return redirect("analysis:flow", member.review.slug)
