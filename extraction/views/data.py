"""Pages and files of what was extracted: all of it, and how well two authors agreed on each field and domain."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from extraction import exports, queries
from reviewapp.access import Can, for_member
from reviewapp.models import Member


@require_GET
@for_member(Can.READ)
def field_agreement(request: HttpRequest, member: Member) -> HttpResponse:
    parts = {"Data": queries.field_agreement(member), "Risk of bias": queries.domain_agreement(member)}
    context = {"member": member, "parts": {title: rows for title, rows in parts.items() if rows}}
    return render(request, "extraction/field_agreement.html", context)


@require_GET
@for_member(Can.READ)
def agreement_csv(request: HttpRequest, member: Member) -> StreamingHttpResponse:
    return streamed(member, exports.agreement_csv(member), "agreement-by-field.csv")


@require_GET
@for_member(Can.READ)
def extraction_csv(request: HttpRequest, member: Member) -> StreamingHttpResponse:
    return streamed(member, exports.extraction_csv(member), "extraction.csv")


def streamed(member: Member, lines: object, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{member.review.slug}-{name}"'
    return response
