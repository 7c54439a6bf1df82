"""What did each person say of two records, and whose word would somebody go against who says otherwise?

Words are kept one beside the other. The last that stands is the pair's state, and when none stands any more, that is what rules had made
of it. Nobody goes against a person's word without having been told of it: a verb is given the objections that were shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from reviewapp.errors import WrongState
from reviewapp.models import Member
from screening.models import Citation, Link, Pair, Record, Word
from screening.workflow.linking import State, change, live
from screening.workflow.said import said_by_persons

ANSWERS = (State.SAME, State.DIFFERENT, State.LATER)
By = Link.Rule


@dataclass(frozen=True, slots=True)
class Objection:
    """That a person said, or did, what an answer would go against."""

    key: str
    """What a page sends back to show that it was seen."""
    who: str
    at: datetime | None
    what: str
    by: int | None = None
    """The member whose word it is."""

    def __str__(self) -> str:
        when = f" ({timezone.localtime(self.at):%-d %B %Y})" if self.at else ""
        return f"{self.who}: {self.what}{when}"


class Objected(WrongState):
    """Somebody said otherwise, and whoever acts has not been told."""

    def __init__(self, objections: Collection[Objection]) -> None:
        self.objections = objections
        told = "; ".join(map(str, objections))
        super().__init__(
            f"This goes against what was said: {told}.", todo="Look at the two again, then decide: both words are kept."
        )


# --- words ------------------------------------------------------------------------------------------------------


def say(member: Member, pair: Pair, answer: str, place: str) -> None:
    """Add a person's word to a locked pair, whose state it is from now on. The same said twice by one person is said once."""
    pair.words.filter(member=member, answer=answer, withdrawn_at=None).update(withdrawn_at=timezone.now())
    Word.objects.create(pair=pair, member=member, answer=answer, place=place)
    change(pair, answer, member, before=pair.before if pair.state in ANSWERS else pair.state)


def unsay(member: Member, pair: Pair, place: str = "") -> str:
    """Take the person's last word on a locked pair back; -> what it was, empty where there is none. place: only one that was said there."""
    said = pair.words.filter(member=member, withdrawn_at=None)
    word = (said.filter(place=place) if place else said).last()
    if word is None:
        return ""
    word.withdrawn_at = timezone.now()
    word.save(update_fields=["withdrawn_at"])
    if pair.state in ANSWERS:  # else a rule has settled meanwhile what was put off
        last = standing(pair).last()
        if last:
            change(pair, last.answer, last.member)
        else:
            change(pair, pair.before or State.ASKED, member, before="")
    return word.answer


def standing(pair: Pair):  # noqa: ANN201 - a QuerySet of Word
    """The words on a pair that are not taken back, the first first."""
    return pair.words.filter(withdrawn_at=None).select_related("member__user")


# --- objections -------------------------------------------------------------------------------------------------


def objections(member: Member, citations: Collection[int]) -> list[Objection]:
    """What persons said, or did, against these citations' being one publication."""
    home = dict(live(member).filter(citation__in=citations).values_list("record", "citation"))
    parted = said_by_persons(member, list(home)).parted
    across = {(a, b) for a, b in parted if a in home and b in home and home[a] != home[b]}
    if not across:
        return []
    return list(against(across))


def against_record(member: Member, record: Record, target: Citation) -> list[Objection]:
    """What persons said, or did, against this record's being of that citation."""
    home = live(member).filter(record=record).values_list("citation", flat=True).first()
    told = objections(member, {home, target.pk} - {None})
    return [each for each in told if str(record.pk) in each.key.split("-")]


def against(across: set[tuple[int, int]]) -> Iterator[Objection]:
    """Who said, or did, that these records are parted."""
    ends = {record for pair in across for record in pair}
    words = Word.objects.filter(answer=State.DIFFERENT, withdrawn_at=None, pair__a__in=ends, pair__b__in=ends)
    said = {(word.pair.a_id, word.pair.b_id): word for word in words.select_related("pair", "member__user")}
    moved = Link.objects.filter(record__in=ends, rule__in=(By.PERSON, By.SPLIT)).select_related("member__user")
    mover = {link.record_id: link for link in moved.order_by("pk")}
    for a, b in sorted(across):
        key = f"{min(a, b)}-{max(a, b)}"
        if word := said.get((min(a, b), max(a, b))):
            what = f"records {min(a, b)} and {max(a, b)} are not duplicates"
            yield Objection(key, str(word.member), word.at, what, word.member_id)
        else:
            link = mover.get(a)
            who, at = (str(link.member), link.at) if link else ("a person", None)
            yield Objection(key, who, at, f"took record {a} away from record {b}", link.member_id if link else None)


def answered(pair: Pair) -> list[Objection]:
    """What was said of a decided pair, for whoever says otherwise."""
    key = f"{pair.a_id}-{pair.b_id}"
    return [
        Objection(
            key if word.answer == State.DIFFERENT else f"word-{word.pk}",
            str(word.member),
            word.at,
            word.get_answer_display().lower(),
            word.member_id,
        )
        for word in standing(pair)
        if word.answer == pair.state
    ]


def heed(found: Collection[Objection], seen: Collection[str]) -> list[str]:
    """Raise Objected where an objection was not seen; -> all of them in words, for the trail."""
    if unseen := [each for each in found if each.key not in seen]:
        raise Objected(unseen)
    return [str(each) for each in found]
