"""What may a member see of pairs and links?"""

from __future__ import annotations

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When

from reviewapp.models import Job, Member
from screening.models import (
    Link,
    Pair,
)


def home(record: str) -> Subquery:
    """The citation in view that a pair's record (a or b) is of."""
    live = Link.objects.filter(record=OuterRef(record), undone_at=None, record__source__undone_at=None)
    return Subquery(live.values("citation")[:1])


def homes(member: Member, records: list[int]) -> dict[int, int]:
    """The citations in view that these records are of."""
    live = Link.objects.filter(record__in=records, undone_at=None, record__source__undone_at=None)
    return dict(live.filter(record__review=member.review_id).values_list("record", "citation"))


def pairs(member: Member) -> QuerySet[Pair]:
    """The review's pairs, with the citations in view that their records are of."""
    found = Pair.objects.filter(review=member.review_id).annotate(home_a=home("a"), home_b=home("b"))
    return found.select_related("a__source__search", "b__source__search", "member__user")


def open_pairs(member: Member) -> QuerySet[Pair]:
    """The pairs that wait for an answer, most likely first; at the end those put off, longest ago first."""
    waiting = pairs(member).filter(state__in=(Pair.State.ASKED, Pair.State.LATER), home_a__isnull=False)
    put_off = Case(When(state=Pair.State.LATER, then=F("at")))
    found = waiting.filter(home_b__isnull=False).exclude(home_a=F("home_b"))
    return found.order_by("state", put_off.asc(), "-score", "pk")


def answered_pairs(member: Member) -> QuerySet[Pair]:
    """The questions of the queue that persons have answered for good."""
    return Pair.objects.filter(review=member.review_id, state__in=(Pair.State.SAME, Pair.State.DIFFERENT), before="")


def last_pair(member: Member) -> Pair | None:
    """The answer that undo takes back: the member's last one to a question of the queue."""
    answered = (Pair.State.SAME, Pair.State.DIFFERENT, Pair.State.LATER)
    return pairs(member).filter(member=member, state__in=answered, before="").order_by("-at", "-pk").first()


def deduplication(member: Member) -> Job | None:
    """The job that looks for duplicates, the latest one."""
    return Job.objects.filter(review=member.review_id, kind="screening.deduplicate").order_by("-pk").first()


def links_without_pair(member: Member) -> QuerySet[Link]:
    """Links by identifier at import, and those that persons made or parted outside the queue."""
    found = Link.objects.filter(record__review=member.review_id, pair=None).exclude(rule=Link.Rule.FIRST)
    return found.select_related("member__user")
