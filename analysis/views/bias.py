"""What do the pages on agreed risk of bias do? Traffic lights, weighted bars, and the CSV that robvis reads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from analysis import bias, drawing
from analysis.queries import bias as queries
from analysis.queries import reopened
from extraction.rob import robvis
from reviewapp.access import Can, for_member
from reviewapp.errors import NotHere
from reviewapp.models import Member

TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}


@require_GET
@for_member(Can.READ)
def bias_figures(request: HttpRequest, member: Member) -> HttpResponse:
    context = {"member": member, "judged": queries.appraised(member), "missing": reopened.missing(member)}
    return render(request, "analysis/bias_figures.html", context)


@require_GET
@for_member(Can.READ)
def bias_figure(request: HttpRequest, member: Member, key: str) -> HttpResponse:
    judged, agreed = queries.assessments(member, key)
    chosen = request.GET.get("weights", "")
    analysis, weights = queries.weights(member, judged, chosen)
    rows = bias.rows_of(agreed, weights)
    bars = bias.summary(judged, rows, str(analysis) if weights else "")
    context = {
        "member": member,
        "judged": judged,
        "agreed": agreed,
        "missing": reopened.missing(member, key),
        "weighings": queries.weighings(member, judged),
        "chosen": analysis,
        "unweighed": analysis is not None and not weights,
        "kinds": bias.KINDS,
        # their texts are escaped where they are written, in analysis.plots.svg
        "lights": mark_safe(drawing.file(bias.traffic_light(judged, agreed), "svg").decode()),
        "summary": mark_safe(drawing.file(bars, "svg").decode()),
    }
    return render(request, "analysis/bias_figure.html", context)


@require_GET
@for_member(Can.READ)
def bias_file(request: HttpRequest, member: Member, key: str, figure: str, kind: str) -> HttpResponse:
    """The table of lights or the bars as "svg", "png" or "pdf"; or, of kind "csv", the judgements for robvis."""
    if kind not in TYPES or (kind == "csv") != (figure == "robvis"):
        raise NotHere(f"There is no such file of kind “{kind}”.", todo="Choose one of those on the page.")
    judged, agreed = queries.assessments(member, key)
    analysis, weights = queries.weights(member, judged, request.GET.get("weights", ""))
    rows = bias.rows_of(agreed, weights)
    if kind == "csv":
        content = robvis.write(judged.tool, rows).encode()
    elif figure == "lights":
        content = drawing.file(bias.traffic_light(judged, agreed), kind)
    else:
        content = drawing.file(bias.summary(judged, rows, str(analysis) if weights else ""), kind)
    name = f"{member.review.slug[:40]}-{slugify(judged.name)[:60]}-{figure}.{kind}"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=TYPES[kind], headers={"Content-Disposition": disposition})
