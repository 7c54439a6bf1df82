"""Where citations stand, and what members said of them: votes, notes, resolutions."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from reviewapp.access import Can, can
from reviewapp.models import ExclusionReason, Member, Review, Stage
from screening.models.citations import Citation
from screening.models.pilots import Pilot


class StandingState(models.TextChoices):
    """Where a citation stands at a stage. UNREACHED: the stage before has not let it through (or no longer does).

    TOOL and REMOVED, at title and abstract only: removed before screening (models/removals.py).
    """

    UNREACHED = "unreached", "Not reached"
    WAITING = "waiting", "Waiting"
    CONFLICT = "conflict", "In conflict"
    INCLUDE = "include", "Included"
    EXCLUDE = "exclude", "Excluded"
    TOOL = "tool", "Marked as ineligible by an automation tool"
    REMOVED = "removed", "Removed before screening"


SETTLED = (StandingState.INCLUDE, StandingState.EXCLUDE)
GONE = (StandingState.TOOL, StandingState.REMOVED)


class Standing(models.Model):
    """Where a citation stands at a stage: a copy, for indexing, of the verdict on its votes.

    An import makes it; workflow/standing.py alone changes it.
    """

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="standings")
    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    state = models.CharField(max_length=10, choices=StandingState.choices, default=StandingState.WAITING)
    reason = models.ForeignKey(ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True)
    needed = models.PositiveSmallIntegerField(
        default=2, help_text="Votes needed here. A change of the protocol does not touch a citation once it has votes."
    )
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text="When a verdict stood here first: votes cast until then were blind."
    )

    pilot = models.ForeignKey(
        Pilot,
        models.PROTECT,
        related_name="standings",
        null=True,
        blank=True,
        db_index=False,
        help_text="The sample it is in.",
    )
    begun_by = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        help_text="Who cast the vote here, while it is the only one: sealed as the vote is.",
    )

    class Meta:
        verbose_name = "standing"
        constraints = [
            models.UniqueConstraint(name="one_standing_per_stage", fields=["citation", "stage"]),
            models.CheckConstraint(name="standing_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="standing_state_known", condition=Q(state__in=StandingState.values)),
        ]
        indexes = [
            models.Index(name="standing_queue", fields=["review", "stage", "state", "citation", "begun_by"]),
            models.Index(name="standing_pilot", fields=["pilot"], condition=Q(pilot__isnull=False)),
            models.Index(name="standing_opened", fields=["review", "stage", "opened_at", "state"]),
        ]


class Answer(models.TextChoices):
    """What a vote says. Maybe goes on to the full text, as include does, and exists at title and abstract only."""

    INCLUDE = "include", "Include"
    MAYBE = "maybe", "Maybe"
    EXCLUDE = "exclude", "Exclude"


def settled_standing() -> Exists:
    """Whether the verdict of the outer row's citation and stage stands, so that its votes are open."""
    return Exists(Standing.objects.filter(citation=OuterRef("citation"), stage=OuterRef("stage"), state__in=SETTLED))


def conflict_in_sight(member: Member) -> Q:
    """Whether the outer row's citation and stage are in conflict, and the protocol opens its votes to this member.

    To who settles it, unless that is done blind; and to those who voted, where they may settle it together. All who voted in a pilot
    may do so once everybody has.
    """
    of_row = {"citation": OuterRef("citation"), "stage": OuterRef("stage")}
    conflict = Standing.objects.filter(**of_row, state=StandingState.CONFLICT)
    in_conflict = Q(Exists(conflict))
    in_pilot = Q(Exists(conflict.filter(pilot__completed_at__isnull=False)))
    voted = Q(Exists(Vote.unblinded.standing().filter(**of_row, member=member)))
    settles = can(member, Can.ARBITRATE) and not member.review.blind_resolver
    seen = Q(pk__in=())
    if can(member, Can.SCREEN):
        seen |= (in_conflict if member.review.settle_together else in_pilot) & voted
    if settles:
        seen |= Q(in_conflict) if member.review.voter_may_resolve else in_conflict & ~voted
    return seen


def told_of_conflict(member: Member, standing: Standing, *, voted: bool) -> bool:
    """Whether a member with or without a vote on a citation in conflict is told of it; to the others it waits."""
    if can(member, Can.ARBITRATE) and (member.review.voter_may_resolve or not voted):
        return True
    return voted and can(member, Can.SCREEN) and may_settle_together(member.review, standing)


