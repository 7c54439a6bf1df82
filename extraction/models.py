"""What stands on the extraction floor? Studies with their reports and arms, outcomes, forms, sheets, assessments."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from extraction.schema import Answer, Source
from extraction.schema.answers import read_anchor
from extraction.schema.tables import TABLES
from reviewapp.access import TABLE as ROLES
from reviewapp.access import Can
from reviewapp.models import Member, Review
from screening.models import Citation


class Study(models.Model):
    """The investigation that one or more reports tell of; what is extracted and analysed."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="studies")
    label = models.CharField(max_length=120, help_text="Author and year, such as Murray 2003.")
    registration = models.CharField(max_length=120, blank=True, help_text="Its numbers in trial registers.")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["label", "pk"]
        verbose_name_plural = "studies"
        constraints = [
            models.UniqueConstraint(name="study_label_once", fields=["review", "label"], condition=Q(dropped_at=None))
        ]

    def __str__(self) -> str:
        return self.label


class StudyReport(models.Model):
    """That a report tells of a study. Undone, never deleted."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="report_links")
    citation = models.ForeignKey(Citation, models.PROTECT, related_name="study_links")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="report_in_one_study", fields=["citation"], condition=Q(undone_at=None))
        ]


class PreviousVersion(models.Model):
    """That the review updates an earlier version of itself, which had included so many studies by so many reports.

    Stated anew when it changes; what was stated before stays, withdrawn.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="previous_versions")
    studies = models.PositiveIntegerField("studies included in the previous version")
    reports = models.PositiveIntegerField("reports of these studies")
    source = models.CharField("where these numbers stand", max_length=400)
    known = models.ManyToManyField(Study, through="KnownStudy", related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="one_previous_version", fields=["review"], condition=Q(withdrawn_at=None)),
            models.CheckConstraint(name="previous_studies_have_reports", condition=Q(studies__lte=models.F("reports"))),
        ]

    def __str__(self) -> str:
        return self.source


class KnownStudy(models.Model):
    """That a study of this review, by a new report, was in the previous version already: it adds a report, and no study."""

    version = models.ForeignKey(PreviousVersion, models.PROTECT, related_name="known_studies")
    study = models.ForeignKey(Study, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="known_study_once", fields=["version", "study"])]


class Arm(models.Model):
    """One group of a study. Role says on which side of the review's comparison it stands; `other` is in neither."""

    class Role(models.TextChoices):
        EXPERIMENTAL = "experimental", "Experimental"
        CONTROL = "control", "Control"
        OTHER = "other", "Not in this comparison"

    study = models.ForeignKey(Study, models.PROTECT, related_name="arms")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=15, choices=Role.choices)
    size = models.PositiveIntegerField(null=True, blank=True, help_text="People randomised to it.")
    position = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="arm_role_known", condition=Q(role__in=["experimental", "control", "other"]))
        ]

    def __str__(self) -> str:
        return self.name


class Outcome(models.Model):
    """One outcome of the review, at one time point."""

    class Kind(models.TextChoices):
        DICHOTOMOUS = "dichotomous", TABLES["dichotomous"].title
        CONTINUOUS = "continuous", TABLES["continuous"].title
        RATE = "rate", TABLES["rate"].title
        TIME_TO_EVENT = "time_to_event", TABLES["time_to_event"].title
        CORRELATION = "correlation", TABLES["correlation"].title
        DIAGNOSTIC = "diagnostic", TABLES["diagnostic"].title
        GENERIC = "generic", TABLES["generic"].title

    review = models.ForeignKey(Review, models.PROTECT, related_name="outcome_set")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=15, choices=Kind.choices)
    time_point = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=60, blank=True, help_text="Unit or scale, such as EPDS, 0 to 30.")
    higher_is_better = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.CheckConstraint(name="outcome_kind_known", condition=Q(kind__in=list(TABLES)))]

    def __str__(self) -> str:
        return f"{self.name}, {self.time_point}" if self.time_point else self.name


