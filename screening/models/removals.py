"""What was removed before screening: by an automation tool that found it ineligible, or for another reason."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member, Review
from screening.models.citations import Citation


class Removal(models.Model):
    """One act: some citations, why, and which of PRISMA's two lines counts them. Its kind is the state in which they stand."""

    class Kind(models.TextChoices):
        TOOL = "tool", "Marked as ineligible by an automation tool"
        REMOVED = "removed", "Removed for another reason"

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=500, help_text="Which tool, with its version and setting; or why.")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="removal_kind_known", condition=Q(kind__in=["tool", "removed"]))]

    def __str__(self) -> str:
        return self.reason


class Removed(models.Model):
    """One citation in a removal, until it is put back."""

    removal = models.ForeignKey(Removal, models.PROTECT, related_name="removed")
    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name_plural = "removed"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="removed_once", fields=["citation"], condition=Q(undone_at=None)),
        ]
