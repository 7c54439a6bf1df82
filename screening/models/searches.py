"""Searches, the files taken in for them, and the records in these."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Job, Review


class Search(models.Model):
    """One search of one source."""

    class Kind(models.TextChoices):
        DATABASE = "database", "Database"
        REGISTER = "register", "Register"
        WEBSITE = "website", "Website"
        ORGANISATION = "organisation", "Organisation"
        CITATION = "citation", "Citation searching"
        OTHER = "other", "Other method"

    review = models.ForeignKey(Review, models.PROTECT, related_name="searches")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    source = models.CharField(
        max_length=150, help_text="The database, register or method, e.g. MEDLINE or Citation searching."
    )
    platform = models.CharField(max_length=150, blank=True, help_text="Where it was searched, e.g. Ovid.")
    searched_on = models.DateField("date searched", null=True, blank=True)
    strategy = models.TextField("search strategy", blank=True, help_text="As it was run, line by line.")
    limits = models.TextField(
        "limits and restrictions",
        blank=True,
        help_text="Such as years, languages or types of publication, with the reason; or “none”.",
    )
    filters = models.TextField(
        "search filters", blank=True, help_text="Published filters that were used, with their source; or “none”."
    )
    prior_work = models.TextField(
        "built on", blank=True, help_text="Earlier searches or reviews whose strategy was taken up; or “none”."
    )
    peer_review = models.TextField(
        "peer review of the strategy", blank=True, help_text="Who reviewed it, e.g. by PRESS; or “none”."
    )
    hits = models.PositiveIntegerField(null=True, blank=True, help_text="As the source reported them.")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "searches"
        constraints = [
            models.CheckConstraint(
                name="search_kind_known",
                condition=Q(kind__in=["database", "register", "website", "organisation", "citation", "other"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.platform})" if self.platform else self.source


class Import(models.Model):
    """One file taken in for one search. The file itself is kept under its hash; what was typed or pasted in is a file too."""

    class Origin(models.TextChoices):
        FILE = "file", "A file"
        PASTED = "pasted", "Pasted"
        HAND = "hand", "Entered by hand"

    search = models.ForeignKey(Search, models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    encoding = models.CharField(max_length=40, blank=True)
    format = models.CharField(max_length=40, blank=True)
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", null=True)
    problems = models.JSONField(default=list, help_text="[{line, problem}]: what in the file could not be understood")
    mapping = models.JSONField(
        default=dict, help_text="{column: field}, where a person said what a table's columns hold"
    )
    created_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.FILE)
    reads_again = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="readings",
        null=True,
        blank=True,
        help_text="The reading that this one replaces.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="import_origin_known", condition=Q(origin__in=["file", "pasted", "hand"]))
        ]

    def __str__(self) -> str:
        return self.file_name


class Bibliography(models.Model):
    """The fields by which a publication is known. Records have them as read; citations show the best of their records'."""

    type = models.TextField(blank=True)
    title = models.TextField(blank=True)
    authors = models.JSONField(default=list)
    year = models.IntegerField(null=True, blank=True)
    journal = models.TextField(blank=True)
    volume = models.TextField(blank=True)
    issue = models.TextField(blank=True)
    pages = models.TextField(blank=True)
    doi = models.CharField(max_length=500, blank=True)
    pmid = models.CharField(max_length=20, blank=True)
    issn = models.TextField(blank=True)
    accession = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    keywords = models.JSONField(default=list)
    url = models.TextField(blank=True)
    language = models.TextField(blank=True)

    class Meta:
        abstract = True

    FIELDS = (
        "type",
        "title",
        "authors",
        "year",
        "journal",
        "volume",
        "issue",
        "pages",
        "doi",
        "pmid",
        "issn",
        "accession",
        "abstract",
        "keywords",
        "url",
        "language",
    )

    @property
    def name(self) -> str:
        """The title; of what has none, the identifier."""
        identifier = f"DOI {self.doi}" if self.doi else f"PubMed {self.pmid}" if self.pmid else ""
        return self.title or identifier or "(no title)"

    @property
    def short_authors(self) -> str:
        """The first authors, parted as names that have a comma of their own can be."""
        return "; ".join(self.authors[:3]) + (" et al." if len(self.authors) > 3 else "")

    @property
    def first_author(self) -> str:
        """The family name of the first author, or an empty string."""
        return self.authors[0].split(",")[0].strip() if self.authors else ""

    @property
    def doi_url(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else ""

    @property
    def pubmed_url(self) -> str:
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else ""


class Record(Bibliography):
    """One row of an import, kept as it came. Never changed, never deleted."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    source = models.ForeignKey(Import, models.PROTECT, related_name="records", verbose_name="import")
    position = models.PositiveIntegerField(help_text="Ordinal in the file, from 1.")
    line = models.PositiveIntegerField(help_text="First line in the file, from 1.")
    end_line = models.PositiveIntegerField(default=0)
    part = models.TextField(blank=True, help_text="The file's name inside an archive.")
    raw = models.TextField()
    fields = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    digest = models.CharField(
        max_length=64, blank=True, help_text="Equal for two exports of one record from one source."
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="record_once_per_place", fields=["source", "position"])]
        indexes = [
            models.Index(name="record_of_import", fields=["source", "id"]),  # counted without a look at the wide rows
            models.Index(name="record_by_doi", fields=["review", "doi"], condition=~Q(doi="")),
            models.Index(name="record_by_pmid", fields=["review", "pmid"], condition=~Q(pmid="")),
            models.Index(name="record_by_digest", fields=["review", "digest"], condition=~Q(digest="")),
        ]

    def __str__(self) -> str:
        return self.name
