"""What do the pages and files of the summary of findings show, and what does each button do?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from analysis import findings_table, queries
from analysis.forms import AssumedRiskForm, RatingForm
from analysis.queries import findings as summary
from analysis.workflow import findings as workflow
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member
from screening.formats.printed import DOCX

TYPES = {"docx": DOCX, "csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8"}


@require_GET
@for_member(Can.READ)
def findings(request: HttpRequest, member: Member) -> HttpResponse:
    lines = summary.lines(member)
    context = {
        "member": member,
        "lines": [(line, findings_table.cells(line)) for line in lines],
        "notes": findings_table.printed("", lines).notes,
        "compares": findings_table.compares(lines),
        "candidates": summary.candidates(member),
        "reliability": summary.reliability(lines),
    }
    return render(request, "analysis/findings.html", context)


@require_GET
@for_member(Can.READ)
def findings_file(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    content = findings_table.file(member.review.title, summary.lines(member), kind)
    answer = HttpResponse(content, content_type=TYPES[kind])
    name = f"{member.review.slug[:60]}-summary-of-findings.{kind}"
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@require_POST
@for_member(Can.ANALYSE)
def add_finding(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.add_finding(member, queries.analysis(member, pk))
    return redirect("analysis:findings", member.review.slug)


@require_POST
@for_member(Can.ANALYSE)
def drop_finding(request: HttpRequest, member: Member, finding: int) -> HttpResponse:
    workflow.drop_finding(member, summary.finding(member, finding))
    messages.info(request, "Taken out of the summary. Its ratings are kept: added again, it comes back with them.")
    return redirect("analysis:findings", member.review.slug)


@require_GET
@for_member(Can.READ)
def certainty(request: HttpRequest, member: Member, finding: int) -> HttpResponse:
    return certainty_page(request, member, finding)


def certainty_page(
    request: HttpRequest,
    member: Member,
    finding: int,
    *,
    rating: RatingForm | None = None,
    risk: AssumedRiskForm | None = None,
) -> HttpResponse:
    """The page of one outcome, with a form that was sent with mistakes in the place of the fresh one."""
    (line,) = summary.lines(member, [summary.finding(member, finding)])
    begin = line.agreed or line.mine or next(iter(line.pair), None)
    but = summary.undecided(line)
    context = {
        "member": member,
        "line": line,
        "cells": findings_table.cells(line),
        "form": rating or RatingForm(rating=begin.rating if begin else None, but=but),
        "risk": risk or AssumedRiskForm(finding=line.finding),
        "may_agree": summary.may_agree(member, line),
        "compared": findings_table.compared(line),
    }
    status = 422 if rating or risk else 200
    return render(request, "analysis/certainty.html", context, status=status)


@require_POST
@for_member(Can.ANALYSE)
def assume_risk(request: HttpRequest, member: Member, finding: int) -> HttpResponse:
    found = summary.finding(member, finding)
    form = AssumedRiskForm(request.POST, finding=found)
    if form.is_valid():
        try:
            workflow.assume_risk(member, found, form.cleaned_data["risk"], form.cleaned_data["source"])
            return redirect("analysis:certainty", member.review.slug, finding)
        except BadInput as error:
            form.add_error(None, f"{error.message} {error.todo}")
    return certainty_page(request, member, finding, risk=form)


@require_POST
@for_member(Can.EXTRACT)
def rate(request: HttpRequest, member: Member, finding: int) -> HttpResponse:
    return handed_in(request, member, finding, workflow.rate, "Your rating is in.")


@require_POST
@for_member(Can.READ)
def agree_rating(request: HttpRequest, member: Member, finding: int) -> HttpResponse:
    workflow.require_agreeing(member)
    return handed_in(request, member, finding, workflow.agree_rating, "The certainty is agreed.")


def handed_in(request: HttpRequest, member: Member, finding: int, verb: workflow.Verb, done: str) -> HttpResponse:
    """A rating that was sent, given to its verb; with mistakes, the page again with what was filled in."""
    found = summary.finding(member, finding)
    form = RatingForm(request.POST, but=summary.undecided(*summary.lines(member, [found])))
    if form.is_valid():
        try:
            verb(member, found, form.cleaned_data["start"], form.steps, form.reasons)
        except BadInput as error:
            form.add_error(None, f"{error.message} {error.todo}")
        else:
            messages.success(request, done)
            return redirect("analysis:certainty", member.review.slug, finding)
    return certainty_page(request, member, finding, rating=form)


@require_POST
@for_member(Can.EXTRACT)
def withdraw_rating(request: HttpRequest, member: Member, finding: int) -> HttpResponse:
    workflow.withdraw_rating(member, summary.finding(member, finding))
    messages.info(request, "Your rating is taken back.")
    return redirect("analysis:certainty", member.review.slug, finding)


@require_POST
@for_member(Can.READ)
def reopen_rating(request: HttpRequest, member: Member, finding: int) -> HttpResponse:
    workflow.reopen_rating(member, summary.finding(member, finding))
    messages.info(request, "The agreement is taken back. Both ratings stand.")
    return redirect("analysis:certainty", member.review.slug, finding)
