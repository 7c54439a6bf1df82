"""What may a member see of searches, citations, votes and reports? Every reading page of this floor begins here.

Blind rules: until the verdict on a citation stands, nobody sees another's vote or note on it, nor whether it is in conflict;
a conflict shows as "waiting" to all but those who may settle it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from reviewapp.access import Can, can, may
from reviewapp.errors import NotHere
from reviewapp.models import Event, ExclusionReason, Job, Member, Stage
from reviewapp.queries import Step
from screening.models import (
    SETTLED,
    Citation,
    Document,
    Import,
    Link,
    Note,
    Pair,
    Record,
    Report,
    Resolution,
    Search,
    Standing,
    StandingState,
    Vote,
)


def one(found: QuerySet, **which: object):  # noqa: ANN201 - the model of the QuerySet
    """The one row, or NotHere: what is in another review does not exist for this member."""
    thing = found.filter(**which).first()
    if thing is None:
        raise NotHere
    return thing


# --- searches and imports ---------------------------------------------------------------------------------------


def searches(member: Member) -> QuerySet[Search]:
    """The review's searches with `records`: how many are taken in by imports that stand."""
    records = (
        Record.objects.filter(source__search=OuterRef("pk"), source__undone_at=None)
        .order_by()
        .values("source__search")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        Search.objects.filter(review=member.review_id)
        .annotate(records=Coalesce(Subquery(records), 0))
        .prefetch_related("imports")
    )


def search(member: Member, pk: int) -> Search:
    return one(searches(member), pk=pk)


def imports(member: Member) -> QuerySet[Import]:
    """The review's imports with `records`: how many each has taken in so far."""
    return (
        Import.objects.filter(search__review=member.review_id)
        .select_related("search", "job")
        .annotate(record_count=Count("records"))
    )


def import_(member: Member, pk: int) -> Import:
    return one(imports(member), pk=pk)


def records_with_problems(taken: Import) -> QuerySet[Record]:
    """The records of an import of which something could not be understood."""
    return taken.records.exclude(problems=[]).order_by("position")


def records_already_known(taken: Import) -> int:
    """How many records of an import were linked to a citation that was there before."""
    return Link.objects.filter(record__source=taken, undone_at=None).exclude(rule=Link.Rule.FIRST).count()


# --- citations --------------------------------------------------------------------------------------------------


def citations(member: Member) -> QuerySet[Citation]:
    """The review's citations that have a live record."""
    return Citation.objects.filter(review=member.review_id, live=True)


def citation(member: Member, pk: int) -> Citation:
    """One citation of the review, in view or not."""
    return one(Citation.objects.filter(review=member.review_id), pk=pk)


def links(member: Member, citation: Citation) -> QuerySet[Link]:
    """Which records are, or were, linked to a citation, by which rule, by whom."""
    found = Link.objects.filter(citation=citation, citation__review=member.review_id)
    return found.select_related("record__source__search", "member__user", "undone_by__user")


def record(member: Member, pk: int) -> Record:
    return one(Record.objects.filter(review=member.review_id), pk=pk)


def sources(citation: Citation) -> list[str]:
    """The names of the searches that found a citation."""
    live = Link.objects.filter(citation=citation, undone_at=None, record__source__undone_at=None)
    names = live.values_list("record__source__search__source", flat=True)
    return list(dict.fromkeys(names))


def events(member: Member, citation: Citation) -> QuerySet[Event]:
    """Why a citation is where it is: the events about it that this member may see, oldest first."""
    name = f"citation/{citation.pk}"
    about = Q(subject=name) | Q(subject__startswith=f"{name}/")
    return Event.blind.for_member(member).filter(about).select_related("actor").order_by("pk")


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
    standings = {each.stage: each for each in citation.standings.select_related("reason")}
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
    return StandingState.CONFLICT if can(member, Can.ARBITRATE) and not voted else StandingState.WAITING


# --- the desk ---------------------------------------------------------------------------------------------------


def own_votes(member: Member) -> QuerySet[Vote]:
    """The member's own standing votes."""
    return Vote.blind.own(member)


def own_vote(member: Member, citation: Citation, stage: str) -> Vote | None:
    return own_votes(member).filter(citation=citation, stage=stage).select_related("reason").first()


def last_vote(member: Member, stage: str) -> Vote | None:
    """The vote that undo takes back."""
    return own_votes(member).filter(stage=stage).order_by("-at", "-pk").first()


