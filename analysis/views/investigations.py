"""What do the buttons beside an analysis do that plan, drop and restore subgroups, regressions and sensitivity analyses?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from analysis import queries
from analysis.investigations import AND
from analysis.queries import investigations as known
from analysis.workflow import investigations as workflow
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member


@require_POST
@for_member(Can.ANALYSE)
def investigate(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """What was chosen in the list, "subgroup:study/design"; or "moderator" with the characteristics that were ticked."""
    kind, _, by = request.POST.get("what", "").partition(":")
    if ticked := request.POST.getlist("by"):
        by = AND.join(sorted(ticked))
    try:
        made = workflow.investigate(member, queries.analysis(member, pk), kind, by)
    except BadInput as error:
        messages.error(request, f"{error.message} {error.todo}")
    else:
        if made.post_hoc:
            messages.info(request, "Planned, and marked post hoc: a result of this analysis was known already.")
    return redirect("analysis:analysis", member.review.slug, pk)


@require_POST
@for_member(Can.ANALYSE)
def drop_investigation(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = known.investigation(member, pk)
    workflow.drop_investigation(member, found)
    return redirect("analysis:analysis", member.review.slug, found.analysis_id)


@require_POST
@for_member(Can.ANALYSE)
def restore_investigation(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = known.investigation(member, pk)
    workflow.restore_investigation(member, found)
    return redirect("analysis:analysis", member.review.slug, found.analysis_id)
