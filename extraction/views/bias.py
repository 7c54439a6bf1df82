"""Pages on how risk of bias is judged: tools and the designs that they are for, studies with their designs and results."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from extraction import queries, workflow
from extraction.forms import BiasPlanForm, StudiesForm, criteria_of
from extraction.rob import TOOLS, Tool
from extraction.rob.asking import has_proposal
from extraction.rob.designs import DESIGNS
from extraction.rob.tool import RESULT
from extraction.schema.whole import whole
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput, NotHere
from reviewapp.models import Member


@require_GET
@for_member(Can.READ)
def bias_tools(request: HttpRequest, member: Member) -> HttpResponse:
    tools = queries.tools(member.review_id)
    plans = queries.bias_plans(member.review_id)
    studies = queries.appraised(member, queries.studies(member))
    results = queries.results_of(study.pk for study in studies)
    outcomes = list(queries.outcomes(member).filter(dropped_at=None))
    options = {design: design_options(design) for design in {study.design for study in studies}}
    context = {
        "member": member,
        "plan": plans[0],
        "rules": [(tools[rule.tool], rule) for rule in plans[0].rules if rule.tool in tools],
        "earlier": [
            (plan, [(tools[rule.tool], rule) for rule in plan.rules if rule.tool in tools]) for plan in plans[1:]
        ],
        "opens_plan": "plan" in request.GET,
        "form": BiasPlanForm(tools, plans[0].rules),
        "drafts": queries.tool_drafts(member),
        "by_result": any(rule.tool in tools and tools[rule.tool].unit == RESULT for rule in plans[0].rules),
        "outcomes": outcomes,
        "keys": {each.judged.key: each.judged.name for study in studies for each in study.appraisals if each.planned},
        "studies": [
            (study, options[study.design], {each.pk for each in results.get(study.pk, [])}) for study in studies
        ],
    }
    return render(request, "extraction/bias_tools.html", context)


def design_options(chosen: str) -> SafeString:
    """The options of a choice among designs, written once for all studies of one design."""
    rows = ((value, " selected" if value == chosen else "", words) for value, words in DESIGNS.items())
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


@require_POST
@for_member(Can.MANAGE)
def plan_bias(request: HttpRequest, member: Member) -> HttpResponse:
    form = BiasPlanForm(queries.tools(member.review_id), (), request.POST)
    seen = whole(request.POST.get("seen", ""))
    plan = workflow.plan_bias(member, form.rules(), request.POST.get("note", ""), -1 if seen is None else seen)
    messages.success(request, f"Version {plan.number} of the plan holds from now on. What is judged already stays.")
    return redirect("extraction:bias-tools", member.review.slug)


@require_POST
@for_member(Can.EXTRACT)
def describe_studies(request: HttpRequest, member: Member) -> HttpResponse:
    form, studies = StudiesForm(request.POST), list(queries.studies(member))
    changed = workflow.describe_studies(member, form.said(studies), form.seen(studies))
    messages.success(request, f"Saved: {changed} {'study' if changed == 1 else 'studies'} changed.")
    return redirect("extraction:bias-tools", member.review.slug)


@require_POST
@for_member(Can.EXTRACT)
def carry_domain(request: HttpRequest, member: Member, pk: int, tool: str) -> HttpResponse:
    key = queries.judged(member, tool).key
    workflow.carry_domain(member, queries.study(member, pk), key, request.POST.get("from", ""))
    messages.success(request, "Taken over from your other assessment. Check that it holds for this result too.")
    return redirect("extraction:bias", member.review.slug, pk, key)


@require_POST
@for_member(Can.EXTRACT)
def import_judgements(request: HttpRequest, member: Member) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise BadInput("There is no file.", todo="Choose a CSV that robvis reads.")
    filled = workflow.import_judgements(member, request.POST.get("key", ""), file.name, file.read())
    told = f"{len(filled)} assessment{'' if len(filled) == 1 else 's'} of yours filled in. "
    messages.success(request, told + "Add what supports each judgement, then submit.")
    replaced = {each.study: each.replaced for each in filled if each.replaced}
    if replaced:
        count = sum(map(len, replaced.values()))
        messages.warning(
            request,
            f"{count} judgement{'' if count == 1 else 's'} of yours {'was' if count == 1 else 'were'} otherwise before, and "
            f"{'is' if count == 1 else 'are'} replaced: in {'; '.join(str(study) for study in replaced)}. The trail has what stood there.",
        )
    return redirect("extraction:studies", member.review.slug)


@require_GET
@for_member(Can.READ)
def bias_tool(request: HttpRequest, member: Member, tool: str) -> HttpResponse:
    """What a tool asks: domains, questions, judgements."""
    found = queries.tool_of(member.review_id, tool)
    if found.id != tool:
        raise NotHere
    context = {"member": member, "tool": found, "domains": domains_of(found), "is_own": tool not in TOOLS}
    return render(request, "extraction/bias_tool.html", context)


def domains_of(tool: Tool) -> list[dict[str, object]]:
    return [
        {
            "domain": domain,
            "options": tool.options_of(domain),
            "proposes": has_proposal(tool, domain.id),
            "criteria": criteria_of(tool, domain.id),
        }
        for domain in tool.domains
    ]
