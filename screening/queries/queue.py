"""Which citations wait for a member's vote, in which order, and which comes next?

As imported, the standings that wait are walked, which an index holds in order, so that neither what is decided nor what others voted on
is passed; in another order the citations are, by an index of that order. What the member has begun is left out by what the standing says.
What passes through a filter is walked once: the next citation and how many there are come of the same walk.
The next is looked for from where the member is, not from the start.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from reviewapp.access import Can, can
from reviewapp.models import Member
from screening import text
from screening.models import Citation, Desk, Labelling, Later, Link, Standing, StandingState, Vote
from screening.models.citations import Beginning, Year
from screening.queries.sharing import offered, pilots

KEYS = {  # by what the citations are ordered; their id decides between equals. Each has an index on Citation
    Desk.Order.NEWEST: Year("year"),
    Desk.Order.TITLE: Beginning("title"),
    Desk.Order.RANDOM: F("shuffle"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of the waiting citations a member wants to see now. It stands in the page's address and is kept nowhere."""

    q: str = ""
    source: int | None = None
    since: int | None = None
    until: int | None = None
    label: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))

    @property
    def query(self) -> str:
        """As the end of an address: `?q=twins`, or nothing."""
        said = {each.name: value for each in fields(self) if (value := getattr(self, each.name))}
        return f"?{urlencode(said)}" if said else ""

    def condition(self, member: Member, of: str = "") -> Q:
        """On citations, or (of="citation__") on standings joined with them. A label counts where the member may see it.

        Citations are looked up by the index of years; standings are walked as they come, each by its own year.
        """
        found = text.matching(self.q, of)
        if of:
            found &= Q(**{f"{of}year__gte": self.since}) if self.since else Q()
            found &= Q(**{f"{of}year__lte": self.until}) if self.until else Q()
        else:
            found &= Q(GreaterThanOrEqual(Year("year"), self.since)) if self.since else Q()
            found &= Q(LessThanOrEqual(Year("year"), self.until), year__isnull=False) if self.until else Q()
        if self.source:
            live = Link.objects.filter(
                undone_at=None, record__source__undone_at=None, record__source__search=self.source
            )
            some = list(live.values_list("citation", flat=True)[: text.FEW + 1])
            few = len(some) <= text.FEW
            found &= Q(**{f"{of}pk__in": some}) if few else Q(Exists(live.filter(citation=OuterRef(f"{of}pk"))))
        if self.label:
            shown = Q(label=self.label) | Q(label__merged_into=self.label)
            put = Labelling.blind.for_member(member).filter(shown, withdrawn_at=None)
            found &= Q(**{f"{of}pk__in": put.values("citation")})
        return found


EVERYTHING = Wish()


def waiting(member: Member, stage: str) -> QuerySet[Standing]:
    """The standings that wait for this member's vote. Empty for who does not screen."""
    if not can(member, Can.SCREEN):
        return Standing.objects.none()
    calibrating = pilots(member, stage)
    found = Standing.objects.filter(
        offered(member, stage, calibrating), review=member.review_id, stage=stage, state=StandingState.WAITING
    ).exclude(begun_by=member)
    if is_waiting_with_several(calibrating.all()):
        mine = Vote.blind.own(member).filter(citation=OuterRef("citation"), stage=stage)
        found = found.exclude(Exists(mine))
    return found.order_by("citation_id")


def is_waiting_with_several(pilots: Collection[int]) -> bool:
    """Whether something may have two votes and wait for a third, as it is in pilots alone. Else who began it is all who voted."""
    return Standing.objects.filter(pilot__in=pilots, state=StandingState.WAITING, needed__gt=2).exists()


def queue(member: Member, stage: str) -> QuerySet[Citation]:
    """The citations that wait for this member's vote, in the order of import."""
    return Citation.objects.filter(pk__in=waiting(member, stage).order_by().values("citation")).order_by("pk")


def matches(member: Member, stage: str, wish: Wish, most: int) -> int:
    """How many of those that wait a wish lets through; counted up to `most`."""
    return walk(member, stage, Desk.Order.IMPORTED, wish, ())[:most].count()


def arrangement(member: Member) -> Desk:
    """How the member has arranged the desk, or how it comes."""
    return Desk.objects.filter(member=member).first() or Desk(member=member)


def ahead(
    member: Member,
    stage: str,
    wish: Wish = EVERYTHING,
    *,
    after: int | None = None,
    skip: Collection[int] = (),
    count: int = 1,
    around: bool = True,
) -> list[Citation]:
    """The next citations that wait, in the member's order, from the one `after` on and then (around) from the beginning.

    after: a citation's id; if not given, the one of the member's last vote, so that who comes back goes on. skip: those to leave out.
    """
    return by_number(numbers(member, stage, wish, after=after, skip=skip, count=count, around=around))


