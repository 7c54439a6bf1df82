"""How does a review come by its form, and change it? A draft is built step by step, each step undoable, and then put into use.

A version in use is never changed. Answers stay under their keys whatever happens to a form; queries.carried says what they are worth now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from extraction import queries
from extraction.models import Entry, FormVersion, Plan, Study
from extraction.schema import Form, FormError, edit
from extraction.schema.carry import differences, former_units
from extraction.schema.form import checked, from_json, parse, to_json
from extraction.schema.packs import packs
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, BadInput, Stale, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review

REMEMBERED = 20  # edits of a draft that can be undone
LARGEST_FILE = 1_000_000  # bytes
STEPS: dict[str, Callable[..., Form]] = {
    each.__name__: each
    for each in (
        edit.rename,
        edit.add_section,
        edit.change_section,
        edit.move_section,
        edit.drop_section,
        edit.add_question,
        edit.change_question,
        edit.move_question,
        edit.drop_question,
        edit.put_back,
    )
}


def begin_form(member: Member) -> FormVersion:
    """Begin to change the form: a draft that is like the form in use. Goes on with a draft that is there."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        draft = queries.form_draft(member)
        if draft is None:
            draft = begin(member, queries.current_version(member.review_id).form)
    return draft


def begin(member: Member, form: Form) -> FormVersion:
    last = FormVersion.objects.filter(review=member.review_id, dropped_at=None).aggregate(last=Max("number"))["last"]
    draft = FormVersion.objects.create(
        review_id=member.review_id, number=(last or 0) + 1, design=to_json(form), member=member
    )
    audit.record(member, "extraction.form_begun", draft, number=draft.number)
    return draft


def edit_form(member: Member, step: str, *given: Any, seen: str = "", **details: Any) -> FormVersion:
    """One step of building, by the name of its function in schema.edit. Raises BadInput with the sentence of the refusal.

    seen: edit.mark of what is changed, as the member had it before them. Raises Stale when somebody has changed it since.
    """
    require(member, Can.ANALYSE)

    def changing(form: Form) -> Form:
        after = STEPS[step](form, *given, **details)
        if seen and after != form and seen != edit.mark(form, step, *given):
            raise Stale(
                "This was changed while you had it open, and yours is not kept yet.",
                todo="Look at what it is now; what you keep from here on replaces it.",
            )
        return after

    return change_draft(member, step, changing)


def take_pack(member: Member, pack: str, *, add: bool) -> FormVersion:
    """Take over a ready-made form: in the place of the draft's questions (which go to the shelf), or added after them."""
    require(member, Can.ANALYSE)
    if pack not in packs():
        raise BadInput(f"There is no ready-made form “{pack}”.", todo=f"Known are {', '.join(packs())}.")
    taking = edit.append if add else edit.put_in_place
    return change_draft(member, "take_pack", lambda form: taking(form, packs()[pack]), pack=pack)


def import_form(member: Member, name: str, data: bytes) -> FormVersion:
    """Take over a form from a JSON file, in the place of the draft's questions, which go to the shelf. Raises BadFile."""
    require(member, Can.ANALYSE)
    if len(data) > LARGEST_FILE:
        raise BadFile(
            f"{name} has more than {LARGEST_FILE} bytes, which no form has.",
            todo="Choose the file that “Form as JSON” on a form’s page gives.",
        )
    try:
        form = parse(data)
    except FormError as error:
        raise BadFile(f"{name}: {error}", todo="Correct the file and import it again.") from None
    return change_draft(member, "import_form", lambda before: edit.put_in_place(before, form), file=name)


def change_draft(member: Member, step: str, changing: Callable[[Form], Form], **facts: str) -> FormVersion:
    with transaction.atomic():
        draft = locked_draft(member)
        before = from_json(draft.design)
        try:
            after = checked(changing(before))
        except FormError as error:
            raise BadInput(str(error)) from None
        if after != before:
            draft.past = [*draft.past, draft.design][-REMEMBERED:]
            draft.design = to_json(after)
            draft.save(update_fields=["past", "design"])
            told = [f"{each.sign} {each.sentence}" for each in differences(before, after)]
            audit.record(member, "extraction.form_edited", draft, step=step, changes=told, **facts)
    return draft


