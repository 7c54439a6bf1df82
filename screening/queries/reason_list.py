"""What may a member see of the exclusion reasons? The list, how often each counts, and what was changed in it."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reviewapp.models import Event, ExclusionReason, Job, Member, Stage
from screening.models import Standing, StandingState
from screening.queries.common import one
from screening.workflow.reasons import UNDO
from screening.workflow.resettling import KIND


def all_reasons(member: Member) -> list[ExclusionReason]:
    """Every reason in its order, with `counted`: for how many reports it stands as the verdict."""
    excluded = Standing.objects.filter(
        review=member.review_id, stage=Stage.FULL_TEXT, state=StandingState.EXCLUDE, citation__live=True
    )
    counts = dict(excluded.order_by().values_list("reason").annotate(n=Count("pk")))
    found = list(ExclusionReason.objects.filter(review=member.review_id).select_related("merged_into"))
    for each in found:
        each.counted = counts.get(each.pk, 0)
    return found


def any_reason(member: Member, pk: int) -> ExclusionReason:
    """A reason of the review, in the list or not."""
    return one(ExclusionReason.objects.filter(review=member.review_id), pk=pk)


def reason_changes(member: Member) -> QuerySet[Event]:
    """What was changed in the list, newest first, with `can_undo`: nothing that came later rests on it."""
    later = Event.unblinded.filter(review=member.review_id, subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    ordering = "screening.reasons_ordered"
    rests = Exists(later.filter(verb__in=[verb for verb in UNDO if verb != ordering])) & ~Q(verb=ordering)
    ordered_later = Exists(later.filter(verb=ordering)) & Q(verb=ordering)
    changes = Event.blind.for_member(member).filter(verb__in=[*UNDO, "review.reasons_set"])
    return (
        changes.select_related("actor")
        .annotate(can_undo=~Q(verb="review.reasons_set") & ~rests & ~ordered_later)
        .order_by("-pk")
    )


def settling_reasons(member: Member) -> Job | None:
    """The job by which verdicts follow the list, if one is at it, or was given up."""
    under_way = Job.objects.filter(review=member.review_id, kind=KIND).exclude(state=Job.State.DONE)
    return under_way.order_by("pk").last()


def reason_change(member: Member, pk: int) -> Event:
    return one(reason_changes(member), pk=pk)
