"""What may a member see of a citation: its records, where it stands, why?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from reviewapp import files
from reviewapp.access import Can, may
from reviewapp.models import Event, Member, Stage
from screening import text
from screening.formats.original import original
from screening.models import (
    SETTLED,
    Citation,
    Correction,
    Link,
    Note,
    Record,
    Removed,
    Resolution,
    Return,
    Standing,
    StandingState,
    Vote,
)
from screening.models.votes import told_of_conflict
from screening.queries.common import one


def citations(member: Member, words: str = "") -> QuerySet[Citation]:
    """The review's citations that have a live record, and these words in their fields."""
    return Citation.objects.filter(text.matching(words), review=member.review_id, live=True)


def these(member: Member, ids: list[int]) -> QuerySet[Citation]:
    """Some citations of the review by their ids."""
    return Citation.objects.filter(review=member.review_id, pk__in=ids)


def citation(member: Member, pk: int) -> Citation:
    """One citation of the review, in view or not."""
    return one(Citation.objects.filter(review=member.review_id), pk=pk)


def links(member: Member, citation: Citation) -> QuerySet[Link]:
    """Which records are, or were, linked to a citation, by which rule, by whom."""
    found = Link.objects.filter(citation=citation, citation__review=member.review_id)
    return found.select_related("record__source__search", "member__user", "undone_by__user", "pair")


def corrections(member: Member, citation: Citation) -> QuerySet[Correction]:
    """What persons wrote in a citation's fields, the latest first, also what was taken back."""
    found = Correction.objects.filter(citation=citation, citation__review=member.review_id)
    return found.select_related("member__user", "undone_by__user").order_by("-pk")


def correction(member: Member, pk: int) -> Correction:
    return one(Correction.objects.filter(citation__review=member.review_id), pk=pk)


def whereabouts(member: Member, citation: Citation) -> QuerySet[Record]:
    """The records that are or were of a citation, each with `home`, the citation that it is of now, and `shown`: whether that is in view."""
    here = Link.objects.filter(record=OuterRef("pk"), undone_at=None)
    found = Record.objects.filter(links__in=links(member, citation).order_by()).distinct().order_by("pk")
    found = found.annotate(
        home=Subquery(here.values("citation")[:1]), shown=Subquery(here.values("citation__live")[:1])
    )
    return found.select_related("source__search").defer("raw", "fields", "abstract", "keywords")


def record(member: Member, pk: int) -> Record:
    return one(Record.objects.filter(review=member.review_id), pk=pk)


def as_it_came(found: Record) -> bytes:
    """The bytes of a record in the file that it came in; of a workbook, whose rows are no text, the row's cells as they stand in it."""
    taken = found.source
    place = found.line, found.end_line, found.raw
    return original(files.path_of(taken.sha256), *place, member=found.part, encoding=taken.encoding)


def sources(citation: Citation) -> list[str]:
    """The names of the searches that found a citation."""
    live = Link.objects.filter(citation=citation, undone_at=None, record__source__undone_at=None)
    names = live.values_list("record__source__search__source", flat=True)
    return list(dict.fromkeys(names))


def events(member: Member, citation: Citation) -> QuerySet[Event]:
    """Why a citation is where it is: the events about it that this member may see, oldest first."""
    name = f"citation/{citation.pk}"
    about = Q(subject=name) | Q(subject__startswith=f"{name}/")
    of_many = [f"removal/{pk}" for pk in Removed.objects.filter(citation=citation).values_list("removal", flat=True)]
    about |= Q(subject__in=of_many)
    return Event.blind.for_member(member).filter(about).select_related("actor").order_by("pk")


def returns(member: Member, citation: Citation) -> QuerySet[Return]:
    """When and why a citation was returned to title and abstract."""
    found = Return.objects.filter(citation=citation, citation__review=member.review_id)
    return found.select_related("member__user", "undone_by__user")


def may_return(member: Member, citation: Citation) -> bool:
    """Whether the member may return the citation to title and abstract: it is decided there."""
    if not may(member, Can.ARBITRATE):
        return False
    return citation.standings.filter(stage=Stage.TITLE_ABSTRACT, state__in=SETTLED).exists()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a citation stands at one stage, as far as this member may know it; with what may be seen of its votes."""

    stage: str
    label: str
    state: str
    state_label: str
    reason: str
    votes: tuple[Vote, ...]
    notes: tuple[Note, ...]
    resolution: Resolution | None


def places(member: Member, citation: Citation) -> list[Place]:
    """Where a citation stands, stage by stage."""
    standings = {each.stage: each for each in citation.standings.select_related("reason", "pilot")}
    votes = list(
        Vote.blind.for_member(member).standing().filter(citation=citation).select_related("member__user", "reason")
    )
    notes = list(
        Note.blind.for_member(member).filter(citation=citation, withdrawn_at=None).select_related("member__user")
    )
    resolutions = {
        each.stage: each
        for each in citation.resolutions.filter(withdrawn_at=None).select_related("member__user", "reason")
    }
    found = []
    for stage in Stage.values:
        standing = standings.get(stage)
        state = seen_state(member, standing, votes) if standing else StandingState.UNREACHED
        found.append(
            Place(
                stage=stage,
                label=Stage(stage).label,
                state=state,
                state_label=StandingState(state).label,
                reason=standing.reason.text if standing and standing.reason else "",
                votes=tuple(vote for vote in votes if vote.stage == stage),
                notes=tuple(note for note in notes if note.stage == stage),
                resolution=resolutions.get(stage),
            )
        )
    return found


def seen_state(member: Member, standing: Standing, votes: list[Vote]) -> str:
    """The state a member is told: a conflict is told only to who may settle it."""
    if standing.state != StandingState.CONFLICT:
        return standing.state
    voted = any(vote.stage == standing.stage and vote.member_id == member.pk for vote in votes)
    return StandingState.CONFLICT if told_of_conflict(member, standing, voted=voted) else StandingState.WAITING


def one_return(member: Member, pk: int) -> Return:
    return one(Return.objects.filter(citation__review=member.review_id).select_related("citation"), pk=pk)
