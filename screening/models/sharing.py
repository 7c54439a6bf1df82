"""How work is shared: members who vote as a fixed pair, and citations that are given to members."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member, Review, Stage
from screening.models.citations import Citation


class Partners(models.Model):
    """Two members who vote as a pair at a stage, until this is ended."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    first = models.ForeignKey(Member, models.PROTECT, related_name="+")
    second = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "partners"
        constraints = [models.CheckConstraint(name="partners_are_two", condition=~Q(first=models.F("second")))]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"


class Share(models.Model):
    """What one act of sharing out gave to one member. Ended, it returns to all."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    rule = models.CharField(max_length=400, help_text="Which citations they were, in words.")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(name="share_by_member", fields=["member", "stage"], condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.member}: {self.rule}"


class Allotment(models.Model):
    """One citation in a share."""

    share = models.ForeignKey(Share, models.PROTECT, related_name="allotments")
    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="allotted_once_per_share", fields=["share", "citation"])]
