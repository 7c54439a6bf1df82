"""What does a person say of two records that no rule could tell: the same publication, not duplicates, or later?"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Refused, Stale
from reviewapp.models import Member, Stage
from reviewapp.workflow import lock_review
from screening.dedupe.decisions import look_at
from screening.models import Citation, Link, Pair, Record, Report, Standing, StandingState, Word
from screening.workflow.duplicates import as_compared
from screening.workflow.linking import State, live, settled
from screening.workflow.links import before, locked_link, move, move_like
from screening.workflow.standing import lock_all
from screening.workflow.words import ANSWERS, against_record, answered, heed, objections, say, standing, unsay

OPEN = (State.ASKED, State.LATER)
DECIDED = (State.SAME, State.DIFFERENT)
BY_HAND = "by hand"
"""The rule of a pair that no rule has found."""


def decide_pair(member: Member, pair: Pair, answer: str, seen: Collection[str] = ()) -> None:
    """Answer a question of the queue. Same: the citations become one, and no rule parts them; different: no rule joins them.

    Kept is the citation whose report is sought, else the one with a verdict, else the earlier: only what everybody may know decides.
    The other's votes drop out of view and come back when the answer is taken back. What another person decided stands until somebody
    says otherwise who has seen it (seen: the keys of the objections that were shown); both words are kept.
    """
    require(member, Can.IMPORT)
    if answer not in ANSWERS:
        raise BadInput("Choose the same, different or later.")
    with transaction.atomic():
        sides = both_citations(member, pair)
        pair = Pair.objects.select_for_update().get(pk=pair.pk)
        told = {"answer": answer, "before": pair.state, "records": [pair.a_id, pair.b_id]}
        if against := heeded(member, pair, answer, sides, seen):
            told["against"] = against
        say(member, pair, answer, Word.Place.QUEUE)
        audit.record(member, "screening.pair_decided", pair, **told)
        bring_in_line(member, pair, sides)


def heeded(member: Member, pair: Pair, answer: str, sides: list[Citation], seen: Collection[str]) -> list[str]:
    """Whose words an answer goes against, all of which were seen. Raises Stale where there is nothing (more) to answer."""
    against = answered(pair) if pair.state in DECIDED else []
    is_open = pair.state in OPEN and len(sides) == 2
    is_contradicted = pair.state in DECIDED and answer in DECIDED and answer != pair.state
    if not is_open and not (is_contradicted and all(each.key in seen for each in against)):
        raise Stale("This pair is decided already.", todo="Go on with the next one.")
    if answer == State.SAME and len(sides) == 2:
        against = list(
            {each.key: each for each in [*objections(member, [side.pk for side in sides]), *against]}.values()
        )
    return heed(against, seen)


def both_citations(member: Member, pair: Pair) -> list[Citation]:
    """The citations in view that the two records are of, locked: one where they are together already."""
    ids = live(member).filter(record__in=(pair.a_id, pair.b_id)).values_list("citation", flat=True)
    return list(Citation.objects.select_for_update().filter(pk__in=set(ids), review=member.review_id).order_by("pk"))


def bring_in_line(member: Member, pair: Pair, sides: list[Citation]) -> None:
    """Move records as the last word on a locked pair says: together, or what was moved for its sake back where it was."""
    if pair.state == State.SAME:
        if len(sides) == 2:
            unite(member, pair, sides)
        return
    for link in Link.objects.filter(pair=pair, rule=Link.Rule.PERSON, undone_at=None):
        former = before(link)
        move_like(member, former, former.citation)


def unite(member: Member, pair: Pair, sides: list[Citation]) -> None:
    """Move all records of one citation to the other."""
    decided = settled({each.pk for each in sides})
    included = Standing.objects.filter(citation__in=sides, stage=Stage.TITLE_ABSTRACT, state=StandingState.INCLUDE)
    sought = set(included.values_list("citation", flat=True))
    once = set(Report.objects.filter(citation__in=sides).values_list("citation", flat=True))  # which may have its PDF
    kept, gone = sorted(
        sides, key=lambda each: (each.pk not in sought, each.pk not in decided, each.pk not in once, each.pk)
    )
    for link in live(member).filter(citation=gone).select_related("record"):
        made = move(member, link.record, kept, Link.Rule.PERSON)
        made.pair, made.evidence = pair, pair.evidence
        made.save(update_fields=["pair", "evidence"])


def reopen_pair(member: Member, pair: Pair) -> None:
    """Take one's own last answer back: what others said holds again, or the pair is asked again, and records that it moved go back."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        both_citations(member, pair)
        pair = Pair.objects.select_for_update().get(pk=pair.pk, review=member.review_id)
        own = standing(pair).filter(member=member).last()
        if own is None:
            if pair.state not in ANSWERS:
                raise Stale("There is no answer here that could be taken back.")
            raise Refused(
                "Only who answered can take that back.",
                todo="You can say otherwise on the pair's page: both words are kept.",
            )
        if own.place == Word.Place.SAMPLE:
            raise Stale("This was said in judging a sample of links.", todo="Take it back there.")
        answer = unsay(member, pair)
        audit.record(member, "screening.pair_reopened", pair, before=answer, records=[pair.a_id, pair.b_id])
        bring_in_line(member, pair, both_citations(member, pair))


