"""What is said while a conflict is being settled: the thread on it, and what each voter would agree to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import ExclusionReason, Member, Stage
from screening.models.citations import Citation
from screening.models.votes import conflict_in_sight, settled_standing


class ConflictQuerySet(models.QuerySet):
    def standing(self) -> ConflictQuerySet:
        """What was not taken back."""
        return self.filter(withdrawn_at=None)

    def for_member(self, member: Member) -> ConflictQuerySet:
        """Own words, those on a conflict that is open to the member, and those on what is settled."""
        allowed = Q(member=member) | Q(settled_standing()) | conflict_in_sight(member)
        return self.filter(citation__review=member.review_id).filter(allowed)


class Remark(models.Model):
    """One contribution to the thread on a conflict. It tells of votes, so it is sealed as they are."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    unblinded = ConflictQuerySet.as_manager()
    blind = ConflictQuerySet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]


class Proposal(models.Model):
    """The answer with which one of those who voted would end their conflict. When all propose the same, it is settled."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=[("include", "Include"), ("exclude", "Exclude")])
    reason = models.ForeignKey(ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    unblinded = ConflictQuerySet.as_manager()
    blind = ConflictQuerySet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_proposal_per_member", fields=["citation", "stage", "member"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(name="proposal_decides", condition=Q(answer__in=["include", "exclude"])),
        ]
