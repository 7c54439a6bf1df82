"""How is the work shared, and what happens to it when somebody leaves or the number of votes changes?"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from reviewapp import audit, jobs
from reviewapp.access import Can, can, require
from reviewapp.errors import BadInput, Stale
from reviewapp.models import Event, Job, Member, Sharing, Stage
from reviewapp.workflow import amend_protocol, lock_review
from screening.models import SETTLED, Allotment, Citation, Partners, Share, Standing, StandingState, Vote
from screening.queries.sharing import MOST, Which, begun_by_another_rule, dealt_out
from screening.workflow.standing import lock_all, settle

KIND = "screening.apply_votes_needed"
BATCH = 100
FOLLOWING = "screening.follow_votes_needed"
AT_ONCE = 500  # citations that are locked together: few enough that who votes on one of them does not notice


def set_sharing(member: Member, stage: str, mode: str) -> None:
    """Share the work of a stage in another way. Pairs and shares that there are stay, and hold again when their way is chosen again."""
    if mode not in Sharing.values:
        raise BadInput("Choose one of the ways of sharing.")
    amend_protocol(member, **{f"sharing_{stage}": mode})


# --- fixed pairs ------------------------------------------------------------------------------------------------


def join_partners(member: Member, stage: str, first: Member, second: Member) -> Partners:
    """Make two members a pair at a stage. Nobody is in two."""
    require(member, Can.MANAGE)
    if first == second:
        raise BadInput("A pair is two different members.")
    with transaction.atomic():
        lock_review(member)
        for each in (first, second):
            votes(member, each)
        taken = Partners.objects.filter(review=member.review_id, stage=stage, ended_at=None)
        known = taken.filter(first__in=(first, second), second__in=(first, second)).first()
        if known:
            return known
        for each in (first, second):
            if taken.filter(Q(first=each) | Q(second=each)).exists():
                raise BadInput(f"{each} is in a pair already.", todo="End that pair first.")
        made = Partners.objects.create(review_id=member.review_id, stage=stage, first=first, second=second)
        told = {"stage": stage, "members": [str(first), str(second)]}
        audit.record(member, "screening.partners_joined", member.review, **told)
    return made


def end_partners(member: Member, partners: Partners) -> None:
    """Part a pair. What either has begun is offered to all again."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        partners = Partners.objects.select_for_update().get(pk=partners.pk, review=member.review_id)
        if partners.ended_at is None:
            end(partners)
            told = {"stage": partners.stage, "members": [str(partners.first), str(partners.second)]}
            audit.record(member, "screening.partners_parted", member.review, **told)


def votes(member: Member, other: Member) -> None:
    """Raise BadInput for who does not vote in this review."""
    if other.review_id != member.review_id or not can(other, Can.SCREEN):
        raise BadInput(f"{other} does not vote in this review.", todo="Choose members who do.")


def end(thing: Partners | Share) -> None:
    thing.ended_at = timezone.now()
    thing.save(update_fields=["ended_at"])


# --- shares -----------------------------------------------------------------------------------------------------


def share_out(member: Member, stage: str, members: Sequence[Member], which: Which, rule: str) -> list[Share]:
    """Give citations that nobody has begun to members, evenly, each citation to as many as must vote on it. rule: which they are, in words."""
    require(member, Can.MANAGE)
    if not members:
        raise BadInput("Choose at least one member.")
    if not 0 < which.number <= MOST:
        raise BadInput(f"Share out between 1 and {MOST:,} citations at a time.")
    with transaction.atomic():
        lock_review(member)
        for each in members:
            votes(member, each)
        dealt = dealt_out(member, stage, members, which)
        if not any(dealt.values()):
            raise Stale("There is nothing of this kind left to share out.", todo="Choose other citations.")
        made = []
        for each in members:
            share = Share.objects.create(review_id=member.review_id, stage=stage, member=each, rule=rule)
            rows = [Allotment(share=share, citation_id=pk) for pk in dealt[each.pk]]
            Allotment.objects.bulk_create(rows, batch_size=500)
            made.append(share)
        sizes = {str(each): len(dealt[each.pk]) for each in members}
        audit.record(member, "screening.shared_out", member.review, stage=stage, rule=rule, citations=sizes)
    return made