def at_stage(member: Member, stage: str) -> QuerySet[Citation]:
    """The citations whose verdict at a stage is not there yet, in the order of import."""
    open_states = (StandingState.WAITING, StandingState.CONFLICT)
    standing = Standing.objects.filter(review=member.review_id, stage=stage, state__in=open_states)
    return citations(member).filter(pk__in=standing.values("citation")).order_by("pk")


def queue(member: Member, stage: str) -> QuerySet[Citation]:
    """The citations that wait for this member's vote, in the order of import. Empty for who does not screen."""
    if not can(member, Can.SCREEN):
        return Citation.objects.none()
    waiting = Standing.objects.filter(review=member.review_id, stage=stage, state=StandingState.WAITING)
    mine = own_votes(member).filter(citation=OuterRef("pk"), stage=stage)
    return Citation.objects.filter(pk__in=waiting.values("citation")).filter(~Exists(mine)).order_by("pk")


def conflicts(member: Member, stage: str) -> QuerySet[Citation]:
    """The conflicts that are this member's to settle: an arbiter's, of citations on which they have no vote."""
    if not can(member, Can.ARBITRATE):
        return Citation.objects.none()
    in_conflict = Standing.objects.filter(review=member.review_id, stage=stage, state=StandingState.CONFLICT)
    mine = own_votes(member).filter(citation=OuterRef("pk"), stage=stage)
    return citations(member).filter(pk__in=in_conflict.values("citation")).filter(~Exists(mine)).order_by("pk")


def votes_to_settle(member: Member, citation: Citation, stage: str) -> QuerySet[Vote]:
    """The votes that the settler of a conflict compares."""
    found = Vote.blind.for_member(member).standing().filter(citation=citation, stage=stage)
    return found.select_related("member__user", "reason").order_by("pk")


def notes_to_settle(member: Member, citation: Citation, stage: str) -> QuerySet[Note]:
    """The notes that the settler of a conflict reads beside the votes."""
    if not conflicts(member, stage).filter(pk=citation.pk).exists():
        return Note.unblinded.none()
    found = Note.unblinded.filter(citation=citation, stage=stage, withdrawn_at=None)
    return found.select_related("member__user").order_by("pk")


def own_note(member: Member, pk: int) -> Note:
    return one(Note.blind.for_member(member).filter(member=member, withdrawn_at=None), pk=pk)


def settled_by(member: Member, stage: str) -> QuerySet[Resolution]:
    """The member's own resolutions that stand, newest first: each can be taken back."""
    own = Resolution.objects.filter(member=member, stage=stage, withdrawn_at=None)
    return own.select_related("citation", "reason").order_by("-pk")


