"""What do the pages of citations and their records do?"""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp import telling
from reviewapp.access import Can, for_member, may
from reviewapp.errors import NotHere
from reviewapp.models import Member
from screening import queries, workflow
from screening.forms import CitationForm, FindForm, LinkForm
from screening.views.common import MOST_FOUND, PAGE, cleaned


@require_GET
@for_member(Can.READ)
def citations(request: HttpRequest, member: Member) -> HttpResponse:
    asked = request.GET.copy()
    asked["q"] = asked.get("q", "").replace("\0", " ")  # which PostgreSQL cannot compare
    form = FindForm(member, asked)
    which = form.cleaned_data if form.is_valid() else {}
    found = queries.found(member, **which).defer("abstract")
    page = Paginator(found[:MOST_FOUND] if which.get("q") else found, PAGE).get_page(request.GET.get("page"))
    kept = {name: getattr(value, "pk", value) for name, value in which.items() if value}
    context = {
        "member": member,
        "page": page,
        "form": form,
        "kept": urlencode(kept),
        "found_by": kept.items(),
        "most": MOST_FOUND,
    }
    context["may_remove"] = bool(kept) and may(member, Can.IMPORT)
    return render(request, "screening/citations.html", context)


@require_GET
@for_member(Can.READ)
def citation(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    links = list(queries.links(member, found))
    standing = [link for link in links if not link.undone_at]
    counting = sorted((link for link in standing if not link.record.source.undone_at), key=lambda link: link.record_id)
    events = list(queries.events(member, found))
    context = {
        "member": member,
        "citation": found,
        "places": queries.places(member, found),
        "links": standing,
        "origins": queries.origins(member, found, counting),
        "counting": counting,
        "former": [link for link in links if link.undone_at],
        "events": events,
        "names": telling.names_of(member, events),
        "corrections": queries.corrections(member, found),
        "returns": queries.returns(member, found),
        "may_return": queries.may_return(member, found),
        "whereabouts": [] if found.live else queries.whereabouts(member, found),
        "removals": queries.removals_of(member, found),
        "may_remove": queries.may_remove(member, found),
        "may_import": may(member, Can.IMPORT),
        "terms": queries.marker(member),
    }
    return render(request, "screening/citation.html", context)


@require_http_methods(["GET", "POST"])
@for_member(Can.IMPORT)
def correct_citation(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    form = CitationForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        workflow.correct_citation(member, found, *form.changes())
        return redirect("screening:citation", member.review.slug, pk)
    return render(request, "screening/citation_form.html", {"member": member, "citation": found, "form": form})


@require_POST
@for_member(Can.IMPORT)
def withdraw_correction(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    correction = queries.correction(member, pk)
    workflow.withdraw_correction(member, correction)
    return redirect("screening:citation", member.review.slug, correction.citation_id)


@require_GET
@for_member(Can.READ)
def record_as_it_came(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """The bytes of a record, as a file to save: in whatever encoding they are, no browser shall guess at them."""
    found = queries.as_it_came(queries.record(member, pk))
    response = HttpResponse(found, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="record-{pk}.txt"'
    return response


@require_POST
@for_member(Can.IMPORT)
def link_record(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    record = queries.record(member, pk)
    number = cleaned(LinkForm(request.POST))["citation"]
    try:
        target = queries.citation(member, number)
    except NotHere:
        raise NotHere(
            f"There is no citation {number} in this review.", todo="Look its number up among the citations."
        ) from None
    try:
        workflow.link_record(member, record, target, request.POST.getlist("seen"))
    except workflow.Objected as told:  # shown before anything is moved, and asked again
        context = {"member": member, "record": record, "citation": target, "objections": told.objections}
        return render(request, "screening/link_record.html", context, status=told.status)
    return redirect("screening:citation", member.review.slug, target.pk)


@require_POST
@for_member(Can.IMPORT)
def split_record(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    link = workflow.split_record(member, queries.record(member, pk))
    return redirect("screening:citation", member.review.slug, link.citation_id)
