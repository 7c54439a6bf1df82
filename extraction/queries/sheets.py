"""What is asked of a study, what did this member answer, and, once both authors are in, how do the two compare?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from extraction.models import Assessment, Blinded, Entry, Judgement, Line, Sheet, Study
from extraction.queries.bias import tool_of
from extraction.queries.forms import Version, carried, current_version, form_version, structure_of
from extraction.queries.studies import FORM
from extraction.rob import ROB1, Tool, agreeing, asking
from extraction.schema import Answer, Asked, Field, Pair, Problem, asked_of, check, compare
from extraction.schema.carry import Carried
from extraction.schema.compare import still_asked
from reviewapp.access import Can, can
from reviewapp.models import Member


def fields_for(own: Blinded) -> tuple[Field, ...]:
    """The questions that a sheet or an assessment answers: by the form in use, or once submitted, by the one that it was submitted for."""
    asked = asked_for(own)
    return asked.fields if asked else asking.fields(tool_for(own))


def asked_for(own: Blinded) -> Asked | None:
    """What the form asks of a sheet's study, by the version that `fields_for` names; None for an assessment."""
    return asked_of(structure_of(own.study), version_of(own).form) if isinstance(own, Sheet) else None


def tool_for(own: Blinded) -> Tool:
    """The tool of an assessment: the version in use, or once submitted, the one that it was submitted for."""
    return tool_of(own.study.review_id, own.tool, own.tool_number if own.submitted_at else None)


def version_of(sheet: Sheet) -> Version:
    """The version of the form that a sheet answers."""
    review = sheet.study.review_id
    return form_version(review, sheet.form_number) if sheet.submitted_at else current_version(review)


@dataclass(frozen=True, slots=True)
class Opened:
    """A sheet with the version of the form that it answers, what that asks of the study, and what the answers are worth on it."""

    sheet: Sheet
    version: Version
    asked: Asked
    carried: Carried

    @property
    def problems(self) -> list[Problem]:
        """What keeps the sheet from being submitted: what is missing or wrong, and what has to be looked at again."""
        found = check(self.asked.fields, self.sheet.answers())
        told = {each.key for each in found}
        again = self.carried.again.items()
        return found + [Problem(key, f"{why} Look at it again.") for key, why in again if key not in told]


def opened(sheet: Sheet, before: Opened | None = None) -> Opened:
    """The sheet as it stands now. before: as it was opened in this request, so that the form is not read again."""
    version = before.version if before else version_of(sheet)
    structure = structure_of(sheet.study) if before is None else None
    asked = before.asked if before else asked_of(structure, version.form)
    lines = [(line.form_number, line.key, line.answer) for line in sheet.lines.all() if line.value is not None]
    return Opened(sheet, version, asked, carried(sheet.study, version, asked, lines))


def problems_of(own: Blinded) -> list[Problem]:
    """What keeps one's own sheet or assessment from being submitted."""
    return opened(own).problems if isinstance(own, Sheet) else asking.problems(tool_for(own), own.answers())


def open_keys(sheet: Sheet) -> set[str]:
    """Of a sheet that was taken up again for a new version of the form: the fields that are new, or ask something else now."""
    structure, review = structure_of(sheet.study), sheet.study.review_id
    before = {each.key: each for each in asked_of(structure, form_version(review, sheet.renews or 0).form).fields}
    now = asked_of(structure, version_of(sheet).form).fields
    return {each.key for each in now if each.key not in before or before[each.key].edition != each.edition}


def may_renew(sheet: Sheet) -> bool:
    """Whether a submitted sheet can be taken up again because the form has changed."""
    return bool(sheet.submitted_at) and sheet.form_number < current_version(sheet.study.review_id).number


def own_sheet(member: Member, study: Study) -> Sheet | None:
    """The member's own sheet on a study."""
    return own(member, Sheet, study, FORM)


def own_assessment(member: Member, study: Study, tool: str = ROB1.id) -> Assessment | None:
    """The member's own assessment of a study."""
    return own(member, Assessment, study, tool)


def own(member: Member, model: type[Blinded], study: Study, tool: str) -> Blinded | None:
    """The member's own sheet on a study, or assessment of it."""
    return own_of(member, model, study.pk, tool)


