"""Reports sought, how they were sought, and the documents retrieved."""

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
    pages = models.PositiveIntegerField(
        null=True, help_text="How many it has, counted when a page is first named; 0 where that cannot be read."
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="document_once", fields=["review", "sha256"])]

    def __str__(self) -> str:
        return self.file_name


class Report(models.Model):
    """A citation sought for retrieval: the document, retrieved or not."""

    class State(models.TextChoices):
        SOUGHT = "sought", "Awaiting retrieval"
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


class Attachment(models.Model):
    """That a document is, or was, the PDF of a report. Ended when it is taken off or replaced, never deleted."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="attachments")
    document = models.ForeignKey(Document, models.PROTECT, related_name="attachments")
    state_before = models.CharField(
        max_length=15,
        choices=Report.State.choices,
        help_text="Where the report stood before; undoing leads back there.",
    )
    replaces = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True)
    why_ended = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="one_attachment_per_report", fields=["report"], condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return str(self.document)


class Attempt(models.Model):
    """One try to come by a report: who, when, how, and what came of it. Taken back when entered by mistake, never deleted."""

    class Way(models.TextChoices):
        LIBRARY = "library", "Library subscription"
        OPEN = "open", "Open access, repository or preprint"
        LOAN = "loan", "Interlibrary loan or document delivery"
        AUTHOR = "author", "Asked the authors"
        PUBLISHER = "publisher", "Asked the publisher or sponsor"
        OTHER = "other", "Another way"

    report = models.ForeignKey(Report, models.PROTECT, related_name="attempts")
    way = models.CharField("how", max_length=10, choices=Way.choices)
    tried_on = models.DateField("when")
    text = models.CharField("what was tried, and what came of it", max_length=2000, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["tried_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="attempt_way_known",
                condition=Q(way__in=["library", "open", "loan", "author", "publisher", "other"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()}, {self.tried_on}"
