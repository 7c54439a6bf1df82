"""What do the pages of labels and terms do, and the buttons that put a label on a citation or put the citation off?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.middleware import wants_json
from reviewapp.models import Member
from screening import queries, workflow
from screening.forms import LabelForm, PutLabelForm, TermsForm
from screening.models import Label
from screening.views.common import Kept, cleaned, kept
from screening.views.desk import onward


@require_GET
@for_member(Can.READ)
def labels(request: HttpRequest, member: Member) -> HttpResponse:
    return show(request, member)


def show(request: HttpRequest, member: Member, refused: Kept | None = None, at: int = 0) -> HttpResponse:
    """The page; refused: what was written in the form of the label `at`, or (0) of a new one."""
    found = list(queries.labels(member))
    for each in found:
        each.kept = refused if each.pk == at else None
    context = {
        "member": member,
        "labels": found,
        "new": None if at else refused,
        "merged": queries.merged_labels(member),
        "dropped": queries.dropped_labels(member),
        "colours": Label.Colour.choices,
    }
    return render(request, "screening/labels.html", context, status=422 if refused else 200)


@require_POST
@for_member(Can.READ)
def add_label(request: HttpRequest, member: Member) -> HttpResponse:
    colour = request.POST.get("colour", "") or Label.Colour.GREY
    try:
        workflow.create_label(member, request.POST.get("name", ""), colour)
    except BadInput as told:
        return show(request, member, kept(request, told))
    return redirect("screening:labels", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def change_label(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    label = queries.label(member, pk)
    try:
        form = cleaned(LabelForm(request.POST))
        workflow.change_label(member, label, form["name"], form["colour"] or label.colour)
    except BadInput as told:
        return show(request, member, kept(request, told), pk)
    return redirect("screening:labels", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def merge_label(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    label, form = queries.label(member, pk), cleaned(PutLabelForm(member, request.POST))
    workflow.merge_label(member, label, form["label"] or label)
    return redirect("screening:labels", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def split_label(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.split_label(member, queries.label(member, pk))
    return redirect("screening:labels", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def drop_label(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    label = queries.label(member, pk)
    workflow.drop_label(member, label)
    messages.info(request, f"“{label}” is off the list. Where it is, it stays, and it can be brought back below.")
    return redirect("screening:labels", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def restore_label(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.restore_label(member, queries.label(member, pk))
    return redirect("screening:labels", member.review.slug)


@require_POST
@for_member(Can.SCREEN)
def put_label(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found, form = queries.citation(member, pk), cleaned(PutLabelForm(member, request.POST))
    workflow.put_label(member, found, stage, form["label"] or workflow.create_label(member, form["name"]))
    return onward(request, member, stage, found)


@require_POST
@for_member(Can.SCREEN)
def take_label(request: HttpRequest, member: Member, stage: str, pk: int, label: int) -> HttpResponse:
    found = queries.citation(member, pk)
    workflow.take_label(member, found, stage, queries.label(member, label))
    return onward(request, member, stage, found)


@require_POST
@for_member(Can.SCREEN)
def put_off(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    workflow.put_off(member, queries.citation(member, pk), stage)
    told = "Put off: it comes again at the end of your queue."
    if wants_json(request):
        return JsonResponse({"told": told, "stored": True})
    messages.info(request, told)
    return onward(request, member, stage, None)


@require_POST
@for_member(Can.SCREEN)
def take_up(request: HttpRequest, member: Member, stage: str, pk: int) -> HttpResponse:
    found = queries.citation(member, pk)
    workflow.take_up(member, found, stage)
    return onward(request, member, stage, found)


@require_http_methods(["GET", "POST"])
@for_member(Can.MANAGE)
def terms(request: HttpRequest, member: Member) -> HttpResponse:
    refused = None
    if request.method == "POST":
        try:
            form = cleaned(TermsForm(request.POST))
            workflow.set_terms(member, form["include"].splitlines(), form["exclude"].splitlines())
        except BadInput as told:
            refused = kept(request, told)
        else:
            messages.success(request, "The desk marks these terms now.")
            return redirect("protocol", member.review.slug)
    context = {"member": member, "terms": queries.terms(member), "kept": refused}
    return render(request, "screening/terms.html", context, status=422 if refused else 200)
