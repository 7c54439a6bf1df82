"""What stands in the summary of findings? Its outcomes, and how certain each of two authors holds the evidence to be."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from analysis.grade.certainty import Rating
from analysis.models.analyses import Analysis, Run
from reviewapp.models import Member


class Finding(models.Model):
    """An outcome of the summary of findings: an analysis, and the risk that is assumed without the intervention."""

    MOST = 7  # outcomes of one summary (Cochrane Handbook, version 6.5, section 14.1.3)

    analysis = models.OneToOneField(Analysis, models.PROTECT, related_name="finding")
    assumed_risk = models.FloatField(
        "assumed risk", null=True, blank=True, help_text="Of 1000 people without the intervention, 0 to 1000."
    )
    risk_source = models.CharField("source of the assumed risk", max_length=200, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["analysis__position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="assumed_risk_is_of_a_thousand",
                condition=Q(assumed_risk=None) | Q(assumed_risk__gte=0, assumed_risk__lte=1000),
            )
        ]

    def __str__(self) -> str:
        return str(self.analysis)


class RatingSet(models.QuerySet):
    """Ratings of certainty, of which each finding has two, blind to each other, and one agreed."""

    def standing(self) -> RatingSet:
        return self.filter(withdrawn_at=None)

    def own(self) -> RatingSet:
        """Members' own standing ones: at most two for a finding."""
        return self.standing().filter(agreed=False)

    def for_member(self, member: Member) -> RatingSet:
        """Own ones; agreed ones; and those of others where two stand: then both are in, and neither can change any more."""
        beside = self.model.unblinded.filter(finding=OuterRef("finding"), agreed=False, withdrawn_at=None)
        both_in = Q(withdrawn_at=None) & Q(Exists(beside.exclude(member=OuterRef("member"))))
        return self.filter(finding__analysis__review=member.review_id).filter(
            Q(member=member) | Q(agreed=True) | both_in
        )


class CertaintyRating(models.Model):
    """One author's rating of the certainty of a finding, or the agreed one beside the two. Changed by another that takes its place.

    start, steps, reasons: see analysis.grade.certainty.Rating. run: whose numbers the rater saw.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    agreed = models.BooleanField(default=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    start = models.CharField(max_length=12)
    steps = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    unblinded = RatingSet.as_manager()
    blind = RatingSet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_rating_per_member",
                fields=["finding", "member"],
                condition=Q(withdrawn_at=None, agreed=False),
            ),
            models.UniqueConstraint(
                name="one_agreed_rating", fields=["finding"], condition=Q(withdrawn_at=None, agreed=True)
            ),
        ]

    def __str__(self) -> str:
        return f"rating of {self.finding}"

    @property
    def rating(self) -> Rating:
        return Rating(self.start, self.steps, self.reasons)