class TimePoint(models.Model):
    """A time point of the review, with the window within which a measurement counts for it."""

    class Unit(models.TextChoices):
        DAYS = "days", "days"
        WEEKS = "weeks", "weeks"
        MONTHS = "months", "months"
        YEARS = "years", "years"

    review = models.ForeignKey(Review, models.PROTECT, related_name="time_points")
    name = models.CharField(max_length=120)
    begins = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Least time since randomisation.")
    ends = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Greatest time since randomisation.")
    unit = models.CharField(max_length=10, choices=Unit.choices, default=Unit.MONTHS)
    position = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="time_point_once", fields=["review", "name"], condition=Q(dropped_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.window})" if self.window else self.name

    @property
    def window(self) -> str:
        """From when to when, in words; empty without a window."""
        if self.begins is not None and self.ends is not None:
            return f"{self.begins} to {self.ends} {self.unit}"
        if self.begins is not None:
            return f"from {self.begins} {self.unit}"
        return f"up to {self.ends} {self.unit}" if self.ends is not None else ""


class FormVersion(models.Model):
    """One version of a review's extraction form. In use once `used_at` is set, and never changed from then on; before that, the draft.

    Version 0 is nowhere stored: it is schema.STANDARD, with which every review begins.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="form_versions")
    number = models.PositiveSmallIntegerField()
    design = models.JSONField(help_text="The form; see schema.form.")
    past = models.JSONField(default=list, help_text="Of a draft: what it was before each of the last edits.")
    note = models.TextField(blank=True, help_text="What has changed, and why.")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="form_version_once", fields=["review", "number"], condition=Q(dropped_at=None)
            ),
            models.UniqueConstraint(
                name="one_form_draft", fields=["review"], condition=Q(used_at=None, dropped_at=None)
            ),
        ]


class Plan(models.Model):
    """How a review extracts: by two people independently, or by one with another who verifies. Without a row, by two."""

    class Mode(models.TextChoices):
        DOUBLE = "double", "Two authors independently, then agreement"
        VERIFIED = "verified", "One author, verified by a second"

    review = models.OneToOneField(Review, models.PROTECT, related_name="extraction_plan")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.DOUBLE)
    reason = models.TextField(blank=True)


class BlindPair(models.QuerySet):
    """Sheets or assessments of which each study has two, blind to each other, and one agreed."""

    def standing(self) -> BlindPair:
        """Those that count: not withdrawn."""
        return self.filter(withdrawn_at=None)

    def own(self) -> BlindPair:
        """Members' own standing ones: at most two for a study and tool."""
        return self.standing().filter(agreed=False)

    def signed(self) -> BlindPair:
        """The standing agreement: at most one for a study and tool. Not one that is still being made."""
        return self.standing().filter(agreed=True, submitted_at__isnull=False)

    def holding(self) -> BlindPair:
        """Own ones that take one of the two places: submitted, or of a member who may still go on with it."""
        present = Q(
            member__left_at=None, member__is_author=True, member__role__in=[str(role) for role in ROLES[Can.EXTRACT]]
        )
        return self.own().filter(present | Q(submitted_at__isnull=False))

    def for_member(self, member: Member) -> BlindPair:
        """Own ones; agreed ones; and another author's once both are submitted."""
        model = self.model
        waiting = model.unblinded.filter(
            study=OuterRef("study"), agreed=False, withdrawn_at=None, submitted_at=None, tool=OuterRef("tool")
        )
        others = (
            model.unblinded.filter(study=OuterRef("study"), agreed=False, withdrawn_at=None, tool=OuterRef("tool"))
            .exclude(member=OuterRef("member"))
            .exclude(submitted_at=None)
        )
        both_in = Q(submitted_at__isnull=False) & Q(Exists(others)) & ~Q(Exists(waiting))
        return self.filter(study__review=member.review_id).filter(Q(member=member) | Q(agreed=True) | both_in)


