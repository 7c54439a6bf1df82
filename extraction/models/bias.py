"""With which tools does the review judge risk of bias, of which results, and what tools of its own has it made?"""

from __future__ import annotations

import hashlib
import json

from django.db import models
from django.db.models import Q
from django.utils import timezone

from extraction.models.studies import Outcome, Study
from reviewapp.models import Member, Review


class BiasPlan(models.Model):
    """One version of which tools are used for which designs. The newest holds; none is changed.

    Version 0 is nowhere stored: RoB 1 for every study, with which every review begins.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="bias_plans")
    number = models.PositiveSmallIntegerField()
    rules = models.JSONField(help_text="See rob.designs.")
    note = models.TextField(blank=True, help_text="Why it was chosen so.")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="bias_plan_once", fields=["review", "number"])]


class AssessedResult(models.Model):
    """That the risk of bias of a study's result for an outcome, which is at one time point, is to be judged, by tools that judge results.
    Undone, never deleted."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="assessed_results")
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="assessed_result_once", fields=["study", "outcome"], condition=Q(undone_at=None)
            )
        ]


class OwnTool(models.Model):
    """One version of a tool that the review has made or brought. In use once `used_at` is set, and never changed from then on."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="own_tools")
    tool = models.SlugField(max_length=25, help_text="Its id, the same in every version.")
    number = models.PositiveSmallIntegerField()
    pack = models.JSONField(help_text="The tool; see rob.pack.")
    note = models.TextField(blank=True, help_text="What has changed, and why.")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["tool", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="own_tool_version_once", fields=["review", "tool", "number"], condition=Q(dropped_at=None)
            ),
            models.UniqueConstraint(
                name="one_own_tool_draft", fields=["review", "tool"], condition=Q(used_at=None, dropped_at=None)
            ),
        ]

    @property
    def mark(self) -> str:
        """Of what stands there: another one as soon as anything of it is otherwise."""
        return hashlib.sha256(json.dumps(self.pack, sort_keys=True).encode()).hexdigest()[:16]
