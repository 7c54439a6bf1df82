"""How does a RevMan file become part of the review? Sent, looked at, taken over by a job, and taken back.

Nothing that is here is touched: studies, outcomes and analyses of the file are made beside it. Taking over goes step by step, each in its own
transaction, and `made` says what has been done, so that a job that was broken off goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from analysis.models import TAKE, TAKE_BACK, Analysis, Takeover
from analysis.queries import takeovers
from analysis.revman import files as revman
from analysis.revman.records import BadRevman
from analysis.revman.taking import NewAnalysis, NewOutcome, NewStudy
from analysis.workflow import drop_analysis, plan
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from extraction.workflow.common import locked
from reviewapp import audit, files, jobs, states
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, WrongState
from reviewapp.models import Job, Member
from reviewapp.workflow import lock_review

State = Takeover.State
MOVES = {
    State.SHOWN: {State.QUEUED},
    State.QUEUED: {State.TAKEN, State.GOING},
    State.TAKEN: {State.GOING},
    State.GOING: {State.UNDONE},
}
PRESET = Analysis.Preset.REVMAN_5  # by which RevMan computed what is in its files


def send_takeover(member: Member, sent: Sequence[tuple[str, bytes]]) -> Takeover:
    """Keep a RevMan file to be looked at; nothing is made yet. The two tables of a data package count as one file.

    Raises BadFile for what cannot be read. The same file again, not taken over yet, is the same.
    """
    require(member, Can.ANALYSE)
    name, content = packed(sent)
    takeovers.read(name, content)
    kept = files.keep([content], name=name, most=revman.LARGEST)
    with transaction.atomic():
        review = lock_review(member)
        present = Takeover.objects.filter(review=review, sha256=kept.sha256, state=State.SHOWN, member=member).first()
        if present:
            return present
        sent_in = Takeover.objects.create(
            review=review, member=member, file_name=name, sha256=kept.sha256, size=kept.size
        )
        audit.record(member, "analysis.takeover_sent", sent_in, file=name, sha256=kept.sha256)
    return sent_in


def packed(sent: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """One file of what was sent. Raises BadFile."""
    try:
        name, content = revman.packed(sent)
    except BadRevman as error:
        raise BadFile("These files could not be taken.", todo=str(error)) from None
    return name[-200:], content


def take_over(member: Member, takeover: Takeover) -> Takeover:
    """Let a worker make what the file proposes. Asked again (double click), nothing more is done; after a failure it goes on."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        takeover = locked(Takeover, takeover.pk, review=member.review_id)
        if takeover.state == State.TAKEN or (takeover.state == State.QUEUED and not has_failed(takeover)):
            return takeover
        if takeover.state in (State.GOING, State.UNDONE):
            raise WrongState("This was taken back.", todo="Send the file again to take it over anew.")
        states.move(takeover, State.QUEUED, MOVES)
        takeover.job = jobs.enqueue(member, TAKE, message=f"Taking over {takeover.file_name}", takeover=takeover.pk)
        takeover.save(update_fields=["job"])
        audit.record(member, "analysis.takeover_begun", takeover, file=takeover.file_name)
    return takeover


def has_failed(takeover: Takeover) -> bool:
    return takeover.job is not None and takeover.job.state == Job.State.FAILED


def perform_takeover(job: Job) -> None:
    """Make what is not made yet: outcomes, then studies with their numbers, then analyses, which run by themselves."""
    takeover = Takeover.objects.get(pk=job.args["takeover"])
    if takeover.state != State.QUEUED:
        return
    found = takeovers.proposal(job.member, takeover)
    todo = [*found.outcomes, *found.studies, *found.analyses]
    for done, each in enumerate(todo, start=1):
        with transaction.atomic():
            jobs.progress(job, done, total=len(todo))
            make(job.member, locked(Takeover, takeover.pk), each)
    with transaction.atomic():
        takeover = locked(Takeover, takeover.pk)
        if takeover.state != State.QUEUED:
            return
        takeover.left_out, takeover.taken_at = list(found.left_out), timezone.now()
        states.move(takeover, State.TAKEN, MOVES, also=["left_out", "taken_at"])
        counts = {kind: len(ids) for kind, ids in takeover.made.items()}
        audit.record(
            job.member, "analysis.taken_over", takeover, file=takeover.file_name, **counts, left_out=takeover.left_out
        )