def end_share(member: Member, share: Share) -> None:
    """Take a share back: what of it is not voted on is offered to all. Votes stay."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        share = Share.objects.select_for_update().get(pk=share.pk, review=member.review_id)
        if share.ended_at is None:
            end(share)
            told = {"stage": share.stage, "who": str(share.member), "rule": share.rule}
            audit.record(member, "screening.share_ended", member.review, **told)


def votes_no_more(event: Event, member: Member) -> None:
    """A member left, or votes no longer: their shares return to all, and their partner works with everybody."""
    other = Member.objects.select_related("review").get(pk=event.subject.partition("/")[2], review=member.review_id)
    if can(other, Can.SCREEN):
        return
    lock_review(member)
    standing = Share.objects.filter(member=other, ended_at=None)
    pairs = Partners.objects.filter(Q(first=other) | Q(second=other), review=member.review_id, ended_at=None)
    returned, parted = standing.count(), pairs.count()
    if returned or parted:
        for found in (standing, pairs):
            found.update(ended_at=timezone.now())
        told = {"who": str(other), "shares": returned, "pairs": parted}
        audit.record(member, "screening.work_returned", member.review, **told)


# --- another number of votes, for what nobody has begun ---------------------------------------------------------


def votes_needed_changed(event: Event, member: Member) -> None:
    """The protocol asks for another number of votes: it holds for citations without votes; the others keep their rule.

    Where they are many, a job tells them so: with all of them locked nobody could vote. A vote that comes before it goes by the protocol too.
    """
    for stage in Stage.values:
        if f"votes_{stage}" not in event.facts["after"]:
            continue
        total = under_another_rule(member, stage).count()
        if total > AT_ONCE:
            jobs.enqueue(member, FOLLOWING, total=total, message="Waiting", stage=stage)
        else:
            begin_anew(member, stage, list(under_another_rule(member, stage).values_list("citation", flat=True)))


def under_another_rule(member: Member, stage: str) -> QuerySet[Standing]:
    """The standings, pilots apart, that have another number of votes than the protocol, with votes or without."""
    found = Standing.objects.filter(review=member.review_id, stage=stage, pilot=None)
    return found.exclude(needed=member.review.votes_needed(stage)).order_by("citation")


def begin_anew(member: Member, stage: str, citations: list[int]) -> int:
    """Lock these citations, and let the protocol's number hold for those on which nobody has voted; -> how many these are."""
    lock_all(Citation.objects.filter(pk__in=citations))
    voted = Vote.unblinded.standing().filter(citation=OuterRef("citation"), stage=stage)
    begun = [StandingState.CONFLICT, *SETTLED]
    fresh = under_another_rule(member, stage).filter(~Exists(voted), citation__in=citations).exclude(state__in=begun)
    return fresh.order_by().update(needed=member.review.votes_needed(stage))


def perform_following_of_votes(job: Job) -> None:
    """Go through what has another number of votes than the protocol; run again, it finds what is left.

    What it makes hold is the protocol of that moment, not of the change for which it was queued.
    """
    member = Member.objects.select_related("review", "user").get(pk=job.member_id)
    stage, last, done, changed = job.args["stage"], 0, 0, 0
    while True:
        with transaction.atomic():
            member.review = lock_review(member)
            rest = under_another_rule(member, stage).filter(citation__gt=last)
            if not (ids := list(rest.values_list("citation", flat=True)[:AT_ONCE])):
                if changed:
                    told = {"stage": stage, "votes": member.review.votes_needed(stage)}
                    audit.record(member, "screening.votes_needed_followed", member.review, **told)
                return
            changed += begin_anew(member, stage, ids)
            last, done = ids[-1], done + len(ids)
            jobs.progress(
                job,
                min(done, job.total),
                message=f"the new number of votes: {done:,} citations looked at",
                lasting=True,
            )
        jobs.breathe()


# --- another number of votes, for what is begun -----------------------------------------------------------------


def apply_votes_needed(member: Member, stage: str) -> Job:
    """Let the protocol's present number of votes hold for citations that were begun under another, by a job.

    Fewer: a citation with one vote is decided by it. More: one that was decided by one vote waits for the second.
    """
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        waiting = Job.objects.filter(
            review=member.review_id, kind=KIND, state__in=[Job.State.QUEUED, Job.State.RUNNING], args__stage=stage
        ).first()
        if waiting:
            return waiting
        total = begun_by_another_rule(member, stage).count()
        if not total:
            raise Stale("Every citation keeps the protocol's number of votes already.")
        needed = member.review.votes_needed(stage)
        job = jobs.enqueue(member, KIND, total=total, message="Waiting", stage=stage)
        told = {"stage": stage, "votes": needed, "citations": total}
        audit.record(member, "screening.votes_needed_applied", member.review, **told)
    return job


def perform_votes_needed(job: Job) -> None:
    """Work through what is begun under another rule; run again, it goes on with what is left."""
    member = Member.objects.select_related("review", "user").get(pk=job.member_id)
    stage, done = job.args["stage"], 0
    while ids := list(begun_by_another_rule(member, stage).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            lock_all(Citation.objects.filter(pk__in=ids))
            changed = Standing.objects.filter(citation__in=ids, stage=stage)
            changed.update(needed=member.review.votes_needed(stage))
            for citation in Citation.objects.filter(pk__in=ids).order_by("pk"):
                settle(member, citation)
        done += len(ids)
        jobs.progress(
            job, done, message=f"the protocol’s number of votes holds for {done:,} more citations", lasting=True
        )
