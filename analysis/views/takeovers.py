"""What do the pages of RevMan files do? Send one, look at what it would make, take it over, take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis.models import Takeover
from analysis.queries import takeovers as queries
from analysis.revman.files import LARGEST
from analysis.workflow import taking
from reviewapp.access import Can, for_member, require
from reviewapp.errors import BadFile
from reviewapp.models import Member

SHOWN = 200  # rows of a list on the page


@require_http_methods(["GET", "POST"])
@for_member(Can.READ)
def takeovers(request: HttpRequest, member: Member) -> HttpResponse:
    context = {"member": member, "takeovers": queries.takeovers(member)[:50], "most": LARGEST // 1_000_000}
    if request.method == "POST":
        require(member, Can.ANALYSE)
        try:
            sent = taking.send_takeover(member, [(file.name, file.read(LARGEST + 1)) for file in sent_files(request)])
        except BadFile as error:
            return render(request, "analysis/takeovers.html", {**context, "refused": error}, status=422)
        return redirect("analysis:takeover", member.review.slug, sent.pk)
    return render(request, "analysis/takeovers.html", context)


def sent_files(request: HttpRequest) -> list:
    """What was chosen, at most two files. Raises BadFile for nothing."""
    found = request.FILES.getlist("file")
    if not found:
        raise BadFile("No file was chosen.", todo="Choose a RevMan 5 file or a data package.")
    return found[:3]  # a third is one too many, and says so


@require_GET
@for_member(Can.READ)
def takeover(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.takeover(member, pk)
    undecided = found.state in (Takeover.State.SHOWN, Takeover.State.QUEUED)
    context = {
        "member": member,
        "takeover": found,
        "proposal": queries.proposal(member, found) if undecided else None,
        "has_failed": taking.has_failed(found),
        "made": queries.standing(member, found),
        "shown": SHOWN,
    }
    return render(request, "analysis/takeover.html", context)


@require_POST
@for_member(Can.ANALYSE)
def take_over(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    taking.take_over(member, queries.takeover(member, pk))
    return redirect("analysis:takeover", member.review.slug, pk)


@require_POST
@for_member(Can.ANALYSE)
def undo(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    taking.undo_takeover(member, queries.takeover(member, pk))
    messages.success(request, "What the file brought is being dropped; it can be restored one by one.")
    return redirect("analysis:takeover", member.review.slug, pk)
