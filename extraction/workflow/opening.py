"""Who may settle two submitted sheets, or assessments, and what of their agreement is there when somebody does?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic

from extraction import queries
from extraction.models import Line, Sheet, Study
from extraction.rob import agreeing, asking
from extraction.schema import Choice, Field, Origin, Pair, Settled, TakenFrom
from extraction.schema.compare import still_asked
from extraction.workflow.common import locked_study
from extraction.workflow.overtaken import Marks, refuse_overtaken, refuse_taken_back
from extraction.workflow.sheets import AUTHORS, Own, name_of, subject
from reviewapp import audit
from reviewapp.access import Can, can, require
from reviewapp.errors import Refused, Stale, WrongState
from reviewapp.models import Member


@dataclass(frozen=True, slots=True)
class Opening(Generic[Own]):
    """Two submitted ones on which nobody has signed, their study locked, and what is made of their agreement.

    begun: that which is being made; lines: of it; pairs: every question with both answers.
    """

    member: Member
    model: type[Own]
    study: Study
    tool: str
    first: Own
    second: Own
    begun: Own | None
    lines: list[Line]
    pairs: list[Pair]

    @property
    def fields(self) -> dict[str, Field]:
        return {pair.field.key: pair.field for pair in self.pairs}

    @property
    def last(self) -> list[Line]:
        """What the agreement said that was reopened last."""
        return said_last(self.model, self.study, self.tool)

    def to_be_settled(self, choices: Mapping[str, Choice]) -> list[Pair]:
        """The pairs that an agreement has to settle: without questions, or replies, to which the settled ones do not lead."""
        settled = agreeing.settled_by(self.pairs, choices)
        if isinstance(self.first, Sheet):
            return still_asked(self.pairs, settled)
        return agreeing.still_asked(queries.tool_for(queries.newest([self.first, self.second])), self.pairs, settled)

    def refuse_unseen(
        self,
        kept: Iterable[Line],
        settled: Mapping[str, Settled],
        choices: Mapping[str, Choice],
        fields: Mapping[str, Field],
        seen: Marks | None,
    ) -> None:
        """Raise Overtaken for what the page did not show as it stands, where these choices came from a page."""
        if seen is None:
            return
        kept = list(kept)
        if self.begun:
            refuse_taken_back(kept, self.last, choices, fields, seen)
        refuse_overtaken(kept, settled, choices, fields, seen)

    def record(self, what: str, **facts: object) -> None:
        """The event, for the trail."""
        verb = f"extraction.{name_of(self.model)}_{what}"
        audit.record(self.member, verb, subject(self.study, self.model, self.tool), study=self.study.pk, **facts)


def opened(member: Member, model: type[Own], study: Study, tool: str) -> Opening[Own]:
    """Lock the study, and see what is there. Raises WrongState and Refused as submitted_pair does, and Stale where it is signed."""
    study = locked_study(member, study)
    first, second = submitted_pair(member, model, study, tool)
    refuse_signed(model, study, tool)
    begun = being_made(model, study, tool)
    lines = list(begun.lines.select_related("by__user")) if begun else []
    return Opening(member, model, study, tool, first, second, begun, lines, queries.pairs_of(first, second))


def require_agreeing(member: Member) -> None:
    """Authors agree on what they extracted; whoever settles conflicts may agree in their place."""
    require(member, Can.ARBITRATE if can(member, Can.ARBITRATE) else Can.EXTRACT)


def submitted_pair(member: Member, model: type[Own], study: Study, tool: str) -> tuple[Own, Own]:
    """The two submitted ones, the one begun first before the other. Raises WrongState, or Refused for who may not settle them.

    Told by what the member may see, so that a refusal is the same whether or not the other author has answered a new version of the form.
    """
    seen = model.blind.for_member(member).own().filter(study=study, tool=tool, submitted_at__isnull=False)
    pair = list(seen.order_by("pk"))
    if len(pair) < AUTHORS:
        versions = ", or not for the same version of the form" if model is Sheet else ""
        raise WrongState(
            f"There are not two submitted {name_of(model)}s for {study.label} yet{versions}.",
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


def refuse_signed(model: type[Own], study: Study, tool: str) -> None:
    signed = model.unblinded.signed().filter(study=study, tool=tool).select_related("member__user").first()
    if signed:
        raise Stale(
            f"{signed.member} has signed this agreement meanwhile. Yours was not stored.",
            todo="Look at what was agreed; it can be reopened there.",
        )


def being_made(model: type[Own], study: Study, tool: str) -> Own | None:
    """The agreement that is not signed yet, if somebody has chosen something."""
    return model.unblinded.standing().filter(study=study, tool=tool, agreed=True, submitted_at=None).first()


def begin(at: Opening[Own]) -> Own:
    """A new agreement, with the choices of the one that was reopened last."""
    agreement = at.model.unblinded.create(study=at.study, tool=at.tool, member=at.member, agreed=True)
    for line in chosen_last(at.model, at.study, at.tool):
        copied = agreement.new_line(line.key)
        copied.say(line.answer)
        copied.taken_from, copied.reason, copied.by_id, copied.at = line.taken_from, line.reason, line.by_id, line.at
        copied.save()
    return agreement


def said_last(model: type[Own], study: Study, tool: str) -> list[Line]:
    """What the agreement said that was reopened last."""
    reopened = model.unblinded.filter(study=study, tool=tool, agreed=True, withdrawn_at__isnull=False)
    before = reopened.order_by("withdrawn_at", "pk").last()
    return list(before.lines.all()) if before else []


def chosen_last(model: type[Own], study: Study, tool: str) -> list[Line]:
    """What of it was chosen, and is where the next agreement begins."""
    kept = (TakenFrom.FIRST, TakenFrom.SECOND, TakenFrom.THIRD)
    before = said_last(model, study, tool)
    return [line for line in before if line.taken_from in kept and not line.key.endswith(asking.WHY)]


def choice_of(line: Line) -> Choice:
    """The choice that a kept line stands for."""
    said = line.answer
    origin = None if said.origin is Origin.REPORTED else said.origin
    taken = TakenFrom(line.taken_from)
    return Choice(taken, said.value, said.text, line.reason, said.unit, said.working, origin, line.source, said)


def choices_in(lines: Iterable[Line]) -> dict[str, Choice]:
    """The choices that kept lines stand for, by key."""
    return {line.key: choice_of(line) for line in lines}
