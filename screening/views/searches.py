"""What do the pages of searches do?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp.access import Can, for_member, may
from reviewapp.models import Member
from screening import queries, workflow
from screening.forms import ImportForm, SearchForm
from screening.models import Search


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
