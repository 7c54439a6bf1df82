"""How does one author fill in a sheet, or judge risk of bias? Start, save, submit, reopen, withdraw; blind to the other author.

Two authors at most for each study and tool. Until both have submitted, every event is sealed, and no answer of a verb to one author
depends on how far the other is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from extraction import queries
from extraction.models import Assessment, Blinded, Line, Plan, Sheet, Study
from extraction.rob import ROB1
from extraction.schema import Answer, Field, Problem
from extraction.workflow.bias import refuse_unplanned, store_proposals
from extraction.workflow.common import locked, locked_study
from extraction.workflow.newer import refuse_newer
from extraction.workflow.said import Had, Said, changed_lines, told
from extraction.workflow.sources import count_ahead, refuse_beyond, refuse_foreign
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member

AUTHORS = 2  # independent ones for each study (MECIR C45, C46, C53)
Own = TypeVar("Own", Sheet, Assessment)


def start_sheet(member: Member, study: Study) -> Sheet:
    """Begin one's sheet on a study; go on with it if there is one, or with the one that was withdrawn."""
    return start_own(member, Sheet, study, queries.FORM)


def start_assessment(member: Member, study: Study, tool: str = ROB1.id) -> Assessment:
    """Begin one's risk-of-bias assessment of a study; go on with it if there is one, or with the one that was withdrawn."""
    queries.judged(member, tool)
    return start_own(member, Assessment, study, tool)


def save_entries(
    member: Member,
    sheet: Sheet,
    values: Mapping[str, object],
    sources: Mapping[str, str] | None = None,
    *,
    places: Mapping[str, Mapping[str, Any]] | None = None,
    origins: Mapping[str, Had] | None = None,
    version: int | None = None,
) -> Sheet:
    """Save answers, and where they stand, by key; others stay as they are. An empty answer takes the former one away.

    places: document, page, quote and rectangle; see schema.Source. origins: how numbers were had that are not as reported, and on what basis.
    version: the sheet's when it was read; an answer that has changed since is not overwritten (Stale).
    Refused, and nothing saved: unknown keys and values that cannot be read (BadInput), a submitted sheet (WrongState).
    """
    return save_own(member, sheet, Said(values, sources or {}, places=places or {}, origins=origins or {}), version)


def save_judgements(
    member: Member,
    assessment: Assessment,
    judgements: Mapping[str, str],
    supports: Mapping[str, str] | None = None,
    *,
    places: Mapping[str, Mapping[str, Any]] | None = None,
    version: int | None = None,
) -> Assessment:
    """Save judgements and what supports them, by domain; as save_entries does."""
    return save_own(member, assessment, Said(judgements, supports or {}, places=places or {}), version)


def submit_sheet(member: Member, sheet: Sheet) -> Sheet:
    """Hand one's sheet in when it is complete. When both are in, each author can read the other's, and agree."""
    return submit_own(member, sheet)


def submit_assessment(member: Member, assessment: Assessment) -> Assessment:
    """Hand one's assessment in when it is complete; as submit_sheet does."""
    return submit_own(member, assessment)


def reopen_sheet(member: Member, sheet: Sheet) -> Sheet:
    """Take one's sheet back for changes, as long as the other author's is not in."""
    return reopen_own(member, sheet)


def reopen_assessment(member: Member, assessment: Assessment) -> Assessment:
    """Take one's assessment back for changes, as long as the other author's is not in."""
    return reopen_own(member, assessment)


def withdraw_sheet(member: Member, sheet: Sheet) -> None:
    """Give one's place at a study to another author, before submitting. Starting again brings the sheet back."""
    withdraw_own(member, sheet)


def withdraw_assessment(member: Member, assessment: Assessment) -> None:
    """Give one's place at a study to another author; as withdraw_sheet does."""
    withdraw_own(member, assessment)


def verify_sheet(member: Member, study: Study) -> Sheet:
    """Begin to verify: one's own sheet as a copy of what the one author has submitted, to be checked against the reports and corrected.

    For sheets that were begun under the plan of single extraction with verification, and for them alone (WrongState).
    """
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        own = Sheet.unblinded.own().filter(study=study, tool=queries.FORM)
        mine = own.filter(member=member).first()
        if mine:
            return mine
        others = [each for each in own.holding() if each.may_verify and each.submitted_at]
        if len(others) != 1 or own.holding().count() != 1:
            raise WrongState(
                "There is no sheet to verify here.",
                todo="One author extracts and submits first, under the plan of extraction with verification.",
            )
        sheet = Sheet.unblinded.create(study=study, tool=queries.FORM, member=member, may_verify=True, verifies=True)
        for line in others[0].lines.all():
            copied = sheet.new_line(line.key)
            copied.say(line.answer)
            copied.form_number = line.form_number
            copied.save()
        audit.record(
            member,
            "extraction.sheet_verified",
            subject(study, sheet, sheet.tool),
            sealed=True,
            copied_from=others[0].member_id,
        )
    return sheet


