"""What is extracted? Studies with their reports and arms, outcomes, time points."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from extraction.rob.designs import DESIGNS
from extraction.schema.tables import MONTHS, TABLES
from reviewapp.models import Member, Review
from screening.models import Citation


class Study(models.Model):
    """The investigation that one or more reports tell of; what is extracted and analysed."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="studies")
    label = models.CharField(max_length=120, help_text="Author and year, such as Murray 2003.")
    registration = models.CharField(max_length=120, blank=True, help_text="Its numbers in trial registers.")
    design = models.CharField(
        max_length=15,
        blank=True,
        choices=list(DESIGNS.items()),
        help_text="It says by which tools risk of bias is judged.",
    )
    note = models.TextField(blank=True)
    taken_from = models.CharField(
        max_length=200,
        blank=True,
        help_text="The file with which it came, included there: it counts without a report here.",
    )
    created_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["label", "pk"]
        verbose_name_plural = "studies"
        constraints = [
            models.UniqueConstraint(name="study_label_once", fields=["review", "label"], condition=Q(dropped_at=None)),
            models.CheckConstraint(name="study_design_known", condition=Q(design__in=["", *DESIGNS])),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def reports_in_view(self) -> int:
        """How many of its reports are in view; of a study that `queries.all_studies` has brought, with its `links`."""
        return sum(link.citation.live for link in self.links)


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
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The arm into which its numbers are combined.",
    )
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
    """One outcome of the review, at one time point: so is every result of a study for it, and the risk of bias that is judged of that.

    at: the time point, where the review has it with its window; `time_point` is then its name. Else `time_point` says it in words.
    """

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
    at = models.ForeignKey("TimePoint", models.PROTECT, null=True, blank=True, related_name="+")
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

    @property
    def is_of_arms(self) -> bool:
        """Whether its numbers are asked of arms or between them, and not of the study as a whole."""
        return bool(TABLES[self.kind].per_arm or TABLES[self.kind].per_contrast)


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
    def months(self) -> tuple[float | None, float | None]:
        """Its window in months, by which time points stand in order whatever their units."""
        begins, ends = (None if end is None else end * MONTHS[self.unit] for end in (self.begins, self.ends))
        return begins, ends

    @property
    def window(self) -> str:
        """From when to when, in words; empty without a window."""
        if self.begins is not None and self.ends is not None:
            return f"{self.begins} to {self.ends} {self.unit}"
        if self.begins is not None:
            return f"from {self.begins} {self.unit}"
        return f"up to {self.ends} {self.unit}" if self.ends is not None else ""
