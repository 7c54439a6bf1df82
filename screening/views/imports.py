"""What do the pages of imports do? Files come in, are reported on, read again, undone and brought back; records are entered by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp.access import Can, for_member, may
from reviewapp.errors import BadFile, DomainError
from reviewapp.models import Member
from screening import queries, workflow
from screening.forms import BibliographyForm, ColumnsForm, EncodingForm, ImportForm, PasteForm
from screening.models import Import, Search
from screening.views.common import cleaned, csv_line, downloaded
from screening.workflow import AlreadyHere

SHOWN = 200  # records of each kind on a report's page; the CSV has all
SAMPLED = 5


@dataclass
class Upload:
    """What became of the files that were sent: taken up, here already, refused."""

    taken: list[Import] = field(default_factory=list)
    here: list[AlreadyHere] = field(default_factory=list)
    refused: list[DomainError] = field(default_factory=list)


@require_POST
@for_member(Can.IMPORT)
def start_import(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.search(member, pk)
    form = cleaned(ImportForm(request.POST, request.FILES))
    upload = Upload()
    for file in form["file"]:
        try:
            taken = workflow.start_import(member, found, file.name, file.chunks(), encoding=form["encoding"])
        except AlreadyHere as error:
            upload.here.append(error)
        except BadFile as error:
            upload.refused.append(error)
        else:
            upload.taken.append(taken)
    return answered(request, member, found, upload)


def answered(request: HttpRequest, member: Member, search: Search, upload: Upload) -> HttpResponse:
    """To the import of the one file; to the search, where all went well; else what became of each file."""
    if upload.here or upload.refused:
        context = {"member": member, "search": search, "upload": upload}
        status = 422 if upload.refused else 409
        return render(request, "screening/upload.html", context, status=status)
    if len(upload.taken) == 1:
        return redirect("screening:import", member.review.slug, upload.taken[0].pk)
    messages.success(request, f"{len(upload.taken)} files are being imported.")
    return redirect("screening:search", member.review.slug, search.pk)


@require_POST
@for_member(Can.IMPORT)
def import_again(request: HttpRequest, member: Member, pk: int, twin: int) -> HttpResponse:
    """Take in a second time, for this search, the file of an import: from where it is kept."""
    taken = workflow.import_again(member, queries.search(member, pk), queries.import_(member, twin))
    return redirect("screening:import", member.review.slug, taken.pk)


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def paste(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    search = queries.search(member, pk)
    form = PasteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = workflow.paste(member, search, form.cleaned_data["text"])
        except AlreadyHere as error:
            return answered(request, member, search, Upload(here=[error]))
        except BadFile as error:
            form.add_error("text", f"{error.message} {error.todo}".strip())
        else:
            return redirect("screening:import", member.review.slug, taken.pk)
    return render(request, "screening/paste.html", {"member": member, "search": search, "form": form})


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def add_record(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    search = queries.search(member, pk)
    form = BibliographyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        taken = workflow.add_record(member, search, form.cleaned_data)
        messages.success(request, "The record is in. You can enter the next one, or go to screening.")
        return redirect("screening:import", member.review.slug, taken.pk)
    return render(request, "screening/record_form.html", {"member": member, "search": search, "form": form})


@require_GET
@for_member(Can.READ)
def import_(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    taken = queries.import_(member, pk)
    context = {
        "member": member,
        "import": taken,
        "may_import": may(member, Can.IMPORT),
        "counts": queries.report_counts(taken),
        "known": queries.records_known(taken)[:SHOWN],
        "doubtful": queries.records_with_problems(taken)[:SHOWN],
        "left_out": [problem for problem in taken.problems if problem["left_out"]],
        "remarks": [problem for problem in taken.problems if not problem["left_out"]],
        "looking": queries.looking_for_duplicates(taken),
        "following": queries.followed(taken),
        "other_readings": queries.other_readings(taken),
        "shown": SHOWN,
    }
    return render(request, "screening/import.html", context)


REPORT = ("line", "to line", "file in the archive, or sheet", "record", "outcome", "reason", "text", "citation")


@require_GET
@for_member(Can.READ)
def report(request: HttpRequest, member: Member, pk: int) -> StreamingHttpResponse:
    taken = queries.import_(member, pk)
    return downloaded(report_lines(taken), f"import-{taken.pk}-report.csv")


def report_lines(taken: Import) -> Iterator[str]:
    """What became of every line of an import's file: first what was left out or remarked on, then each record."""
    yield csv_line(REPORT)
    for problem in taken.problems:
        outcome = "left out" if problem["left_out"] else "remark"
        for first, last in problem["lines"] or [("", "")]:
            yield csv_line((first, last, problem["member"], "", outcome, problem["message"], problem["text"], ""))
    for record, outcome, reason, citation in queries.report_rows(taken):
        place = (record.line, record.end_line, record.part, record.position)
        yield csv_line((*place, outcome, reason, record.name, citation))


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def columns(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    taken = queries.import_(member, pk)
    form = ColumnsForm(workflow.table_head(taken), request.POST or None)
    context = {"member": member, "import": taken, "form": form}
    if request.method == "POST" and form.is_valid():
        if "look" not in request.POST:
            workflow.map_columns(member, taken, form.mapping())
            return redirect("screening:import", member.review.slug, pk)
        context["sample"] = workflow.sample(taken, SAMPLED, mapping=form.mapping())
    return render(request, "screening/columns.html", context)


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def encoding(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """How a kept file reads in another encoding; and to read it so from now on."""
    taken = queries.import_(member, pk)
    form = EncodingForm(
        request.POST or (request.GET if "encoding" in request.GET else None), initial={"encoding": taken.encoding}
    )
    context = {"member": member, "import": taken, "form": form}
    if form.is_valid():
        chosen = form.cleaned_data["encoding"]
        if request.method == "POST":
            again = workflow.read_again(member, taken, chosen)
            return redirect("screening:import", member.review.slug, again.pk)
    else:
        chosen = taken.encoding
    context["chosen"] = chosen
    try:
        context["sample"] = workflow.sample(taken, SAMPLED, encoding=chosen, foreign=True)
    except BadFile as error:
        context["refused"] = error
    return render(request, "screening/encoding.html", context)


@require_POST
@for_member(Can.IMPORT)
def undo_import(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.undo_import(member, queries.import_(member, pk))
    return redirect("screening:import", member.review.slug, pk)


@require_POST
@for_member(Can.IMPORT)
def restore_import(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.restore_import(member, queries.import_(member, pk))
    return redirect("screening:import", member.review.slug, pk)