def renew_sheet(member: Member, sheet: Sheet) -> Sheet:
    """Take one's submitted sheet up again because the form has a new version. Only what is new or has changed can be answered then:
    the other answers were open to both authors, and are corrected in the agreement."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        sheet = locked_own(member, sheet)
        if sheet.submitted_at is None:
            return sheet
        number = queries.current_version(member.review_id).number
        if sheet.form_number == number:
            raise WrongState("The form has not changed since you submitted.", todo="Correct answers in the agreement.")
        if is_open(sheet) or was_open_to_both(sheet):
            sheet.renews = sheet.form_number if sheet.renews is None else sheet.renews
        sheet.submitted_at = None
        sheet.save(update_fields=["submitted_at", "renews"])
        audit.record(
            member, "extraction.sheet_renewed", subject(sheet.study, sheet, sheet.tool), sealed=True, form=number
        )
    return sheet


# --- the same for both -----------------------------------------------------------------------------------------


def name_of(model: type[Blinded] | Blinded) -> str:
    """What it is called in the trail and to readers: sheet or assessment."""
    return str(model._meta.model_name)


def subject(study: Study, model: type[Blinded] | Blinded, tool: str) -> str:
    """One subject for both authors, so that the second submission unseals the events of both."""
    return audit.subject_of(study, name_of(model), tool)


def start_own(member: Member, model: type[Own], study: Study, tool: str) -> Own:
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        mine = model.unblinded.filter(study=study, tool=tool, member=member, agreed=False).order_by(
            "withdrawn_at", "pk"
        )
        standing = mine.filter(withdrawn_at=None).first()
        if standing:
            return standing
        if model is Assessment:
            refuse_unplanned(study, tool)
        gave_way = take_place(model, study, tool)
        own = mine.last()
        if own:
            own.withdrawn_at = None
            own.save(update_fields=["withdrawn_at"])
        else:
            own = model(study=study, tool=tool, member=member)
            if isinstance(own, Sheet):
                own.may_verify = queries.plan_of(study.review_id).mode == Plan.Mode.VERIFIED
            own.save()
        facts = {"gave_way": gave_way} if gave_way else {}
        audit.record(member, f"extraction.{name_of(model)}_started", subject(study, model, tool), sealed=True, **facts)
    return own


def take_place(model: type[Own], study: Study, tool: str) -> list[str]:
    """Raise WrongState when two authors have the study. Unfinished ones of people who may no longer extract give way; whose."""
    here = model.unblinded.filter(study=study, tool=tool)
    if model is Sheet and (other := here.holding().filter(may_verify=True).select_related("member__user").first()):
        raise WrongState(
            f"{other.member} extracts {study.label}; a second author verifies it.",
            todo="Verify it on the page of studies when it is submitted.",
        )
    holding = set(here.holding().values_list("pk", flat=True))
    if len(holding) >= AUTHORS:
        raise WrongState(
            f"Two review authors have {study.label} already.",
            todo="Take another study. An owner can free a place by changing who is a review author.",
        )
    gone = here.own().exclude(pk__in=holding)
    whose = [str(each.member) for each in gone.select_related("member__user")]
    gone.update(withdrawn_at=timezone.now())
    return whose


def locked_own(member: Member, own: Own) -> Own:
    """One's own standing sheet or assessment with its study, both locked. Raises NotHere for another's."""
    study = locked_study(member, Study(pk=own.study_id))
    found = locked(type(own), own.pk, study=study, member=member, agreed=False)
    if found.withdrawn_at:
        raise WrongState(f"This {name_of(own)} has been withdrawn.", todo="Start again; what was answered is kept.")
    found.study = study
    return found


def save_own(member: Member, own: Own, said: Said, version: int | None) -> Own:
    require(member, Can.EXTRACT)
    count_ahead(own.study, said.places.values())
    with transaction.atomic():
        own = locked_own(member, own)
        own.stood = own.version
        if own.submitted_at:
            raise WrongState(f"This {name_of(own)} is submitted.", todo="Reopen it first, then change it.")
        fields = {each.key: each for each in queries.fields_for(own)}
        lines = {line.key: line for line in own.lines.filter(key__in=said.keys)}
        changed = changed_lines(own, fields, lines, said)
        refuse_seen(own, changed, fields)
        answers = {line.key: answer for line, answer in changed}
        before = {line.key: line.answer for line, _ in changed}
        labels = {key: fields[key].label for key in answers}
        refuse_foreign(own.study, before, answers, labels)
        refuse_beyond(own.study, before, answers, labels)
        seen = own.version if version is None else version
        refuse_newer(member, own.study, changed, fields, seen, said.known)
        number = queries.version_of(own).number if isinstance(own, Sheet) else 0
        looked_at = (
            said.confirmed if isinstance(own, Sheet) else ()
        )  # an assessment's answers say of no version that they were
        confirmed = [key for key in looked_at if key in lines and lines[key].form_number != number]
        if not changed and not confirmed:
            return own
        stood = {key: told(answer) for key, answer in before.items()}
        own.version += 1
        own.save(update_fields=["version"])
        for line, answer in changed:
            line.say(answer)
            line.version = own.version
        touched = {line.key: line for line in [*(line for line, _ in changed), *(lines[key] for key in confirmed)]}
        for line in touched.values():
            if isinstance(own, Sheet):
                line.form_number = number
            line.save()
        facts: dict[str, Any] = {"before": stood, "after": {line.key: told(line.answer) for line, _ in changed}}
        if isinstance(own, Assessment) and (proposed := store_proposals(own)):
            facts["proposed"] = proposed
        if confirmed:
            facts["confirmed"] = confirmed
        verb = f"extraction.{name_of(own)}_saved"
        audit.record(member, verb, subject(own.study, own, own.tool), sealed=True, **facts)
    return own


def refuse_seen(own: Own, changed: list[tuple[Line, Answer]], fields: Mapping[str, Field]) -> None:
    """Raise WrongState for answers that both authors had seen of each other before the form changed."""
    if not isinstance(own, Sheet) or own.renews is None:
        return
    open_keys = queries.open_keys(own)
    seen = [fields[line.key].label for line, _ in changed if line.key not in open_keys]
    if seen:
        raise WrongState(
            f"Both authors have seen each other's answers to: {'; '.join(seen[:5])}.",
            todo="Correct them in the agreement, with a reason; here only new and changed questions are answered.",
        )


def submit_own(member: Member, own: Own) -> Own:
    require(member, Can.EXTRACT)
    with transaction.atomic():
        own = locked_own(member, own)
        if own.submitted_at:
            return own
        problems = queries.problems_of(own)
        if problems:
            raise BadInput(f"This {name_of(own)} is not complete. {sentences(problems)}", todo="Then submit it again.")
        facts: dict[str, Any] = {}
        if isinstance(own, Sheet):
            own.form_number = queries.version_of(own).number
        else:
            own.tool_number = queries.number_of(own.study.review_id, own.tool)
            if proposed := store_proposals(own):  # the tool may propose otherwise than when the last answer was saved
                facts["proposed"] = proposed
        own.submitted_at = timezone.now()
        own.save()
        both = is_open(own)
        audit.record(
            member,
            f"extraction.{name_of(own)}_submitted",
            subject(own.study, own, own.tool),
            sealed=not both,
            unseals=both,
            **facts,
        )
    return own


def is_open(own: Own) -> bool:
    """Whether others may read it: both are in, for the same version of the form."""
    found = type(own).unblinded
    return found.filter(found.both_in(), pk=own.pk).exists()


def was_open_to_both(own: Own) -> bool:
    """Whether a sheet, or the other author's, has been taken up again that the other of them could read."""
    pair = Sheet.unblinded.own().filter(study=own.study, tool=own.tool)
    return isinstance(own, Sheet) and pair.filter(renews__isnull=False).exists()


