"""What stands on the analysis floor? Analyses that are planned, and the runs that executed them on frozen input."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from extraction.models import Outcome
from reviewapp.models import Job, Member, Review


class Analysis(models.Model):
    """What is to be pooled and how."""

    class Measure(models.TextChoices):
        RR = "RR", "Risk ratio (RR)"
        SMD = "SMD", "Standardised mean difference (SMD, Hedges' g)"

    class Method(models.TextChoices):
        MH = "MH", "Mantel-Haenszel"
        IV = "IV", "Inverse variance"

    class Model(models.TextChoices):
        RANDOM = "random", "Random effects"
        FIXED = "fixed", "Fixed effect"

    review = models.ForeignKey(Review, models.PROTECT, related_name="analyses")
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="analyses")
    measure = models.CharField(max_length=10, choices=Measure.choices)
    method = models.CharField(max_length=5, choices=Method.choices)
    model = models.CharField(max_length=10, choices=Model.choices, default=Model.RANDOM)
    preset = models.CharField(max_length=20, default="RevMan 5", help_text="The table of conventions.")
    favours_left = models.CharField(max_length=80, blank=True)
    favours_right = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)
    published = models.CharField(
        max_length=200, blank=True, help_text="A published result to compare with, and its source."
    )
    position = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "analyses"
        constraints = [
            models.CheckConstraint(name="mh_weights_are_for_events", condition=~Q(measure="SMD", method="MH"))
        ]

    def __str__(self) -> str:
        return str(self.outcome)


class Run(models.Model):
    """One execution of an analysis on frozen input. Superseded by the next, never edited once finished."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        DONE = "done", "Done"
        EMPTY = "empty", "Nothing to pool"

    analysis = models.ForeignKey(Analysis, models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    input = models.JSONField()
    options = models.JSONField()
    input_hash = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    message = models.TextField(blank=True)
    versions = models.JSONField(default=dict)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="run_number_once", fields=["analysis", "number"]),
            models.UniqueConstraint(name="equal_input_runs_once", fields=["analysis", "input_hash"]),
        ]
