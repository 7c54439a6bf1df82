"""Which numbers were doubted, looked at again, and stand, and for what reason?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from extraction.models.sheets import Sheet
from extraction.models.studies import Study
from reviewapp.models import Member


class Reasons(models.QuerySet):
    """Why doubted numbers stand: on one's own sheet as blind as the sheet is, in an agreement open to all."""

    def standing(self) -> Reasons:
        return self.filter(withdrawn_at=None)

    def for_member(self, member: Member) -> Reasons:
        """Those given in agreements and analyses, and those on sheets that this member may see."""
        seen = Sheet.blind.for_member(member).values("pk")
        return self.filter(Q(sheet=None) | Q(sheet__in=seen), study__review=member.review_id)


class Reason(models.Model):
    """That one doubt of lint was looked at, and why the number stands. It holds while the numbers do: `basis` is their digest.

    sheet: the own sheet on which it was given; empty when it was given at an agreement or an analysis. Taken back, never deleted.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="+")
    sheet = models.ForeignKey(Sheet, models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=40)
    cell = models.CharField(max_length=160)
    basis = models.CharField(max_length=64)
    sentence = models.TextField(help_text="What was doubted, as it was told.")
    reason = models.TextField()
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    unblinded = Reasons.as_manager()
    blind = Reasons.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_reason_per_doubt",
                fields=["study", "rule", "cell", "basis"],
                condition=Q(withdrawn_at=None, sheet=None),
            ),
            models.UniqueConstraint(
                name="one_reason_per_doubt_and_sheet",
                fields=["sheet", "rule", "cell", "basis"],
                condition=Q(withdrawn_at=None),
            ),
        ]
