"""Which citations wait for a member's vote, and which comes next?

Everything starts at the standings that wait, which an index holds in order, so that neither what is decided nor what others voted on is
walked through; the member's own votes are left out by their own index. The next is looked for from where the member is, not from the start.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from reviewapp.access import Can, can
from reviewapp.models import Member
from screening.models import Citation, Standing, StandingState, Vote
from screening.queries.sharing import offered


def waiting(member: Member, stage: str) -> QuerySet[Standing]:
    """The standings that wait for this member's vote. Empty for who does not screen."""
    if not can(member, Can.SCREEN):
        return Standing.objects.none()
    mine = Vote.blind.own(member).filter(citation=OuterRef("citation"), stage=stage)
    return Standing.objects.filter(
        offered(member, stage), ~Exists(mine), review=member.review_id, stage=stage, state=StandingState.WAITING
    ).order_by("citation")


def queue(member: Member, stage: str) -> QuerySet[Citation]:
    """The citations that wait for this member's vote, in the order of import."""
    return Citation.objects.filter(pk__in=waiting(member, stage).order_by().values("citation")).order_by("pk")


def ahead(
    member: Member, stage: str, *, after: int | None = None, skip: Collection[int] = (), count: int = 1
) -> list[Citation]:
    """The next citations that wait, from the one `after` on and then from the beginning, without those to skip.

    after: a citation's id; if not given, the one of the member's last vote, so that who comes back goes on.
    """
    if after is None:
        last = Vote.blind.own(member).filter(stage=stage).order_by("-at", "-pk").values_list("citation", flat=True)
        after = last.first() or 0
    found = waiting(member, stage).values_list("citation", flat=True)
    if skip:
        found = found.exclude(citation__in=skip)
    ids = list(found.filter(citation__gt=after)[:count])
    if len(ids) < count:
        ids += found.filter(citation__lte=after)[: count - len(ids)]
    by_id = Citation.objects.in_bulk(ids)
    return [by_id[pk] for pk in ids]
