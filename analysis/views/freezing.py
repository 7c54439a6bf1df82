"""What do the buttons of a run's page do that freeze it for a manuscript?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from analysis import queries
from analysis.workflow import freezing
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member


@require_POST
@for_member(Can.ANALYSE)
def freeze_run(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    try:
        freezing.freeze_run(member, queries.run(member, pk), request.POST.get("purpose", ""))
    except BadInput as error:
        messages.error(request, f"{error.message} {error.todo}")
    return redirect("analysis:run", member.review.slug, pk)


@require_POST
@for_member(Can.ANALYSE)
def unfreeze_run(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    freezing.unfreeze_run(member, queries.run(member, pk))
    messages.info(request, "The run is not frozen any more. It stays, and so does its address.")
    return redirect("analysis:run", member.review.slug, pk)
