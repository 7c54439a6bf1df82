"""What do the pages do on which a person links two citations that no rule asked about?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp.access import Can, for_member
from reviewapp.models import Member, Stage
from screening import queries, workflow
from screening.models import Pair
from screening.views.side_by_side import beside_citations

MOST = 20


def back(request: HttpRequest) -> str:
    """The stage of the desk from which the person came, or an empty string."""
    stage = request.GET.get("desk", "")
    return stage if stage in Stage.values else ""


@require_GET
@for_member(Can.IMPORT)
def find(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Look for the other citation, by its number or by words."""
    citation = queries.citation(member, pk)
    words = request.GET.get("q", citation.first_author.partition(" ")[0]).replace("\0", " ").strip()
    found = queries.others_like(member, citation, words)[: MOST + 1] if words else []
    context = {
        "member": member,
        "citation": citation,
        "q": words,
        "found": list(found)[:MOST],
        "more": len(found) > MOST,
        "advice": advice(words),
    }
    return render(request, "screening/same.html", context | desk_of(request))


def advice(words: str) -> str:
    """What to do where nothing was found."""
    if words.isdecimal():
        return f"No other citation in view has the number {words}, or holds it as a word. What is out of view says on its page where its records are."
    if len(words.split()) > 1:
        return "No other citation has these words. Try fewer, such as one name and one word of the title."
    return "No other citation has this word. Try another one, or the beginning of a longer one with an asterisk, such as infan*."


def desk_of(request: HttpRequest) -> dict[str, str]:
    stage = back(request)
    return {"desk": stage, "query": f"?desk={stage}" if stage else ""}


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def link(request: HttpRequest, member: Member, pk: int, other: int) -> HttpResponse:
    one, two = queries.citation(member, pk), queries.citation(member, other)
    if request.method == "POST":
        pair = workflow.link_citations(member, one, two, request.POST.getlist("seen"))
        told = "Linked: both are one citation now. The link can be taken back on its page, under Records."
        messages.success(request, told)
        stage = back(request)
        return redirect("screening:desk", member.review.slug, stage) if stage else to_citation_of(member, pair)
    context: dict[str, Any] = {"member": member, "citation": one, "other": two, **desk_of(request)}
    context["objections"] = workflow.objections(member, [one.pk, two.pk])
    sources = (queries.sources(one), queries.sources(two))
    return render(request, "screening/same_as.html", context | beside_citations(one, two, sources))


@require_POST
@for_member(Can.IMPORT)
def take_back(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Take a link by hand, or an answer of the queue, back from the citation's page."""
    pair = queries.one(queries.pairs(member), pk=pk)
    workflow.reopen_pair(member, pair)
    messages.info(request, "The link is taken back.")
    return to_citation_of(member, pair)


def to_citation_of(member: Member, pair: Pair) -> HttpResponseRedirect:
    """To the citation of the first of the two records that is in view: the import of the other may have been undone meanwhile."""
    found = queries.homes(member, [pair.a_id, pair.b_id])
    if home := found.get(pair.a_id) or found.get(pair.b_id):
        return redirect("screening:citation", member.review.slug, home)
    return redirect("screening:duplicates", member.review.slug)
