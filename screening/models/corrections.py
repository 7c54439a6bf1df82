"""What did a person change in the fields that a citation shows? Its records stay as they came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member
from screening.models.citations import Citation


class Correction(models.Model):
    """One field of a citation as a member wrote it, with what was shown before. Taken back, never deleted."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=20)
    before = models.JSONField(null=True)
    value = models.JSONField(null=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_correction_of_a_field", fields=["citation", "field"], condition=Q(undone_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} of citation {self.citation_id}"
