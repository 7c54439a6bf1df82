"""Pages on sheets and assessments, a member's own and the agreed ones. `kind` is sheet or bias; they go the same way."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from extraction import queries, schema
from extraction.forms import AgreementForm, SheetForm, earlier_versions, signed_rows, taken_rows
from extraction.models import Assessment, Blinded, Sheet, Study
from extraction.views.saving import for_doubts, form_on, save_field, saved
from extraction.workflow import agreement as agreeing
from extraction.workflow import conversions, domains, sheets
from extraction.workflow.newer import Newer
from reviewapp.access import Can, for_member
from reviewapp.errors import DomainError, WrongState
from reviewapp.models import Member

MODELS: dict[str, type[Blinded]] = {"sheet": Sheet, "bias": Assessment}


def to(member: Member, study: Study, kind: str, tool: str, page: str = "") -> HttpResponse:
    """Redirect to one of the addresses of this sheet or assessment."""
    rest = [tool] if kind == "bias" else []
    return redirect(f"extraction:{kind}{page}", member.review.slug, study.pk, *rest)


def checked(member: Member, kind: str, tool: str) -> str:
    """Under what it is stored. Raises NotHere for an unknown tool or result."""
    return queries.judged(member, tool).key if kind == "bias" else queries.FORM


@require_http_methods(["GET", "POST"])
@for_member(Can.READ)
def own(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    """One's own sheet: shown, and saved. Script saves at each field; a plain form saves all at once."""
    tool = checked(member, kind, tool)
    if request.method == "POST" and not request.accepts("text/html"):
        return save_field(request, member, queries.own_of(member, MODELS[kind], pk, tool))
    study = queries.study(member, pk)
    mine = queries.own(member, MODELS[kind], study, tool)
    if request.method == "GET":
        return page(request, member, study, kind, tool, mine)
    form, mine = saved(request, member, mine)
    tell_of(request, form)
    if form.problems():
        return page(request, member, study, kind, tool, mine, form, form.problems())
    messages.success(request, "Saved.")
    return to(member, study, kind, tool)


def tell_of(request: HttpRequest, form: SheetForm) -> None:
    """What a person must know who sent a whole form that is older than what is asked now."""
    for sentence in filter(None, (form.unasked, *form.noted.values())):
        messages.warning(request, sentence)


def page(
    request: HttpRequest,
    member: Member,
    study: Study,
    kind: str,
    tool: str,
    mine: Blinded | None,
    form: SheetForm | None = None,
    problems: list[schema.Problem] | None = None,
) -> HttpResponse:
    opened = queries.opened(mine) if isinstance(mine, Sheet) else None
    parked = opened.carried.parked if opened else {}
    is_open = mine is not None and mine.submitted_at is None
    appraisal = queries.appraisal_of(member, study, tool) if kind == "bias" else None
    state = appraisal.state if appraisal else queries.with_state(member, [study])[0].sheet_state
    context = {
        "member": member,
        "study": study,
        "kind": kind,
        "appraisal": appraisal,
        "judged": appraisal.judged if appraisal else None,
        "mine": mine,
        "to_carry": queries.to_carry(member, study, tool) if kind == "bias" and mine and not mine.submitted_at else [],
        "form": form or (form_on(mine, opened=opened) if mine else None),
        "state": state,
        "problems": problems or [],
        "form_number": opened.version.number if opened else None,
        "missing": opened.problems if opened else queries.problems_of(mine) if mine else [],
        "papers": queries.papers(study, mine.answers()) if mine else [],
        "may_renew": isinstance(mine, Sheet) and queries.may_renew(mine),
        "parked": [(key, schema.show(answer.value)) for key, answer in parked.items()],
        "doubts": queries.own_doubts(member, opened) if opened and is_open else None,
        **for_doubts(member, study.pk),
        "convert_url": reverse("extraction:sheet-convert", args=[member.review.slug, study.pk]),
    }
    status = Newer.status if form and form.is_behind else 422 if problems else 200
    return render(request, f"extraction/{kind}.html", context, status=status)