def may_settle_together(review: Review, standing: Standing) -> bool:
    """Whether those who voted may end a conflict together: by the protocol, or after a pilot in which everybody has voted."""
    return review.settle_together or (standing.pilot is not None and standing.pilot.completed_at is not None)


class VoteQuerySet(models.QuerySet):
    def standing(self) -> VoteQuerySet:
        """Votes that count: not withdrawn."""
        return self.filter(withdrawn_at=None)

    def own(self, member: Member) -> VoteQuerySet:
        """The member's own votes that count, without the cost of asking what of others' may be seen."""
        return self.standing().filter(member=member)

    def for_member(self, member: Member) -> VoteQuerySet:
        """Votes this member may see: own ones, those of a settled stage, and those of a conflict that is open to them."""
        allowed = Q(member=member) | Q(settled_standing()) | conflict_in_sight(member)
        return self.filter(citation__review=member.review_id).filter(allowed)


class Vote(models.Model):
    """One member's judgement on one citation at one stage. Withdrawn when taken back or changed, never deleted."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason = models.ForeignKey(ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True, help_text="How long the citation was in view before the vote.")
    key = models.UUIDField(null=True, blank=True, help_text="The browser's own number for the act, if it gave one.")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_key = models.UUIDField(null=True, blank=True, help_text="The browser's own number for taking it back.")
    set_aside_by = models.ForeignKey("Return", models.PROTECT, related_name="+", null=True, blank=True)

    unblinded = VoteQuerySet.as_manager()
    blind = VoteQuerySet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_vote_per_member", fields=["citation", "stage", "member"], condition=Q(withdrawn_at=None)
            ),
            models.UniqueConstraint(name="vote_sent_once", fields=["member", "key"], condition=Q(key__isnull=False)),
            models.UniqueConstraint(
                name="vote_withdrawn_once",
                fields=["member", "withdrawal_key"],
                condition=Q(withdrawal_key__isnull=False),
            ),
            models.CheckConstraint(name="vote_answer_known", condition=Q(answer__in=Answer.values)),
            models.CheckConstraint(
                name="vote_maybe_at_title_abstract", condition=~Q(stage="full_text", answer="maybe")
            ),
            models.CheckConstraint(
                name="vote_reason_iff_excluded_at_full_text",
                condition=Q(stage="full_text", answer="exclude", reason__isnull=False)
                | (~Q(stage="full_text", answer="exclude") & Q(reason=None)),
            ),
        ]
        indexes = [
            models.Index(name="vote_by_member", fields=["member", "stage", "at"]),
            models.Index(name="vote_own", fields=["member", "stage", "citation"], condition=Q(withdrawn_at=None)),
        ]


class VoidWithdrawal(models.Model):
    """The number of an act that was to take a vote back and found none: sent again, it does not take back what was voted since."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    key = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "withdrawal that found no vote"
        constraints = [models.UniqueConstraint(name="void_withdrawal_once", fields=["member", "key"])]


class Resolution(models.Model):
    """The decision that ends a conflict. It stands beside the votes, never in their place."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="resolutions")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason = models.ForeignKey(ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True)
    comment = models.TextField(blank=True)
    together = models.BooleanField(default=False, help_text="By all who voted; the member is the last to agree.")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_resolution_per_stage", fields=["citation", "stage"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(name="resolution_decides", condition=Q(answer__in=["include", "exclude"])),
            models.CheckConstraint(
                name="resolution_reason_iff_excluded_at_full_text",
                condition=Q(stage="full_text", answer="exclude", reason__isnull=False)
                | (~Q(stage="full_text", answer="exclude") & Q(reason=None)),
            ),
        ]


class Return(models.Model):
    """That a decided citation was returned to a stage, to be judged there anew. Its votes and resolution are set aside, and kept."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="returns")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    reason = models.CharField(max_length=500)
    resolution = models.ForeignKey(Resolution, models.PROTECT, related_name="+", null=True, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reason


class NoteQuerySet(models.QuerySet):
    def for_member(self, member: Member) -> NoteQuerySet:
        """Own notes, and notes to the team once the stage's verdict stands."""
        theirs = Q(private=False) & Q(settled_standing())
        return self.filter(citation__review=member.review_id).filter(Q(member=member) | theirs)


class Note(models.Model):
    """What a member wrote on a citation while screening. As good as a vote, so sealed until the verdict."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    text = models.TextField()
    private = models.BooleanField(default=False, help_text="For its author alone, for ever.")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    unblinded = NoteQuerySet.as_manager()
    blind = NoteQuerySet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]
