"""Which page and which files does each figure have? One of a run beside its table, and the plot of an analysis' runs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analysis import queries, run_figures
from analysis.views import download
from reviewapp.access import Can, for_member
from reviewapp.models import Member


@require_GET
@for_member(Can.READ)
def figure(request: HttpRequest, member: Member, pk: int, name: str) -> HttpResponse:
    run = queries.run(member, pk)
    context = {
        "member": member,
        "run": run,
        "shown": queries.shown_analysis(member, run.analysis_id),
        "figure": run_figures.figure_of(run, name),
        "figures": run_figures.figures_of(run),
    }
    return render(request, "analysis/figure.html", context)


@require_GET
@for_member(Can.READ)
def figure_file(request: HttpRequest, member: Member, pk: int, name: str, kind: str) -> HttpResponse:
    run = queries.run(member, pk)
    content = run_figures.figure_of(run, name).file(kind)
    return download(content, run_figures.file_name(run, name, kind), kind)


@require_GET
@for_member(Can.READ)
def history_file(request: HttpRequest, member: Member, pk: int, kind: str) -> HttpResponse:
    analysis = queries.analysis(member, pk)
    content = run_figures.history_file(queries.history(member, analysis), kind)
    return download(content, run_figures.history_name(analysis, kind), kind)