@require_POST
@for_member(Can.EXTRACT)
def start(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    tool = checked(member, kind, tool)
    study = queries.study(member, pk)
    sheets.start_own(member, MODELS[kind], study, tool)
    return to(member, study, kind, tool)


@require_POST
@for_member(Can.EXTRACT)
def verify(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    study = queries.study(member, pk)
    sheets.verify_sheet(member, study)
    messages.success(
        request, "This is a copy of what was extracted. Check every answer against the reports, and correct it."
    )
    return to(member, study, "sheet", "")


@require_POST
@for_member(Can.EXTRACT)
def renew(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    study = queries.study(member, pk)
    mine = queries.own_sheet(member, study)
    if mine is None:
        raise WrongState("You have no sheet here to take up again.", todo="Start on the study's page.")
    sheets.renew_sheet(member, mine)
    return to(member, study, "sheet", "")


@require_POST
@for_member(Can.EXTRACT)
def convert(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Save what is on the page, and take the numbers that are offered under what was pressed."""
    study = queries.study(member, pk)
    form, mine = saved(request, member, queries.own_sheet(member, study))
    tell_of(request, form)
    if form.problems():
        return page(request, member, study, "sheet", "", mine, form, form.problems())
    conversions.convert(member, study, *request.POST.get("convert", "").split())
    messages.success(
        request, "Converted. How it was had is stored with the number; what the paper gives stays beside it."
    )
    return to(member, study, "sheet", "")


@require_POST
@for_member(Can.EXTRACT)
def submit(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    """Save what is on the page, and hand it in when nothing is missing."""
    tool = checked(member, kind, tool)
    study = queries.study(member, pk)
    form, mine = saved(request, member, queries.own(member, MODELS[kind], study, tool))
    tell_of(request, form)
    problems = form.problems() or queries.problems_of(mine)
    if problems or form.unasked:  # something was typed that is on no sheet: nobody hands in what lacks it unseen
        return page(request, member, study, kind, tool, mine, form, problems)
    sheets.submit_own(member, mine)
    messages.success(request, "Submitted.")
    return redirect("extraction:study", member.review.slug, pk)


@require_POST
@for_member(Can.EXTRACT)
def reopen(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    tool = checked(member, kind, tool)
    study = queries.study(member, pk)
    mine = queries.own(member, MODELS[kind], study, tool)
    if mine:
        sheets.reopen_own(member, mine)
    return to(member, study, kind, tool)


@require_POST
@for_member(Can.EXTRACT)
def withdraw(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    tool = checked(member, kind, tool)
    study = queries.study(member, pk)
    mine = queries.own(member, MODELS[kind], study, tool)
    if mine:
        sheets.withdraw_own(member, mine)
        messages.success(request, "Withdrawn. Your answers are kept; they are back when you start again.")
    return redirect("extraction:study", member.review.slug, pk)


@require_http_methods(["GET", "POST"])
@for_member(Can.READ)
def agreement(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    """Both authors side by side, once both are in: choose where they differ, and sign."""
    tool = checked(member, kind, tool)
    study = queries.study(member, pk)
    found = queries.agreement(member, MODELS[kind], study, tool)
    form = AgreementForm(found, request.POST if request.method == "POST" else None) if found else None
    may_agree = found is not None and member.review.is_open and queries.may_agree(member, found)
    if request.method == "POST" and "save" in request.POST:
        return keep(request, member, study, kind, tool, form)
    if request.method == "POST" and kind == "bias" and "domain" in request.POST:
        return keep_domain(request, member, study, tool, form)
    problems = form.problems() if form and request.method == "POST" else []
    if request.method == "POST" and not (may_agree and problems):  # who may not is refused by the verb
        agreeing.agree(member, MODELS[kind], study, tool, form.choices() if form else {})
        messages.success(request, f"Agreed and signed for {study}.")
        return to(member, study, kind, tool, "-agreement")
    taken = queries.taken_over(member, study, MODELS[kind], tool) if found is None else None
    context = {
        "member": member,
        "study": study,
        "kind": kind,
        "taken": taken,
        "taken_rows": taken_rows(taken, queries.fields_for(taken)) if taken else [],
        "judged": queries.judged(member, tool) if kind == "bias" else None,
        "agreement": found,
        "form": form,
        "signed": signed_rows(found) if found else [],
        "versions": earlier_versions(found) if found else [],
        "may_agree": may_agree,
        "onward": queries.onward(member, study, "agree") if kind == "sheet" and found and found.signed else None,
        "doubts": queries.agreement_doubts(member, study, found) if found else None,
        "doubt_url": reverse("extraction:agreement-doubt", args=[member.review.slug, pk]),
        "may_answer": may_agree,
        "again": "extraction:doubt-again",
        "at": pk,
        "cells": "#q-",
        "problems": problems,
        "papers": queries.papers(study, *found.answered()) if found else [],
    }
    return render(request, "extraction/agreement.html", context, status=422 if problems else 200)


def keep(
    request: HttpRequest, member: Member, study: Study, kind: str, tool: str, form: AgreementForm | None
) -> HttpResponse:
    """Keep what is chosen so far, or every equal answer; a choice that is sent by script is answered in values."""
    choices = form.choices() if form else {}
    if form and request.POST["save"] == "equal":
        choices = agreeing.equal_choices(form.agreement.pairs)
    if request.accepts("text/html"):
        agreeing.choose(member, MODELS[kind], study, tool, choices)
        messages.success(
            request, f"Kept: {len(choices)} answer{'' if len(choices) == 1 else 's'}. Sign when all are settled."
        )
        return to(member, study, kind, tool, "-agreement")
    try:
        agreeing.choose(member, MODELS[kind], study, tool, choices)
    except DomainError as error:
        return JsonResponse({"refused": f"{error.message} {error.todo}".strip()}, status=error.status)
    answer: dict[str, Any] = {"kept": list(choices)}
    if found := queries.agreement(member, MODELS[kind], study, tool):
        answer |= settled_anew(request, found)
    return JsonResponse(answer)


def settled_anew(request: HttpRequest, found: queries.Agreement) -> dict[str, Any]:
    """For the window, after a choice: what the tool proposes of what is settled now, and which questions, or replies, are to be settled."""
    form = AgreementForm(found)
    template = "extraction/_proposed.html"
    words = {key: render_to_string(template, {"proposed": each}, request) for key, each in form.proposed.items()}
    asked = {row.field.key: not row.is_idle for row in form.differences()}
    return {"proposed": words, "asked": asked, "judgeable": {key: not each.left for key, each in form.proposed.items()}}


def keep_domain(
    request: HttpRequest, member: Member, study: Study, tool: str, form: AgreementForm | None
) -> HttpResponse:
    """Settle a whole domain in one step, and keep what else is chosen on the page."""
    way, _, domain = request.POST["domain"].partition(":")
    if form and (chosen := form.complete()):
        agreeing.choose(member, Assessment, study, tool, chosen)
    domains.choose_domain(member, study, tool, domain, way)
    return redirect(f"{reverse('extraction:bias-agreement', args=[member.review.slug, study.pk, tool])}#d-{domain}")


@require_POST
@for_member(Can.READ)
def reopen_agreement(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    tool = checked(member, kind, tool)
    study = queries.study(member, pk)
    agreeing.reopen_agreement(member, MODELS[kind], study, tool)
    messages.success(request, "Reopened. What was agreed is kept as a version, and is where you begin.")
    return to(member, study, kind, tool, "-agreement")
