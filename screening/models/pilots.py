"""Calibration samples on which everybody votes, and what lets the main screen begin all the same."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member, Review, Stage


class Pilot(models.Model):
    """One round: a sample drawn at random, the members who all vote on it, and how far they agreed when all had.

    The sample is what `Standing.pilot` points from.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    round = models.PositiveSmallIntegerField()
    seed = models.CharField(
        max_length=40, help_text="With the order of import and the sizes it gives the sample again."
    )
    size = models.PositiveIntegerField()
    pool = models.PositiveIntegerField(help_text="Out of how many citations without votes it was drawn.")
    members = models.ManyToManyField(Member, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    lowest = models.JSONField(
        default=dict,
        help_text="Each coefficient of the pair that agreed least by it when all had voted; null if undefined.",
    )
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="pilot_round_once", fields=["review", "stage", "round"]),
            models.UniqueConstraint(
                name="one_pilot_under_way", fields=["review", "stage"], condition=Q(completed_at=None, dropped_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.round}"


class GateOverride(models.Model):
    """Why the main screen began although no pilot reached the protocol's level."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="one_override", fields=["review"], condition=Q(withdrawn_at=None))]
