"""How do two submitted sheets, or assessments, become one? Choose, answer by answer; sign; reopen, which keeps the old one as a version.

Choices are kept from the first one on, in an agreement that is not signed yet: who settled what, and when, stands on each answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from extraction import queries
from extraction.models import Assessment, Sheet, Study
from extraction.rob import ROB1
from extraction.schema import Choice, Origin, Settled, settle
from extraction.workflow.bias import store_proposals
from extraction.workflow.common import locked_study
from extraction.workflow.opening import (
    Opening,
    begin,
    choices_in,
    chosen_last,
    opened,
    require_agreeing,
    submitted_pair,
)
from extraction.workflow.overtaken import Marks, refuse_unseen
from extraction.workflow.said import told
from extraction.workflow.settling import (
    changed_by,
    departures_of,
    facts_of,
    not_agreed,
    refuse_foreign_third,
    settled_or_refused,
    spelled_out,
    store,
    worked,
)
from extraction.workflow.sheets import Own, name_of, subject
from extraction.workflow.sources import count_ahead
from reviewapp import audit
from reviewapp.errors import WrongState
from reviewapp.models import Member

# What an agreed line says that is not asked any more. What was chosen there, why and by whom, stays.
UNSAID = {"value": None, "unit": "", "working": "", "origin": Origin.REPORTED, "basis": ""}


def agree_sheet(member: Member, study: Study, choices: Mapping[str, Choice]) -> Sheet:
    """Make and sign the agreed sheet from the two submitted ones. Equal answers are taken over; every difference needs a choice.

    Refused: others than its two authors and those who settle conflicts (Refused), fewer than two sheets in (WrongState), a choice that is
    missing or cannot be (BadInput), a study whose agreement somebody has signed meanwhile (Stale).
    """
    return agree(member, Sheet, study, queries.FORM, choices)


def agree_assessment(member: Member, study: Study, choices: Mapping[str, Choice], tool: str = ROB1.id) -> Assessment:
    """Make and sign the agreed risk-of-bias assessment; as agree_sheet does."""
    return agree(member, Assessment, study, tool, choices)


def choose_on_sheet(member: Member, study: Study, choices: Mapping[str, Choice]) -> Sheet | None:
    """Keep choices on some answers without signing; as agree_sheet refuses."""
    return choose(member, Sheet, study, queries.FORM, choices)


def reopen_sheet_agreement(member: Member, study: Study) -> None:
    """Take back the agreed sheet. It stays as a version; what rests on it is stale until the next agreement."""
    reopen_agreement(member, Sheet, study, queries.FORM)


def reopen_assessment_agreement(member: Member, study: Study, tool: str = ROB1.id) -> None:
    """Take back the agreed assessment; as reopen_sheet_agreement does."""
    reopen_agreement(member, Assessment, study, tool)


def unchoose_on_sheet(member: Member, study: Study, keys: Collection[str]) -> None:
    """Take back the choices on some answers; as agree_sheet refuses."""
    unchoose(member, Sheet, study, queries.FORM, keys)


# --- the same for both -----------------------------------------------------------------------------------------


def choose(
    member: Member,
    model: type[Own],
    study: Study,
    tool: str,
    choices: Mapping[str, Choice],
    seen: Marks | None = None,
) -> Own | None:
    """Keep choices without signing. seen: of a page, which choices it showed; one that it did not show stays (Overtaken).

    What is being made by then, which begins with what was chosen in the one that was reopened last; None where nothing is, as nothing is
    chosen.
    """
    require_agreeing(member)
    count_ahead(study, (each.place for each in choices.values()))
    with transaction.atomic():
        at = opened(member, model, study, tool)
        kept = at.lines if at.begun else chosen_last(model, at.study, tool)
        said = {line.key: line.answer for line in kept}
        known = worked(at.first, at.second, at.pairs, choices_in(kept) | dict(choices), said)
        settled = settled_or_refused(at.pairs, {key: known[key] for key in choices})
        settled = spelled_out(at.first, at.second, settled)
        at.refuse_unseen(kept, settled, choices, at.fields, seen)
        refuse_foreign_third(at.study, said, settled, at.pairs)
        takes_up = bool(choices and kept and not at.begun)
        if not takes_up and not changed_by(settled, kept):
            return at.begun
        agreement = at.begun or begin(at)
        changed = store(member, agreement, settled)
        at.record("chosen", **facts_of(settled if takes_up else changed))
    return agreement


def unchoose(
    member: Member,
    model: type[Own],
    study: Study,
    tool: str,
    keys: Collection[str],
    seen: Marks | None = None,
    also: Mapping[str, Choice] | None = None,
) -> None:
    """Take back what was chosen under these keys, so that it is to be settled again. The trail keeps what it was. seen: as of choose.

    also: choices on other answers, which are kept with it or, where either is refused, not at all.
    """
    require_agreeing(member)
    count_ahead(study, (each.place for each in (also or {}).values()))
    with transaction.atomic():
        if also:
            choose(member, model, study, tool, also, seen)
        at = opened(member, model, study, tool)
        if at.begun is None and not {line.key for line in chosen_last(model, at.study, tool)} & set(keys):
            return
        agreement = at.begun or begin(at)  # what was reopened says it still
        undone = list(agreement.lines.filter(key__in=keys).select_related("by__user"))
        if seen is not None:
            refuse_unseen(undone, at.fields, seen)
        agreement.lines.filter(pk__in=[line.pk for line in undone]).delete()
        if undone:
            at.record(
                "choice_undone",
                chosen={line.key: line.taken_from for line in undone},
                said={line.key: told(line.answer) for line in undone},
                reasons={line.key: line.reason for line in undone if line.reason},
            )


def agree(
    member: Member,
    model: type[Own],
    study: Study,
    tool: str,
    choices: Mapping[str, Choice],
    seen: Marks | None = None,
) -> Own:
    """Sign. seen: as of choose; nothing is signed that the page did not show."""
    require_agreeing(member)
    count_ahead(study, (each.place for each in choices.values()))
    with transaction.atomic():
        at = opened(member, model, study, tool)
        said = {line.key: line.answer for line in at.lines or at.last}
        made = choices_in(at.lines) | dict(choices)
        pairs = at.to_be_settled(made)
        asked = {pair.field.key: pair.field for pair in pairs}
        chosen = {key: each for key, each in made.items() if key in asked}
        chosen = worked(at.first, at.second, pairs, chosen, said)
        settled, problems = settle(pairs, chosen)
        if not problems and isinstance(at.first, Assessment) and isinstance(at.second, Assessment):
            reasons, problems = departures_of(at.first, at.second, settled, chosen)
            settled |= reasons
        if problems:
            raise not_agreed(problems)
        settled = spelled_out(at.first, at.second, settled)
        at.refuse_unseen(at.lines, settled, choices, asked, seen)
        refuse_foreign_third(at.study, said, settled, pairs)
        return sign(at, settled)


def sign(at: Opening[Own], settled: Mapping[str, Settled]) -> Own:
    """Write what is settled, and close the agreement."""
    agreed = at.begun or at.model(study=at.study, tool=at.tool, member=at.member, agreed=True)
    agreed.member, agreed.submitted_at = at.member, timezone.now()
    if isinstance(agreed, Sheet):
        agreed.form_number = max(at.first.form_number, at.second.form_number)
    else:
        agreed.tool_number = max(at.first.tool_number, at.second.tool_number)
    agreed.save()
    store(at.member, agreed, settled)
    facts = facts_of(settled)
    idle = agreed.lines.exclude(key__in=settled)  # what was chosen before other choices let it not be asked
    if isinstance(agreed, Assessment):
        idle.update(**UNSAID)
        if proposed := store_proposals(agreed):
            facts["proposed"] = proposed
    else:
        idle.filter(key__in=at.fields).update(**UNSAID)
    at.record("agreed", first=at.first.member_id, second=at.second.member_id, **facts)
    return agreed


def reopen_agreement(member: Member, model: type[Own], study: Study, tool: str) -> None:
    require_agreeing(member)
    with transaction.atomic():
        study = locked_study(member, study)
        submitted_pair(member, model, study, tool)
        signed = model.unblinded.signed().filter(study=study, tool=tool).first()
        if signed is None:
            raise WrongState("There is no signed agreement to reopen.", todo="Load the page again to see what stands.")
        signed.withdrawn_at = timezone.now()
        signed.save(update_fields=["withdrawn_at"])
        audit.record(
            member,
            f"extraction.{name_of(model)}_agreement_reopened",
            subject(study, model, tool),
            study=study.pk,
            signed_by=signed.member_id,
        )
