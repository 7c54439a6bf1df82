"""What does the page of reports do? What is sought, retrieved or given up, and what was tried."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member, may
from reviewapp.errors import BadInput
from reviewapp.models import Member
from screening import queries, workflow
from screening.models import Attempt, Report
from screening.report_forms import AttemptForm, CommentForm
from screening.views.common import PAGE, Kept, cleaned, kept, named


@require_GET
@for_member(Can.READ)
def reports(request: HttpRequest, member: Member) -> HttpResponse:
    return show(request, member, request.GET.get("page", 1))


def show(
    request: HttpRequest,
    member: Member,
    number: str | int,
    at: int = 0,
    tried: Kept | None = None,
    pdf: Kept | None = None,
) -> HttpResponse:
    """One page of the list. What was refused of the report of the citation `at` stands beside it: what was tried, or a PDF."""
    state = request.GET.get("state", "")
    counts = queries.reports_by_state(member)
    found = queries.with_history(queries.reports(member))
    if state in Report.State.values:
        found = found.filter(state=state)
    page = Paginator(found, PAGE).get_page(number)
    for each in page:
        each.tried, each.refused = (tried, pdf) if each.citation_id == at else (None, None)
    context = {
        "member": member,
        "page": page,
        "states": [(value, label, counts[value]) for value, label in Report.State.choices],
        "total": sum(counts.values()),
        "state": state,
        "place": f"?{urlencode({'state': state, 'page': page.number})}" if state else "",
        "ways": Attempt.Way.choices,
        "today": timezone.localdate(),
        "may_import": may(member, Can.IMPORT),
    }
    return render(request, "screening/reports.html", context, status=422 if tried or pdf else 200)


def show_at(
    request: HttpRequest, member: Member, pk: int, *, tried: Kept | None = None, pdf: Kept | None = None
) -> HttpResponse:
    """The page of the list on which this citation's report is, with what was refused."""
    return show(request, member, page_of(request, member, pk), pk, tried, pdf)


def page_of(request: HttpRequest, member: Member, pk: int) -> str | int:
    """The page on which a citation's report is, or was; among those in one state it stays the page that was open."""
    if request.GET.get("state"):
        return request.GET.get("page", 1)
    return queries.reports(member).filter(citation__lt=pk).count() // PAGE + 1


@require_POST
@for_member(Can.IMPORT)
def mark_retrieved(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    workflow.mark_retrieved(member, report.citation)
    messages.success(request, f"At hand: {named(report.citation.title)}")
    return back_to_reports(request, member, pk)


@require_POST
@for_member(Can.IMPORT)
def not_retrieved(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    workflow.not_retrieved(member, report.citation, cleaned(CommentForm(request.POST))["comment"])
    messages.success(request, f"Not retrieved: {named(report.citation.title)}")
    return back_to_reports(request, member, pk)


@require_POST
@for_member(Can.IMPORT)
def seek_again(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    workflow.seek_again(member, report.citation)
    messages.info(request, f"Sought again: {named(report.citation.title)}")
    return back_to_reports(request, member, pk)


@require_POST
@for_member(Can.IMPORT)
def log_attempt(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    try:
        workflow.log_attempt(member, report.citation, **cleaned(AttemptForm(request.POST)))
    except BadInput as told:
        return show_at(request, member, pk, tried=kept(request, told))
    return back_to_reports(request, member, pk)


@require_POST
@for_member(Can.IMPORT)
def withdraw_attempt(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.attempt(member, pk)
    workflow.withdraw_attempt(member, found)
    return back_to_reports(request, member, found.report.citation_id)


@require_POST
@for_member(Can.IMPORT)
def restore_attempt(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.attempt(member, pk)
    workflow.restore_attempt(member, found)
    return back_to_reports(request, member, found.report.citation_id)


def back_to_reports(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """To where the report was in the list that was open: all, or those in one state."""
    state = request.GET.get("state")
    asked = {"page": page_of(request, member, pk), **({"state": state} if state else {})}
    return redirect(f"{reverse('screening:reports', args=[member.review.slug])}?{urlencode(asked)}#report-{pk}")
