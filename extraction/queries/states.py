"""How far are the sheets and the assessments of a study, as one member may know it?

Where that depends on others it comes from the blind managers: another author's sheet is there once both are in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from extraction.models import Blinded, Sheet, Study
from extraction.queries.studies import FORM
from reviewapp.access import Can, can
from reviewapp.models import Member

NEW, TAKEN, OPEN, WAITING, BOTH, AGREED = "new", "taken", "open", "waiting", "both", "agreed"
HELD, VERIFY = "held", "verify"  # under the plan of one author with a second who verifies
STATES = {  # a sign and words for each; a new one says nothing of others
    NEW: ("", "Not begun by you"),
    TAKEN: ("", "With two other authors"),
    HELD: ("", "With one author, to be verified"),
    VERIFY: ("◔", "Extracted, to be verified by you"),
    OPEN: ("◐", "Begun by you"),
    WAITING: ("◕", "Submitted, waiting for the second"),
    BOTH: ("⇄", "Both are in, to be agreed"),
    AGREED: ("✓", "Agreed"),
}
PLACES = 2  # for each thing that is filled in blind

Seen = tuple[int, bool, bool]  # member, agreed, submitted


def seen_of(member: Member, model: type[Blinded], studies: Iterable[int]) -> Mapping[tuple[int, str], list[Seen]]:
    """What the member may see of them, by study and under what they are stored."""
    rows = model.blind.for_member(member).standing().filter(study__in=studies).order_by("pk")
    found: dict[tuple[int, str], list[Seen]] = defaultdict(list)
    for study, key, whose, agreed, at in rows.values_list("study", "tool", "member", "agreed", "submitted_at"):
        found[study, key].append((whose, agreed, at is not None))
    return found


def state_of(member: Member, seen: Iterable[Seen], held: int) -> tuple[str, bool]:
    """How far something is, a key of STATES, and whether this member may agree on it. held: how many others hold a place."""
    mine = [submitted for whose, agreed, submitted in seen if whose == member.pk and not agreed]
    is_mine_in = bool(mine and mine[0])
    if mine and not is_mine_in:
        state = OPEN
    elif any(agreed and submitted for _, agreed, submitted in seen):
        state = AGREED
    elif any(whose != member.pk and not agreed for whose, agreed, _ in seen):
        state = BOTH
    elif mine:
        state = WAITING
    else:
        state = TAKEN if held >= PLACES else NEW
    return state, can(member, Can.ARBITRATE) or (can(member, Can.EXTRACT) and is_mine_in)


def with_state(member: Member, studies: Iterable[Study]) -> list[Study]:
    """The studies, each with `sheet_state`, a key of STATES, and `sheet_agrees`: whether this member is to agree on the sheets."""
    listed = list(studies)
    ids = [study.pk for study in listed]
    seen = seen_of(member, Sheet, ids)
    # What others hold is used for whether a place is left, and never stands on the row: it would tell of them. That one of them extracts
    # to be verified is open to all: that is how the review said that it extracts.
    others: dict[int, list[tuple[bool, bool]]] = defaultdict(list)
    holding = Sheet.unblinded.holding().filter(study__in=ids, tool=FORM).exclude(member=member)
    for study, single, at in holding.values_list("study", "may_verify", "submitted_at"):
        others[study].append((single, at is not None))
    for study in listed:
        state, study.sheet_agrees = state_of(member, seen.get((study.pk, FORM), []), len(others[study.pk]))
        if state == NEW and (single := [is_in for may_verify, is_in in others[study.pk] if may_verify]):
            state = VERIFY if any(single) else HELD
        study.sheet_state = state
    return listed
