"""How does a team calibrate itself? A sample drawn at random on which everybody votes, round after round, until the gate opens."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, can, require
from reviewapp.errors import BadInput, Stale, WrongState
from reviewapp.models import Event, Member
from reviewapp.workflow import lock_review
from screening.models import Citation, GateOverride, Pilot, Standing, StandingState, Vote
from screening.queries.gate import gate
from screening.queries.sharing import Which, not_begun
from screening.workflow.calibration import complete
from screening.workflow.sharing import votes
from screening.workflow.standing import lock_all, settle

MOST = 500


def start_pilot(member: Member, stage: str, members: Sequence[Member], size: int, seed: str = "") -> Pilot:
    """Draw a sample at random from the citations on which nobody has voted; these members all vote on it.

    The sample is `random.Random(seed).sample(pool, size)` of Python, where pool is those citations in the order of import.
    """
    require(member, Can.MANAGE)
    if len(set(members)) < 2:
        raise BadInput("Agreement takes at least two members who vote.")
    if not 0 < size <= MOST:
        raise BadInput(f"A sample has between 1 and {MOST} citations.")
    with transaction.atomic():
        lock_review(member)
        for each in members:
            votes(member, each)
        rounds = Pilot.objects.filter(review=member.review_id, stage=stage)
        if rounds.filter(completed_at=None, dropped_at=None).exists():
            raise WrongState("A round is under way.", todo="Wait until everybody has voted, or stop it.")
        everything = Which(number=size)
        pool = list(not_begun(member, stage, everything).values_list("citation", flat=True))
        if len(pool) < size:
            raise BadInput(f"There are only {len(pool):,} citations on which nobody has voted.", todo="Draw fewer.")
        seed = seed or secrets.token_hex(8)
        sample = sorted(random.Random(seed).sample(pool, size))
        lock_all(Citation.objects.filter(pk__in=sample))
        if not_begun(member, stage, everything).filter(citation__in=sample).count() < size:
            raise Stale("Somebody voted on one of the sample this very moment.", todo="Draw again.")
        pilot = Pilot.objects.create(
            review_id=member.review_id, stage=stage, round=rounds.count() + 1, seed=seed, size=size, pool=len(pool)
        )
        pilot.members.set(members)
        Standing.objects.filter(citation__in=sample, stage=stage).update(pilot=pilot, needed=len(set(members)))
        told = {"stage": stage, "round": pilot.round, "seed": seed, "pool": len(pool), "citations": sample}
        audit.record(member, "screening.pilot_started", pilot, **told, members=[str(each) for each in members])
    return pilot


def stop_pilot(member: Member, pilot: Pilot) -> None:
    """Stop a round before everybody has voted. Its citations go back among the others, with the votes they have."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        sample = Standing.objects.filter(pilot=pilot)
        lock_all(Citation.objects.filter(pk__in=sample.values("citation")))
        pilot = Pilot.objects.select_for_update().get(pk=pilot.pk, review=member.review_id)
        if pilot.completed_at:
            raise WrongState("Everybody has voted: this round is complete.", todo="Draw another one.")
        if not pilot.dropped_at:
            drop(member, pilot)


def drop(member: Member, pilot: Pilot) -> None:
    """Stop a locked round whose citations are locked."""
    pilot.dropped_at = timezone.now()
    pilot.save(update_fields=["dropped_at"])
    release(member, pilot, Citation.objects.filter(pk__in=pilot.standings.values("citation")))
    audit.record(member, "screening.pilot_stopped", pilot, stage=pilot.stage, round=pilot.round)


def release(member: Member, pilot: Pilot, citations: QuerySet[Citation]) -> None:
    """Give locked citations of a sample back to all, by the protocol's number of votes."""
    back = list(citations.order_by("pk"))
    Standing.objects.filter(citation__in=back, pilot=pilot).update(
        pilot=None, needed=member.review.votes_needed(pilot.stage)
    )
    for citation in back:
        settle(member, citation)


def pilots_without(event: Event, member: Member) -> None:
    """A member left, or votes no longer: no round waits for them, and one with nobody left to agree with is stopped.

    What they voted stays and counts. Nothing is decided by fewer votes than the protocol asks for: where too few can vote, all may.
    """
    other = Member.objects.select_related("review").get(pk=event.subject.partition("/")[2], review=member.review_id)
    if can(other, Can.SCREEN):
        return
    theirs = Pilot.objects.filter(review=member.review_id, dropped_at=None, members=other).order_by("pk")
    for pilot in theirs:
        lock_all(Citation.objects.filter(pk__in=pilot.standings.values("citation")))
        pilot = Pilot.objects.select_for_update().get(pk=pilot.pk)
        pilot.members.remove(other)
        present = set(pilot.members.values_list("pk", flat=True))
        if not pilot.completed_at and len(present) < 2:
            drop(member, pilot)
            continue
        for standing in (
            pilot.standings.filter(state=StandingState.WAITING).select_related("citation").order_by("citation")
        ):
            votes_cast = Vote.unblinded.standing().filter(citation=standing.citation, stage=pilot.stage)
            needed = len(present.union(votes_cast.values_list("member", flat=True)))
            if needed < member.review.votes_needed(pilot.stage):
                release(member, pilot, Citation.objects.filter(pk=standing.citation_id))
                continue
            Standing.objects.filter(pk=standing.pk).update(needed=needed)
            settle(member, standing.citation)
        audit.record(member, "screening.pilot_goes_on", pilot, without=str(other), round=pilot.round)
        complete(member, pilot)


# --- the gate ---------------------------------------------------------------------------------------------------


def override_gate(member: Member, stage: str, reason: str) -> GateOverride:
    """Begin the main screen although no pilot reached the level; the reason stands in the report."""
    require(member, Can.MANAGE)
    if len(reason.strip()) < 10:
        raise BadInput("Say in a sentence why screening begins all the same; it stands in the report.")
    with transaction.atomic():
        review = lock_review(member)
        if gate(review, stage).is_open:
            raise Stale("Screening is open already.")
        made = GateOverride.objects.create(review=review, member=member, reason=reason.strip())
        audit.record(member, "screening.gate_overridden", review, stage=stage, reason=made.reason)
    return made


def withdraw_override(member: Member) -> None:
    """Take the override back: the main screen waits again, with the votes that were cast meanwhile."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        review = lock_review(member)
        standing = GateOverride.objects.filter(review=review, withdrawn_at=None).first()
        if standing is None:
            raise Stale("There is nothing here that could be taken back.")
        standing.withdrawn_at = timezone.now()
        standing.save(update_fields=["withdrawn_at"])
        audit.record(member, "screening.gate_override_withdrawn", review, reason=standing.reason)