class Blinded(models.Model):
    """One member's own filled-in thing for one study, or the agreed one that stands beside the two."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="+")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="+", help_text="Who filled it in, or signed the agreed one."
    )
    tool = models.CharField(max_length=40, help_text="The form or risk-of-bias tool.")
    agreed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="For an agreed one: signed off.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0, help_text="Grows by one with each save.")

    unblinded = BlindPair.as_manager()
    blind = BlindPair.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "unblinded"
        ordering = ["pk"]

    def answers(self) -> dict[str, Answer]:
        """What it says, by key of the question."""
        return {line.key: line.answer for line in self.lines.all()}


class Line(models.Model):
    """One answer of a sheet or an assessment, under the stable key of its question."""

    key = models.CharField(max_length=120, help_text="Of the field, such as `outcome/3/arm/7/events`; or the domain.")
    value = models.JSONField(null=True, help_text="The answer or the judgement; null when not answered.")
    text = models.TextField(blank=True, help_text="Where it stands in the report; or what supports the judgement.")
    version = models.PositiveIntegerField(default=0, help_text="The version in which this answer last changed.")
    taken_from = models.CharField(max_length=10, blank=True, help_text="In an agreement: both, first, second or third.")
    reason = models.TextField(blank=True, help_text="In an agreement: why this one; always for a third answer.")
    unit = models.CharField(max_length=40, blank=True, help_text="Of a number that was given in another unit.")
    source = models.JSONField(null=True, blank=True, help_text="Document, page, quote, rectangle; see schema.Source.")
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", help_text="In an agreement: who settled it."
    )
    at = models.DateTimeField(null=True, help_text="In an agreement: when it was settled.")

    unblinded = models.Manager()

    class Meta:
        abstract = True
        ordering = ["pk"]

    @property
    def answer(self) -> Answer:
        return Answer(self.value, self.text, self.unit, self.place)

    @property
    def place(self) -> Source | None:
        return read_anchor(self.source)

    def say(self, answer: Answer) -> None:
        """Take over an answer; not saved."""
        self.value, self.text, self.unit = answer.value, answer.text, answer.unit
        self.source = answer.source.to_json() if answer.source else None


class Sheet(Blinded):
    """One member's filled-in extraction form for one study; the agreed sheet stands beside the two."""

    form_number = models.PositiveSmallIntegerField(
        default=0, help_text="Version of the form on which it was submitted or agreed."
    )
    may_verify = models.BooleanField(
        default=False, help_text="Begun for verification by a second author, not for blind pairs."
    )
    renews = models.PositiveSmallIntegerField(
        null=True, help_text="Reopened for a new version of the form; the version on which both had submitted."
    )
    verifies = models.BooleanField(default=False, help_text="Begun as a copy of another's sheet, to verify it.")

    class Meta(Blinded.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_sheet_per_member",
                fields=["study", "tool", "member"],
                condition=Q(withdrawn_at=None, agreed=False),
            ),
            models.UniqueConstraint(
                name="one_agreed_sheet", fields=["study", "tool"], condition=Q(withdrawn_at=None, agreed=True)
            ),
        ]

    def new_line(self, key: str) -> Entry:
        return Entry(sheet=self, key=key)


class Entry(Line):
    """One answer on a sheet, with its source: page, table, quote."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="lines")
    form_number = models.PositiveSmallIntegerField(
        default=0, help_text="Version of the form for which it was answered, or looked at again."
    )

    class Meta(Line.Meta):
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(name="one_entry_per_key", fields=["sheet", "key"])]


class Assessment(Blinded):
    """One member's risk-of-bias judgement of one study with one tool; the agreed one stands beside the two."""

    class Meta(Blinded.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_assessment_per_member",
                fields=["study", "tool", "member"],
                condition=Q(withdrawn_at=None, agreed=False),
            ),
            models.UniqueConstraint(
                name="one_agreed_assessment", fields=["study", "tool"], condition=Q(withdrawn_at=None, agreed=True)
            ),
        ]

    def new_line(self, key: str) -> Judgement:
        return Judgement(assessment=self, key=key)


class Judgement(Line):
    """The judgement of one domain, with its support."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="lines")

    class Meta(Line.Meta):
        constraints = [models.UniqueConstraint(name="one_judgement_per_domain", fields=["assessment", "key"])]
