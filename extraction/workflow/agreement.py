"""How do two submitted sheets, or assessments, become one? Agree and sign; reopen, which keeps the old one as a version."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from extraction import queries
from extraction.models import Assessment, Blinded, Sheet, Study
from extraction.rob import ROB1
from extraction.schema import Choice, Settled, compare, settle
from extraction.workflow.common import locked_study
from extraction.workflow.sheets import AUTHORS, Own, name_of, sentences, subject
from reviewapp import audit
from reviewapp.access import Can, can, require
from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Member


def agree_sheet(member: Member, study: Study, choices: Mapping[str, Choice]) -> Sheet:
    """Make and sign the agreed sheet from the two submitted ones. Equal answers are taken over; every difference needs a choice.

    Refused: others than its two authors and those who settle conflicts (Refused), fewer than two sheets in (WrongState), a choice that is
    missing or cannot be (BadInput), a study whose agreement somebody has signed meanwhile (Stale).
    """
    return agree(member, Sheet, study, queries.FORM, choices)


def agree_assessment(member: Member, study: Study, choices: Mapping[str, Choice], tool: str = ROB1.id) -> Assessment:
    """Make and sign the agreed risk-of-bias assessment; as agree_sheet does."""
    return agree(member, Assessment, study, tool, choices)


def reopen_sheet_agreement(member: Member, study: Study) -> None:
    """Take back the agreed sheet. It stays as a version; what rests on it is stale until the next agreement."""
    reopen_agreement(member, Sheet, study, queries.FORM)


def reopen_assessment_agreement(member: Member, study: Study, tool: str = ROB1.id) -> None:
    """Take back the agreed assessment; as reopen_sheet_agreement does."""
    reopen_agreement(member, Assessment, study, tool)


# --- the same for both -----------------------------------------------------------------------------------------


def require_agreeing(member: Member) -> None:
    """Authors agree on what they extracted; whoever settles conflicts may agree in their place."""
    require(member, Can.ARBITRATE if can(member, Can.ARBITRATE) else Can.EXTRACT)


def agree(member: Member, model: type[Own], study: Study, tool: str, choices: Mapping[str, Choice]) -> Own:
    require_agreeing(member)
    with transaction.atomic():
        study = locked_study(member, study)
        first, second = submitted_pair(member, model, study, tool)
        signed = model.unblinded.signed().filter(study=study, tool=tool).select_related("member__user").first()
        if signed:
            raise Stale(
                f"{signed.member} has signed this agreement meanwhile. Yours was not stored.",
                todo="Look at what was agreed; it can be reopened there.",
            )
        pairs = compare(queries.fields_for(queries.newest([first, second])), first.answers(), second.answers())
        settled, problems = settle(pairs, choices)
        if problems:
            raise BadInput(f"This is not agreed yet. {sentences(problems)}", todo="Then sign it.")
        agreed = model.unblinded.create(study=study, tool=tool, member=member, agreed=True, submitted_at=timezone.now())
        store(agreed, settled)
        audit.record(
            member,
            f"extraction.{name_of(model)}_agreed",
            subject(study, model, tool),
            study=study.pk,
            first=first.member_id,
            second=second.member_id,
            **facts_of(settled),
        )
    return agreed


def submitted_pair(member: Member, model: type[Own], study: Study, tool: str) -> tuple[Own, Own]:
    """The two submitted ones, the one begun first before the other. Raises WrongState, or Refused for who may not settle them."""
    pair = list(model.unblinded.own().filter(study=study, tool=tool, submitted_at__isnull=False).order_by("pk"))
    if len(pair) < AUTHORS:
        raise WrongState(
            f"There are not two submitted {name_of(model)}s for {study.label} yet.",
            todo="Come back when both authors have submitted.",
        )
    refuse_bystander(member, pair)
    return pair[0], pair[1]


def refuse_bystander(member: Member, pair: list[Own]) -> None:
    if not can(member, Can.ARBITRATE) and member.pk not in {own.member_id for own in pair}:
        raise Refused(
            "Only the two authors who extracted this study, and those who settle conflicts, agree on it.",
            todo="Ask one of them.",
        )


def store(agreed: Blinded, settled: Mapping[str, Settled]) -> None:
    lines = []
    for key, each in settled.items():
        line = agreed.new_line(key)
        line.say(each.answer)
        line.taken_from, line.reason = each.taken_from, each.reason
        lines.append(line)
    if lines:
        type(lines[0]).unblinded.bulk_create(lines)


def facts_of(settled: Mapping[str, Settled]) -> dict[str, object]:
    """For the trail: how many were equal, and which were chosen from whom, with the reasons given."""
    chosen = {key: each.taken_from for key, each in settled.items() if each.taken_from != "both"}
    reasons = {key: each.reason for key, each in settled.items() if each.reason}
    return {"equal": len(settled) - len(chosen), "chosen": chosen, "reasons": reasons}


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
