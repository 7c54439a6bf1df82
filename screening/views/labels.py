"""What do the pages of labels and terms do, and the buttons that put a label on a citation or put the citation off?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp.access import Can, for_member
from reviewapp.middleware import wants_json
from reviewapp.models import Member
from screening import queries, workflow
from screening.forms import LabelForm, PutLabelForm, TermsForm
from screening.models import Label
from screening.views.common import cleaned
from screening.views.desk import onward


@require_GET
@for_member(Can.READ)
def labels(request: HttpRequest, member: Member) -> HttpResponse:
    context = {
        "member": member,
        "labels": queries.labels(member),
        "merged": queries.merged_labels(member),
        "colours": Label.Colour.choices,
    }
    return render(request, "screening/labels.html", context)


@require_POST
@for_member(Can.READ)
def add_label(request: HttpRequest, member: Member) -> HttpResponse:
    colour = request.POST.get("colour", "") or Label.Colour.GREY
    workflow.create_label(member, request.POST.get("name", ""), colour)
    return redirect("screening:labels", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def change_label(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    label, form = queries.label(member, pk), cleaned(LabelForm(request.POST))
    workflow.change_label(member, label, form["name"], form["colour"] or label.colour)
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
    if request.method == "POST":
        form = cleaned(TermsForm(request.POST))
        workflow.set_terms(member, form["include"].splitlines(), form["exclude"].splitlines())
        messages.success(request, "The desk marks these terms now.")
        return redirect("protocol", member.review.slug)
    return render(request, "screening/terms.html", {"member": member, "terms": queries.terms(member)})