def own_of(member: Member, model: type[Blinded], study: int, tool: str) -> Blinded | None:
    """The same, of the study of this id."""
    mine = model.blind.for_member(member).own().filter(study=study, tool=tool, member=member)
    return mine.select_related("study").prefetch_related("lines").first()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two submitted sheets (or assessments) side by side, and what is agreed.

    pairs: every question with both answers. signed: the standing agreement, if there is one. earlier: the lines of the last one, standing
    or reopened, by key: what to begin with. reopened: those that were signed before and do not stand. asked: of sheets, what the form asks of the study.
    """

    first: Blinded
    second: Blinded
    pairs: list[Pair]
    signed: Blinded | None
    earlier: Mapping[str, Line]
    made: Mapping[str, Line]
    reopened: list[Blinded]
    asked: Asked | None = None
    tool: Tool | None = None

    @property
    def settled_so_far(self) -> dict[str, Answer]:
        """What is chosen, and where nothing is, what both answered."""
        equal = {pair.field.key: pair.first for pair in self.equals}
        return equal | {key: line.answer for key, line in self.made.items()}

    def answered(self) -> list[Mapping[str, Answer]]:
        """The answers of both, and the agreed ones."""
        sheets = filter(None, (self.first, self.second, self.signed))
        return [*(each.answers() for each in sheets), {key: line.answer for key, line in self.made.items()}]

    @property
    def is_outdated(self) -> bool:
        """Whether the form has changed since this was signed, and an author has answered what is new."""
        return self.signed is not None and self.signed.asked_number < newest([self.first, self.second]).asked_number

    @property
    def is_answered_by_one(self) -> bool:
        """Whether one of the two has not answered what is new in the form by which they are compared."""
        return self.first.asked_number != self.second.asked_number

    @property
    def asked_pairs(self) -> list[Pair]:
        """The pairs that are to be settled: without questions, or replies, to which what is settled so far does not lead."""
        if self.tool:
            return agreeing.still_asked(self.tool, self.pairs, self.settled_so_far)
        return still_asked(self.pairs, self.settled_so_far)

    @property
    def differences(self) -> list[Pair]:
        return [pair for pair in self.asked_pairs if pair.needs_choice]

    @property
    def equals(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.match == "equal"]


def sheet_agreement(member: Member, study: Study) -> Agreement | None:
    """The two sheets side by side. None until both are in."""
    return agreement(member, Sheet, study, FORM)


def bias_agreement(member: Member, study: Study, tool: str = ROB1.id) -> Agreement | None:
    """The two assessments side by side. None until both are in."""
    return agreement(member, Assessment, study, tool)


def agreement(member: Member, model: type[Blinded], study: Study, tool: str) -> Agreement | None:
    seen = model.blind.for_member(member).filter(Q(submitted_at__isnull=False) | Q(agreed=True), study=study, tool=tool)
    rows = list(seen.select_related("study", "member__user").prefetch_related("lines__by__user"))
    pair = [each for each in rows if not each.agreed and not each.withdrawn_at]
    if len(pair) < 2:
        return None
    asked = asked_for(newest(pair))
    agreed = sorted((each for each in rows if each.agreed), key=lambda each: (each.withdrawn_at is None, each.pk))
    return Agreement(
        first=pair[0],
        second=pair[1],
        pairs=pairs_of(pair[0], pair[1], asked),
        signed=next((each for each in agreed if not each.withdrawn_at and each.submitted_at), None),
        earlier={line.key: line for line in agreed[-1].lines.all()} if agreed else {},
        made={
            line.key: line
            for each in agreed
            if not (each.withdrawn_at or each.submitted_at)
            for line in each.lines.all()
        },
        reopened=[each for each in agreed if each.withdrawn_at and each.submitted_at],
        asked=asked,
        tool=None if isinstance(pair[0], Sheet) else tool_for(newest(pair)),
    )


def taken_over(member: Member, study: Study, model: type[Blinded] = Sheet, tool: str = FORM) -> Blinded | None:
    """The agreed sheet, or assessment, that came with a file, where it stands and no two authors have submitted here."""
    found = model.blind.for_member(member).signed().filter(study=study, tool=tool, pk__in=imported(model))
    return found.select_related("study", "member__user").prefetch_related("lines").first()


def imported(model: type[Blinded]) -> QuerySet:
    """Those that came with a file, agreed elsewhere."""
    lines = (Entry if model is Sheet else Judgement).unblinded.filter(taken_from=Line.IMPORTED)
    return lines.values("sheet" if model is Sheet else "assessment")


def agreed_last(member: Member, study: Study, model: type[Blinded] = Sheet, tool: str = FORM) -> Blinded | None:
    """The agreement that stands, or was reopened last: what both had seen, whatever they answer anew. Not one that is being made, or that came
    with a file and was taken back with it."""
    agreed = model.blind.for_member(member).filter(study=study, tool=tool, agreed=True, submitted_at__isnull=False)
    if not study.taken_from:
        agreed = agreed.exclude(pk__in=imported(model))
    last = agreed.order_by(F("withdrawn_at").asc(nulls_last=True), "pk").select_related("study", "member__user")
    return last.prefetch_related("lines").last()


def pairs_of(first: Blinded, second: Blinded, asked: Asked | None = None) -> list[Pair]:
    """The two answers to every question. Of assessments, replies that the algorithm did not come to count as none.

    asked: what the form asks of a sheet's study, where it is known already.
    """
    asks = newest([first, second])
    if isinstance(asks, Sheet):
        return compare(asked.fields if asked else fields_for(asks), first.answers(), second.answers())
    tool = tool_for(asks)
    answers = [asking.relevant(tool, each.answers()) for each in (first, second)]
    return compare(asking.compared(tool), *answers)


def newest(pair: Sequence[Blinded]) -> Blinded:
    """The one of two whose questions are asked at the agreement: of two versions of a form, the later."""
    return max(pair, key=lambda own: own.asked_number)


def may_agree(member: Member, agreement: Agreement) -> bool:
    """Whether this member may sign: one of the two authors, or who settles conflicts."""
    authors = {agreement.first.member_id, agreement.second.member_id}
    return can(member, Can.ARBITRATE) or (can(member, Can.EXTRACT) and member.pk in authors)
