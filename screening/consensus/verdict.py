"""What do the votes on a citation mean? A pure function of the votes, the number needed, and a resolution if there is one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

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


def outcome(ballot: Ballot) -> Verdict:
    """Where one ballot would send the citation. Maybe goes on to the full text, as include does."""
    return Verdict(EXCLUDE, ballot.reason) if ballot.answer == EXCLUDE else Verdict(INCLUDE)


def verdict(ballots: Sequence[Ballot], needed: int, resolution: Ballot | None = None) -> Verdict:
    """The verdict on a citation at one stage.

    A resolution decides, whatever the votes are. Otherwise fewer ballots than needed: waiting. All ballots lead to the
    same place for the same reason: that is the verdict, also when there are more than needed. Else: conflict; two
    exclusions for different reasons are one.
    """
    if resolution is not None:
        return outcome(resolution)
    if len(ballots) < needed:
        return Verdict(WAITING)
    places = {outcome(ballot) for ballot in ballots}
    return places.pop() if len(places) == 1 else Verdict(CONFLICT)
