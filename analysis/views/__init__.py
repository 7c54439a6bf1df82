"""What does each page and button of the analysis floor do? Form in, verb called, page out."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis import exchange, exports, queries, workflow
from analysis.flow.numbers import Number
from analysis.forms import PlanForm
from analysis.queries import freezes
from analysis.queries import investigations as asked
from analysis.queries import reopened as agreements
from analysis.queries import standards as checked
from analysis.queries.doubts import doubts as found_doubts
from analysis.views.doubts import context as doubt_addresses
from analysis.workflow import standards as departures
from extraction.queries import previous_version
from reviewapp import files
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member
from screening.queries import citations_follow
from screening.views.tables import table_file

PAGE = 50
TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "rm5": "application/xml",
    "zip": "application/zip",
}

KINDS = (
    ("svg", "SVG"),
    ("png", "PNG, 300 dpi"),
    ("pdf", "PDF, A4"),
    ("docx", "Word"),
    ("csv", "CSV for PRISMA2020"),
    ("json", "JSON"),
)


def download(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep; kind is a key of TYPES."""
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=TYPES[kind], headers={"Content-Disposition": disposition})


# --- analyses ----------------------------------------------------------------------------------------------------


@require_GET
@for_member(Can.READ)
def analyses(request: HttpRequest, member: Member) -> HttpResponse:
    shown = queries.shown_analyses(member)
    context = {
        "member": member,
        "analyses": shown,
        "dropped": queries.dropped_analyses(member),
        "frozen": freezes.frozen_runs(member, shown),
        "not_pooled": queries.not_pooled(member),
        "reopened": agreements.reopened(member, [each.analysis for each in shown]),
    }
    return render(request, "analysis/analyses.html", context)


@require_http_methods(["GET", "POST"])
@for_member(Can.ANALYSE)
def plan(request: HttpRequest, member: Member) -> HttpResponse:
    form = PlanForm(member, request.POST or None)
    if form.is_valid():
        try:
            analysis = workflow.plan(member, **form.cleaned_data)
        except BadInput as error:
            form.add_error(None, f"{error.message} {error.todo}")
        else:
            return redirect("analysis:analysis", member.review.slug, analysis.pk)
    status = 422 if form.errors else 200
    context = {"member": member, "form": form, "not_pooled": queries.not_pooled(member)}
    return render(request, "analysis/plan.html", context, status=status)


