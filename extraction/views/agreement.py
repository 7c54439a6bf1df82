"""Pages on agreements, of sheets and of assessments: both authors side by side, chosen answer by answer, signed, reopened."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from extraction import queries
from extraction.forms import AgreementForm, earlier_versions, signed_rows, taken_rows
from extraction.models import Study
from extraction.schema import Choice, Problem
from extraction.views.sheets import MODELS, checked, to
from extraction.workflow import agreement as agreeing
from extraction.workflow import domains
from extraction.workflow.overtaken import Overtaken
from extraction.workflow.settling import Unsettled, equal_choices
from reviewapp.access import Can, for_member
from reviewapp.errors import DomainError
from reviewapp.models import Member

PARTS = {"save", "domain", "undo"}  # what is pressed to keep choices without signing


@require_http_methods(["GET", "POST"])
@for_member(Can.READ)
def agreement(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    """Both authors side by side, once both are in: choose where they differ, and sign."""
    tool = checked(member, kind, tool)
    study = queries.study(member, pk)
    found = queries.agreement(member, MODELS[kind], study, tool)
    form = AgreementForm(found, request.POST if request.method == "POST" else None) if found else None
    may_agree = found is not None and member.review.is_open and queries.may_agree(member, found)
    problems = form.problems() if form and request.method == "POST" and not PARTS & request.POST.keys() else []
    is_rest_kept, todo = False, ""
    if request.method == "POST" and not (may_agree and problems):  # who may not is refused by the verb
        try:
            answer, stored = keep(request, member, study, kind, tool, form)
        except Overtaken as error:
            found = queries.agreement(member, MODELS[kind], study, tool)
            form = AgreementForm(found, request.POST, error.stands) if found else None
            problems = form.problems() if form else []
        except Unsettled as error:
            if form is None or not request.accepts("text/html"):
                raise
            problems, todo = list(error.problems), error.todo
            form = AgreementForm(form.agreement, request.POST, wrong=problems)
        else:
            problems = left(request, form, stored)
            if not problems:
                return answer
            is_rest_kept = True
            found = queries.agreement(member, MODELS[kind], study, tool)
            form = AgreementForm(found, request.POST, wrong=problems, stored=stored) if found else None
    taken = queries.taken_over(member, study, MODELS[kind], tool) if found is None else None
    before = queries.agreed_last(member, study, MODELS[kind], tool) if found is None and not taken else None
    context = {
        "member": member,
        "study": study,
        "kind": kind,
        "before": before,
        "before_rows": taken_rows(before, queries.fields_for(before)) if before else [],
        "taken": taken,
        "taken_rows": taken_rows(taken, queries.fields_for(taken)) if taken else [],
        "judged": queries.judged(member, tool) if kind == "bias" else None,
        "agreement": found,
        "form": form,
        "signed": signed_rows(found) if found else [],
        "versions": earlier_versions(found) if found else [],
        "may_agree": may_agree,
        "reopened": queries.reopened_last(study, MODELS[kind], tool),
        "onward": queries.onward(member, study, "agree") if kind == "sheet" and found and found.signed else None,
        "doubts": queries.agreement_doubts(member, study, found) if found else None,
        "doubt_url": reverse("extraction:agreement-doubt", args=[member.review.slug, pk]),
        "may_answer": may_agree,
        "again": "extraction:doubt-again",
        "at": pk,
        "cells": "#q-",
        "problems": problems,
        "is_rest_kept": is_rest_kept,
        "todo": todo,
        "papers": queries.papers(study, *found.answered()) if found else [],
    }
    status = Overtaken.status if form and form.overtaken else 422 if problems else 200
    return render(request, "extraction/agreement.html", context, status=status)


def left(request: HttpRequest, form: AgreementForm | None, stored: Collection[str]) -> list[Problem]:
    """What was chosen on a page sent as a whole, and could not be kept with the rest of it. An empty one is no loss where another button
    than that for choices was pressed."""
    if form is None or not request.accepts("text/html") or not PARTS & request.POST.keys():
        return []
    is_asked = request.POST.get("save") == "choices"
    return [each for key, each in form.unkept.items() if key not in stored and (is_asked or key in form.typed)]


def keep(
    request: HttpRequest, member: Member, study: Study, kind: str, tool: str, form: AgreementForm | None
) -> tuple[HttpResponse, Collection[str]]:
    """What was pressed: keep what is chosen so far, every equal answer, or a whole domain; else sign. The keys of what the page is to show
    as it stands by then. Raises Overtaken and Unsettled."""
    chosen, seen = (form.complete(), form.seen) if form else ({}, {})
    model, after = MODELS[kind], to(member, study, kind, tool, "-agreement")
    if "undo" in request.POST:
        return undo(request, member, study, kind, tool, form)
    if kind == "bias" and "domain" in request.POST:
        return keep_domain(request, member, study, tool, form)
    if "save" not in request.POST:
        agreeing.agree(member, model, study, tool, form.choices() if form else {}, seen)
        messages.success(request, f"Agreed and signed for {study}.")
        return after, ()
    if form and request.POST["save"] == "equal":
        others = form.choices().keys() | form.unkept.keys()
        equal = equal_choices(form.agreement.pairs)
        chosen = {key: each for key, each in equal.items() if key not in others} | chosen
    elif form and not request.accepts("text/html"):
        chosen = form.choices()
    if not request.accepts("text/html"):
        return keep_choice(request, member, study, kind, tool, chosen, seen), ()
    agreeing.choose(member, model, study, tool, chosen, seen)
    if not left(request, form, chosen):
        messages.success(
            request, f"Kept: {len(chosen)} answer{'' if len(chosen) == 1 else 's'}. Sign when all are settled."
        )
    return after, chosen


def keep_choice(
    request: HttpRequest,
    member: Member,
    study: Study,
    kind: str,
    tool: str,
    choices: Mapping[str, Choice],
    seen: Mapping[str, str],
) -> HttpResponse:
    """One choice, sent by script: what became of it, in values."""
    try:
        agreeing.choose(member, MODELS[kind], study, tool, choices, seen)
    except Overtaken as error:
        told = " ".join(error.stands.values())
        refused = f"{told} That was meanwhile, and stands; yours is not kept. Choose again if you mean otherwise."
        return JsonResponse({"refused": refused, "seen": error.marks}, status=error.status)
    except DomainError as error:
        return JsonResponse({"refused": f"{error.message} {error.todo}".strip()}, status=error.status)
    answer: dict[str, Any] = {"kept": list(choices)}
    if found := queries.agreement(member, MODELS[kind], study, tool):
        answer |= settled_anew(request, found) | {
            "seen": {key: found.made[key].mark for key in choices if key in found.made}
        }
    return JsonResponse(answer)


def undo(
    request: HttpRequest, member: Member, study: Study, kind: str, tool: str, form: AgreementForm | None
) -> tuple[HttpResponse, Collection[str]]:
    """Take one choice back, and keep what else is chosen on the page; by script only the former. Raises as keep does."""
    key, model, seen = request.POST["undo"], MODELS[kind], dict(form.seen) if form else {}
    if request.accepts("text/html"):
        chosen = {each: choice for each, choice in form.complete().items() if each != key} if form else {}
        agreeing.unchoose(member, model, study, tool, [key], seen, chosen)
        messages.success(request, "Taken back. The question is to be settled again.")
        return redirect(f"{to(member, study, kind, tool, '-agreement')['Location']}#q-{key}"), {key, *chosen}
    return undo_one(request, member, study, kind, tool, key, seen), ()


def undo_one(
    request: HttpRequest, member: Member, study: Study, kind: str, tool: str, key: str, seen: Mapping[str, str]
) -> HttpResponse:
    """One choice, taken back by script: what became of it, in values."""
    model = MODELS[kind]
    try:
        agreeing.unchoose(member, model, study, tool, [key], seen)
    except Overtaken as error:
        refused = f"{' '.join(error.stands.values())} That was meanwhile, and stands."
        return JsonResponse({"refused": refused, "seen": error.marks}, status=error.status)
    except DomainError as error:
        return JsonResponse({"refused": f"{error.message} {error.todo}".strip()}, status=error.status)
    found = queries.agreement(member, model, study, tool)
    return JsonResponse({"undone": key, "seen": {key: ""}} | (settled_anew(request, found) if found else {}))


def settled_anew(request: HttpRequest, found: queries.Agreement) -> dict[str, Any]:
    """For the window, after a choice: what the tool proposes of what is settled now, and which questions, or replies, are to be settled."""
    form = AgreementForm(found)
    template = "extraction/_proposed.html"
    words = {key: render_to_string(template, {"proposed": each}, request) for key, each in form.proposed.items()}
    asked = {row.field.key: not row.is_idle for row in form.differences()}
    return {"proposed": words, "asked": asked, "judgeable": {key: not each.left for key, each in form.proposed.items()}}


def keep_domain(
    request: HttpRequest, member: Member, study: Study, tool: str, form: AgreementForm | None
) -> tuple[HttpResponse, Collection[str]]:
    """Settle a whole domain in one step, and keep what else is chosen on the page. Raises as keep does."""
    way, _, domain = request.POST["domain"].partition(":")
    seen, chosen = (form.seen, form.complete()) if form else ({}, {})
    domains.choose_domain(member, study, tool, domain, way, seen, chosen)
    settled = form.keys_settled(domain, way) if form else set()
    address = f"{reverse('extraction:bias-agreement', args=[member.review.slug, study.pk, tool])}#d-{domain}"
    return redirect(address), {*settled, *chosen}


@require_POST
@for_member(Can.READ)
def reopen_agreement(request: HttpRequest, member: Member, pk: int, kind: str, tool: str = "") -> HttpResponse:
    tool = checked(member, kind, tool)
    study = queries.study(member, pk)
    agreeing.reopen_agreement(member, MODELS[kind], study, tool)
    rests = (
        "Results that rest on it are stale"
        if kind == "sheet"
        else "Runs that show it are stale, and figures leave it out,"
    )
    told = "Reopened. What was agreed is kept as a version, and is where you begin."
    messages.success(request, f"{told} {rests} until it is signed again.")
    return to(member, study, kind, tool, "-agreement")