def make(member: Member, takeover: Takeover, each: NewOutcome | NewStudy | NewAnalysis) -> None:
    """Make one thing, unless it is there already, and write down that it was made."""
    kind, key = takeovers.place_of(each)
    made = takeover.made.setdefault(kind, {})
    if key in made:
        return
    outcomes = takeover.made.get("outcomes", {})
    if isinstance(each, NewOutcome):
        note = f"Taken over from {takeover.file_name}, analysis {each.key}"
        made[key] = extraction.define_outcome(member, name=each.name, kind=each.kind, note=note).pk
    elif isinstance(each, NewStudy):
        made[key] = make_study(member, takeover, each, outcomes).pk
        takeover.kept.setdefault("studies", {})[key] = {"year": each.year, "id": each.id}
    else:
        made[key] = make_analysis(member, takeover, each, outcomes).pk
        takeover.kept.setdefault("analyses", {})[str(made[key])] = takeovers.kept(each)
    takeover.save(update_fields=["made", "kept"])


def make_study(member: Member, takeover: Takeover, each: NewStudy, outcomes: dict[str, int]) -> Study:
    places = {arm: place for place, arm in enumerate(each.arms)}
    rows = []
    for numbers in each.numbers:
        outcome, where = outcomes[numbers.outcome], f"analysis {numbers.outcome}"
        arms = tuple(places[arm] for arm in numbers.arms)
        for place, values in zip(arms, numbers.groups, strict=True):
            rows.append(extraction.Taken(outcome, (place,), values, where))
        rows.append(extraction.Taken(outcome, arms, numbers.both, where))
    return extraction.take_over_study(
        member,
        each.name,
        taken_from=takeover.file_name,
        arms=[(arm.name, arm.role) for arm in each.arms],
        rows=[row for row in rows if row.values],
        bias=each.bias,
    )


def make_analysis(member: Member, takeover: Takeover, each: NewAnalysis, outcomes: dict[str, int]) -> Analysis:
    return plan(
        member,
        Outcome.objects.get(pk=outcomes[each.outcome]),
        measure=each.measure,
        method=each.method,
        model=each.model,
        level=each.level,
        preset=PRESET,
        favours_left=each.left,
        favours_right=each.right,
        note=f"Planned as in {takeover.file_name}, analysis {each.outcome}.",
    )


def undo_takeover(member: Member, takeover: Takeover) -> Takeover:
    """Let a worker take back everything that a file brought: its analyses, outcomes and studies are dropped, and can be restored one by one.

    A study of which reports tell here by now stays, without the file's numbers. Asked again (double click), nothing more is done.
    """
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        takeover = locked(Takeover, takeover.pk, review=member.review_id)
        if takeover.state == State.UNDONE or (takeover.state == State.GOING and not has_failed(takeover)):
            return takeover
        if takeover.state == State.SHOWN or (takeover.state == State.QUEUED and not has_failed(takeover)):
            raise WrongState("This file has not been taken over.", todo="Wait until it is done, or leave it as it is.")
        states.move(takeover, State.GOING, MOVES)
        takeover.job = jobs.enqueue(
            member, TAKE_BACK, message=f"Taking back {takeover.file_name}", takeover=takeover.pk
        )
        takeover.save(update_fields=["job"])
        audit.record(member, "analysis.takeover_undoing", takeover, file=takeover.file_name)
    return takeover


def perform_undo(job: Job) -> None:
    """Drop what was made, analyses first, one by one; what is dropped already stays so."""
    takeover = Takeover.objects.get(pk=job.args["takeover"])
    if takeover.state != State.GOING:
        return
    todo = [(kind, pk) for kind in TAKEN_BACK for pk in takeover.made.get(kind, {}).values()]
    for done, (kind, pk) in enumerate(todo, start=1):
        with transaction.atomic():
            jobs.progress(job, done, total=len(todo))
            TAKEN_BACK[kind](job.member, pk)
    with transaction.atomic():
        takeover = locked(Takeover, takeover.pk)
        if takeover.state != State.GOING:
            return
        takeover.undone_at = timezone.now()
        states.move(takeover, State.UNDONE, MOVES, also=["undone_at"])
        audit.record(job.member, "analysis.takeover_undone", takeover, file=takeover.file_name)


def take_back_analysis(member: Member, pk: int) -> None:
    """Drop it, unless somebody has done so since."""
    analysis = locked(Analysis, pk, review=member.review_id)
    if analysis.dropped_at is None:
        drop_analysis(member, analysis)


# What a file made is taken back in this order, each by its id: first what rests on the others.
TAKEN_BACK: Mapping[str, Callable[[Member, int], None]] = {
    "analyses": take_back_analysis,
    "outcomes": lambda member, pk: extraction.drop_outcome(member, Outcome.objects.get(pk=pk)),
    "studies": lambda member, pk: extraction.take_back_study(member, Study.objects.get(pk=pk)),
}