def reopen_own(member: Member, own: Own) -> Own:
    require(member, Can.EXTRACT)
    with transaction.atomic():
        own = locked_own(member, own)
        if own.submitted_at is None:
            return own
        if is_open(own) or was_open_to_both(own):
            raise WrongState(
                f"Both {name_of(own)}s are in, or were, and each author can read the other's.",
                todo="Correct it in the agreement, as a third answer with its reason.",
            )
        own.submitted_at = None
        own.save(update_fields=["submitted_at"])
        audit.record(member, f"extraction.{name_of(own)}_reopened", subject(own.study, own, own.tool), sealed=True)
    return own


def withdraw_own(member: Member, own: Own) -> None:
    require(member, Can.EXTRACT)
    with transaction.atomic():
        own = locked_own(member, own)
        if own.submitted_at:
            raise WrongState(f"This {name_of(own)} is submitted.", todo="Reopen it first, then withdraw it.")
        if isinstance(own, Sheet) and own.renews is not None:
            raise WrongState(
                "This sheet was submitted before the form changed; both authors have seen it.",
                todo="Answer the new questions and submit it again.",
            )
        own.withdrawn_at = timezone.now()
        own.save(update_fields=["withdrawn_at"])
        audit.record(member, f"extraction.{name_of(own)}_withdrawn", subject(own.study, own, own.tool), sealed=True)


def sentences(problems: list[Problem], most: int = 10) -> str:
    """The first problems as text for a refusal."""
    told = " ".join(problem.sentence for problem in problems[:most])
    return told if len(problems) <= most else f"{told} And {len(problems) - most} more."
