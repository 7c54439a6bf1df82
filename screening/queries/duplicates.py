"""What may a member see of pairs and links?"""

from __future__ import annotations

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When

from reviewapp.models import Job, Member
from screening.models import (
    Link,
    Pair,
    Word,
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
    found = waiting.filter(home_b__isnull=False).exclude(home_a=F("home_b")).exclude(_answered_by_another())
    return found.order_by("state", put_off.asc(), "-score", "pk")


def _answered_by_another() -> Q:
    """That two other records of a pair's two citations were called not duplicates: it is asked again when that is taken back."""

    def different(one: str, other: str) -> Exists:
        ends = {
            f"{end}__links__{name}": value
            for end, home in (("a", one), ("b", other))
            for name, value in (("citation", OuterRef(home)), ("undone_at", None))
        }
        return Exists(Pair.objects.filter(state=Pair.State.DIFFERENT, review=OuterRef("review"), **ends))

    return Q(different("home_a", "home_b")) | Q(different("home_b", "home_a"))


def said_pairs(member: Member, state: str = "") -> QuerySet[Pair]:
    """The pairs on which a person's answer stands, in the queue or outside it, the latest first; of one answer alone, if it is named."""
    answers = [state] if state in (Pair.State.SAME, Pair.State.DIFFERENT) else [Pair.State.SAME, Pair.State.DIFFERENT]
    said = Word.objects.filter(withdrawn_at=None).select_related("member__user")
    found = pairs(member).filter(state__in=answers).prefetch_related(Prefetch("words", said, to_attr="standing"))
    return found.order_by("-at", "-pk")


def answered_pairs(member: Member) -> QuerySet[Pair]:
    """The questions of the queue that persons have answered for good."""
    said = Exists(Word.objects.filter(pair=OuterRef("pk"), place=Word.Place.QUEUE, withdrawn_at=None))
    return Pair.objects.filter(said, review=member.review_id, state__in=(Pair.State.SAME, Pair.State.DIFFERENT))


def last_pair(member: Member) -> Pair | None:
    """The answer that undo takes back: the member's last one to a question of the queue."""
    answered = (Pair.State.SAME, Pair.State.DIFFERENT, Pair.State.LATER)
    own = Word.objects.filter(member=member, place=Word.Place.QUEUE, withdrawn_at=None, pair__state__in=answered)
    return pairs(member).filter(pk=Subquery(own.order_by("-at", "-pk").values("pair")[:1])).first()


def words(pair: Pair) -> QuerySet[Word]:
    """What each person said of a pair and did not take back."""
    return Word.objects.filter(pair=pair, withdrawn_at=None).select_related("member__user")


def deduplication(member: Member) -> Job | None:
    """The job that looks for duplicates, the latest one."""
    return Job.objects.filter(review=member.review_id, kind="screening.deduplicate").order_by("-pk").first()


# --- the log ----------------------------------------------------------------------------------------------------


def logged_pairs(member: Member) -> QuerySet[Pair]:
    """All pairs as the log tells them: also by whom and when the link that stood for one was undone."""
    undone = Link.objects.filter(pair=OuterRef("pk"), undone_at__isnull=False).order_by("-undone_at", "-pk")
    said = Word.objects.filter(withdrawn_at=None).select_related("member__user")
    found = pairs(member).prefetch_related(Prefetch("words", said, to_attr="standing"))
    return found.annotate(
        parted_by=Subquery(undone.values("undone_by__user__name")[:1]),
        parted_at=Subquery(undone.values("undone_at")[:1]),
    )


def is_parted(pair: Pair) -> bool:
    """Whether the records of a pair that was linked, by a rule or a person, are of two citations in view now."""
    linked = pair.state in (Pair.State.LINKED, Pair.State.SAME)
    return linked and None not in (pair.home_a, pair.home_b) and pair.home_a != pair.home_b


def state_now(pair: Pair) -> str:
    """What was last said of a pair, as far as it holds: what was linked may have been parted, what was not may be together."""
    if is_parted(pair):
        return "parted"
    if None in (pair.home_a, pair.home_b):
        return f"{pair.state}, out of view"
    if pair.home_a == pair.home_b and pair.state not in (Pair.State.LINKED, Pair.State.SAME):
        return f"{pair.state}, together by other links"
    return pair.state


def links_without_pair(member: Member) -> QuerySet[Link]:
    """Links by identifier at import, and those that persons made or parted outside the queue."""
    found = Link.objects.filter(record__review=member.review_id, pair=None).exclude(rule=Link.Rule.FIRST)
    return found.select_related("member__user", "undone_by__user")
