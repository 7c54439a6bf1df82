"""What stands on the extraction floor? Studies with their reports and arms, outcomes, sheets, assessments."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from extraction.schema import Answer
from reviewapp.access import TABLE, Can
from reviewapp.models import Member, Review
from screening.models import Citation


class Study(models.Model):
    """The investigation that one or more reports tell of; what is extracted and analysed."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="studies")
    label = models.CharField(max_length=120, help_text="Author and year, such as Murray 2003.")
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


class Arm(models.Model):
    """One group of a study. Role says on which side of the review's comparison it stands; `other` is in neither."""

    class Role(models.TextChoices):
        EXPERIMENTAL = "experimental", "Experimental"
        CONTROL = "control", "Control"
        OTHER = "other", "Not in this comparison"

    study = models.ForeignKey(Study, models.PROTECT, related_name="arms")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=15, choices=Role.choices)
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
        DICHOTOMOUS = "dichotomous", "Dichotomous (events of total)"
        CONTINUOUS = "continuous", "Continuous (mean, SD, n)"

    review = models.ForeignKey(Review, models.PROTECT, related_name="outcome_set")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=15, choices=Kind.choices)
    time_point = models.CharField(max_length=120, blank=True)
    higher_is_better = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="outcome_kind_known", condition=Q(kind__in=["dichotomous", "continuous"]))
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.time_point}" if self.time_point else self.name


class BlindPair(models.QuerySet):
    """Sheets or assessments of which each study has two, blind to each other, and one agreed."""

    def standing(self) -> BlindPair:
        """Those that count: not withdrawn."""
        return self.filter(withdrawn_at=None)

    def own(self) -> BlindPair:
        """Members' own standing ones: at most two for a study and tool."""
        return self.standing().filter(agreed=False)

    def signed(self) -> BlindPair:
        """The standing agreement: at most one for a study and tool."""
        return self.standing().filter(agreed=True)

    def holding(self) -> BlindPair:
        """Own ones that take one of the two places: submitted, or of a member who may still go on with it."""
        present = Q(
            member__left_at=None, member__is_author=True, member__role__in=[str(role) for role in TABLE[Can.EXTRACT]]
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

    unblinded = models.Manager()

    class Meta:
        abstract = True
        ordering = ["pk"]

    @property
    def answer(self) -> Answer:
        return Answer(self.value, self.text)


class Sheet(Blinded):
    """One member's filled-in extraction form for one study; the agreed sheet stands beside the two."""

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
