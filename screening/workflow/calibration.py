"""When has everybody voted in a pilot, and what follows? All its votes are open to those who took part, and its agreement is kept."""

from __future__ import annotations

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from reviewapp import audit
from reviewapp.models import Member
from screening.models import Pilot, Standing, Vote
from screening.queries.agreement import Line, lines
from screening.workflow.standing import tell_of_pilot

COEFFICIENTS = ("raw", "kappa", "pabak", "ac1")


def voted_in_pilot(member: Member, pilot_id: int) -> None:
    """Called by the verb that took a vote, which has locked the citation. The lock on the pilot lets the last of two votes see the other."""
    complete(member, Pilot.objects.select_for_update().get(pk=pilot_id))


def complete(member: Member, pilot: Pilot) -> None:
    """Complete a locked pilot if everybody has voted on all of it that is in view."""
    if pilot.completed_at or pilot.dropped_at or lacking(pilot).exists():
        return
    pilot.completed_at = timezone.now()
    Standing.objects.filter(pilot=pilot, opened_at=None).update(opened_at=pilot.completed_at)
    pairs = [each for each in lines(member, pilot.stage, apart=False, pilot=pilot) if each.pair and not each.week]
    pilot.lowest = {name: lowest(pairs, name) for name in COEFFICIENTS}
    pilot.save(update_fields=["completed_at", "lowest"])
    # The figures are no fact of the event: beside the verdicts that stand they would tell how many conflicts there are.
    audit.record(member, "screening.pilot_completed", pilot, sealed=True, round=pilot.round, lowest=pilot.lowest)
    tell_of_pilot(member, pilot)


def lacking(pilot: Pilot) -> QuerySet[Standing]:
    """The standings of a pilot, in view, on which somebody has not voted yet."""
    cast = Vote.unblinded.standing().filter(citation=OuterRef("citation"), stage=pilot.stage).order_by()
    counted = Coalesce(Subquery(cast.values("citation").annotate(n=Count("pk")).values("n")), 0)
    return pilot.standings.filter(citation__live=True).annotate(cast=counted).filter(cast__lt=F("needed"))


def lowest(pairs: list[Line], name: str) -> float | None:
    """The coefficient of the pair that agrees least; None if there is no pair, or that of one is not defined."""
    values = [getattr(each.found, name).value for each in pairs]
    return None if not values or None in values else min(values)