def by_number(ids: Collection[int]) -> list[Citation]:
    """The citations of these ids, in this order."""
    found = Citation.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


def numbers(
    member: Member,
    stage: str,
    wish: Wish = EVERYTHING,
    *,
    after: int | None = None,
    skip: Collection[int] = (),
    count: int = 1,
    around: bool = True,
) -> list[int]:
    """Their ids. Asked for more than the next one, they say as well how many there are."""
    desk = arrangement(member)
    if after is None:
        last = Vote.blind.own(member).filter(stage=stage).order_by("-at", "-pk").values_list("citation", flat=True)
        after = last.first()
    later = put_off(member, stage)
    beyond, before = parted(walk(member, stage, desk.order, wish, [*skip, *later]), desk, after)
    ids: list[int] = []
    for stretch in (*beyond, *before) if around else beyond:
        if len(ids) < count:
            ids += stretch[: count - len(ids)]
    if around and later and len(ids) < count:
        ids += waiting_later(member, stage, wish, skip)[: count - len(ids)]
    return ids


def waiting_later(member: Member, stage: str, wish: Wish = EVERYTHING, skip: Collection[int] = ()) -> list[int]:
    """Of what the member wants to come back to, what still waits and passes through the wish: the end of their queue."""
    held = [pk for pk in put_off(member, stage) if pk not in set(skip)]
    waits = set(walk(member, stage, Desk.Order.IMPORTED, wish, ()).filter(number__in=held)) if held else set()
    return [pk for pk in held if pk in waits]


MOST_LATER = 500  # who puts off more meets the rest in their order


def put_off(member: Member, stage: str) -> list[int]:
    """What the member wants to come back to, the longest put off first."""
    mine = Later.objects.filter(member=member, stage=stage, ended_at=None).order_by("pk")
    return list(mine.values_list("citation", flat=True)[:MOST_LATER])


def walk(member: Member, stage: str, order: str, wish: Wish, skip: Collection[int]) -> QuerySet:
    """The ids of what waits, in this order, without those to skip; `number` and, but for the order of import, `key` can be filtered by."""
    standings = waiting(member, stage)
    if order == Desk.Order.IMPORTED:
        found = standings.annotate(number=F("citation_id"))
        if wish:
            found = found.filter(wish.condition(member, "citation__"), citation__review=member.review_id)
    else:
        waits = Exists(standings.order_by().filter(citation=OuterRef("pk")))
        found = Citation.objects.filter(waits, wish.condition(member), review=member.review_id).annotate(number=F("pk"))
        found = found.annotate(key=KEYS[order])
        found = found.order_by(F("key").desc() if order == Desk.Order.NEWEST else F("key").asc(), "pk")
    return (found.exclude(number__in=skip) if skip else found).values_list("number", flat=True)


def parted(found: QuerySet, desk: Desk, after: int | None) -> tuple[list[QuerySet], list[QuerySet]]:
    """What comes after a citation to the end of the order, and what comes before it, each in stretches that an index holds.

    A random order begins at the member's own place in the shuffle, goes on to its end, and then through what lies before that place.
    Without a citation to go on from, all of it comes after.
    """
    if desk.order == Desk.Order.IMPORTED:
        return ([found.filter(number__gt=after)], [found.filter(number__lte=after)]) if after else ([found], [])
    place = Citation.objects.filter(pk=after).annotate(key=KEYS[desk.order]).values_list("key", flat=True)
    key = place.first() if after else None
    whole = found
    if desk.order == Desk.Order.RANDOM:
        head, tail = found.filter(key__gte=desk.seed), found.filter(key__lt=desk.seed)
        if key is None:
            return [head, tail], []
        whole = head if key >= desk.seed else tail
    elif key is None:
        return [found], []
    here = {"key": key, "number__lte": after}
    there = {"key": key, "number__gt": after}
    if desk.order == Desk.Order.NEWEST:
        beyond = whole.filter(key__lte=key).exclude(**here)
        before = whole.filter(key__gte=key).exclude(**there)
    else:
        beyond = whole.filter(key__gte=key).exclude(**here)
        before = whole.filter(key__lte=key).exclude(**there)
    if desk.order != Desk.Order.RANDOM:
        return [beyond], [before]
    return ([beyond, tail], [before]) if key >= desk.seed else ([beyond], [head, before])
