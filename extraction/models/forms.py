"""By which form is extracted, and by whom? Versions of a review's form, and its plan."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member, Review


class FormVersion(models.Model):
    """One version of a review's extraction form. In use once `used_at` is set, and never changed from then on; before that, the draft.

    Version 0 is nowhere stored: it is schema.STANDARD, with which every review begins.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="form_versions")
    number = models.PositiveSmallIntegerField()
    design = models.JSONField(help_text="The form; see schema.form.")
    past = models.JSONField(default=list, help_text="Of a draft: what it was before each of the last edits.")
    note = models.TextField(blank=True, help_text="What has changed, and why.")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="form_version_once", fields=["review", "number"], condition=Q(dropped_at=None)
            ),
            models.UniqueConstraint(
                name="one_form_draft", fields=["review"], condition=Q(used_at=None, dropped_at=None)
            ),
        ]


class Plan(models.Model):
    """How a review extracts: by two people independently, or by one with another who verifies. Without a row, by two."""

    class Mode(models.TextChoices):
        DOUBLE = "double", "Two authors independently, then agreement"
        VERIFIED = "verified", "One author, verified by a second"

    review = models.OneToOneField(Review, models.PROTECT, related_name="extraction_plan")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.DOUBLE)
    reason = models.TextField(blank=True)
