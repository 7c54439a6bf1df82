"""How does a review make its own tool for risk of bias, or bring one as a file, and change it? A draft first; in use it is never changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from extraction import queries
from extraction.models import OwnTool
from extraction.rob import TOOLS, BadPack, Tool
from extraction.rob.own import read_own, starting, to_pack
from extraction.rob.pack import read_tool
from extraction.rob.tool import STUDY
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, BadInput, Stale, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review


def begin_tool(member: Member, name: str) -> OwnTool:
    """Begin a tool of this name: a draft with three judgements and one domain."""
    require(member, Can.MANAGE)
    name = name.strip()
    if not name or len(name) > 120 or "\0" in name:
        raise BadInput(
            "A tool needs a name of 1 to 120 characters, which can be read.", todo="Write how the team calls it."
        )
    with transaction.atomic():
        lock_review(member)
        taken = {*TOOLS, *OwnTool.objects.filter(review=member.review_id).values_list("tool", flat=True)}
        id = free_id(name, taken)
        return begin_draft(member, id, 1, starting(id, name))


def free_id(name: str, taken: set[str]) -> str:
    """An id like the name that no tool has, or had."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    plain = (plain if plain[:1].isalpha() else f"tool_{plain}")[:20].rstrip("_")  # so that a number fits behind it
    return next(id for n in range(1, len(taken) + 2) if (id := plain if n == 1 else f"{plain}_{n}") not in taken)


def begin_draft(member: Member, id: str, number: int, pack: Mapping[str, Any], **facts: str) -> OwnTool:
    draft = OwnTool.objects.create(review_id=member.review_id, tool=id, number=number, pack=pack, member=member)
    audit.record(member, "extraction.tool_begun", member.review, name=pack["name"], number=number, **facts)
    return draft


def import_tool(member: Member, name: str, data: bytes) -> OwnTool:
    """Bring a tool as a JSON file: a draft, of a new tool, or of the next version of one of the review's own with the same id."""
    require(member, Can.MANAGE)
    try:
        tool = read_own(data)
    except BadPack as error:
        raise BadFile(f"{name}: {error}", todo="Correct the file and bring it again.") from None
    if tool.id in TOOLS:
        raise BadFile(
            f"{name}: “{tool.id}” is the id of a tool that is there already.", todo="Give the pack another id."
        )
    with transaction.atomic():
        lock_review(member)
        if told := other_unit(member, tool):
            raise BadFile(f"{name}: {told}", todo="Give the pack another id.")
        draft = OwnTool.objects.filter(review=member.review_id, tool=tool.id, used_at=None, dropped_at=None).first()
        if draft:
            return rewrite(member, draft, to_pack(tool), file=name)
        return begin_draft(member, tool.id, next_number(member, tool.id), to_pack(tool), file=name)


def next_number(member: Member, id: str) -> int:
    used = queries.own_tools(member.review_id).filter(tool=id)
    return (used.aggregate(last=Max("number"))["last"] or 0) + 1


def change_tool(member: Member, id: str) -> OwnTool:
    """Begin to change a tool of the review's own: a draft that is like the version in use. Goes on with a draft that is there."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        draft = OwnTool.objects.filter(review=member.review_id, tool=id, used_at=None, dropped_at=None).first()
        if draft:
            return draft
        row = queries.own_tools(member.review_id).filter(tool=id).last()
        if row is None:
            raise WrongState("There is no such tool of this review.", todo="Load the page of tools again.")
        return begin_draft(member, id, row.number + 1, row.pack)


def save_tool(member: Member, draft: OwnTool, pack: Mapping[str, Any], seen: str | None = None) -> OwnTool:
    """Store the draft as it is built now. Raises BadInput with what keeps it from being a tool.

    seen: the mark of what stood there when it was read; what was stored after that is not overwritten (Stale).
    """
    require(member, Can.MANAGE)
    try:
        tool = read_own(json.dumps({**pack, "id": draft.tool}))
    except BadPack as error:
        raise BadInput(str(error), todo="Nothing was stored. Correct it and save again.") from None
    with transaction.atomic():
        row = open_draft(member, draft)
        if seen is not None and row.mark != seen and row.pack != to_pack(tool):
            raise Stale(
                "This draft was changed meanwhile, in another window or by another owner. Nothing was stored.",
                todo="What you built still stands on this page. Saving again puts it in the place of what stands there now.",
            )
        if told := other_unit(member, tool):
            raise BadInput(told, todo="Nothing was stored. Begin another tool for that.")
        return rewrite(member, row, to_pack(tool))


def other_unit(member: Member, tool: Tool) -> str:
    """That the versions in use judge something else than this one, in words; what was judged by them would be under no address any more."""
    used = queries.own_tools(member.review_id).filter(tool=tool.id).last()
    if used is None or queries.tool_of(member.review_id, tool.id).unit == tool.unit:
        return ""
    judges = "results" if tool.unit == STUDY else "studies"
    return f"“{used.pack['name']}” judges {judges}, in every version."


def rewrite(member: Member, draft: OwnTool, pack: Mapping[str, Any], **facts: str) -> OwnTool:
    if draft.pack != pack:
        before, draft.pack = draft.pack, pack
        draft.save(update_fields=["pack"])
        audit.record(member, "extraction.tool_edited", member.review, name=pack["name"], before=before, **facts)
    return draft


def use_tool(member: Member, draft: OwnTool, note: str = "") -> OwnTool:
    """Put the draft into use. Assessments that are open ask by it from now on; what is submitted stays on its version."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        row = open_draft(member, draft)
        if told := other_unit(member, read_tool(row.pack)):
            raise WrongState(told, todo="Change what the draft judges, or begin another tool for that.")
        row.used_at, row.note = timezone.now(), note.strip()
        row.save(update_fields=["used_at", "note"])
        facts = {"name": row.pack["name"], "number": row.number, "note": row.note}
        audit.record(member, "extraction.tool_used", member.review, **facts)
    return row


def drop_tool(member: Member, draft: OwnTool) -> OwnTool:
    """Discard the draft. It is kept, and back with restore_tool."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        row = open_draft(member, draft)
        row.dropped_at = timezone.now()
        row.save(update_fields=["dropped_at"])
        audit.record(member, "extraction.tool_dropped", member.review, name=row.pack["name"], number=row.number)
    return row


def restore_tool(member: Member, row: OwnTool) -> OwnTool:
    """Bring a discarded draft back, as long as no other of the tool is made or was put into use since."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        row.refresh_from_db()
        if row.dropped_at is None:
            return row
        present = OwnTool.objects.filter(review=member.review_id, tool=row.tool, dropped_at=None)
        if present.filter(used_at=None).exists() or present.filter(number__gte=row.number).exists():
            raise WrongState("This tool has been changed since.", todo="Begin to change it as it is now.")
        row.dropped_at = None
        row.save(update_fields=["dropped_at"])
        audit.record(member, "extraction.tool_restored", member.review, name=row.pack["name"], number=row.number)
    return row


def open_draft(member: Member, draft: OwnTool) -> OwnTool:
    """The draft, locked. Raises WrongState when it is none any more."""
    lock_review(member)
    row = OwnTool.objects.select_for_update().get(pk=draft.pk, review=member.review_id)
    if row.used_at or row.dropped_at:
        raise WrongState("This draft is in use or discarded by now.", todo="Load the page of tools again.")
    return row
