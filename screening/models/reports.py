"""Reports sought, and the documents retrieved."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member, Review
from screening.models.citations import Citation


class Document(models.Model):
    """One PDF, stored once by its hash."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="documents")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="document_once", fields=["review", "sha256"])]

    def __str__(self) -> str:
        return self.file_name


class Report(models.Model):
    """A citation sought for retrieval: the document, retrieved or not."""

    class State(models.TextChoices):
        SOUGHT = "sought", "Sought"
        RETRIEVED = "retrieved", "Retrieved"
        NOT_RETRIEVED = "not_retrieved", "Not retrieved"

    citation = models.OneToOneField(Citation, models.PROTECT, related_name="report")
    state = models.CharField(max_length=15, choices=State.choices, default=State.SOUGHT)
    document = models.ForeignKey(Document, models.PROTECT, related_name="reports", null=True, blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["citation"]
        constraints = [
            models.CheckConstraint(
                name="report_state_known", condition=Q(state__in=["sought", "retrieved", "not_retrieved"])
            )
        ]

    def __str__(self) -> str:
        return str(self.citation)
