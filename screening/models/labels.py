"""What members put on citations besides votes: labels of the review's list, and their own \"come back later\"; and the review's terms."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member, Review, Stage
from screening.models.citations import Citation
from screening.models.votes import settled_standing


class Label(models.Model):
    """One label of the review's list. What was merged into another stays, and shows as the other; what is off the list stays where it is."""

    class Colour(models.TextChoices):
        GREY = "grey", "Grey"
        BLUE = "blue", "Blue"
        TEAL = "teal", "Teal"
        OLIVE = "olive", "Olive"
        OCHRE = "ochre", "Ochre"
        PURPLE = "purple", "Purple"

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    colour = models.CharField(max_length=10, choices=Colour.choices, default=Colour.GREY)
    merged_into = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True, help_text="Off the list: it cannot be put on citations.")

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class LabellingQuerySet(models.QuerySet):
    def for_member(self, member: Member) -> LabellingQuerySet:
        """Own labels, and others' once the stage's verdict stands: a label may say as much as a vote."""
        return self.filter(citation__review=member.review_id).filter(Q(member=member) | Q(settled_standing()))


class Labelling(models.Model):
    """That a member put a label on a citation. Sealed until the verdict, as a note is."""

    label = models.ForeignKey(Label, models.PROTECT, related_name="+")
    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    unblinded = LabellingQuerySet.as_manager()
    blind = LabellingQuerySet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_labelling_per_member",
                fields=["citation", "stage", "label", "member"],
                condition=Q(withdrawn_at=None),
            )
        ]


class Later(models.Model):
    """That a member wants to come back to a citation. It moves the citation to the end of their own queue, and nobody else hears of it."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="put_off_once", fields=["member", "stage", "citation"], condition=Q(ended_at=None)
            )
        ]


class Terms(models.Model):
    """The words that the desk marks in titles and abstracts."""

    review = models.OneToOneField(Review, models.PROTECT, related_name="+")
    include = models.JSONField(default=list)
    exclude = models.JSONField(default=list)
