"""Samples of the links that rules made, which persons judge: are the two records one publication?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member, Review
from screening.models.citations import Link, Pair
from screening.models.searches import Record


class Audit(models.Model):
    """One sample, drawn at random from the links by rules that stood at that moment."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    seed = models.CharField(
        max_length=40, help_text="With the links in their order and the size it gives the sample again."
    )
    size = models.PositiveIntegerField()
    pool = models.PositiveIntegerField(help_text="Out of how many links it was drawn.")
    newest = models.PositiveBigIntegerField(help_text="The last link of the pool; later ones were not drawn from.")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"sample of {self.size} of {self.pool} links"


class Judged(models.Model):
    """One link of a sample, and what was last said of it."""

    class Answer(models.TextChoices):
        OPEN = "", "Not judged"
        RIGHT = "right", "Right"
        WRONG = "wrong", "Wrong"
        LATER = "later", "Put off"

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="sample")
    link = models.ForeignKey(Link, models.PROTECT, related_name="+")
    other = models.ForeignKey(
        Record, models.PROTECT, related_name="+", help_text="The record for whose sake the rule made the link."
    )
    place = models.PositiveIntegerField(help_text="Its place in the sample, from 1.")
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    parted = models.ForeignKey(
        Link,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="The link by which a wrong one was split off.",
    )
    pair = models.ForeignKey(
        Pair,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="What remembers a wrong one as not a duplicate.",
    )

    class Meta:
        ordering = ["audit", "place"]
        constraints = [
            models.UniqueConstraint(name="link_once_in_a_sample", fields=["audit", "link"]),
            models.CheckConstraint(name="judgement_known", condition=Q(answer__in=["", "right", "wrong", "later"])),
        ]
        indexes = [models.Index(name="judged_in_turn", fields=["audit", "answer", "place"])]

    def __str__(self) -> str:
        return f"link {self.link_id}"
