"""What do the pages of agreement show? A line for each pair, its table, the citations behind each cell, and all of it as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from reviewapp.access import Can, for_member
from reviewapp.models import Member, Stage
from screening.formats.table import guarded
from screening.models import Answer
from screening.queries import agreement as agreed
from screening.queries.desk import undecided
from screening.team_forms import CellForm
from screening.views.common import PAGE

COEFFICIENTS = ("raw", "kappa", "pabak", "ac1")


def apart(request: HttpRequest) -> bool:
    """Whether maybe is shown as an answer of its own."""
    return request.GET.get("maybe") == "apart"


@require_GET
@for_member(Can.READ)
def agreement(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    names = agreed.categories(stage, apart=apart(request))
    found = agreed.lines(member, stage, apart=apart(request))
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "stages": Stage.choices,
        "apart": apart(request),
        "three": stage == Stage.TITLE_ABSTRACT,
        "undecided": undecided(member, stage),
        "all": found[0] if found else None,
        "pairs": [{"line": each, "table": shown(each, names)} for each in found if each.pair and not each.week],
        "weeks": [each for each in found if each.week and not each.pair],
        "names": [Answer(name).label for name in names],
    }
    return render(request, "screening/agreement.html", context)


def shown(line: agreed.Line, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a pair's table: the first member's answer, and for each of the second's the count and what the link needs."""
    return [
        {
            "label": Answer(one).label,
            "cells": [
                {"count": count, "row": one, "column": other} for other, count in zip(names, counts, strict=True)
            ],
        }
        for one, counts in zip(names, line.counts, strict=True)
    ]


@require_GET
@for_member(Can.READ)
def cell(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    asked = CellForm(request.GET)
    if not asked.is_valid():  # an address without a pair, such as one typed by hand
        return redirect("screening:agreement", member.review.slug, stage)
    form = asked.cleaned_data
    pair = agreed.pair(member, form["a"], form["b"])
    answers = (form["row"], form["column"])
    found = agreed.judged_alike(member, stage, pair, answers, apart=apart(request)) if pair else None
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "pair": pair,
        "said": [Answer(answer).label for answer in answers],
        "apart": apart(request),
        "page": Paginator(found.defer("abstract"), PAGE).get_page(request.GET.get("page")) if pair else None,
        "query": "&".join(f"{name}={form[name]}" for name in ("a", "b", "row", "column"))
        + ("&maybe=apart" if apart(request) else ""),
    }
    return render(request, "screening/agreement_cell.html", context, status=200 if pair else 404)


@require_GET
@for_member(Can.READ)
def agreement_csv(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    """One line for each pair and week, and for all of each; twice, with maybe as include and as an answer of its own."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for mode in (False, True) if stage == Stage.TITLE_ABSTRACT else (False,):
        for line in agreed.lines(member, stage, apart=mode):
            writer.writerow(row(stage, line, apart=mode))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{member.review.slug}-agreement-{stage}.csv"'
    return response


CELLS = [f"{one}_{other}" for one in Answer.values for other in Answer.values]
HEAD = [
    *("stage", "maybe", "week", "first_member", "second_member", "citations"),
    *CELLS,
    *(f"{name}{part}" for name in COEFFICIENTS for part in ("", "_se", "_lower", "_upper")),
]


def row(stage: str, line: agreed.Line, *, apart: bool) -> list[object]:
    """One line of the CSV. Names are guarded against spreadsheets that take them for formulas; what is not defined is empty."""
    names = agreed.categories(stage, apart=apart)
    counts = {f"{one}_{other}": line.counts[i][j] for i, one in enumerate(names) for j, other in enumerate(names)}
    people = [guarded(str(each)) for each in line.pair] or ["all pairs", "all pairs"]
    found = [getattr(line.found, name) for name in COEFFICIENTS]
    numbers = [getattr(each, part) for each in found for part in ("value", "se", "lower", "upper")]
    maybe = "apart" if apart else "as include"
    return [
        *(stage, maybe, line.week or "all", *people, f"{line.found.n:g}"),
        *(f"{counts[name]:g}" if name in counts else "" for name in CELLS),
        *("" if number is None else f"{number:.6f}" for number in numbers),
    ]
