"""What stands on the screening floor? Searches, imports, records, citations, votes, resolutions, reports."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from reviewapp.access import Can, can
from reviewapp.models import ExclusionReason, Job, Member, Review, Stage


class Search(models.Model):
    """One search of one source."""

    class Kind(models.TextChoices):
        DATABASE = "database", "Database"
        REGISTER = "register", "Register"
        OTHER = "other", "Other method"

    review = models.ForeignKey(Review, models.PROTECT, related_name="searches")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(
        max_length=150, help_text="The database, register or method, e.g. MEDLINE or Citation searching."
    )
    platform = models.CharField(max_length=150, blank=True, help_text="Where it was searched, e.g. Ovid.")
    searched_on = models.DateField("date searched", null=True, blank=True)
    strategy = models.TextField("search strategy", blank=True, help_text="As it was run, line by line.")
    hits = models.PositiveIntegerField(null=True, blank=True, help_text="As the source reported them.")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "searches"
        constraints = [
            models.CheckConstraint(name="search_kind_known", condition=Q(kind__in=["database", "register", "other"]))
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.platform})" if self.platform else self.source


class Import(models.Model):
    """One file taken in for one search. The file itself is kept under its hash."""

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

    class Meta:
        ordering = ["pk"]

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
    def short_authors(self) -> str:
        """The first authors, as a reference list shows them."""
        return ", ".join(self.authors[:3]) + (" et al." if len(self.authors) > 3 else "")

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

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="record_once_per_place", fields=["source", "position"])]
        indexes = [
            models.Index(name="record_by_doi", fields=["review", "doi"], condition=~Q(doi="")),
            models.Index(name="record_by_pmid", fields=["review", "pmid"], condition=~Q(pmid="")),
        ]

    def __str__(self) -> str:
        return self.title or f"record {self.position}"


class Citation(Bibliography):
    """What is screened: one or more records that are the same publication. Shown fields are merged from its records."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="citations")
    live = models.BooleanField(
        default=True, help_text="Has at least one record whose import stands; written by `refresh` only."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(name="citation_live", fields=["review", "live", "id"])]

    def __str__(self) -> str:
        return self.title or "(no title)"


class Link(models.Model):
    """That a record is (or was thought to be) of a citation, by which rule or person. Undone, never deleted."""

    class Rule(models.TextChoices):
        FIRST = "first", "First record of this citation"
        DOI = "doi", "Same DOI"
        PMID = "pmid", "Same PubMed id"
        FIELDS = "fields", "Same publication by its fields"
        PERSON = "person", "Linked by a member"
        SPLIT = "split", "Split off by a member"

    record = models.ForeignKey(Record, models.PROTECT, related_name="links")
    citation = models.ForeignKey(Citation, models.PROTECT, related_name="links")
    rule = models.CharField(max_length=20, choices=Rule.choices)
    evidence = models.CharField(max_length=400, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True)
    pair = models.ForeignKey("Pair", models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="record_in_one_citation", fields=["record"], condition=Q(undone_at=None))
        ]


class Pair(models.Model):
    """Two records that a rule took for one publication, or asks about, with what a person said of them."""

    class State(models.TextChoices):
        LINKED = "linked", "Linked by a rule"
        ASKED = "asked", "Asked"
        LATER = "later", "Put off"
        SAME = "same", "The same publication"
        DIFFERENT = "different", "Not duplicates"

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    a = models.ForeignKey(Record, models.PROTECT, related_name="+")
    b = models.ForeignKey(Record, models.PROTECT, related_name="+")
    rule = models.CharField(max_length=60)
    score = models.FloatField(help_text="How likely the two are one publication, as far as the fields tell: 0 to 1.")
    evidence = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=State.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", help_text="Who decided, or whose import asks.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="pair_once", fields=["a", "b"]),
            models.CheckConstraint(name="pair_in_order", condition=Q(a__lt=models.F("b"))),
            models.CheckConstraint(
                name="pair_state_known", condition=Q(state__in=["linked", "asked", "later", "same", "different"])
            ),
        ]
        indexes = [models.Index(name="pair_queue", fields=["review", "state", "-score"])]

    def __str__(self) -> str:
        return f"records {self.a_id} and {self.b_id}"


class StandingState(models.TextChoices):
    """Where a citation stands at a stage. UNREACHED: the stage before has not let it through (or no longer does)."""

    UNREACHED = "unreached", "Not reached"
    WAITING = "waiting", "Waiting"
    CONFLICT = "conflict", "In conflict"
    INCLUDE = "include", "Included"
    EXCLUDE = "exclude", "Excluded"


