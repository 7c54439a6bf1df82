"""What does the PRISMA 2020 flow diagram of a review say, and do its sums hold?

The same for every member: what waits and what is in conflict are one number, or the diagram would tell of votes.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.flow.constraints import Breach, check
from analysis.flow.counts import count
from analysis.flow.numbers import FlowCounts, Number, Unit, numbered
from analysis.queries.flow_numbers import amounts, counted, disagreements
from analysis.queries.flow_sets import flow_sets
from reviewapp.errors import NotHere
from reviewapp.models import Member
from reviewapp.snapshot import snapshot


@dataclass(frozen=True, slots=True)
class Flow:
    """The numbers of the diagram, and which of its sums do not hold."""

    counts: FlowCounts
    breaches: tuple[Breach, ...]


def flow(member: Member) -> Flow:
    """The diagram's numbers at this moment, counted by the database and checked; only what does not agree is looked into record by record."""
    with snapshot():
        found = counted(member)
        wrong = list(disagreements(found))
        return Flow(numbered(amounts(found)), named(member, wrong) if wrong else ())


def checked(member: Member) -> tuple[Breach, ...]:
    """The twelve constraints, record by record, whatever the numbers say."""
    with snapshot():
        return named(member, list(disagreements(counted(member))))


def named(member: Member, wrong: list[str]) -> tuple[Breach, ...]:
    """The constraints that do not hold, with the records concerned; what is known of wrong numbers where no record can be named."""
    sets = flow_sets(member)
    found = check(sets, count(sets))
    return found or tuple(Breach("numbers_agree", each.capitalize(), Unit.RECORD, frozenset()) for each in wrong)


def number(flow: Flow, key: str) -> Number:
    """One number of the diagram, by its key. Raises NotHere."""
    found = flow.counts.get(key)
    if found is None:
        raise NotHere("The flow diagram has no such number (any more).")
    return found
