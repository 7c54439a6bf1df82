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
from screening.models import Batch
from screening.queries import batches as queries
from screening.views.common import Kept, kept


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
    return show(request, member, queries.batch(member, pk))


def show(request: HttpRequest, member: Member, found: Batch, refused: Kept | None = None) -> HttpResponse:
    """The page; refused: the numbers that were typed and not taken. They stand where they were typed: there may be 500."""
    files = list(queries.files(found))
    for each in files:
        each.typed = refused.written.get(f"file-{each.pk}", "") if refused else None
    context = {
        "member": member,
        "batch": found,
        "files": files,
        "refused": refused,
        "offered": queries.offered(member) if found.job.is_finished and not found.applied_at else (),
    }
    return render(request, "screening/batch.html", context, status=422 if refused else 200)


@require_POST
@for_member(Can.IMPORT)
def apply(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.batch(member, pk)
    try:
        choices = {
            each.pk: number(each.file_name, request.POST[f"file-{each.pk}"])
            for each in queries.files(found)
            if f"file-{each.pk}" in request.POST
        }
        count = workflow.apply_batch(member, found, choices)
    except BadInput as told:
        return show(request, member, found, kept(request, told))
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
