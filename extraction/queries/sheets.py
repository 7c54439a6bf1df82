"""What is asked of a study, what did this member answer, and, once both authors are in, how do the two compare?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extraction.models import Assessment, Blinded, Line, Outcome, Sheet, Study
from extraction.queries.studies import FORM
from extraction.rob import ROB1, TOOLS, Tool
from extraction.schema import ArmOf, Field, Form, OutcomeOf, Pair, Structure, compare, form_of
from reviewapp.access import Can, can
from reviewapp.errors import NotHere
from reviewapp.models import Member


def tool_of(tool: str) -> Tool:
    """A risk-of-bias tool, by id. Raises NotHere."""
    if tool not in TOOLS:
        raise NotHere(f"There is no risk-of-bias tool “{tool}”.")
    return TOOLS[tool]


def form_for(study: Study) -> Form:
    """What is asked of a study now, by its arms and the review's outcomes."""
    standing_arms = study.arms.filter(dropped_at=None)
    standing_outcomes = Outcome.objects.filter(review=study.review_id, dropped_at=None)
    return form_of(
        Structure(
            tuple(ArmOf(arm.pk, arm.name) for arm in standing_arms),
            tuple(OutcomeOf(each.pk, str(each), each.kind, each.note) for each in standing_outcomes),
        )
    )


def fields_for(own: Blinded) -> tuple[Field, ...]:
    """The questions that a sheet or an assessment answers."""
    return form_for(own.study).fields if isinstance(own, Sheet) else tool_of(own.tool).fields()


def own_sheet(member: Member, study: Study) -> Sheet | None:
    """The member's own sheet on a study."""
    return own(member, Sheet, study, FORM)


def own_assessment(member: Member, study: Study, tool: str = ROB1.id) -> Assessment | None:
    """The member's own assessment of a study."""
    return own(member, Assessment, study, tool)


def own(member: Member, model: type[Blinded], study: Study, tool: str) -> Blinded | None:
    mine = model.blind.for_member(member).own().filter(study=study, tool=tool, member=member)
    return mine.select_related("study").prefetch_related("lines").first()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two submitted sheets (or assessments) side by side, and what is agreed.

    pairs: every question with both answers. signed: the standing agreement, if there is one. earlier: the lines of the last one, standing
    or reopened, by key: what to begin with. versions: how many were reopened.
    """

    first: Blinded
    second: Blinded
    pairs: list[Pair]
    signed: Blinded | None
    earlier: Mapping[str, Line]
    versions: int

    @property
    def differences(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.needs_choice]

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
    seen = model.blind.for_member(member).filter(study=study, tool=tool, submitted_at__isnull=False)
    rows = list(seen.select_related("study", "member__user").prefetch_related("lines"))
    pair = [each for each in rows if not each.agreed and not each.withdrawn_at]
    if len(pair) < 2:
        return None
    agreed = [each for each in rows if each.agreed]
    return Agreement(
        first=pair[0],
        second=pair[1],
        pairs=compare(fields_for(pair[0]), pair[0].answers(), pair[1].answers()),
        signed=next((each for each in agreed if not each.withdrawn_at), None),
        earlier={line.key: line for line in agreed[-1].lines.all()} if agreed else {},
        versions=sum(1 for each in agreed if each.withdrawn_at),
    )


def may_agree(member: Member, agreement: Agreement) -> bool:
    """Whether this member may sign: one of the two authors, or who settles conflicts."""
    authors = {agreement.first.member_id, agreement.second.member_id}
    return can(member, Can.ARBITRATE) or (can(member, Can.EXTRACT) and member.pk in authors)
