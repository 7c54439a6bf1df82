"""What becomes of what a page on a sheet or an assessment sends: a field at a time by script, or the whole form without it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from extraction import queries
from extraction.forms import BiasForm, SheetForm
from extraction.models import Assessment, Blinded, Sheet
from extraction.schema import Form
from extraction.schema.convert.offers import Offer, offers, together
from extraction.schema.whole import whole
from extraction.workflow import sheets
from extraction.workflow.newer import Newer
from extraction.workflow.said import Said
from extraction.workflow.sources import beyond, sources_in
from reviewapp.access import Can, require
from reviewapp.errors import DomainError, WrongState
from reviewapp.models import Member

LOAD_AGAIN = "Copy it if you need it, then load the page again."


def form_on(mine: Blinded, data: QueryDict | None = None, opened: queries.Opened | None = None) -> SheetForm:
    """The member's own answers as a form; locked once they are submitted."""
    locked = mine.submitted_at is not None
    if isinstance(mine, Assessment):
        return BiasForm(queries.tool_for(mine), mine.answers(), data, stored=mine.proposals() if locked else None)
    opened = opened or queries.opened(mine)
    open_keys = queries.open_keys(mine) if mine.renews is not None and not locked else None
    again = {} if locked else opened.carried.again
    drawn = drawn_by(mine, opened.version.number, data) if data is not None else None
    return SheetForm(opened.asked, mine.answers(), data, again=again, locked=locked, open_keys=open_keys, drawn=drawn)


def drawn_by(sheet: Sheet, number: int, data: QueryDict) -> Form | None:
    """The version of the form by which the page was drawn that sent this, where it says so and that is not the one asked by now."""
    typed = whole(data.get("form_number", ""))
    if typed is None or typed == number:
        return None
    return queries.form_version(sheet.study.review_id, typed).form


def save_field(request: HttpRequest, member: Member, mine: Blinded | None) -> HttpResponse:
    """One field, sent by script: what became of it, in values. A refusal is an answer too, so that nothing is sent for ever."""
    before = queries.opened(mine) if isinstance(mine, Sheet) else None
    try:
        form, after = save_posted(request, member, mine, before)
    except Newer as error:
        told = {
            "refused": error.message,
            "stands": [each.sentence for each in error.found],
            "newer": error.parts,
            "versions": {each.field.key: each.version for each in error.found},
        }
        return JsonResponse(told, status=error.status)
    except DomainError as error:
        return JsonResponse({"refused": f"{error.message} {error.todo}".strip()}, status=error.status)
    if form.unasked:
        return JsonResponse({"refused": f"{form.unasked} {LOAD_AGAIN}"}, status=WrongState.status)
    context = {"version": after.version, "problems": form.problems()}
    answer: dict[str, Any] = {"version": after.version, "stood": after.stood, "told": form.told, "noted": form.noted}
    answer["units"] = form.units_offered
    answer["said"] = form.said_keys
    others = (line for line in after.lines.all() if form.version < line.version <= after.stood)
    answer["elsewhere"] = {line.key: line.version for line in others}
    if isinstance(after, Sheet):
        opened = queries.opened(after, before)
        answer["again"] = list(opened.carried.again)
        doubts = queries.own_doubts(member, opened)
        context |= {"missing": opened.problems, "doubts": doubts}
        about = {"doubts": doubts, "member": member, **for_doubts(member, after.study_id)}
        answer["doubts"] = render_to_string("extraction/_doubts.html", about, request)
        touched = {key.rpartition("/")[0] for key in form.said_keys if key.startswith("outcome/")}
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
        form.tell_newer(error.found)
        return form, mine


def seen_by(form: SheetForm, mine: Blinded) -> int:
    """The version up to which a page knows every save that comes back with what could not be stored, or is not complete.

    Where another window has saved since the page was drawn, it has seen no more than before, and of what is newer what it shows.
    """
    return mine.version if knows_all(form, mine) else form.version


def newer_keys(form: SheetForm, mine: Blinded) -> list[str]:
    """The answers that are newer than the version that a page has seen which comes back, and that it shows. One that is behind shows what was typed."""
    if form.is_behind or knows_all(form, mine):
        return []
    return [line.key for line in mine.lines.all() if line.version > form.version]


def knows_all(form: SheetForm, mine: Blinded) -> bool:
    """Whether nothing was saved in another window before what this page has saved."""
    return not form.is_behind and form.version == mine.stood


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
