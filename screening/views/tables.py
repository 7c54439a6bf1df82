"""What do the pages and files of tables show? Excluded studies, searches, the team's decisions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from reviewapp.access import Can, for_member
from reviewapp.models import Member
from screening.formats import printed as tables
from screening.formats.printed import Table
from screening.formats.write import write_ris
from screening.queries import decisions as decided
from screening.queries import excluded as excluded_queries
from screening.queries import search_table as search_queries


def table_file(member: Member, table: Table, name: str, kind: str) -> HttpResponse:
    """A table as CSV or DOCX."""
    if kind == "docx":
        response = HttpResponse(tables.docx(table), content_type=tables.DOCX)
    else:
        response = HttpResponse(b"".join(tables.csv_lines(table.headings, table.rows)), content_type="text/csv")
    response["Content-Disposition"] = content_disposition_header(True, f"{member.review.slug}-{name}.{kind}")
    return response


@require_GET
@for_member(Can.READ)
def excluded(request: HttpRequest, member: Member) -> HttpResponse:
    context = {"member": member, "rows": excluded_queries.excluded(member)}
    return render(request, "screening/excluded.html", context)


@require_GET
@for_member(Can.READ)
def excluded_file(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    return table_file(member, excluded_queries.excluded_table(member), "excluded-studies", kind)


@require_GET
@for_member(Can.READ)
def search_table(request: HttpRequest, member: Member) -> HttpResponse:
    rows = search_queries.search_rows(member)
    context = {
        "member": member,
        "rows": rows,
        "records": sum(row.records for row in rows),
        "duplicates": sum(row.duplicates for row in rows),
        "items": search_queries.prisma_s(rows),
        "audits": search_queries.audit_methods(member),
    }
    return render(request, "screening/search_table.html", context)


@require_GET
@for_member(Can.READ)
def search_table_file(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    return table_file(member, search_queries.search_table(member), "searches", kind)


@require_GET
@for_member(Can.READ)
def decisions(request: HttpRequest, member: Member) -> HttpResponse:
    return render(request, "screening/decisions.html", {"member": member})


@require_GET
@for_member(Can.READ)
def decisions_csv(request: HttpRequest, member: Member) -> StreamingHttpResponse:
    lines = tables.csv_lines(decided.HEADINGS, decided.decisions(member))
    response = StreamingHttpResponse(lines, content_type="text/csv")
    response["Content-Disposition"] = content_disposition_header(True, f"{member.review.slug}-decisions.csv")
    return response


@require_GET
@for_member(Can.READ)
def decisions_ris(request: HttpRequest, member: Member) -> StreamingHttpResponse:
    """Each citation with its decisions as notes."""
    text = (
        piece
        for citation, notes in decided.decided(member)
        for piece in write_ris([citation], notes=lambda _, notes=notes: notes)
    )
    response = StreamingHttpResponse(text, content_type="application/x-research-info-systems; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{member.review.slug}-decisions.ris")
    return response
