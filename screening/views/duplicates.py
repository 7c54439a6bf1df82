"""What do the pages of the asking queue do? Two records side by side, three answers, undo, and the log."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import Stale
from reviewapp.models import Member
from screening import queries, workflow
from screening.dedupe.differences import Piece, differences
from screening.models import Pair, Record
from screening.views.common import csv_line

COMPARED = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "type", "abstract")
LOG = ("record a", "record b", "rule", "score", "evidence", "state", "who", "when")


@require_GET
@for_member(Can.IMPORT)
def pair(request: HttpRequest, member: Member, pk: int | None = None) -> HttpResponse:
    waiting = queries.open_pairs(member)
    found = queries.one(queries.pairs(member), pk=pk) if pk else waiting.first()
    context = {
        "member": member,
        "pair": found,
        "fields": compared(found.a, found.b) if found else [],
        "open": found is not None and found.state in (Pair.State.ASKED, Pair.State.LATER),
        "left": waiting.count(),
        "last": queries.last_pair(member),
        "job": queries.deduplication(member),
    }
    return render(request, "screening/duplicates.html", context)


def compared(a: Record, b: Record) -> list[tuple[str, list[Piece], list[Piece]]]:
    """The fields that either record has, with what differs."""
    rows = ((name, said(a, name), said(b, name)) for name in COMPARED)
    return [(name, *differences(one, other)) for name, one, other in rows if one or other]


def said(record: Record, name: str) -> str:
    value = getattr(record, name)
    return "; ".join(value) if name == "authors" else "" if value is None else str(value)


@require_POST
@for_member(Can.IMPORT)
def decide_pair(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.one(queries.pairs(member), pk=pk)
    workflow.decide_pair(member, found, request.POST.get("answer", ""))
    messages.success(request, f"{Pair.State(request.POST['answer']).label}: {found.a.title[:80] or 'no title'}")
    return redirect("screening:duplicates", member.review.slug)


@require_POST
@for_member(Can.IMPORT)
def undo(request: HttpRequest, member: Member) -> HttpResponse:
    last = queries.last_pair(member)
    if last is None:
        raise Stale("You have answered no pair that could be asked again.")
    workflow.reopen_pair(member, last)
    messages.info(request, "Your last answer is taken back.")
    return redirect("screening:duplicate", member.review.slug, last.pk)


@require_POST
@for_member(Can.IMPORT)
def find(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.start_deduplication(member)
    return redirect("screening:duplicates", member.review.slug)


@require_GET
@for_member(Can.READ)
def log(request: HttpRequest, member: Member) -> StreamingHttpResponse:
    response = StreamingHttpResponse(log_lines(member), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{member.review.slug}-duplicates.csv"'
    return response


def log_lines(member: Member) -> Iterator[str]:
    """The log: pairs with rule and score, then links that no pair stands for, by the citation that they lead to."""
    yield csv_line(LOG)
    for each in queries.pairs(member):
        when = each.at.isoformat(timespec="seconds")
        score = f"{each.score:.4f}"
        yield csv_line((each.a_id, each.b_id, each.rule, score, each.evidence, each.state, each.member, when))
    for link in queries.links_without_pair(member):
        when = link.at.isoformat(timespec="seconds")
        state = "undone" if link.undone_at else "linked"
        other = f"citation {link.citation_id}"
        yield csv_line((link.record_id, other, link.rule, "", link.evidence, state, link.member, when))