# --- a person's word on two records that nobody asked about -----------------------------------------------------


def link_citations(member: Member, one: Citation, other: Citation, seen: Collection[str] = ()) -> Pair:
    """Say that two citations are one publication, though nobody asked; -> the pair of records that remembers it, by which it is taken back.

    Kept is the same one as for an answer of the queue, and so it is with votes, and with what others said against it.
    """
    require(member, Can.IMPORT)
    if one.pk == other.pk:
        raise BadInput("This is one citation, not two.")
    with transaction.atomic():
        lock_review(member)
        lock_all(Citation.objects.filter(pk__in=(one.pk, other.pk), review=member.review_id))
        sides = list(
            Citation.objects.filter(pk__in=(one.pk, other.pk), review=member.review_id, live=True).order_by("pk")
        )
        if len(sides) < 2:
            raise Stale("One of the two citations is out of view.", todo="Look where its records are now.")
        against = heed(objections(member, [each.pk for each in sides]), seen)
        a, b = (live(member).filter(citation=each).select_related("record").first().record for each in sides)
        pair = locked_pair(member, a, b)
        say(member, pair, State.SAME, Word.Place.HAND)
        told = {"citations": [each.pk for each in sides], "records": [pair.a_id, pair.b_id]}
        audit.record(member, "screening.linked_by_hand", pair, **told, **({"against": against} if against else {}))
        unite(member, pair, sides)
    return pair


def link_record(member: Member, record: Record, citation: Citation, seen: Collection[str] = ()) -> Link:
    """Say that a record is of this citation. Its former citation drops out of view if that was its last record.

    What another person said against it must have been seen; one's own former word may be gone against at once.
    """
    require(member, Can.IMPORT)
    with transaction.atomic():
        locked_link(member, record, citation)
        told = [each for each in against_record(member, record, citation) if each.by != member.pk]
        return move(member, record, citation, Link.Rule.PERSON, heed(told, seen))


def locked_pair(member: Member, one: Record, other: Record) -> Pair:
    """The pair of two records, locked; made where nobody has asked about them. The review is locked."""
    a, b = sorted((one, other), key=lambda record: record.pk)
    pair = Pair.objects.select_for_update().filter(a=a, b=b).first()
    if pair is None:
        seen = look_at(as_compared(a), as_compared(b))
        told = {"rule": BY_HAND, "score": seen.score, "evidence": seen.evidence, "state": State.WITHDRAWN}
        pair = Pair.objects.create(review_id=member.review_id, a=a, b=b, member=member, **told)
    return pair
