"""How do PDFs come in and go out? Out to members alone, as data that no page's rights run with, whole or in the parts asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from reviewapp import files
from reviewapp.access import Can, for_member
from reviewapp.errors import BadFile, BadInput
from reviewapp.models import Member
from screening import queries, workflow
from screening.report_forms import CommentForm, PdfForm
from screening.views.common import cleaned, kept, named
from screening.views.reports import back_to_reports, show_at

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
PIECE = 65_536  # bytes read at a time


@require_POST
@for_member(Can.IMPORT)
def attach(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    try:
        file = cleaned(PdfForm(request.POST, request.FILES))["file"]
        workflow.attach(member, report.citation, file.name, file.chunks())
    except (BadFile, BadInput) as told:
        return show_at(request, member, pk, pdf=kept(request, told))
    messages.success(request, f"PDF attached: {named(report.citation.title)}")
    return back_to_reports(request, member, pk)


@require_POST
@for_member(Can.IMPORT)
def detach(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    workflow.detach(member, report.citation, cleaned(CommentForm(request.POST))["comment"])
    return back_to_reports(request, member, pk)


@require_POST
@for_member(Can.IMPORT)
def attach_again(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    former = queries.attachment(member, pk)
    workflow.attach_again(member, former.report.citation, former)
    return back_to_reports(request, member, former.report.citation_id)


@require_GET
@for_member(Can.READ)
def document(request: HttpRequest, member: Member, pk: int) -> HttpResponseBase:
    """A PDF, to be saved or read by the viewer's script. Not shown by the browser itself, which would run what is in it."""
    found = queries.document(member, pk)
    etag = f'"{found.sha256}"'
    response: HttpResponseBase = get_conditional_response(request, etag) or pdf(request, files.path_of(found.sha256))
    response["Content-Disposition"] = content_disposition_header(True, found.file_name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"  # kept by the browser, and asked for again: who left gets no more
    response["ETag"] = etag
    return response


@require_GET
@for_member(Can.READ)
def read_document(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """The page on which a PDF is read."""
    found = queries.document(member, pk)
    context = {"member": member, "document": found, "reports": queries.reports(member).filter(document=found)}
    context["terms"] = queries.marker(member)
    return render(request, "screening/document.html", context)


def pdf(request: HttpRequest, path: Path) -> HttpResponseBase:
    """The file whole, or the one range that is asked for (RFC 9110, section 14): large PDFs are read page by page."""
    size = path.stat().st_size
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    span = asked and within(size, *asked.groups())
    if asked and span is None:
        response: HttpResponseBase = HttpResponse(status=416, content_type="application/pdf")
        response["Content-Range"] = f"bytes */{size}"
    elif span:
        first, last = span
        response = StreamingHttpResponse(part(path, first, last), status=206, content_type="application/pdf")
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
        response["Content-Length"] = str(last - first + 1)
    else:
        response = FileResponse(path.open("rb"), content_type="application/pdf")
    response["Accept-Ranges"] = "bytes"
    return response


def within(size: int, first: str, last: str) -> tuple[int, int] | None:
    """The first and last byte of a range in a file of so many bytes. None for a range that no file of this size has."""
    if not first:
        wanted = int(last or 0)
        return (max(0, size - wanted), size - 1) if wanted else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    return (start, end) if start <= end else None


def part(path: Path, first: int, last: int) -> Iterator[bytes]:
    """The bytes from first to last, both included, piece by piece."""
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