@require_http_methods(["GET", "POST"])
@for_member(Can.ANALYSE)
def change_plan(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    analysis = queries.analysis(member, pk)
    form = PlanForm(member, request.POST or None, instance=analysis)
    if form.is_valid():
        try:
            workflow.change_plan(member, analysis, **form.cleaned_data)
        except BadInput as error:
            form.add_error(None, f"{error.message} {error.todo}")
        else:
            return redirect("analysis:analysis", member.review.slug, pk)
    context = {"member": member, "form": form, "analysis": queries.analysis(member, pk)}
    return render(request, "analysis/plan.html", context, status=422 if form.errors else 200)


@require_GET
@for_member(Can.READ)
def analysis(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    shown = queries.shown_analysis(member, pk)
    history = queries.history(member, shown.analysis)
    context = {"member": member, "shown": shown, "history": history}
    context |= {"planned": asked.planned(member, shown.analysis), "choices": asked.choices(member)}
    context["moderators"] = asked.moderators(member)
    context["reopened"] = agreements.reopened(member, [shown.analysis])
    context |= {"doubts": found_doubts(member, shown), **doubt_addresses(member, pk)}
    return render(request, "analysis/analysis.html", context)


@require_POST
@for_member(Can.ANALYSE)
def drop_analysis(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.drop_analysis(member, queries.analysis(member, pk))
    messages.success(request, "The analysis is dropped. Its runs are kept; it can be restored below.")
    return redirect("analysis:analyses", member.review.slug)


@require_POST
@for_member(Can.ANALYSE)
def restore_analysis(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    if workflow.restore_analysis(member, queries.analysis(member, pk)):
        messages.warning(
            request,
            "The analysis is restored, but not its line in the summary of findings: there are seven others by now. "
            "Take one of them out, and add this one again; its ratings are kept.",
        )
    return redirect("analysis:analysis", member.review.slug, pk)


# --- runs --------------------------------------------------------------------------------------------------------


@require_POST
@for_member(Can.ANALYSE)
def request_run(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    run = workflow.request_run(member, queries.analysis(member, pk))
    if run.is_finished:
        messages.info(request, f"Data and plan are those of run {run.number}: equal input is not run twice. It stands.")
    return redirect("analysis:analysis", member.review.slug, pk)


@require_GET
@for_member(Can.READ)
def run(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.run(member, pk)
    shown = queries.shown_analysis(member, found.analysis_id)
    address = request.build_absolute_uri(reverse("analysis:run", args=[member.review.slug, pk]))
    context = {"member": member, "run": found, "shown": shown, "freeze": freezes.freeze_of(found), "address": address}
    context["reopened"] = agreements.beneath(member, found) if found.is_finished else []
    return render(request, "analysis/run.html", context)


@require_GET
@for_member(Can.READ)
def run_file(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.run(member, pk)
    return download(exports.run_json(found), exports.run_name(found, "json"), "json")


# --- reproduction packages -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@for_member(Can.READ)
def packages(request: HttpRequest, member: Member) -> HttpResponse:
    if request.method == "POST":
        workflow.make_package(member)
        return redirect("analysis:packages", member.review.slug)
    context = {"member": member, "packages": queries.packages(member)[:50], "left_out": exchange.left_out(member)}
    return render(request, "analysis/packages.html", context)


@require_GET
@for_member(Can.READ)
def package_file(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.package(member, pk)
    name = f"{member.review.slug[:60]}-{found.created_at:%Y-%m-%d}-{found.sha256[:8]}.zip"
    return FileResponse(files.path_of(found.sha256).open("rb"), as_attachment=True, filename=name)


@require_GET
@for_member(Can.READ)
def revman_file(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    name = f"{member.review.slug[:60]}-{'analyses.rm5' if kind == 'rm5' else 'revman-data-package.zip'}"
    return download(exchange.revman_file(member, kind), name, kind)


# --- the flow diagram ----------------------------------------------------------------------------------------------


def list_url(member: Member, request: HttpRequest | None = None) -> Callable[[Number], str]:
    """Where the list behind a number is; a full address where there is a request to take the site's name from."""

    def url(number: Number) -> str:
        path = reverse("analysis:flow-list", args=[member.review.slug, number.key])
        return request.build_absolute_uri(path) if request else path

    return url


@require_GET
@for_member(Can.READ)
def flow(request: HttpRequest, member: Member) -> HttpResponse:
    found = queries.flow(member)
    figure = exports.flow_svg(found.counts, list_url(member))
    context = {
        "member": member,
        "figure": mark_safe(figure),  # its texts are escaped where they are written, in analysis.plots.svg
        "open": [(words, each, list_url(member)(each)) for words, each in exports.still_open(found.counts)],
        "stated": previous_version(member),
        "moving": citations_follow(member),
        "breaches": [(breach, queries.examples(member, breach)) for breach in found.breaches],
        "kinds": [(f"analysis:flow-{kind}", label) for kind, label in KINDS],
    }
    return render(request, "analysis/flow.html", context)


@require_GET
@for_member(Can.READ)
def flow_file(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    content = exports.flow_file(queries.flow(member).counts, kind, list_url(member, request))
    return download(content, exports.flow_name(member.review.slug, kind), kind)


class Counted(Paginator):
    """Pages of a list whose length is known."""

    def __init__(self, rows: QuerySet, size: int, count: int) -> None:
        super().__init__(rows, size)
        self.count = count


@require_GET
@for_member(Can.READ)
def flow_list(request: HttpRequest, member: Member, key: str) -> HttpResponse:
    number = queries.number(queries.flow(member), key)
    ids = queries.listed(member, key).values_list("pk", flat=True)
    of_before = key.startswith(("previous_", "total_")) and not key.endswith("_ma")
    stated = previous_version(member) if of_before else None
    page = Counted(ids, PAGE, ids.count() if stated else number.n).get_page(request.GET.get("page"))
    rows, names = queries.explained(member, number.unit, list(page))
    context = {"member": member, "number": number, "page": page, "rows": rows, "names": names, "stated": stated}
    return render(request, "analysis/flow_list.html", context)


@require_GET
@for_member(Can.READ)
def flow_list_file(request: HttpRequest, member: Member, key: str, kind: str) -> StreamingHttpResponse:
    """A list as a file, written while it is read; for a number of studies, their reports."""
    number = queries.number(queries.flow(member), key)
    name = f"{member.review.slug[:60]}-{slugify(number.key)[:60]}.{kind}"
    disposition = f'attachment; filename="{name}"'
    content = exports.list_file(queries.bibliography(member, key), kind, queries.studies_of(member))
    return StreamingHttpResponse(content, content_type=TYPES[kind], headers={"Content-Disposition": disposition})


# --- standards of conduct ----------------------------------------------------------------------------------------


@require_GET
@for_member(Can.READ)
def standards(request: HttpRequest, member: Member) -> HttpResponse:
    context = {
        "member": member,
        "checks": checked.standards(member),
        "former": checked.all_overrides(member).exclude(withdrawn_at=None),
    }
    return render(request, "analysis/standards.html", context)


@require_GET
@for_member(Can.READ)
def standards_file(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    return table_file(member, checked.standards_table(member), "standards", kind)


@require_POST
@for_member(Can.MANAGE)
def override_standard(request: HttpRequest, member: Member, standard: str) -> HttpResponse:
    departures.override_standard(member, standard, request.POST.get("reason", ""))
    messages.success(request, f"Written down: why the review departs from {standard}.")
    return redirect("analysis:standards", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def withdraw_override(request: HttpRequest, member: Member, standard: str) -> HttpResponse:
    departures.withdraw_override(member, standard)
    messages.info(request, f"Taken back: {standard} holds again.")
    return redirect("analysis:standards", member.review.slug)
