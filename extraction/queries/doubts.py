"""Which numbers does lint doubt, as one member may see them, and of which was it said why they stand?

On a member's own sheet nothing but that sheet is looked at. Both sheets are, once both are in: `Agreement` is not there before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from extraction.models import Reason, Study
from extraction.queries.sheets import Agreement, Opened
from extraction.schema.lint.answers import Doubt, doubts_of_pair, doubts_of_sheet, once
from reviewapp.models import Member


@dataclass(frozen=True, slots=True)
class Doubts:
    """The doubts that are open, and those with a reason why the number stands; with each of them, where both authors gave one.

    partly: of open ones that both sheets raise, by ref, why the number of one of them stands.
    """

    open: list[Doubt] = field(default_factory=list)
    answered: list[tuple[Doubt, Reason]] = field(default_factory=list)
    partly: dict[str, list[Reason]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.open or self.answered)

    @property
    def waiting(self) -> list[tuple[Doubt, list[Reason]]]:
        """The open ones, with what was said of the number of one sheet."""
        return [(each, self.partly.get(each.ref, [])) for each in self.open]

    @property
    def stand(self) -> int:
        """How many doubts have a reason."""
        return len({each.ref for each, _ in self.answered})

    def find(self, ref: str) -> Doubt | None:
        """An open doubt, by its ref."""
        return next((each for each in self.open if each.ref == ref), None)

    def reason(self, ref: str) -> Reason | None:
        """Why a doubted number stands, by the doubt's ref."""
        return next((reason for each, reason in self.answered if each.ref == ref), None)


def sorted_out(member: Member, studies: Iterable[int], doubts: Iterable[Doubt]) -> Doubts:
    """Doubts on numbers of these studies, by whether this member can see a reason for which they stand: of two sheets, for those of each."""
    found = once(doubts)
    if not found:
        return Doubts()
    given = Reason.blind.for_member(member).standing().filter(study__in=list(studies)).select_related("member__user")
    reasons = {(each.rule, each.cell, each.basis): each for each in given}
    sorted_doubts = Doubts()
    for each in found:
        known = [reasons.get((each.rule, each.cell, basis)) for basis in each.bases]
        why = [reason for reason in known if reason]
        if len(why) < len(known):
            sorted_doubts.open.append(each)
            sorted_doubts.partly[each.ref] = apart(why)
        else:
            sorted_doubts.answered.extend((each, reason) for reason in apart(why))
    return sorted_doubts


def apart(reasons: Iterable[Reason]) -> list[Reason]:
    """These reasons; one that holds for both sheets, and is two rows, once."""
    found: dict[tuple[object, ...], Reason] = {}
    for each in reasons:
        found.setdefault((each.sheet_id, each.member_id, each.at), each)
    return list(found.values())


def own_doubts(member: Member, opened: Opened) -> Doubts:
    """What lint doubts on the member's own sheet."""
    study = opened.sheet.study
    found = doubts_of_sheet(study.label, opened.asked, opened.sheet.answers(), timezone.localdate(), study.design)
    return sorted_out(member, [study.pk], found)


def agreement_doubts(member: Member, study: Study, agreement: Agreement) -> Doubts:
    """What lint doubts in the two sheets and between them; once signed, in what is agreed."""
    if agreement.asked is None:
        return Doubts()
    today = timezone.localdate()
    if agreement.signed:
        found = doubts_of_sheet(study.label, agreement.asked, agreement.signed.answers(), today, study.design)
    else:
        sides = agreement.first.answers(), agreement.second.answers()
        found = doubts_of_pair(study.label, agreement.asked, *sides, today, study.design)
    return sorted_out(member, [study.pk], found)


def reason_of(member: Member, study: Study, pk: int) -> Reason | None:
    """One reason that stands, if this member may see it."""
    return Reason.blind.for_member(member).standing().filter(study=study, pk=pk).first()