def reasons(member: Member) -> QuerySet[ExclusionReason]:
    """The exclusion reasons that can be chosen, in their order."""
    return member.review.exclusion_reasons.filter(retired_at=None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is. settled and total are the same for everybody; left and mine are the member's own."""

    total: int
    settled: int
    left: int
    mine: int


def progress(member: Member, stage: str) -> Progress:
    reached = Standing.objects.filter(review=member.review_id, stage=stage).exclude(state=StandingState.UNREACHED)
    counts = reached.aggregate(total=Count("pk"), settled=Count("pk", filter=Q(state__in=SETTLED)))
    mine = own_votes(member).filter(stage=stage).count()
    return Progress(counts["total"], counts["settled"], queue(member, stage).count(), mine)


# --- reports ----------------------------------------------------------------------------------------------------


def reports(member: Member) -> QuerySet[Report]:
    """The reports sought: of citations that stand included at title and abstract. `votable`: at full text, waits for my vote."""
    included = Standing.objects.filter(
        review=member.review_id, stage=Stage.TITLE_ABSTRACT, state=StandingState.INCLUDE, citation=OuterRef("citation")
    )
    found = Report.objects.filter(citation__review=member.review_id, citation__live=True).filter(Exists(included))
    if can(member, Can.SCREEN):
        votable: object = Exists(queue(member, Stage.FULL_TEXT).filter(pk=OuterRef("citation")))
    else:
        votable = Value(False, output_field=BooleanField())
    return found.select_related("citation", "document").annotate(votable=votable)


def report(member: Member, citation: Citation) -> Report:
    return one(reports(member), citation=citation)


def report_of(citation: Citation) -> Report | None:
    """The report of a citation that the member was given, if it is sought."""
    return Report.objects.filter(citation=citation).select_related("document").first()


def document(member: Member, pk: int) -> Document:
    return one(Document.objects.filter(review=member.review_id), pk=pk)


# --- the review's home ------------------------------------------------------------------------------------------


def steps(member: Member) -> list[Step]:
    """This floor's part of the review's path."""
    slug = member.review.slug
    found = searches(member).filter(dropped_at=None)
    sources = list(found)
    searches_url = reverse("screening:searches", args=[slug])
    steps = [
        Step(
            "search",
            "Search",
            searches_url,
            done=sum(1 for each in sources if each.records),
            total=len(sources),
            mine=int(not sources and may(member, Can.IMPORT)),
            mine_url=searches_url,
            mine_label="Add the first search",
            note=f"{sum(each.records for each in sources):,} records",
        )
    ]
    desks = {Stage.TITLE_ABSTRACT: "Screen titles and abstracts", Stage.FULL_TEXT: "Judge full texts"}
    for stage, title in desks.items():
        if stage == Stage.FULL_TEXT:
            steps.append(retrieval_step(member))
        state = progress(member, stage)
        clashes = conflicts(member, stage).count()
        desk, settle = (reverse(name, args=[slug, stage]) for name in ("screening:desk", "screening:conflicts"))
        noun = "citation" if stage == Stage.TITLE_ABSTRACT else "report"
        label = (
            f"{state.left:,} {noun}{'' if state.left == 1 else 's'} to {'screen' if noun == 'citation' else 'judge'}"
        )
        url = desk if may(member, Can.SCREEN) else reverse("screening:citations", args=[slug])
        steps.append(Step(stage, title, url, state.settled, state.total, state.left, desk, label))
        if can(member, Can.ARBITRATE):
            label = f"{clashes:,} conflict{'' if clashes == 1 else 's'} to settle ({Stage(stage).label.lower()})"
            clash = Step(f"conflicts_{stage}", "Settle conflicts", settle, 0, 0, clashes, settle, label, on_path=False)
            steps.append(clash)
    return steps


def retrieval_step(member: Member) -> Step:
    """Reports: sought, and at hand or given up."""
    url = reverse("screening:reports", args=[member.review.slug])
    counts = (
        reports(member).order_by().aggregate(total=Count("pk"), sought=Count("pk", filter=Q(state=Report.State.SOUGHT)))
    )
    mine = counts["sought"] if may(member, Can.IMPORT) else 0
    label = f"{mine:,} report{'' if mine == 1 else 's'} to retrieve"
    return Step(
        "retrieve", "Retrieve reports", url, counts["total"] - counts["sought"], counts["total"], mine, url, label
    )


# --- duplicates -------------------------------------------------------------------------------------------------


def home(record: str) -> Subquery:
    """The citation in view that a pair's record (a or b) is of."""
    live = Link.objects.filter(record=OuterRef(record), undone_at=None, record__source__undone_at=None)
    return Subquery(live.values("citation")[:1])


def pairs(member: Member) -> QuerySet[Pair]:
    """The review's pairs, with the citations in view that their records are of."""
    found = Pair.objects.filter(review=member.review_id).annotate(home_a=home("a"), home_b=home("b"))
    return found.select_related("a__source__search", "b__source__search", "member__user")


def open_pairs(member: Member) -> QuerySet[Pair]:
    """The pairs that wait for an answer, most likely first, those put off at the end."""
    waiting = pairs(member).filter(state__in=(Pair.State.ASKED, Pair.State.LATER), home_a__isnull=False)
    return waiting.filter(home_b__isnull=False).exclude(home_a=F("home_b")).order_by("state", "-score", "pk")


def last_pair(member: Member) -> Pair | None:
    """The answer that undo takes back."""
    answered = (Pair.State.SAME, Pair.State.DIFFERENT, Pair.State.LATER)
    return pairs(member).filter(member=member, state__in=answered).order_by("-at", "-pk").first()


def deduplication(member: Member) -> Job | None:
    """The job that looks for duplicates, the latest one."""
    return Job.objects.filter(review=member.review_id, kind="screening.deduplicate").order_by("-pk").first()


def links_without_pair(member: Member) -> QuerySet[Link]:
    """Links by identifier at import, and those that persons made or parted outside the queue."""
    found = Link.objects.filter(record__review=member.review_id, pair=None).exclude(rule=Link.Rule.FIRST)
    return found.select_related("member__user")
