"""What do the buttons do that return a citation to title and abstract, and undo that?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from reviewapp.access import Can, for_member
from reviewapp.models import Member
from screening import queries, workflow
from screening.report_forms import CommentForm
from screening.views.common import cleaned


@require_POST
@for_member(Can.ARBITRATE)
def return_to_screening(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    workflow.return_to_screening(member, found, cleaned(CommentForm(request.POST))["comment"])
    messages.success(request, "Returned to title and abstract. Nothing that was decided on it is lost.")
    return redirect("screening:citation", member.review.slug, pk)


@require_POST
@for_member(Can.ARBITRATE)
def undo(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.one_return(member, pk)
    workflow.undo_return(member, found)
    messages.info(request, "The return is undone: what was decided before counts again.")
    return redirect("screening:citation", member.review.slug, found.citation_id)
