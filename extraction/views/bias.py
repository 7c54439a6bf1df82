"""Pages on how risk of bias is judged: tools and the designs that they are for, studies with their designs and results."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from extraction import queries, workflow
from extraction.forms import BiasPlanForm, StudiesForm
from extraction.rob import Tool
from extraction.rob.asking import has_proposal
from extraction.rob.designs import DESIGNS
from extraction.rob.tool import RESULT
from reviewapp.access import Can, for_member
from reviewapp.errors import NotHere
from reviewapp.models import Member


@require_GET
@for_member(Can.READ)
def bias_tools(request: HttpRequest, member: Member) -> HttpResponse:
    tools = queries.tools(member.review_id)
    plans = queries.bias_plans(member.review_id)
    studies = queries.appraised(member, queries.studies(member))
    results = queries.results_of(study.pk for study in studies)
    outcomes = list(queries.outcomes(member).filter(dropped_at=None))
    context = {
        "member": member,
        "plan": plans[0],
        "rules": [(tools[rule.tool], rule) for rule in plans[0].rules if rule.tool in tools],
        "earlier": [
            (plan, [(tools[rule.tool], rule) for rule in plan.rules if rule.tool in tools]) for plan in plans[1:]
        ],
        "form": BiasPlanForm(tools, plans[0].rules),
        "designs": DESIGNS,
        "by_result": any(rule.tool in tools and tools[rule.tool].unit == RESULT for rule in plans[0].rules),
        "outcomes": outcomes,
        "studies": [(study, {each.pk for each in results.get(study.pk, [])}) for study in studies],
    }
    return render(request, "extraction/bias_tools.html", context)


@require_POST
@for_member(Can.MANAGE)
def plan_bias(request: HttpRequest, member: Member) -> HttpResponse:
    form = BiasPlanForm(queries.tools(member.review_id), (), request.POST)
    plan = workflow.plan_bias(member, form.rules(), request.POST.get("note", ""))
    messages.success(request, f"Version {plan.number} of the plan holds from now on. What is judged already stays.")
    return redirect("extraction:bias-tools", member.review.slug)


@require_POST
@for_member(Can.EXTRACT)
def describe_studies(request: HttpRequest, member: Member) -> HttpResponse:
    changed = workflow.describe_studies(member, StudiesForm(request.POST).said(list(queries.studies(member))))
    messages.success(request, f"Saved: {changed} {'study' if changed == 1 else 'studies'} changed.")
    return redirect("extraction:bias-tools", member.review.slug)


@require_GET
@for_member(Can.READ)
def bias_tool(request: HttpRequest, member: Member, tool: str) -> HttpResponse:
    """What a tool asks: domains, questions, judgements."""
    found = queries.tool_of(member.review_id, tool)
    if found.id != tool:
        raise NotHere
    context = {"member": member, "tool": found, "domains": domains_of(found)}
    return render(request, "extraction/bias_tool.html", context)


def domains_of(tool: Tool) -> list[dict[str, object]]:
    return [
        {"domain": domain, "options": tool.options_of(domain), "proposes": has_proposal(tool, domain.id)}
        for domain in tool.domains
    ]
