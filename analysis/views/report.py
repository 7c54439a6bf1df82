"""What do the pages of the report's text do? The sentences with their sources, to copy or as a document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from analysis.queries import report as queries
from analysis.report import Sentence, compose, plain
from analysis.report.document import docx
from reviewapp.access import Can, for_member
from reviewapp.models import Member
from screening.formats.printed import DOCX


@require_GET
@for_member(Can.READ)
def text(request: HttpRequest, member: Member) -> HttpResponse:
    parts = compose(queries.facts(member))
    shown = [
        (
            part.title,
            [
                (each.heading, [(sentence, queries.address(member, sentence)) for sentence in each.sentences])
                for each in part.paragraphs
            ],
        )
        for part in parts
    ]
    return render(request, "analysis/text.html", {"member": member, "parts": shown, "plain": plain(parts)})


@require_GET
@for_member(Can.READ)
def text_file(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    """The text as "docx", or as "txt"."""
    parts = compose(queries.facts(member))
    if kind == "docx":

        def address(sentence: Sentence) -> str:
            return request.build_absolute_uri(queries.address(member, sentence))

        response = HttpResponse(docx(member.review.title, parts, address), content_type=DOCX)
    else:
        response = HttpResponse(plain(parts), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{member.review.slug[:60]}-text.{kind}")
    return response
