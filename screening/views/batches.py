"""What do the pages of many PDFs do? Send, look at the matches, apply, undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member
from screening import workflow
from screening.queries import batches as queries


@require_GET
@for_member(Can.IMPORT)
def batches(request: HttpRequest, member: Member) -> HttpResponse:
    return render(request, "screening/batches.html", {"member": member, "batches": queries.batches(member)[:50]})


@require_POST
@for_member(Can.IMPORT)
def send(request: HttpRequest, member: Member) -> HttpResponse:
    sent = ((file.name, file.chunks()) for file in request.FILES.getlist("files"))
    made = workflow.start_batch(member, sent)
    return redirect("screening:batch", member.review.slug, made.pk)


@require_GET
@for_member(Can.IMPORT)
def batch(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.batch(member, pk)
    context = {
        "member": member,
        "batch": found,
        "files": queries.files(found),
        "offered": queries.offered(member) if found.job.is_finished and not found.applied_at else (),
    }
    return render(request, "screening/batch.html", context)


@require_POST
@for_member(Can.IMPORT)
def apply(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.batch(member, pk)
    choices = {
        each.pk: number(each.file_name, request.POST[f"file-{each.pk}"])
        for each in queries.files(found)
        if f"file-{each.pk}" in request.POST
    }
    count = workflow.apply_batch(member, found, choices)
    messages.success(request, f"{count} PDF{'' if count == 1 else 's'} attached. All of it can be undone here.")
    return redirect("screening:batch", member.review.slug, pk)


def number(name: str, text: str) -> int | None:
    """The number of a citation as it was typed or chosen. Raises BadInput that names the file."""
    text = text.strip().removeprefix("No.").strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise BadInput(f"“{name}”: “{text[:40]}” is no number of a citation.", todo="Enter its number, or nothing.")
    return int(text) if text else None


@require_POST
@for_member(Can.IMPORT)
def undo(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    count = workflow.undo_batch(member, queries.batch(member, pk))
    messages.info(
        request, f"Undone for {count} report{'' if count == 1 else 's'}. The PDFs are kept, and can be applied again."
    )
    return redirect("screening:batch", member.review.slug, pk)
