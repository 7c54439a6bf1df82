"""How do verdicts follow a change of the list of reasons? At once where there are few reports, else batch by batch by a job.

What the job settles rests on the list as it stands at that moment, not on what was changed: it may be killed, run again, or be overtaken
by the next change, which brings a job of its own. It walks all reports that reached full text, and counts these: how many of them have
votes with this or that reason is nobody's to know.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from reviewapp import jobs
from reviewapp.models import ExclusionReason, Job, Member, Stage
from screening.models import Citation, Resolution, Standing, Vote
from screening.workflow.standing import lock_all, settle

KIND = "screening.settle_reasons"
AT_ONCE = 30  # reports: with more of them, a person would wait
BATCH = 30  # reports per transaction, where others who write must wait for it to end


DIFFERING, EVERY = "differing", "every"
Which = int | str
"""Of which reports the verdict may change: for which a reason (by id) was given, whose votes differ in their reasons, or all with any."""


def settle_again(member: Member, which: Which) -> None:
    """Bring verdicts in line with the list of reasons."""
    reports = judged(member).count()
    if reports > AT_ONCE:
        jobs.enqueue(member, KIND, total=reports, message="Waiting", which=which, after=0, done=0)
    else:
        settle_these(member, concerned(member, which))


def judged(member: Member) -> QuerySet[Standing]:
    """What has reached full text, now or before."""
    return Standing.objects.filter(review=member.review_id, stage=Stage.FULL_TEXT).order_by("citation")


def concerned(member: Member, which: Which) -> QuerySet[Citation]:
    if which == DIFFERING:
        return differing(member)
    listed = ExclusionReason.objects.filter(review=member.review_id)
    return given(listed.values("pk") if which == EVERY else family(listed, int(which)))


def differing(member: Member) -> QuerySet[Citation]:
    """The citations whose full-text votes give different reasons: only there can order, groups or the rule change a verdict."""
    votes = Vote.unblinded.standing().filter(citation__review=member.review_id, stage=Stage.FULL_TEXT)
    several = votes.order_by().values("citation").annotate(n=Count("reason", distinct=True)).filter(n__gt=1)
    return Citation.objects.filter(review=member.review_id, pk__in=several.values("citation"))


def family(listed: QuerySet[ExclusionReason], reason: int) -> set[int]:
    """The reason, and all that are counted as it."""
    found, newest = {reason}, {reason}
    while newest := set(listed.filter(merged_into__in=newest).values_list("pk", flat=True)):
        found |= newest
    return found


def given(reasons: Collection[int] | QuerySet) -> QuerySet[Citation]:
    """The citations for which one of these reasons was given by a vote or a resolution."""
    by_vote = Vote.unblinded.standing().filter(reason__in=reasons).values("citation")
    by_resolution = Resolution.objects.filter(reason__in=reasons, withdrawn_at=None).values("citation")
    return Citation.objects.filter(Q(pk__in=by_vote) | Q(pk__in=by_resolution))


def settle_these(member: Member, citations: QuerySet[Citation]) -> None:
    lock_all(citations)
    for citation in citations.only("pk", "review_id", "live").order_by("pk"):
        settle(member, citation)


def perform_resettling(job: Job) -> None:
    """Settle batch by batch what a change of the list concerns. Run again after a break it goes on where it ended."""
    member = Member.objects.select_related("review", "user").get(pk=job.member_id)
    size = jobs.rows_at_once(BATCH)
    while True:
        rest = judged(member).filter(citation__gt=job.args["after"])
        if not (ids := list(rest.values_list("citation", flat=True)[:size])):
            return
        with transaction.atomic():
            settle_these(member, concerned(member, job.args["which"]).filter(pk__in=ids))
            job.args.update(after=ids[-1], done=job.args["done"] + len(ids))
            told = f"{job.args['done']:,} reports looked at"
            jobs.progress(job, min(job.args["done"], job.total), message=told, lasting=True)
            job.save(update_fields=["args"])
        jobs.breathe()
