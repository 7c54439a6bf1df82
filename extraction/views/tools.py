"""Pages on a review's own tools for risk of bias: begun, built, brought as a file, put into use; and any tool as a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from extraction import queries, workflow
from extraction.forms import ToolForm
from extraction.models import OwnTool
from extraction.rob.own import write
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput, NotHere, Stale
from reviewapp.models import Member


@require_POST
@for_member(Can.MANAGE)
def begin_tool(request: HttpRequest, member: Member) -> HttpResponse:
    draft = workflow.begin_tool(member, request.POST.get("name", ""))
    return redirect("extraction:tool-draft", member.review.slug, draft.tool)


@require_POST
@for_member(Can.MANAGE)
def import_tool(request: HttpRequest, member: Member) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise BadInput("There is no file.", todo="Choose a JSON file of a tool.")
    draft = workflow.import_tool(member, file.name, file.read())
    messages.success(request, "This is a draft. Look it through, and put it into use.")
    return redirect("extraction:tool-draft", member.review.slug, draft.tool)


@require_POST
@for_member(Can.MANAGE)
def change_tool(request: HttpRequest, member: Member, tool: str) -> HttpResponse:
    draft = workflow.change_tool(member, tool)
    return redirect("extraction:tool-draft", member.review.slug, draft.tool)


@require_http_methods(["GET", "POST"])
@for_member(Can.MANAGE)
def tool_draft(request: HttpRequest, member: Member, tool: str) -> HttpResponse:
    """The builder: one form, saved as a whole; then put into use or discarded."""
    draft = queries.tool_draft(member, tool)
    form = ToolForm(draft.pack, request.POST if request.method == "POST" else None)
    behind = None
    seen = (
        request.POST.get("seen", "") if form.told else draft.mark
    )  # of a change meanwhile only a page knows that tells it
    if request.method == "POST" and not form.told:
        try:
            workflow.save_tool(member, draft, form.pack, request.POST.get("seen", ""))
        except Stale as error:
            behind, draft = error, queries.tool_draft(member, tool)
            seen = draft.mark
    if request.method == "POST" and not form.told and not behind:
        if "use" in request.POST:
            used = workflow.use_tool(member, draft, request.POST.get("note", ""))
            return after_use(request, member, used)
        messages.success(request, "Saved.")
        return redirect("extraction:tool-draft", member.review.slug, tool)
    context = {"member": member, "draft": draft, "form": form, "behind": behind, "seen": seen}
    status = behind.status if behind else BadInput.status if form.told else 200
    return render(request, "extraction/tool_draft.html", context, status=status)


def after_use(request: HttpRequest, member: Member, used: OwnTool) -> HttpResponse:
    """To the page of tools, with what follows: studies are judged with the version, or the plan is open to say which are to be."""
    tools = reverse("extraction:bias-tools", args=[member.review.slug])
    if any(rule.tool == used.tool for rule in queries.bias_plans(member.review_id)[0].rules):
        told = f"Version {used.number} is in use: what is not submitted is judged with it from now on, what is submitted stays as it is."
        messages.success(request, told)
        return redirect(tools)
    messages.success(request, "In use. Tick it below, and say for which designs: then studies are judged with it.")
    return redirect(f"{tools}?plan=")


@require_POST
@for_member(Can.MANAGE)
def drop_tool(request: HttpRequest, member: Member, tool: str) -> HttpResponse:
    workflow.drop_tool(member, queries.tool_draft(member, tool))
    messages.success(request, "The draft is discarded. It can be brought back on this page.")
    return redirect("extraction:bias-tools", member.review.slug)


@require_POST
@for_member(Can.MANAGE)
def restore_tool(request: HttpRequest, member: Member, tool: str) -> HttpResponse:
    workflow.restore_tool(member, queries.dropped_tool(member, tool))
    return redirect("extraction:tool-draft", member.review.slug, tool)


@require_GET
@for_member(Can.READ)
def tool_json(request: HttpRequest, member: Member, tool: str) -> HttpResponse:
    found = queries.tool_of(member.review_id, tool)
    if found.id != tool:
        raise NotHere
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.json"'}
    return HttpResponse(write(found), content_type="application/json", headers=headers)
