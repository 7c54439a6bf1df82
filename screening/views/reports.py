"""What do the pages of reports do?"""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.encoding import escape_uri_path
from django.views.decorators.http import require_GET, require_POST

from reviewapp import files
from reviewapp.access import Can, for_member, may
from reviewapp.models import Member
from screening import queries, workflow
from screening.forms import CommentForm, PdfForm
from screening.models import Report
from screening.views.common import PAGE, cleaned


@require_GET
@for_member(Can.READ)
def reports(request: HttpRequest, member: Member) -> HttpResponse:
    state = request.GET.get("state", "")
    found = queries.reports(member)
    if state in Report.State.values:
        found = found.filter(state=state)
    context = {
        "member": member,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "states": Report.State.choices,
        "state": state,
        "pdf_form": PdfForm(),
        "comment_form": CommentForm(),
        "may_import": may(member, Can.IMPORT),
    }
    return render(request, "screening/reports.html", context)


@require_POST
@for_member(Can.IMPORT)
def attach(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    file = cleaned(PdfForm(request.POST, request.FILES))["file"]
    workflow.attach(member, report.citation, file.name, file.chunks())
    return back_to_reports(member, pk)


@require_POST
@for_member(Can.IMPORT)
def mark_retrieved(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.mark_retrieved(member, queries.report(member, queries.citation(member, pk)).citation)
    return back_to_reports(member, pk)


@require_POST
@for_member(Can.IMPORT)
def not_retrieved(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    workflow.not_retrieved(member, report.citation, cleaned(CommentForm(request.POST))["comment"])
    return back_to_reports(member, pk)


@require_POST
@for_member(Can.IMPORT)
def seek_again(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.seek_again(member, queries.report(member, queries.citation(member, pk)).citation)
    return back_to_reports(member, pk)


def back_to_reports(member: Member, pk: int) -> HttpResponse:
    response = redirect("screening:reports", member.review.slug)
    response["Location"] += f"#report-{pk}"
    return response


@require_GET
@for_member(Can.READ)
def document(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.document(member, pk)
    response = FileResponse(files.path_of(found.sha256).open("rb"), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=utf-8''{escape_uri_path(found.file_name)}"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    return response
