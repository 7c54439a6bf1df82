"""What do the page of removals and its buttons do?"""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member
from screening import queries, workflow
from screening.forms import FindForm
from screening.removal_forms import RemovalForm
from screening.views.common import PAGE, cleaned


@require_GET
@for_member(Can.READ)
def removals(request: HttpRequest, member: Member) -> HttpResponse:
    return render(request, "screening/removals.html", {"member": member, "removals": queries.removals(member)})


@require_GET
@for_member(Can.READ)
def removal(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.removal(member, pk)
    page = Paginator(queries.removed_in(member, found), PAGE).get_page(request.GET.get("page"))
    return render(request, "screening/removal.html", {"member": member, "removal": found, "page": page})


@require_POST
@for_member(Can.IMPORT)
def remove(request: HttpRequest, member: Member) -> HttpResponse:
    """Remove what a list of citations shows, as far as it waits."""
    asked, which = cleaned(RemovalForm(request.POST)), cleaned(FindForm(member, request.POST))
    if not any(which.values()):
        raise BadInput("Say which citations: find them in the list first.")
    made = workflow.remove_before_screening(member, queries.found(member, **which), asked["kind"], asked["reason"])
    size = queries.removal(member, made.pk).size
    messages.success(request, f"{size:,} removed before screening. What was decided already, or is in a pilot, stays.")
    return redirect("screening:removal", member.review.slug, made.pk)


@require_POST
@for_member(Can.IMPORT)
def remove_one(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    asked = cleaned(RemovalForm(request.POST))
    workflow.remove_before_screening(member, queries.these(member, [found.pk]), asked["kind"], asked["reason"])
    messages.success(request, "Removed before screening. It can be put back at any time.")
    return redirect("screening:citation", member.review.slug, pk)


@require_POST
@for_member(Can.IMPORT)
def put_back(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Put one citation back, if one is named, or all of an act."""
    found = queries.removal(member, pk)
    one = request.POST.get("citation", "")
    citation = queries.citation(member, int(one)) if one.isdecimal() else None
    number = workflow.put_back(member, found, citation)
    messages.info(request, f"{number:,} put back: {'it waits' if number == 1 else 'they wait'} to be screened again.")
    if citation:
        return redirect("screening:citation", member.review.slug, citation.pk)
    return redirect("screening:removals", member.review.slug)
