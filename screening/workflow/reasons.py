"""For which reasons are reports excluded? The list is put in order, renamed, grouped, merged and retired, and all of it can be undone.

A vote keeps the reason that was chosen. What the reason is called, where it stands and what it is counted as follows the list; where
that could change a verdict, the verdict is settled again: see workflow/resettling.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, NotHere, Stale, WrongState
from reviewapp.models import Event, ExclusionReason, Member
from reviewapp.workflow import lock_review
from screening.workflow.resettling import DIFFERING, EVERY, settle_again


def add_reason(member: Member, text: str, group: str = "") -> ExclusionReason:
    """Put a new reason at the end of the list. The same again (double click) is refused in words."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        text = checked(member, text)
        last = all_of(member).aggregate(last=Max("position"))["last"] or 0
        reason = ExclusionReason.objects.create(
            review_id=member.review_id, text=text, group=group.strip()[:100], position=last + 1
        )
        audit.record(member, "screening.reason_added", reason, reason=text, group=reason.group)
    return reason


def rename_reason(member: Member, reason: ExclusionReason, text: str) -> None:
    """Call a reason by another name, everywhere where it was chosen."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        reason = locked_reason(member, reason)
        if text.strip() == reason.text:
            return
        set_field(member, reason, "text", checked(member, text, but=reason), "screening.reason_renamed")


def group_reason(member: Member, reason: ExclusionReason, group: str) -> None:
    """Put a reason into a group, or with an empty name out of any."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        reason = locked_reason(member, reason)
        if group.strip()[:100] == reason.group:
            return
        set_field(member, reason, "group", group.strip()[:100], "screening.reason_grouped")
        settle_again(member, DIFFERING)


def order_reasons(member: Member, order: list[int]) -> None:
    """Put the list in this order of ids. Raises Stale when the list is not of these (any more)."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        listed = {each.pk: each for each in all_of(member).filter(retired_at=None)}
        before = list(listed)
        if set(before) != set(order) or len(before) != len(order):
            raise Stale("The list of reasons was changed meanwhile.", todo="Look at it again, then put it in order.")
        if before == order:
            return
        places = sorted(each.position for each in listed.values())
        if len(set(places)) < len(places):
            places = list(range(1, len(places) + 1))
        for place, pk in zip(places, order, strict=True):
            listed[pk].position = place
            listed[pk].save(update_fields=["position"])
        texts = [[listed[pk].text for pk in ids] for ids in (before, order)]
        audit.record(
            member, "screening.reasons_ordered", member.review, before=texts[0], after=texts[1], ids_before=before
        )
        settle_again(member, DIFFERING)


def move_reason(member: Member, reason: ExclusionReason, *, up: bool) -> None:
    """Let a reason and its neighbour in the list change places."""
    order = list(all_of(member).filter(retired_at=None).values_list("pk", flat=True))
    if reason.pk not in order:
        raise WrongState("This reason is not in the list.", todo="Bring it back into the list first.")
    here = order.index(reason.pk)
    there = here - 1 if up else here + 1
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
    order_reasons(member, order)


def retire_reason(member: Member, reason: ExclusionReason) -> None:
    """Take a reason off the list: it can no longer be chosen. Where it was, it stays and is counted."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        reason = locked_reason(member, reason)
        if reason.retired_at is None:
            reason.retired_at = timezone.now()
            reason.save(update_fields=["retired_at"])
            audit.record(member, "screening.reason_retired", reason, reason=reason.text)


def restore_reason(member: Member, reason: ExclusionReason) -> None:
    """Bring a retired reason back into the list. One that was merged becomes a reason of its own again."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        reason = locked_reason(member, reason)
        if reason.retired_at is None:
            return
        into = reason.merged_into
        reason.retired_at, reason.merged_into = None, None
        reason.save(update_fields=["retired_at", "merged_into"])
        audit.record(
            member,
            "screening.reason_parted" if into else "screening.reason_restored",
            reason,
            reason=reason.text,
            **({"into": into.pk, "counted_before_as": into.text} if into else {}),
        )
        if into:
            settle_again(member, reason.pk)


def merge_reason(member: Member, reason: ExclusionReason, into: ExclusionReason) -> None:
    """Count a reason as another one from now on. It leaves the list; votes keep what was chosen."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        reason, into = locked_reason(member, reason), locked_reason(member, into)
        if reason.merged_into_id == into.pk:
            return
        if reason.pk == into.pk:
            raise BadInput("A reason cannot be merged into itself.", todo="Choose another one.")
        if reason.retired_at or into.retired_at:
            raise WrongState("Only reasons in the list can be merged.", todo="Bring it back into the list first.")
        reason.merged_into, reason.retired_at = into, timezone.now()
        reason.save(update_fields=["merged_into", "retired_at"])
        audit.record(member, "screening.reason_merged", reason, reason=reason.text, counted_as=into.text, into=into.pk)
        settle_again(member, reason.pk)


