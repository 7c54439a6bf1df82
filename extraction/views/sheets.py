"""Pages on sheets and assessments, a member's own and the agreed ones. `kind` is sheet or bias; they go the same way."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from extraction import queries, schema
from extraction.forms import AgreementForm, BiasForm, SheetForm, earlier_versions, signed_rows, taken_rows
from extraction.models import Assessment, Blinded, Sheet, Study
from extraction.schema.convert.offers import Offer, offers, together
from extraction.workflow import agreement as agreeing
from extraction.workflow import conversions, domains, sheets
from extraction.workflow.newer import Newer
from extraction.workflow.said import Said
from extraction.workflow.sources import beyond, sources_in
from reviewapp.access import Can, for_member, require
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


def form_on(mine: Blinded, data: QueryDict | None = None, opened: queries.Opened | None = None) -> SheetForm:
    """The member's own answers as a form; locked once they are submitted."""
    locked = mine.submitted_at is not None
    if isinstance(mine, Assessment):
        return BiasForm(queries.tool_for(mine), mine.answers(), data, stored=mine.proposals() if locked else None)
    opened = opened or queries.opened(mine)
    open_keys = queries.open_keys(mine) if mine.renews is not None and not locked else None
    again = {} if locked else opened.carried.again
    return SheetForm(opened.asked, mine.answers(), data, again=again, locked=locked, open_keys=open_keys)


LOAD_AGAIN = "Copy it if you need it, then load the page again."


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
    if form.unasked:
        messages.warning(request, form.unasked)
    if form.problems():
        return page(request, member, study, kind, tool, mine, form, form.problems())
    messages.success(request, "Saved.")
    return to(member, study, kind, tool)


def save_field(request: HttpRequest, member: Member, mine: Blinded | None) -> HttpResponse:
    """One field, sent by script: what became of it, in values. A refusal is an answer too, so that nothing is sent for ever."""
    before = queries.opened(mine) if isinstance(mine, Sheet) else None
    try:
        form, after = save_posted(request, member, mine, before)
    except Newer as error:
        told = {"refused": error.message, "stands": list(error.stands.values()), "newer": error.parts}
        return JsonResponse(told, status=error.status)
    except DomainError as error:
        return JsonResponse({"refused": f"{error.message} {error.todo}".strip()}, status=error.status)
    if form.unasked:
        return JsonResponse({"refused": f"{form.unasked} {LOAD_AGAIN}"}, status=WrongState.status)
    context = {"version": after.version, "problems": form.problems()}
    answer: dict[str, Any] = {"version": after.version, "stood": after.stood, "told": form.told}
    if isinstance(after, Sheet):
        opened = queries.opened(after, before)
        doubts = queries.own_doubts(member, opened)
        context |= {"missing": opened.problems, "doubts": doubts}
        about = {"doubts": doubts, "member": member, **for_doubts(member, after.study_id)}
        answer["doubts"] = render_to_string("extraction/_doubts.html", about, request)
        said = {*form.values, *form.units, *form.origins}
        touched = {key.rpartition("/")[0] for key in said if key.startswith("outcome/")}
        answer["offers"] = {
            row: render_offers(request, member, after, row, found) for row, found in offered(opened, touched).items()
        }
        answer["places"] = render_places(request, member, after.study_id, form_on(after, opened=opened), touched)
    else:
        context["missing"] = queries.problems_of(after)
        answer |= judged_anew(request, form_on(after))
    answer["status"] = render_to_string("extraction/_saved.html", context, request)
    return JsonResponse(answer)


def judged_anew(request: HttpRequest, form: BiasForm) -> dict[str, Any]:
    """For the window, after a save: which questions are to be answered now, and what the tool proposes."""
    parts = {
        f"proposed_{each.key}": render_to_string("extraction/_proposed.html", {"proposed": each.proposed}, request)
        for each in form.judgings()
        if each.proposed
    }
    return {"shown": form.shown(), "parts": parts}


def offered(opened: queries.Opened, rows: set[str]) -> dict[str, list[Offer]]:
    """What the tables of the outcomes to which these rows belong can offer now, by row."""
    outcomes = {row.split("/")[1] for row in rows}
    tables = [table for table in opened.asked.tables if str(table.outcome.id) in outcomes]
    found: dict[str, list[Offer]] = {row.key: [] for table in tables for row in table.rows}
    for each in offers(opened.asked, opened.sheet.answers()) if found else ():
        if each.row in found:
            found[each.row].append(each)
    return found


def render_offers(request: HttpRequest, member: Member, sheet: Sheet, row: str, found: list[Offer]) -> str:
    url = reverse("extraction:sheet-convert", args=[member.review.slug, sheet.study_id])
    context = {"offers": found, "together": together(found), "convert_url": url}
    return render_to_string("extraction/_offers.html", context, request)


def render_places(
    request: HttpRequest, member: Member, study: int, form: SheetForm, rows: set[str]
) -> dict[str, dict[str, str]]:
    """For the window, after a save: the places of numbers that these rows report in another way, by row and key of the cell."""
    found = {row: places for row in rows if (places := form.places_on_request(row))}
    papers = queries.papers(queries.study(member, study), form.answers) if found else []
    return {
        row: {
            key: render_to_string(
                "extraction/_exact_place.html",
                {"member": member, "place": each, "papers": papers, "off": each.locked, "called": each.column},
                request,
            )
            for key, each in places.items()
        }
        for row, places in found.items()
    }


def for_doubts(member: Member, study: int) -> dict[str, object]:
    """Where the reasons are sent for which doubted numbers on one's own sheet stand."""
    url = reverse("extraction:sheet-doubt", args=[member.review.slug, study])
    return {
        "doubt_url": url,
        "again": "extraction:doubt-again",
        "at": study,
        "cells": "#id_",
        "own": True,
        "may_answer": True,
    }


def saved(request: HttpRequest, member: Member, mine: Blinded | None) -> tuple[SheetForm, Blinded]:
    """Save what was posted by a whole page, unless it knows less than another window; the form tells of it then, and keeps what was typed."""
    try:
        return save_posted(request, member, mine)
    except Newer as error:
        form = form_on(mine, request.POST)
        form.tell_newer(error.stands)
        return form, mine


def save_posted(
    request: HttpRequest, member: Member, mine: Blinded | None, opened: queries.Opened | None = None
) -> tuple[SheetForm, Blinded]:
    """Save what can be read of what was posted; the form knows what could not. Raises Newer."""
    require(member, Can.EXTRACT)
    if mine is None:
        raise WrongState("You have not begun here, so nothing was saved.", todo="Start on the study's page.")
    form = form_on(mine, request.POST, opened)
    if request.POST.get("empty") in ("fold", "open"):
        form = form_on(mine, folded(form, "yes" if request.POST["empty"] == "fold" else ""), opened)
    form.refuse(beyond(mine.study, sources_in(form.answers), form.sources, form.labels))
    said = Said(form.values, form.texts, form.units, form.places, form.origins, form.confirmed, form.known)
    return form, sheets.save_own(member, mine, said, form.version)


def folded(form: SheetForm, value: str) -> QueryDict:
    """What was posted, with every outcome of which nothing is answered marked as not reported (or, with an empty value, opened again)."""
    data = form.data.copy()
    for key in form.empty_outcomes():
        data[key] = value
    return data


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
    problems = form.problems() or queries.problems_of(mine)
    if problems:
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
