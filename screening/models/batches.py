"""Many PDFs sent at once, and of which report each seems to be."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Job, Member, Review
from screening.models.citations import Citation
from screening.models.reports import Attachment, Document


class Batch(models.Model):
    """PDFs that were sent together. They become reports' PDFs when a person has looked at the matches and applies them."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"PDFs of {self.at:%d %b %Y, %H:%M}"


class BatchFile(models.Model):
    """One file of a batch: the document it is kept as, or why it is none; and the report that it seems, or is said, to be."""

    class How(models.TextChoices):
        DOI_NAME = "doi_name", "DOI in the file's name"
        PMID_NAME = "pmid_name", "PubMed id in the file's name"
        DOI_TEXT = "doi_text", "DOI on the first pages"
        PMID_TEXT = "pmid_text", "PubMed id on the first pages"
        TITLE_TEXT = "title_text", "Title on the first page"
        TITLE_NAME = "title_name", "Title in the file's name"
        AUTHOR_NAME = "author_name", "Author and year in the file's name"
        PERSON = "person", "Chosen by hand"
        NOTHING = "nothing", "No match"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="files")
    file_name = models.CharField(max_length=255)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", null=True)
    problem = models.CharField(max_length=500, blank=True)
    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+", null=True)
    how = models.CharField(max_length=12, choices=How.choices, blank=True)
    evidence = models.CharField(max_length=300, blank=True)
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="batch_file_is_kept_or_says_why", condition=Q(document__isnull=False) | ~Q(problem="")
            )
        ]

    def __str__(self) -> str:
        return self.file_name
