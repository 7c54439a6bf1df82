"""Pages on studies and their reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from extraction import queries, workflow
from extraction.forms import ArmForm, JoinForm, MoveForm, ReportForm, StudyForm
from extraction.models import Arm, Study
from extraction.schema import ArmOf
from extraction.schema.comparisons import COMBINED, SPLIT, comparisons
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput
from reviewapp.models import Member

SUGGESTED_FOR = 50  # reports on one page, so that a thousand do not hold it up


def cleaned(form: BaseForm) -> dict[str, Any]:
    """What a form holds. Raises BadInput that names the field."""
    if not form.is_valid():
        name, told = next(iter(form.errors.items()))
        raise BadInput(f"{form[name].label if name in form.fields else 'This form'}: {told[0]}")
    return form.cleaned_data


def taken(form: BaseForm, verb: Callable[..., object]) -> bool:
    """Whether a verb took what a form holds; what speaks against it stands on the form then, which is shown again."""
    if not form.is_valid():
        return False
    try:
        verb(**form.cleaned_data)
    except BadInput as error:
        form.add_error(None, f"{error.message} {error.todo}".strip())
    return not form.errors


def next_steps(
    member: Member, study: Study, news: Mapping[int, str]
) -> tuple[queries.NextStep, list[queries.NextStep]]:
    """What comes next on a study's data, and on each judgement of its risk of bias. news: see queries.form_news."""
    return queries.next_step(member, study, news.get(study.pk, "")), queries.bias_steps(member, study)


@require_GET
@for_member(Can.READ)
def studies(request: HttpRequest, member: Member) -> HttpResponse:
    show = request.GET.get("show", "")
    every = queries.appraised(member, queries.studies(member))
    shown = [study for study in every if not show or show in queries.waits_for(member, study)]
    waiting = list(queries.reports_without_study(member))
    kin = queries.suggestions(member, waiting[:SUGGESTED_FOR]) if not show else {}
    news = queries.form_news(member, [study.pk for study in shown])
    context = {
        "member": member,
        "reports": [(report, kin.get(report.pk, [])) for report in waiting],
        "rows": [(study, *next_steps(member, study, news)) for study in shown],
        "every": every,
        "show": show,
        "dropped": queries.dropped_studies(member),
    }
    return render(request, "extraction/studies.html", context)


@require_POST
@for_member(Can.EXTRACT)
def make_study(request: HttpRequest, member: Member) -> HttpResponse:
    report = queries.report(member, cleaned(ReportForm(request.POST))["report"])
    study = workflow.make_study(member, "", [report])
    messages.success(request, f"{study.label} is a study now. Give it its arms on its page.")
    return redirect("extraction:studies", member.review.slug)


@require_POST
@for_member(Can.EXTRACT)
def join_report(request: HttpRequest, member: Member) -> HttpResponse:
    chosen = cleaned(JoinForm(request.POST))
    study = queries.study(member, chosen["study"])
    workflow.join_report(member, study, queries.report(member, chosen["report"]))
    messages.success(request, f"The report is joined to {study.label}.")
    return redirect("extraction:studies", member.review.slug)


