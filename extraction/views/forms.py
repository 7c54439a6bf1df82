"""Pages on the extraction form: what it is, how it is built, its versions, and files of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm, ChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from extraction import queries, workflow
from extraction.exports import csv_lines
from extraction.forms import ImportForm, NameForm, PlanForm, QuestionForm, SectionForm, SheetForm, UseForm
from extraction.models import FormVersion
from extraction.schema import ArmOf, Form, FormError, OutcomeOf, Question, Structure, TimeOf, asked_of, edit, show
from extraction.schema.carry import differences
from extraction.schema.codebook import HEAD, codebook
from extraction.schema.form import KIND_WORDS, PER_WORDS, from_json, write
from extraction.schema.packs import packs
from extraction.views.studies import cleaned, taken
from reviewapp.access import Can, for_member
from reviewapp.errors import BadInput, NotHere, Stale, WrongState
from reviewapp.models import Member

SECTION_IDS = "new_%s"  # of the fields of a section, which stand on one page with other forms
STALE = "stale"  # the code of the error that somebody changed the same meanwhile
SAMPLE = Structure(
    (ArmOf(1, "Arm A", "experimental"), ArmOf(2, "Arm B", "control")),
    (OutcomeOf(1, "An outcome of events", "dichotomous"), OutcomeOf(2, "A measured outcome", "continuous")),
    (TimeOf(1, "A time point"),),
)


def sections_of(form: Form) -> list[dict[str, Any]]:
    """The form as the pages show it: sections with their questions, each in words."""
    questions = form.questions
    return [
        {
            "section": section,
            "per": PER_WORDS[section.per],
            "questions": [(each, kind_words(each), condition_words(each, questions)) for each in section.questions],
        }
        for section in form.sections
    ]


def kind_words(question: Question) -> str:
    """Of what kind its answers are, in which unit and range, and what they need."""
    least, most = question.lowest, question.highest
    within = f"{show(least)} to {show(most)}" if least is not None and most is not None else ""
    if not within and (least, most) != (None, None):
        within = f"{show(least)} or more" if least is not None else f"at most {show(most)}"
    needs = ["needed"] if question.required else []
    needs += ["has to say where it stands"] if question.needs_source else []
    return " · ".join([", ".join(filter(None, [KIND_WORDS[question.kind], question.unit, within])), *needs])


def condition_words(question: Any, questions: dict[str, Any]) -> str:
    """When it is asked, in words; empty for always."""
    if question.asked_if is None:
        return ""
    other = questions[question.asked_if.question]
    labels = {each.value: each.label for each in other.options} | {"yes": "Yes", "no": "No", "unclear": "Unclear"}
    values = " or ".join(f"“{labels.get(each, each)}”" for each in question.asked_if.values)
    return f"asked if “{other.label}” is {values or 'answered'}"


def drafted(member: Member) -> tuple[FormVersion, Form]:
    """The draft with its form. Raises WrongState when the form is not being changed."""
    draft = queries.form_draft(member)
    if draft is None:
        raise WrongState("The form is not being changed.", todo="Begin to change it on the page of the form.")
    return draft, from_json(draft.design)


def found(look: Callable[[str], Any], id: str) -> Any:
    try:
        return look(id)
    except FormError as error:
        raise NotHere(str(error)) from None


def to_draft(member: Member, place: str = "") -> HttpResponse:
    return redirect(reverse("extraction:form-draft", args=[member.review.slug]) + (f"#{place}" if place else ""))


@require_GET
@for_member(Can.READ)
def form(request: HttpRequest, member: Member) -> HttpResponse:
    """The form in use, with what can be done with it."""
    plan = queries.plan_of(member.review_id)
    return show_form(request, member, PlanForm(initial={"mode": plan.mode, "reason": plan.reason}))


def show_form(request: HttpRequest, member: Member, plan_form: PlanForm) -> HttpResponse:
    versions = queries.form_versions(member)
    context = {
        "member": member,
        "version": versions[0],
        "sections": sections_of(versions[0].form),
        "earlier": versions[1:],
        "draft": queries.form_draft(member),
        "dropped": queries.dropped_draft(member),
        "plan": queries.plan_of(member.review_id),
        "plan_form": plan_form,
    }
    return render(request, "extraction/form.html", context, status=422 if plan_form.errors else 200)


@require_GET
@for_member(Can.READ)
def form_version(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """One version, and what changed since the one before."""
    version = queries.form_version(member.review_id, number)
    versions = queries.form_versions(member)
    before = next((each for each in versions if each.number < number), None)
    context = {
        "member": member,
        "version": version,
        "before": before,
        "changes": differences(before.form, version.form) if before else [],
        "sections": sections_of(version.form),
    }
    return render(request, "extraction/form_version.html", context)


@require_GET
@for_member(Can.READ)
def form_preview(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """How a version (or, under its coming number, the draft) looks on a sheet, with sample arms and outcomes. Nothing is saved."""
    draft = queries.form_draft(member)
    shown = (
        from_json(draft.design)
        if draft and draft.number == number
        else queries.form_version(member.review_id, number).form
    )
    form = SheetForm(asked_of(SAMPLE, shown), {})
    context = {
        "member": member,
        "form": form,
        "name": shown.name,
        "number": number,
        "is_draft": bool(draft and draft.number == number),
    }
    return render(request, "extraction/form_preview.html", context)


# --- building ----------------------------------------------------------------------------------------------------


@require_POST
@for_member(Can.ANALYSE)
def begin_form(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.begin_form(member)
    return to_draft(member)


@require_GET
@for_member(Can.READ)
def form_draft(request: HttpRequest, member: Member) -> HttpResponse:
    """The builder: sections and questions in order, each with its buttons."""
    return draft_page(request, member)


def draft_page(request: HttpRequest, member: Member, section: SectionForm | None = None) -> HttpResponse:
    """section: one that was not taken, to be corrected."""
    draft, form = drafted(member)
    changes = differences(queries.current_version(member.review_id).form, form)
    context = {
        "member": member,
        "draft": draft,
        "form": form,
        "seen": edit.mark_of_all(form),
        "sections": sections_of(form),
        "shelf": [(each.question, KIND_WORDS[each.question.kind], PER_WORDS[each.per]) for each in form.shelf],
        "changes": changes,
        "again": any(each.again for each in changes),
        "packs": [(id, pack) for id, pack in packs().items()],
        "section_form": section or SectionForm(auto_id=SECTION_IDS),
        "import_form": ImportForm(),
        "use_form": UseForm(),
    }
    return render(request, "extraction/form_draft.html", context, status=422 if section else 200)


@require_http_methods(["GET", "POST"])
@for_member(Can.ANALYSE)
def rename_form(request: HttpRequest, member: Member) -> HttpResponse:
    design = drafted(member)[1]
    form = NameForm(request.POST or None, initial={"name": design.name, "about": design.about})
    if done(request, member, form, "rename"):
        return to_draft(member)
    return part_page(request, member, form, f"Form “{design.name}”", seen=edit.mark(design, "rename"))


@require_POST
@for_member(Can.ANALYSE)
def add_section(request: HttpRequest, member: Member) -> HttpResponse:
    form = SectionForm(request.POST, auto_id=SECTION_IDS)
    if not taken(form, partial(workflow.edit_form, member, "add_section")):
        return draft_page(request, member, form)
    return to_draft(member, f"s-{drafted(member)[1].sections[-1].id}")


@require_http_methods(["GET", "POST"])
@for_member(Can.ANALYSE)
def change_section(request: HttpRequest, member: Member, id: str) -> HttpResponse:
    design = drafted(member)[1]
    section = found(design.section, id)
    form = SectionForm(request.POST or None, known=True, initial={"title": section.title, "help": section.help})
    if done(request, member, form, "change_section", id):
        return to_draft(member, f"s-{id}")
    return part_page(request, member, form, f"Section “{section.title}”", seen=edit.mark(design, "change_section", id))


@require_http_methods(["GET", "POST"])
@for_member(Can.ANALYSE)
def add_question(request: HttpRequest, member: Member, id: str) -> HttpResponse:
    design = drafted(member)[1]
    section = found(design.section, id)
    form = QuestionForm(design, section.per, request.POST or None)
    if done(request, member, form, "add_question", id):
        return to_draft(member, f"s-{id}")
    return part_page(request, member, form, f"A question for “{section.title}”", per=PER_WORDS[section.per])


@require_http_methods(["GET", "POST"])
@for_member(Can.ANALYSE)
def change_question(request: HttpRequest, member: Member, id: str) -> HttpResponse:
    design = drafted(member)[1]
    section, question = found(design.place, id)
    form = QuestionForm(design, section.per, request.POST or None, question=question)
    if done(request, member, form, "change_question", id):
        return to_draft(member, f"q-{id}")
    seen = edit.mark(design, "change_question", id)
    return part_page(
        request, member, form, f"Question “{question.label}”", seen=seen, per=PER_WORDS[section.per], id=id
    )


def done(request: HttpRequest, member: Member, form: BaseForm, step: str, *given: str) -> bool:
    """Whether the step was done with what the form holds; what speaks against it stands on the form then."""
    if not form.is_valid():
        return False
    details = form.details() if isinstance(form, QuestionForm) else form.cleaned_data
    try:
        workflow.edit_form(member, step, *given, seen=request.POST.get("seen", ""), **details)
    except BadInput as error:
        form.add_error(None, error.message)
    except Stale as error:
        form.add_error(None, ValidationError(f"{error.message} {error.todo}", code=STALE))
    return not form.errors


def part_page(
    request: HttpRequest, member: Member, form: BaseForm, title: str, *, seen: str = "", **context: str
) -> HttpResponse:
    """The page on which a part of the draft is changed. seen: what stands for it as it is now; what it was when the page was first
    loaded goes on being sent, until the member was shown that it has changed since."""
    stale = form.has_error(NON_FIELD_ERRORS, STALE)
    shown = {"member": member, "form": form, "title": title, "now": stands_there(form) if stale else []}
    shown["seen"] = request.POST.get("seen", seen) if not stale else seen
    status = 409 if stale else 422 if form.is_bound else 200
    return render(request, "extraction/form_part.html", shown | context, status=status)


def stands_there(form: BaseForm) -> list[tuple[str, str]]:
    """What the draft has now in each field in which the form has something else."""
    rows = []
    for name in form.changed_data:
        now, field = form.initial.get(name), form.fields[name]
        words = dict(field.choices) if isinstance(field, ChoiceField) else {True: "Yes", False: "No"}
        rows.append((str(form[name].label), str(words.get(now, now) if now not in (None, "") else "empty")))
    return rows


@require_POST
@for_member(Can.ANALYSE)
def form_step(request: HttpRequest, member: Member) -> HttpResponse:
    """Move a section or question, take it off, or put it back."""
    step, id = request.POST.get("step", ""), request.POST.get("id", "")
    moves = {"up": -1, "down": 1}
    name, _, how = step.partition(":")
    if name in ("move_section", "move_question") and how in moves:
        workflow.edit_form(member, name, id, moves[how])
    elif name in ("drop_section", "drop_question", "put_back") and not how:
        workflow.edit_form(member, name, id)
    else:
        raise BadInput(f"There is no step “{step}”.", todo="Load the page again, and press one of its buttons.")
    return to_draft(member, f"{'s' if 'section' in name else 'q'}-{id}")


@require_POST
@for_member(Can.ANALYSE)
def undo_edit(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.undo_edit(member, request.POST.get("seen", ""))
    messages.success(request, "The last step is taken back.")
    return to_draft(member)


@require_POST
@for_member(Can.ANALYSE)
def take_pack(request: HttpRequest, member: Member) -> HttpResponse:
    pack = request.POST.get("pack", "")
    workflow.take_pack(member, pack, add=request.POST.get("how") == "add")
    messages.success(request, f"Taken over: {packs()[pack].name}. “Take back the last step” undoes it.")
    return to_draft(member)


@require_POST
@for_member(Can.ANALYSE)
def import_form(request: HttpRequest, member: Member) -> HttpResponse:
    file = cleaned(ImportForm(request.POST, request.FILES))["file"]
    workflow.import_form(member, file.name, file.read(workflow.LARGEST_FILE + 1))
    messages.success(request, f"The form in {file.name} is the draft now. Questions that it lacks are on the shelf.")
    return to_draft(member)


@require_POST
@for_member(Can.ANALYSE)
def use_form(request: HttpRequest, member: Member) -> HttpResponse:
    version = workflow.use_form(member, seen=request.POST.get("seen", ""), **cleaned(UseForm(request.POST)))
    messages.success(request, f"Version {version.number} is in use.")
    return redirect("extraction:form", member.review.slug)


@require_POST
@for_member(Can.ANALYSE)
def drop_draft(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.drop_form_draft(member)
    messages.success(request, "The draft is discarded. It can be brought back here.")
    return redirect("extraction:form", member.review.slug)


@require_POST
@for_member(Can.ANALYSE)
def restore_draft(request: HttpRequest, member: Member) -> HttpResponse:
    workflow.restore_form_draft(member)
    return to_draft(member)


@require_POST
@for_member(Can.MANAGE)
def plan_extraction(request: HttpRequest, member: Member) -> HttpResponse:
    form = PlanForm(request.POST)
    if not form.is_valid():
        return show_form(request, member, form)
    workflow.plan_extraction(member, **form.cleaned_data)
    messages.success(request, "Noted. It holds for sheets that are begun from now on.")
    return redirect("extraction:form", member.review.slug)


# --- files -------------------------------------------------------------------------------------------------------


def attached(member: Member, content: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{member.review.slug}-{name}"'
    return response


@require_GET
@for_member(Can.READ)
def form_json(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """A version as a file that can be imported into another review."""
    version = queries.form_version(member.review_id, number)
    return attached(member, write(version.form), "application/json", f"form-{number}.json")


@require_GET
@for_member(Can.READ)
def codebook_json(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    version = queries.form_version(member.review_id, number)
    content = {"form": version.form.name, "version": number, "fields": codebook(version.form)}
    return attached(
        member, json.dumps(content, indent=2, ensure_ascii=False) + "\n", "application/json", f"codebook-{number}.json"
    )


@require_GET
@for_member(Can.READ)
def codebook_csv(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    rows = codebook(queries.form_version(member.review_id, number).form)
    return attached(member, "".join(csv_lines(HEAD, rows)), "text/csv; charset=utf-8", f"codebook-{number}.csv")
