"""What do the pages of the asking queue do? Two records side by side, three answers, undo, and the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import Stale
from reviewapp.models import Member
from screening import queries, workflow
from screening.models import Pair
from screening.views.common import PAGE, csv_line, named
from screening.views.side_by_side import beside

LOG = (
    "record a",
    "record b",
    "rule",
    "score",
    "evidence",
    "state",
    "who",
    "when",
    "parted by",
    "parted when",
    "each person's word",
)
AT_ONCE = 1000  # pairs of the log whose words are read together


@require_GET
@for_member(Can.IMPORT)
def pair(request: HttpRequest, member: Member, pk: int | None = None) -> HttpResponse:
    return show(request, member, queries.one(queries.pairs(member), pk=pk) if pk else None)


def show(request: HttpRequest, member: Member, found: Pair | None = None) -> HttpResponse:
    """This pair, or else the next that waits."""
    waiting = queries.open_pairs(member)
    found = found or waiting.first()
    left, answered = waiting.count(), queries.answered_pairs(member).count()
    context = {
        "member": member,
        "pair": found,
        "open": found is not None and found.state in (Pair.State.ASKED, Pair.State.LATER),
        "left": left,
        "answered": answered,
        "all": left + answered,
        "last": queries.last_pair(member),
        "job": queries.deduplication(member),
    }
    if found:
        context |= {"words": list(queries.words(found)), "objections": objections(member, found)}
        context |= beside(found.a, found.b, (found.home_a, found.home_b), f"{found.rule}: {found.evidence}.")
    return render(request, "screening/_pair.html" if request.htmx else "screening/duplicates.html", context)


def objections(member: Member, found: Pair) -> list[workflow.Objection]:
    """What was said that an answer to this pair would go against."""
    told = [] if found.state in (Pair.State.ASKED, Pair.State.LATER) else workflow.answered(found)
    if None not in (found.home_a, found.home_b) and found.home_a != found.home_b:
        told += workflow.objections(member, [found.home_a, found.home_b])
    return list({each.key: each for each in told}.values())


def onward(request: HttpRequest, member: Member, found: Pair | None = None) -> HttpResponse:
    """After an answer: the next pair (or this one), swapped in or by redirect."""
    place = (
        ["screening:duplicate", member.review.slug, found.pk] if found else ["screening:duplicates", member.review.slug]
    )
    if not request.htmx:
        return redirect(*place)
    answer = show(request, member, found and queries.one(queries.pairs(member), pk=found.pk))
    answer["HX-Replace-Url"] = reverse(place[0], args=place[1:])
    return answer


@require_POST
@for_member(Can.IMPORT)
def decide_pair(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.one(queries.pairs(member), pk=pk)
    try:
        workflow.decide_pair(member, found, request.POST.get("answer", ""), request.POST.getlist("seen"))
    except workflow.Objected as told:  # it was said since the page was made: it is shown, and asked again
        messages.warning(request, f"{told.message} {told.todo}")
        return onward(request, member, found)
    except Stale as told:  # somebody was faster: nothing to mend, the next one is what is wanted
        messages.warning(request, f"{told.message} Here is the next one.")
        return onward(request, member)
    messages.success(request, f"{Pair.State(request.POST['answer']).label}: {named(found.a.title)}")
    return onward(request, member)


@require_POST
@for_member(Can.IMPORT)
def undo(request: HttpRequest, member: Member) -> HttpResponse:
    last = queries.last_pair(member)
    if last is None:
        raise Stale("You have answered no pair that could be asked again.")
    workflow.reopen_pair(member, last)
    messages.info(request, "Your last answer is taken back.")
    return onward(request, member, last)


@require_POST
@for_member(Can.IMPORT)
def find(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.start_deduplication(member)
    return redirect("screening:duplicates", member.review.slug)


@require_GET
@for_member(Can.IMPORT)
def answers(request: HttpRequest, member: Member) -> HttpResponse:
    """What persons have said so far, each answer with the way to look at its two records again."""
    state = request.GET.get("state", "")
    page = Paginator(queries.said_pairs(member, state), PAGE).get_page(request.GET.get("page"))
    rows = [(each, queries.state_now(each)) for each in page]
    context = {"member": member, "page": page, "rows": rows, "state": state}
    return render(request, "screening/pair_answers.html", context)


@require_GET
@for_member(Can.READ)
def log(request: HttpRequest, member: Member) -> StreamingHttpResponse:
    response = StreamingHttpResponse(log_lines(member), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{member.review.slug}-duplicates.csv"'
    return response


def log_lines(member: Member) -> Iterator[str]:
    """The log: pairs with rule and score, then links that no pair stands for, by the citation that they lead to."""
    yield csv_line(LOG)
    for each in queries.logged_pairs(member).iterator(chunk_size=AT_ONCE):
        score = f"{each.score:.4f}"
        said = (
            each.a_id,
            each.b_id,
            each.rule,
            score,
            each.evidence,
            queries.state_now(each),
            each.member,
            day(each.at),
        )
        parted = (each.parted_by or "", day(each.parted_at)) if queries.is_parted(each) else ("", "")
        words = "; ".join(f"{word} ({day(word.at)})" for word in each.standing)
        yield csv_line((*said, *parted, words))
    for link in queries.links_without_pair(member).iterator():
        other = f"citation {link.citation_id}"
        state = "parted" if link.undone_at else "linked"
        said = (link.record_id, other, link.rule, "", link.evidence, state, link.member, day(link.at))
        yield csv_line((*said, link.undone_by or "", day(link.undone_at), ""))


def day(when: datetime | None) -> str:
    return when.isoformat(timespec="seconds") if when else ""
