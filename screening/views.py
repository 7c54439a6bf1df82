"""What does each page and button of the screening floor do? Form in, verb called, page out."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.encoding import escape_uri_path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp import files
from reviewapp.access import Can, for_member, may
from reviewapp.errors import BadInput, Stale
from reviewapp.models import Member, Stage
from screening import queries, workflow
from screening.forms import AnswerForm, ColumnsForm, CommentForm, ImportForm, LinkForm, NoteForm, PdfForm, SearchForm
from screening.models import Answer, Citation, Report, Search

PAGE = 50
LONGEST_LOOK = 30 * 60  # seconds; longer than that nobody was looking


def cleaned(form: Any) -> dict[str, Any]:
    """What a small form holds. Raises BadInput that names the field."""
    if not form.is_valid():
        raise BadInput(
            " ".join(
                f"{form.fields[name].label or name}: {told[0]}" if name in form.fields else told[0]
                for name, told in form.errors.items()
            )
        )
    return form.cleaned_data


# --- searches and imports ---------------------------------------------------------------------------------------


@require_GET
@for_member(Can.READ)
def searches(request: HttpRequest, member: Member) -> HttpResponse:
    found = queries.searches(member)
    context = {
        "member": member,
        "kinds": Search.Kind.choices,
        "searches": [each for each in found if not each.dropped_at],
        "dropped": [each for each in found if each.dropped_at],
        "may_import": may(member, Can.IMPORT),
    }
    return render(request, "screening/searches.html", context)


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def add_search(request: HttpRequest, member: Member) -> HttpResponse:
    form = SearchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        search = workflow.add_search(member, **form.cleaned_data)
        return redirect("screening:search", member.review.slug, search.pk)
    return render(request, "screening/search_form.html", {"member": member, "form": form})


@require_GET
@for_member(Can.READ)
def search(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.search(member, pk)
    imports = queries.imports(member).filter(search=found)
    context = {
        "member": member,
        "search": found,
        "imports": imports,
        "form": ImportForm(),
        "may_import": may(member, Can.IMPORT),
    }
    return render(request, "screening/search.html", context)


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def change_search(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.search(member, pk)
    form = SearchForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        workflow.change_search(member, found, **form.cleaned_data)
        return redirect("screening:search", member.review.slug, pk)
    return render(request, "screening/search_form.html", {"member": member, "form": form, "search": found})


@require_POST
@for_member(Can.IMPORT)
def drop_search(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.drop_search(member, queries.search(member, pk))
    return redirect("screening:searches", member.review.slug)


@require_POST
@for_member(Can.IMPORT)
def restore_search(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.restore_search(member, queries.search(member, pk))
    return redirect("screening:search", member.review.slug, pk)


@require_POST
@for_member(Can.IMPORT)
def start_import(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.search(member, pk)
    form = cleaned(ImportForm(request.POST, request.FILES))
    taken = workflow.start_import(
        member, found, form["file"].name, form["file"].chunks(), encoding=form["encoding"], again=form["again"]
    )
    return redirect("screening:import", member.review.slug, taken.pk)


@require_GET
@for_member(Can.READ)
def import_(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    taken = queries.import_(member, pk)
    context = {
        "member": member,
        "import": taken,
        "may_import": may(member, Can.IMPORT),
        "known": queries.records_already_known(taken),
        "doubtful": queries.records_with_problems(taken)[:200],
    }
    return render(request, "screening/import.html", context)


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def columns(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    taken = queries.import_(member, pk)
    form = ColumnsForm(workflow.table_head(taken), request.POST or None)
    if request.method == "POST" and form.is_valid():
        workflow.map_columns(member, taken, form.mapping())
        return redirect("screening:import", member.review.slug, pk)
    return render(request, "screening/columns.html", {"member": member, "import": taken, "form": form})


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


# --- citations and their records --------------------------------------------------------------------------------


@require_GET
@for_member(Can.READ)
def citations(request: HttpRequest, member: Member) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "").strip()  # which PostgreSQL cannot compare
    found = queries.citations(member).defer("abstract")
    if text:
        found = found.filter(title__icontains=text)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "screening/citations.html", {"member": member, "page": page, "q": text})


@require_GET
@for_member(Can.READ)
def citation(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    links = list(queries.links(member, found))
    context = {
        "member": member,
        "citation": found,
        "places": queries.places(member, found),
        "links": [link for link in links if not link.undone_at],
        "former": [link for link in links if link.undone_at],
        "events": queries.events(member, found),
        "may_import": may(member, Can.IMPORT),
    }
    return render(request, "screening/citation.html", context)


@require_POST
@for_member(Can.IMPORT)
def link_record(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    record = queries.record(member, pk)
    target = queries.citation(member, cleaned(LinkForm(request.POST))["citation"])
    workflow.link_record(member, record, target)
    return redirect("screening:citation", member.review.slug, target.pk)


@require_POST
@for_member(Can.IMPORT)
def split_record(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    link = workflow.split_record(member, queries.record(member, pk))
    return redirect("screening:citation", member.review.slug, link.citation_id)


# --- the desk ---------------------------------------------------------------------------------------------------


@require_GET
@for_member(Can.SCREEN)
def desk(request: HttpRequest, member: Member, stage: str, pk: int | None = None) -> HttpResponse:
    waiting = queries.queue(member, stage)
    found = queries.citation(member, pk) if pk else waiting.first()
    return show_desk(request, member, stage, found)


def show_desk(request: HttpRequest, member: Member, stage: str, citation: Citation | None) -> HttpResponse:
    """The desk with this citation on it, or with the word that nothing waits."""
    context: dict[str, Any] = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "full_text": stage == Stage.FULL_TEXT,
        "citation": citation,
        "progress": queries.progress(member, stage),
        "last": queries.last_vote(member, stage),
        "now": time.time(),
    }
    if citation:
        context |= {
            "own": queries.own_vote(member, citation, stage),
            "sources": queries.sources(citation),
            "place": next(place for place in queries.places(member, citation) if place.stage == stage),
            "report": queries.report_of(citation),
            "reasons": queries.reasons(member),
            "note_form": NoteForm(),
        }
    return render(request, "screening/_desk.html" if request.htmx else "screening/desk.html", context)


def next_after(member: Member, stage: str, pk: int) -> Citation | None:
    """The next citation that waits, from here on and then from the beginning."""
    waiting = queries.queue(member, stage)
    return waiting.filter(pk__gt=pk).first() or waiting.first()


@require_POST
@for_member(Can.SCREEN)
def vote(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    form = cleaned(AnswerForm(member, stage, request.POST))
    seconds = time.time() - form["shown"] if form["shown"] else None
    if seconds is not None and not 0 < seconds < LONGEST_LOOK:
        seconds = None
    try:
        workflow.vote(member, found, stage, form["answer"], reason=form["reason"], seconds=seconds)
        messages.success(request, f"{Answer(form['answer']).label}: {found.title[:80] or 'no title'}")
    except Stale as told:  # another member was faster: nothing to mend, the next one is what is wanted
        messages.warning(request, f"{told.message} {told.todo}")
    return onward(request, member, stage, next_after(member, stage, pk))


def onward(request: HttpRequest, member: Member, stage: str, citation: Citation | None) -> HttpResponse:
    """After an act at the desk: the next citation, swapped in or by redirect."""
    if request.htmx:
        return show_desk(request, member, stage, citation)
    if citation:
        return redirect("screening:desk-at", member.review.slug, stage, citation.pk)
    return redirect("screening:desk", member.review.slug, stage)


@require_POST
@for_member(Can.SCREEN)
def undo(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    last = queries.last_vote(member, stage)
    if last is None:
        raise Stale("You have no vote at this stage that could be taken back.")
    workflow.withdraw_vote(member, last.citation, stage)
    messages.info(request, "Your last vote is taken back.")
    return onward(request, member, stage, last.citation)


@require_POST
@for_member(Can.SCREEN)
def withdraw_vote(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    workflow.withdraw_vote(member, found, stage)
    messages.info(request, "Your vote is taken back.")
    return onward(request, member, stage, found)


@require_GET
@for_member(Can.SCREEN)
def own_votes(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    found = queries.own_votes(member).filter(stage=stage).select_related("citation", "reason").order_by("-at", "-pk")
    page = Paginator(found.defer("citation__abstract"), PAGE).get_page(request.GET.get("page"))
    context = {"member": member, "stage": stage, "label": Stage(stage).label, "page": page}
    return render(request, "screening/own_votes.html", context)


@require_POST
@for_member(Can.SCREEN)
def note(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    workflow.add_note(member, found, stage, cleaned(NoteForm(request.POST))["text"])
    return onward(request, member, stage, found)


@require_POST
@for_member(Can.SCREEN)
def withdraw_note(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.own_note(member, pk)
    workflow.withdraw_note(member, found)
    return redirect("screening:desk-at", member.review.slug, found.stage, found.citation_id)


# --- conflicts --------------------------------------------------------------------------------------------------


@require_GET
@for_member(Can.ARBITRATE)
def conflicts(request: HttpRequest, member: Member, stage: str) -> HttpResponse:
    found = queries.conflicts(member, stage).defer("abstract")
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "settled": queries.settled_by(member, stage)[:20],
    }
    return render(request, "screening/conflicts.html", context)


@require_GET
@for_member(Can.ARBITRATE)
def conflict(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.one(queries.conflicts(member, stage), pk=pk)
    context = {
        "member": member,
        "stage": stage,
        "label": Stage(stage).label,
        "full_text": stage == Stage.FULL_TEXT,
        "citation": found,
        "sources": queries.sources(found),
        "report": queries.report_of(found),
        "votes": queries.votes_to_settle(member, found, stage),
        "notes": queries.notes_to_settle(member, found, stage),
        "reasons": queries.reasons(member),
        "left": queries.conflicts(member, stage).count(),
    }
    return render(request, "screening/conflict.html", context)


@require_POST
@for_member(Can.ARBITRATE)
def resolve(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    form = cleaned(AnswerForm(member, stage, request.POST))
    workflow.resolve(member, found, stage, form["answer"], reason=form["reason"], comment=form["comment"])
    messages.success(request, f"Settled: {Answer(form['answer']).label.lower()}.")
    after = queries.conflicts(member, stage).filter(pk__gt=pk).first() or queries.conflicts(member, stage).first()
    if after:
        return redirect("screening:conflict", member.review.slug, stage, after.pk)
    return redirect("screening:conflicts", member.review.slug, stage)


@require_POST
@for_member(Can.ARBITRATE)
def withdraw_resolution(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    workflow.withdraw_resolution(member, queries.citation(member, pk), stage)
    messages.info(request, "Your resolution is taken back: the conflict is open again.")
    return redirect("screening:conflicts", member.review.slug, stage)


# --- reports ----------------------------------------------------------------------------------------------------


@require_GET
@for_member(Can.READ)
def reports(request: HttpRequest, member: Member) -> HttpResponse:
    state = request.GET.get("state", "")
    found = queries.reports(member)
    if state in Report.State.values:
        found = found.filter(state=state)
    context = {
        "member": member,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "states": Report.State.choices,
        "state": state,
        "pdf_form": PdfForm(),
        "comment_form": CommentForm(),
        "may_import": may(member, Can.IMPORT),
    }
    return render(request, "screening/reports.html", context)


@require_POST
@for_member(Can.IMPORT)
def attach(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    file = cleaned(PdfForm(request.POST, request.FILES))["file"]
    workflow.attach(member, report.citation, file.name, file.chunks())
    return back_to_reports(member, pk)


@require_POST
@for_member(Can.IMPORT)
def mark_retrieved(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.mark_retrieved(member, queries.report(member, queries.citation(member, pk)).citation)
    return back_to_reports(member, pk)


@require_POST
@for_member(Can.IMPORT)
def not_retrieved(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    report = queries.report(member, queries.citation(member, pk))
    workflow.not_retrieved(member, report.citation, cleaned(CommentForm(request.POST))["comment"])
    return back_to_reports(member, pk)


@require_POST
@for_member(Can.IMPORT)
def seek_again(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.seek_again(member, queries.report(member, queries.citation(member, pk)).citation)
    return back_to_reports(member, pk)


def back_to_reports(member: Member, pk: int) -> HttpResponse:
    response = redirect("screening:reports", member.review.slug)
    response["Location"] += f"#report-{pk}"
    return response


@require_GET
@for_member(Can.READ)
def document(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.document(member, pk)
    response = FileResponse(files.path_of(found.sha256).open("rb"), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=utf-8''{escape_uri_path(found.file_name)}"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    return response