@require_GET
@for_member(Can.READ)
def study(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    return study_page(request, member, pk)


def study_page(request: HttpRequest, member: Member, pk: int, form: ArmForm | None = None) -> HttpResponse:
    """A study with its reports and arms; form: an arm that was not taken, to be corrected."""
    found = queries.appraised(member, [queries.study(member, pk)])[0]
    arms = list(queries.arms(member, found))
    data, bias = next_steps(member, found, queries.form_news(member, [found.pk]))
    asked = list(queries.outcomes(member).filter(dropped_at=None))
    names = {each.judged.key: each.judged.name for each in found.appraisals}
    context = {
        "member": member,
        "study": found,
        "data": data,
        "bias": bias,
        "onward": None if data.mine else queries.onward(member, found, "extract"),
        "arms": [arm for arm in arms if not arm.dropped_at],
        "dropped_arms": [arm for arm in arms if arm.dropped_at],
        "form": form or ArmForm(wholes=queries.whole_arms(found), initial={"role": missing_side(arms)}),
        "outcomes": asked,
        "asks_arms": not asked or any(each.is_of_arms for each in asked),
        "plan": queries.plan_of(member.review_id),
        "others": queries.other_studies(member, found),
        "ways": ways([arm for arm in arms if not arm.dropped_at]),
        "reopened": queries.reopened_sheet(found),
        "reopened_bias": [(each, names.get(each.tool, "")) for each in queries.reopened_on(found)],
        **shared([arm for arm in arms if not arm.dropped_at]),
    }
    return render(request, "extraction/study.html", context, status=422 if form else 200)


def missing_side(arms: list[Arm]) -> str:
    """The side of the comparison on which no arm stands yet: the next one is probably of it. Empty when both have one."""
    there = {arm.role for arm in arms if not arm.dropped_at}
    return next((side for side in (Arm.Role.EXPERIMENTAL, Arm.Role.CONTROL) if side not in there), "")


def ways(arms: list[Arm]) -> list[tuple[str, list[str]]]:
    """How arms beyond two enter comparisons of two groups; empty for two-armed studies."""
    if sum(arm.role != Arm.Role.OTHER for arm in arms) < 3:
        return []
    known = [ArmOf(arm.pk, arm.name, arm.role) for arm in arms]
    found = (("Arms combined", COMBINED), ("Control split", SPLIT))
    return [(words, [each.stated for each in comparisons(known, how)]) for words, how in found]


def shared(arms: list[Arm]) -> dict[str, object]:
    """The control arms that stand in several comparisons (shared), and in how many (sharing)."""
    experimental, control = (
        [arm.pk for arm in arms if arm.role == side] for side in (Arm.Role.EXPERIMENTAL, Arm.Role.CONTROL)
    )
    return {"shared": control if len(experimental) > 1 else [], "sharing": len(experimental)}


@require_http_methods(["GET", "POST"])
@for_member(Can.EXTRACT)
def change_study(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.study(member, pk)
    form = StudyForm(
        request.POST or None, initial={"label": found.label, "registration": found.registration, "note": found.note}
    )
    if taken(form, partial(workflow.change_study, member, found)):
        return redirect("extraction:study", member.review.slug, pk)
    context = {"member": member, "study": found, "form": form, "title": f"Change {found}"}
    return render(request, "extraction/change.html", context, status=422 if form.is_bound else 200)


@require_POST
@for_member(Can.EXTRACT)
def drop_study(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    found = queries.study(member, pk)
    workflow.drop_study(member, found)
    messages.success(request, f"{found} is dropped, its reports are free again. It can be restored below.")
    return redirect("extraction:studies", member.review.slug)


@require_POST
@for_member(Can.EXTRACT)
def restore_study(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    workflow.restore_study(member, queries.study(member, pk))
    return redirect("extraction:study", member.review.slug, pk)


@require_POST
@for_member(Can.EXTRACT)
def split_report(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    study = queries.study(member, pk)
    report = queries.report(member, cleaned(ReportForm(request.POST))["report"])
    workflow.split_report(member, study, report)
    included = any(link.counts for link in study.links if link.citation_id == report.pk)
    where = "It is among the reports without a study now." if included else "It is not included at full text any more."
    messages.success(request, f"The report is split off. {where}")
    return redirect("extraction:study", member.review.slug, pk)


@require_POST
@for_member(Can.EXTRACT)
def move_report(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    study = queries.study(member, pk)
    chosen = cleaned(MoveForm(request.POST))
    target = queries.study(member, chosen["to"])
    workflow.move_report(member, study, target, queries.report(member, chosen["report"]))
    back = f"Move it back to {study.label} if that was wrong."
    if len(study.links) == 1:
        back = (
            f"{study.label} had no other and is dropped; restore it below the studies before you move the report back."
        )
    messages.success(request, f"The report is one of {target.label} now. {back}")
    return redirect("extraction:study", member.review.slug, target.pk)