def undo_edit(member: Member, seen: str = "") -> FormVersion:
    """Take back the last step of building. Raises WrongState when there is none.

    seen: edit.mark_of_all of the draft that the member had before them. Raises Stale when a step was done since: it would be that one.
    """
    require(member, Can.ANALYSE)
    with transaction.atomic():
        draft = locked_draft(member)
        refuse_unseen(draft, seen)
        if not draft.past:
            raise WrongState("There is no step to take back.", todo="Discard the draft to keep the form in use.")
        *draft.past, design = draft.past
        told = [f"{each.sign} {each.sentence}" for each in differences(from_json(draft.design), from_json(design))]
        draft.design = design
        draft.save(update_fields=["past", "design"])
        audit.record(member, "extraction.form_edit_undone", draft, changes=told)
    return draft


def use_form(member: Member, note: str = "", seen: str = "") -> FormVersion:
    """Put the draft into use. What was answered stays; sheets that are open ask by the new version from now on.

    seen: as for undo_edit; nobody puts into use what they have not seen.
    """
    require(member, Can.ANALYSE)
    with transaction.atomic():
        draft = locked_draft(member)
        refuse_unseen(draft, seen)
        form = from_json(draft.design)
        before = queries.current_version(member.review_id).form
        changes = differences(before, form)
        if not changes:
            raise WrongState("The draft is the form in use: nothing has changed.", todo="Change it first.")
        if not form.questions:
            raise BadInput("A form without a question cannot be used.", todo="Add one.")
        draft.note, draft.used_at, draft.past = note.strip(), timezone.now(), []
        draft.save(update_fields=["note", "used_at", "past"])
        spell_out_units(member, before, form)
        told = [f"{each.sign} {each.sentence}" for each in changes]
        audit.record(member, "extraction.form_used", draft, number=draft.number, note=draft.note, changes=told)
    return draft


def refuse_unseen(draft: FormVersion, seen: str) -> None:
    if seen and seen != edit.mark_of_all(from_json(draft.design)):
        raise Stale(
            "The draft was changed while you had it open, and nothing was done.",
            todo="Look at what it is now, then do it again.",
        )


def spell_out_units(member: Member, old: Form, new: Form) -> None:
    """Numbers in a question's own unit say so before that becomes another: 12, answered in weeks, or in no unit, is never read as 12 days."""
    changed = former_units(old, new)
    if not changed:
        return
    # Who saves holds the study from before reading the form until the answer stands: afterwards none is left that was read by the old one.
    list(Study.objects.select_for_update(no_key=True).filter(review=member.review_id).order_by("pk").values_list("pk"))
    for id, unit in changed.items():
        keys = rf"^(study|(arm|outcome|time)/[0-9]+)/{id}$"
        lines = Entry.unblinded.filter(sheet__study__review=member.review_id, key__regex=keys, unit="")
        lines.exclude(value=None).update(unit=unit)


def drop_form_draft(member: Member) -> None:
    """Discard the draft. It is kept, and back with restore_form_draft."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        draft = locked_draft(member)
        draft.dropped_at = timezone.now()
        draft.save(update_fields=["dropped_at"])
        audit.record(member, "extraction.form_draft_dropped", draft, number=draft.number)


def restore_form_draft(member: Member) -> FormVersion:
    """Bring the discarded draft back, as long as no other was begun or put into use."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        draft = queries.dropped_draft(member)
        if draft is None:
            raise WrongState("There is no discarded draft to bring back.", todo="Load the page again.")
        draft.dropped_at = None
        draft.save(update_fields=["dropped_at"])
        audit.record(member, "extraction.form_draft_restored", draft, number=draft.number)
    return draft


def locked_draft(member: Member) -> FormVersion:
    lock_review(member)
    draft = queries.form_draft(member)
    if draft is None:
        raise WrongState("The form is not being changed.", todo="Begin to change it on the page of the form.")
    return draft


def plan_extraction(member: Member, mode: str, reason: str = "") -> Plan:
    """Say whether two extract independently, or one extracts and a second verifies. Holds for sheets that are begun from now on."""
    require(member, Can.MANAGE)
    if mode not in Plan.Mode.values:
        raise BadInput(f"“{mode}” is no way to extract.", todo=f"Known are {', '.join(Plan.Mode.values)}.")
    if mode == Plan.Mode.VERIFIED and not reason.strip():
        raise BadInput(
            "Extraction by one author, verified by a second, needs a reason: Cochrane's standards ask for two for outcome data (C46).",
            todo="Write why, as it will stand in the report.",
        )
    with transaction.atomic():
        lock_review(member)
        plan = queries.plan_of(member.review_id)
        before = plan.mode
        plan.mode, plan.reason = mode, reason.strip()
        plan.save()
        audit.record(member, "extraction.planned", member.review, before=before, mode=mode, reason=plan.reason)
    return plan