SETTLED = (StandingState.INCLUDE, StandingState.EXCLUDE)


class Standing(models.Model):
    """Where a citation stands at a stage: a copy, for indexing, of the verdict on its votes.

    An import makes it; workflow/standing.py alone changes it.
    """

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="standings")
    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    state = models.CharField(max_length=10, choices=StandingState.choices, default=StandingState.WAITING)
    reason = models.ForeignKey(ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True)
    needed = models.PositiveSmallIntegerField(
        default=2, help_text="Votes needed here. A change of the protocol does not touch a citation once it has votes."
    )

    class Meta:
        verbose_name = "standing"
        constraints = [
            models.UniqueConstraint(name="one_standing_per_stage", fields=["citation", "stage"]),
            models.CheckConstraint(name="standing_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="standing_state_known", condition=Q(state__in=StandingState.values)),
        ]
        indexes = [models.Index(name="standing_queue", fields=["review", "stage", "state", "citation"])]


class Answer(models.TextChoices):
    """What a vote says. Maybe goes on to the full text, as include does, and exists at title and abstract only."""

    INCLUDE = "include", "Include"
    MAYBE = "maybe", "Maybe"
    EXCLUDE = "exclude", "Exclude"


def settled_standing() -> Exists:
    """Whether the verdict of the outer row's citation and stage stands, so that its votes are open."""
    return Exists(Standing.objects.filter(citation=OuterRef("citation"), stage=OuterRef("stage"), state__in=SETTLED))


class VoteQuerySet(models.QuerySet):
    def standing(self) -> VoteQuerySet:
        """Votes that count: not withdrawn."""
        return self.filter(withdrawn_at=None)

    def own(self, member: Member) -> VoteQuerySet:
        """The member's own votes that count, without the cost of asking what of others' may be seen."""
        return self.standing().filter(member=member)

    def for_member(self, member: Member) -> VoteQuerySet:
        """Votes this member may see: own ones, those of a settled stage, and those of a conflict that is theirs to settle."""
        mine = Q(member=member)
        open_to_all = Q(settled_standing())
        allowed = mine | open_to_all
        if can(member, Can.ARBITRATE):
            in_conflict = Standing.objects.filter(
                citation=OuterRef("citation"), stage=OuterRef("stage"), state=StandingState.CONFLICT
            )
            own = Vote.unblinded.standing().filter(
                citation=OuterRef("citation"), stage=OuterRef("stage"), member=member
            )
            allowed |= Q(Exists(in_conflict)) & ~Q(Exists(own))
        return self.filter(citation__review=member.review_id).filter(allowed)


class Vote(models.Model):
    """One member's judgement on one citation at one stage. Withdrawn when taken back or changed, never deleted."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason = models.ForeignKey(ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True, help_text="Time from showing the citation to the vote.")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    unblinded = VoteQuerySet.as_manager()
    blind = VoteQuerySet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_vote_per_member", fields=["citation", "stage", "member"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(name="vote_answer_known", condition=Q(answer__in=Answer.values)),
            models.CheckConstraint(
                name="vote_maybe_at_title_abstract", condition=~Q(stage="full_text", answer="maybe")
            ),
            models.CheckConstraint(
                name="vote_reason_iff_excluded_at_full_text",
                condition=Q(stage="full_text", answer="exclude", reason__isnull=False)
                | (~Q(stage="full_text", answer="exclude") & Q(reason=None)),
            ),
        ]
        indexes = [models.Index(name="vote_by_member", fields=["member", "stage", "at"])]


class Resolution(models.Model):
    """The decision that ends a conflict. It stands beside the votes, never in their place."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="resolutions")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason = models.ForeignKey(ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True)
    comment = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_resolution_per_stage", fields=["citation", "stage"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(name="resolution_decides", condition=Q(answer__in=["include", "exclude"])),
            models.CheckConstraint(
                name="resolution_reason_iff_excluded_at_full_text",
                condition=Q(stage="full_text", answer="exclude", reason__isnull=False)
                | (~Q(stage="full_text", answer="exclude") & Q(reason=None)),
            ),
        ]


class NoteQuerySet(models.QuerySet):
    def for_member(self, member: Member) -> NoteQuerySet:
        """Own notes, and notes to the team once the stage's verdict stands."""
        return self.filter(citation__review=member.review_id).filter(Q(member=member) | Q(settled_standing()))


class Note(models.Model):
    """What a member wrote on a citation while screening. As good as a vote, so sealed until the verdict."""

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    unblinded = NoteQuerySet.as_manager()
    blind = NoteQuerySet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]


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
