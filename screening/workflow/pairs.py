"""What does a person say of two records that no rule could tell: the same publication, not duplicates, or later?"""

from __future__ import annotations

from django.db import transaction

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Refused, Stale
from reviewapp.models import Member
from reviewapp.workflow import lock_review
from screening.dedupe.decisions import look_at
from screening.models import Citation, Link, Pair, Record, Report
from screening.workflow.duplicates import as_compared
from screening.workflow.linking import State, change, live, settled
from screening.workflow.links import before, move, move_like
from screening.workflow.standing import lock_all

OPEN = (State.ASKED, State.LATER)
ANSWERS = (State.SAME, State.DIFFERENT, State.LATER)
BY_HAND = "by hand"
"""The rule of a pair that no rule has found."""


def decide_pair(member: Member, pair: Pair, answer: str) -> None:
    """Answer a question of the queue. Same: the citations become one, and no rule parts them; different: no rule joins them.

    Kept is the citation whose report is sought, else the one with a verdict, else the earlier: only what everybody may know decides.
    The other's votes drop out of view and come back when the answer is taken back.
    """
    require(member, Can.IMPORT)
    if answer not in ANSWERS:
        raise BadInput("Choose the same, different or later.")
    with transaction.atomic():
        sides = both_citations(member, pair)
        pair = Pair.objects.select_for_update().get(pk=pair.pk)
        if len(sides) < 2 or pair.state not in OPEN:
            raise Stale("This pair is decided already.", todo="Go on with the next one.")
        told = {"answer": answer, "before": pair.state, "records": [pair.a_id, pair.b_id]}
        change(pair, answer, member, before="")
        audit.record(member, "screening.pair_decided", pair, **told)
        if answer == State.SAME:
            unite(member, pair, sides)


def both_citations(member: Member, pair: Pair) -> list[Citation]:
    """The citations in view that the two records are of, locked: one where they are together already."""
    ids = live(member).filter(record__in=(pair.a_id, pair.b_id)).values_list("citation", flat=True)
    return list(Citation.objects.select_for_update().filter(pk__in=set(ids), review=member.review_id).order_by("pk"))


def unite(member: Member, pair: Pair, sides: list[Citation]) -> None:
    """Move all records of one citation to the other."""
    decided = settled({each.pk for each in sides})
    sought = set(Report.objects.filter(citation__in=sides).values_list("citation", flat=True))
    kept, gone = sorted(sides, key=lambda each: (each.pk not in sought, each.pk not in decided, each.pk))
    for link in live(member).filter(citation=gone).select_related("record"):
        made = move(member, link.record, kept, Link.Rule.PERSON)
        made.pair, made.evidence = pair, pair.evidence
        made.save(update_fields=["pair", "evidence"])


def reopen_pair(member: Member, pair: Pair) -> None:
    """Take one's own answer back: the pair is asked again, and records that it moved go back where they were."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        both_citations(member, pair)
        pair = Pair.objects.select_for_update().get(pk=pair.pk, review=member.review_id)
        if pair.state not in ANSWERS:
            raise Stale("There is no answer here that could be taken back.")
        if pair.before and pair.state == State.DIFFERENT:
            raise Stale("This was said in judging a sample of links.", todo="Take it back there.")
        if pair.member_id != member.pk:
            raise Refused(
                "Only who answered can take that back.", todo="On the citation's page a record can be split off."
            )
        answer = pair.state
        take_word_back(member, pair)
        audit.record(member, "screening.pair_reopened", pair, before=answer, records=[pair.a_id, pair.b_id])
        for link in Link.objects.filter(pair=pair, rule=Link.Rule.PERSON, undone_at=None):
            former = before(link)
            move_like(member, former, former.citation)


# --- a person's word on two records that nobody asked about -----------------------------------------------------


def link_citations(member: Member, one: Citation, other: Citation) -> Pair:
    """Say that two citations are one publication, though nobody asked; -> the pair of records that remembers it, by which it is taken back.

    Kept is the same one as for an answer of the queue, and so it is with votes.
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
        a, b = (live(member).filter(citation=each).select_related("record").first().record for each in sides)
        pair = remember(member, a, b, State.SAME) or Pair.objects.get(a=min(a.pk, b.pk), b=max(a.pk, b.pk))
        told = {"citations": [each.pk for each in sides], "records": [pair.a_id, pair.b_id]}
        audit.record(member, "screening.linked_by_hand", pair, **told)
        unite(member, pair, sides)
    return pair


def remember(member: Member, one: Record, other: Record, state: str) -> Pair | None:
    """Keep a person's word on two records, and what stood before it; None where it stood already. The review is locked."""
    a, b = sorted((one, other), key=lambda record: record.pk)
    pair = Pair.objects.select_for_update().filter(a=a, b=b).first()
    if pair is None:
        seen = look_at(as_compared(a), as_compared(b))
        said = {"rule": BY_HAND, "score": seen.score, "evidence": seen.evidence, "before": State.WITHDRAWN}
        return Pair.objects.create(review_id=member.review_id, a=a, b=b, state=state, member=member, **said)
    if pair.state == state:
        return None
    change(pair, state, member, before=pair.state)
    return pair


def take_word_back(member: Member, pair: Pair) -> None:
    """Give a pair back the state that it had before a person's word: asked, if it was an answer."""
    change(pair, pair.before or State.ASKED, member, before="")
