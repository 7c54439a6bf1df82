"""Pages on sheets and assessments, a member's own. `kind` is sheet or bias; they go the same way."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from extraction import queries, schema
from extraction.forms import SheetForm
from extraction.models import Assessment, Blinded, Sheet, Study
from extraction.views.saving import for_doubts, form_on, newer_keys, save_field, saved, seen_by
from extraction.workflow import conversions, sheets
from extraction.workflow.newer import Newer
from reviewapp.access import Can, for_member
from reviewapp.errors import WrongState
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
    if form.is_behind or form.problems():
        return page(request, member, study, kind, tool, mine, form, form.problems())
    messages.success(request, "Saved.")
    return to(member, study, kind, tool)


def tell_of(request: HttpRequest, form: SheetForm) -> None:
    """What a person must know who sent a whole form that is older than what is asked now."""
    saved_so = () if form.is_behind else form.noted.values()
    for sentence in filter(None, (form.unasked, *saved_so)):
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
        "known_texts": form.known_texts(newer_keys(form, mine)) if form and mine else [],
        "version": seen_by(form, mine) if form and mine else mine.version if mine else 0,
        "state": state,
        "problems": problems or [],
        "form_number": opened.version.number if opened else None,
        "missing": opened.problems if opened else queries.problems_of(mine) if mine else [],
        "papers": queries.papers(study, mine.answers()) if mine else [],
        "may_renew": isinstance(mine, Sheet) and queries.may_renew(mine),
        "parked": [(key, schema.show(answer.value)) for key, answer in parked.items()],
        "newer_tool": queries.newer_tool(mine) if isinstance(mine, Assessment) and is_open else None,
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
    if form.is_behind or form.problems():
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
    problems = form.problems() or ([] if form.is_behind else queries.problems_of(mine))
    if (
        form.is_behind or problems or form.unasked
    ):  # something was typed that is on no sheet: nobody hands in what lacks it unseen
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
