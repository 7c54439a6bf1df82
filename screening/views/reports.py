"""What does the page of reports do? What is sought, retrieved or given up, and what was tried."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member, may
from reviewapp.models import Member
from screening import queries, workflow
from screening.models import Attempt, Report
from screening.report_forms import AttemptForm, CommentForm
from screening.views.common import PAGE, cleaned


@require_GET
@for_member(Can.READ)
def reports(request: HttpRequest, member: Member) -> HttpResponse:
    state = request.GET.get("state", "")
    counts = queries.reports_by_state(member)
    found = queries.with_history(queries.reports(member))
    if state in Report.State.values:
        found = found.filter(state=state)
    context = {
        "member": member,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "states": [(value, label, counts[value]) for value, label in Report.State.choices],
        "total": sum(counts.values()),
        "state": state,
        "ways": Attempt.Way.choices,
        "today": timezone.localdate(),
        "may_import": may(member, Can.IMPORT),
    }
    return render(request, "screening/reports.html", context)


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


@require_POST
@for_member(Can.IMPORT)
def log_attempt(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    workflow.log_attempt(member, report.citation, **cleaned(AttemptForm(request.POST)))
    return back_to_reports(member, pk)


@require_POST
@for_member(Can.IMPORT)
def withdraw_attempt(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.attempt(member, pk)
    workflow.withdraw_attempt(member, found)
    return back_to_reports(member, found.report.citation_id)


@require_POST
@for_member(Can.IMPORT)
def restore_attempt(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.attempt(member, pk)
    workflow.restore_attempt(member, found)
    return back_to_reports(member, found.report.citation_id)


def back_to_reports(member: Member, pk: int) -> HttpResponse:
    response = redirect("screening:reports", member.review.slug)
    response["Location"] += f"#report-{pk}"
    return response
