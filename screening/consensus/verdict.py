"""What do the votes on a citation mean? A pure function of the votes, the number needed, the rule on reasons, and a resolution."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

STRICT, BY_GROUP, IGNORE = "strict", "by_group", "ignore"  # when two exclusions for different reasons agree
WAITING, CONFLICT, INCLUDE, EXCLUDE = "waiting", "conflict", "include", "exclude"


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one vote, or a resolution, says: include, maybe or exclude, and the reason where one is asked for."""

    answer: str
    reason: Hashable = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a citation stands: waiting, conflict, include or exclude; and the reason of an exclusion that has one."""

    state: str
    reason: Hashable = None


@dataclass(frozen=True, slots=True)
class Reasons:
    """A review's exclusion reasons in their order, and when two exclusions for different ones agree.

    group: reason -> the name of its group, "" for none. merged: reason -> the one that it is counted as.
    """

    agreement: str = STRICT
    order: Sequence[Hashable] = ()
    group: Mapping[Hashable, str] = field(default_factory=dict)
    merged: Mapping[Hashable, Hashable] = field(default_factory=dict)

    def counted_as(self, reason: Hashable) -> Hashable:
        """The reason itself, or what it was merged into, however often."""
        while reason in self.merged:
            reason = self.merged[reason]
        return reason

    def common(self, reasons: Collection[Hashable]) -> Hashable | None:
        """Of several reasons that agree the one that counts, the first in the order. None when they do not agree."""
        groups = {self.group.get(reason, "") for reason in reasons}
        same_group = len(groups) == 1 and groups != {""}
        agree = self.agreement == IGNORE or (self.agreement == BY_GROUP and same_group)
        return min(reasons, key=self.order.index) if agree else None


AS_CHOSEN = Reasons()


def outcome(ballot: Ballot, reasons: Reasons = AS_CHOSEN) -> Verdict:
    """Where one ballot would send the citation. Maybe goes on to the full text, as include does."""
    return Verdict(EXCLUDE, reasons.counted_as(ballot.reason)) if ballot.answer == EXCLUDE else Verdict(INCLUDE)


def verdict(
    ballots: Sequence[Ballot], needed: int, resolution: Ballot | None = None, reasons: Reasons = AS_CHOSEN
) -> Verdict:
    """The verdict on a citation at one stage.

    A resolution decides, whatever the votes are. Otherwise fewer ballots than needed: waiting. All ballots lead to the
    same place for the same reason: that is the verdict, also when there are more than needed. Else: conflict. Exclusions
    for different reasons are one too, unless the review's rule lets them agree; then the first of them in its order counts.
    """
    if resolution is not None:
        return outcome(resolution, reasons)
    if len(ballots) < needed:
        return Verdict(WAITING)
    places = {outcome(ballot, reasons) for ballot in ballots}
    if len(places) == 1:
        return places.pop()
    if any(place.state != EXCLUDE for place in places):
        return Verdict(CONFLICT)
    common = reasons.common({place.reason for place in places})
    return Verdict(CONFLICT) if common is None else Verdict(EXCLUDE, common)