def undo_reason_change(member: Member, event: Event) -> None:
    """Undo one change of the list, by the verb that does the opposite, which can be undone in turn. Raises Stale for what cannot be."""
    require(member, Can.MANAGE)
    if event.review_id != member.review_id or event.verb not in UNDO:
        raise NotHere
    if event.verb == "screening.reasons_ordered":
        order_reasons(member, event.facts["ids_before"])
        return
    with transaction.atomic():
        reason = locked_reason(member, ExclusionReason(pk=int(event.subject.split("/")[1])))
        if Event.unblinded.filter(subject=event.subject, verb__in=UNDO, pk__gt=event.pk).exists():
            raise Stale("This reason was changed again since.", todo="Undo the latest change first.")
        UNDO[event.verb](member, reason, event.facts)


def merge_again(member: Member, reason: ExclusionReason, facts: dict[str, Any]) -> None:
    merge_reason(member, reason, ExclusionReason(pk=facts["into"]))


UNDO: dict[str, Callable[[Member, ExclusionReason, dict[str, Any]], None]] = {
    "screening.reason_added": lambda member, reason, facts: retire_reason(member, reason),
    "screening.reason_renamed": lambda member, reason, facts: rename_reason(member, reason, facts["before"]["text"]),
    "screening.reason_grouped": lambda member, reason, facts: group_reason(member, reason, facts["before"]["group"]),
    "screening.reason_retired": lambda member, reason, facts: restore_reason(member, reason),
    "screening.reason_restored": lambda member, reason, facts: retire_reason(member, reason),
    "screening.reason_merged": lambda member, reason, facts: restore_reason(member, reason),
    "screening.reason_parted": merge_again,
    "screening.reasons_ordered": lambda member, reason, facts: None,  # has no one reason: see undo_reason_change
}


# --- what they share --------------------------------------------------------------------------------------------


def all_of(member: Member) -> QuerySet[ExclusionReason]:
    return ExclusionReason.objects.filter(review=member.review_id)


def locked_reason(member: Member, reason: ExclusionReason) -> ExclusionReason:
    """The reason as it stands, with the review locked: one change of the list at a time. Raises NotHere."""
    lock_review(member)
    found = all_of(member).select_related("merged_into").filter(pk=reason.pk).first()
    if found is None:
        raise NotHere
    return found


def checked(member: Member, text: str, but: ExclusionReason | None = None) -> str:
    """A name for a reason that no other has. Raises BadInput."""
    text = " ".join(text.split())
    if not text:
        raise BadInput("The reason is empty.")
    if len(text) > 200:
        raise BadInput(f"A reason has at most 200 characters; shorten “{text[:40]}…”.")
    same = next((each for each in all_of(member) if each.text.casefold() == text.casefold() and each != but), None)
    if same:
        raise BadInput(
            f"“{same.text}” is there already{' and is off the list' if same.retired_at else ''}.",
            todo="Bring it back into the list instead." if same.retired_at else "Merge the two instead.",
        )
    return text


def set_field(member: Member, reason: ExclusionReason, name: str, value: str, verb: str) -> None:
    before = getattr(reason, name)
    setattr(reason, name, value)
    reason.save(update_fields=[name])
    audit.record(member, verb, reason, reason=reason.text, before={name: before}, after={name: value})


def agreement_changed(event: Event, member: Member) -> None:
    """The protocol has another rule on different reasons: it holds for what has its votes, too."""
    if "reason_agreement" in event.facts["after"]:
        settle_again(member, DIFFERING)


def reasons_set(event: Event, member: Member) -> None:
    """The list was written anew: what had been merged may count for itself again."""
    settle_again(member, EVERY)
