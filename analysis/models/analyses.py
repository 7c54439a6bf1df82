"""What stands on the analysis floor? Analyses that are planned, and the runs that executed them on frozen input."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from analysis import comparison, pooling, times
from analysis.beyond import LEAST, TESTS_FROM
from analysis.investigations import COMMON, MODERATOR, SENSITIVITY, SUBGROUP
from analysis.measures import PLANNED, Measure, measure
from analysis.measures.described import CONTROL, EXPERIMENTAL
from extraction.models import Outcome
from extraction.schema.comparisons import COMBINED, SPLIT
from reviewapp.models import Job, Member, Review

# The jobs of this floor: looking which analyses have new data, one run, a package of all, the sums of the flow diagram, the figures of a large
# run, and a RevMan file.
REFRESH, RUN, PACK, CHECK = "analysis.refresh", "analysis.run", "analysis.pack", "analysis.check_flow"
DRAW = "analysis.draw"
TAKE, TAKE_BACK, ARCHIVE = "analysis.take_over", "analysis.take_back", "analysis.archive"


class Analysis(models.Model):
    """What is to be pooled and how."""

    class Method(models.TextChoices):
        MH = "MH", "Mantel-Haenszel"
        IV = "IV", "Inverse variance"
        PETO = "Peto", "Peto"

    class Model(models.TextChoices):
        RANDOM = "random", "Random effects"
        FIXED = "fixed", "Fixed effect"

    class Preset(models.TextChoices):
        """The tables of conventions of analysis.stats, by their names there."""

        REVMAN_2025 = "RevMan 2025", "RevMan 2025 (REML, Hartung-Knapp, prediction interval)"
        REVMAN_5 = "RevMan 5", "RevMan 5 (DerSimonian-Laird, Wald)"
        METAFOR = "metafor", "metafor (REML, Wald, R's defaults)"

    class Estimator(models.TextChoices):
        """Of the variance between studies, by their names in analysis.stats."""

        REML = "REML", "Restricted maximum likelihood (REML)"
        DL = "DL", "DerSimonian-Laird"
        PM = "PM", "Paule-Mandel"
        ML = "ML", "Maximum likelihood"
        EB = "EB", "Empirical Bayes (Morris)"
        HE = "HE", "Hedges"
        HS = "HS", "Hunter-Schmidt"
        SJ = "SJ", "Sidik-Jonkman"

    class Interval(models.TextChoices):
        """Of the pooled effect, by their names in analysis.stats."""

        ADVICE = "advice", "Hartung-Knapp, but Wald for two studies or without heterogeneity"
        KNHA = "knha", "Hartung-Knapp"
        ADHOC = "adhoc", "Hartung-Knapp, never narrower than Wald"
        WALD = "z", "Wald (normal)"

    class Prediction(models.TextChoices):
        """Where a new study's effect may lie, by its names in analysis.stats."""

        V = "V", "With k − 1 degrees of freedom"
        HTS = "HTS", "With k − 2 degrees of freedom (Higgins, Thompson, Spiegelhalter)"
        HK = "HK", "With k − 1 degrees of freedom and the Hartung-Knapp standard error"
        NONE = "none", "None"

    class Level(models.TextChoices):
        """Of all intervals, in percent."""

        L90 = "90", "90%"
        L95 = "95", "95%"
        L99 = "99", "99%"

    class Arms(models.TextChoices):
        """How several arms of a group enter, by their names in extraction.schema.comparisons."""

        COMBINED = COMBINED, "Combined into one group"
        SPLIT = SPLIT, "Compared one by one, the control group split among them"

    class Group(models.TextChoices):
        """Which arms of a study are its one group, by their roles; none of it where two groups are compared."""

        ALL = "", "All arms of a study"
        EXPERIMENTAL = EXPERIMENTAL, "Its arms on the experimental side"
        CONTROL = CONTROL, "Its arms on the control side"

    OPTIONS = ("measure", "method", "model", "preset", "estimator", "interval", "prediction", "arms", "level")
    PICKED = ("times", "comparison", "group")  # whose numbers enter: a run keeps of these what is chosen
    CHOICES = (*OPTIONS, *PICKED)  # by which one analysis is another than the next

    review = models.ForeignKey(Review, models.PROTECT, related_name="analyses")
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="analyses")
    times = models.CharField(
        "rule for time points",
        max_length=60,
        blank=True,
        help_text="Which result of a study that measured several times; see analysis.times. Empty: the outcome as it stands.",
    )
    comparison = models.CharField(
        max_length=800,
        blank=True,
        help_text="Which arms are compared; see analysis.comparison. Empty: as their roles say.",
    )
    measure = models.CharField("effect measure", max_length=10, choices=[(each.id, each.label) for each in PLANNED])
    method = models.CharField(max_length=5, choices=Method.choices)
    model = models.CharField(max_length=10, choices=Model.choices, default=Model.RANDOM)
    preset = models.CharField(
        "conventions",
        max_length=20,
        choices=Preset.choices,
        default=Preset.REVMAN_2025,
        help_text="Whose rules hold for everything not chosen below: variance between studies, intervals, zero cells.",
    )
    estimator = models.CharField("variance between studies", max_length=8, choices=Estimator.choices, blank=True)
    interval = models.CharField("confidence interval", max_length=8, choices=Interval.choices, blank=True)
    prediction = models.CharField("prediction interval", max_length=8, choices=Prediction.choices, blank=True)
    arms = models.CharField(
        "several arms of a group",
        max_length=10,
        choices=Arms.choices,
        default=Arms.COMBINED,
        help_text="Of studies with more than two arms. Either way nobody counts twice (Cochrane Handbook, 23.3.4).",
    )
    group = models.CharField(
        "arms that enter",
        max_length=12,
        choices=Group.choices,
        blank=True,
        help_text="Of measures of one group. Arms that enter are combined, so that nobody counts twice.",
    )
    level = models.CharField(
        "level of intervals",
        max_length=2,
        choices=Level.choices,
        default=Level.L95,
        help_text="Of all intervals: confidence, prediction, and the studies’ own. Tests and P values stay as they are.",
    )
    tests_from = models.PositiveSmallIntegerField(
        "small-study tests from",
        null=True,
        blank=True,
        help_text="Studies. Left empty: as the protocol says.",
    )
    favours_left = models.CharField("left of no effect favours", max_length=80, blank=True)
    favours_right = models.CharField("right of no effect favours", max_length=80, blank=True)
    note = models.TextField(blank=True, help_text="Shown with the analysis, e.g. where its data come from.")
    published = models.CharField(
        "published result", max_length=200, blank=True, help_text="To compare with: the result and its source."
    )
    position = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "analyses"
        constraints = [
            models.CheckConstraint(
                name="mh_weights_are_for_events",
                condition=~Q(method="MH") | Q(measure__in=["RR", "OR", "RD"]),
            ),
            models.CheckConstraint(
                name="peto_pools_odds_ratios_with_one_effect",
                condition=~Q(method="Peto") | Q(measure="OR", model="fixed"),
            ),
            models.UniqueConstraint(
                name="analysis_planned_once",
                fields=[
                    "outcome",
                    "measure",
                    "method",
                    "model",
                    "preset",
                    "estimator",
                    "interval",
                    "prediction",
                    "arms",
                    "level",
                    "times",
                    "comparison",
                    "group",
                ],
                condition=Q(dropped_at=None),
            ),
        ]

    def __str__(self) -> str:
        outcome = f"{self.outcome.name}, {times.in_words(self.times)}" if self.times else str(self.outcome)
        return f"{comparison.in_words(self.comparison)}: {outcome}" if self.comparison else outcome

    def misfit(self) -> tuple[str, str, str] | None:
        """The field that does not go with the others, why, and what to do; None when all fit. `outcome` and `measure` are known to fit."""
        method, model, of = self.Method, self.Model, measure(self.measure)
        fits = self.method in of.weights
        if self.method == method.MH and not fits:
            return "method", "Mantel-Haenszel weights are for events of a total.", "Choose inverse variance."
        if self.method == method.PETO and not fits:
            return "method", "Peto's method pools odds ratios.", "Choose the odds ratio, or another method."
        if self.method == method.PETO and self.model != model.FIXED:
            return "model", "Peto's method assumes one common effect.", "Choose the fixed effect, or inverse variance."
        if told := self.arms_misfit(of):
            return told
        if self.tests_from is not None and self.tests_from < LEAST:
            return "tests_from", f"A test of the funnel's asymmetry needs {LEAST} studies.", f"Choose {LEAST} or more."
        chosen = next((name for name in ("estimator", "interval", "prediction") if getattr(self, name)), "")
        if chosen and self.model == model.FIXED:
            words = self._meta.get_field(chosen).verbose_name
            return chosen, f"With one fixed effect the {words} is no matter of choice.", "Leave it to the conventions."
        chosen = next((name for name in ("estimator", "interval") if getattr(self, name)), "")
        if chosen and self.method == method.MH:
            words = "Mantel-Haenszel weights go with DerSimonian and Laird's variance and Wald intervals."
            return chosen, words, "Leave it to the conventions, or choose inverse variance."
        return None

    def arms_misfit(self, of: Measure) -> tuple[str, str, str] | None:
        """The same of the arms that are to enter."""
        found = comparison.comparison_of(self.comparison)
        if len(of.answers.groups) != 1:
            if self.group:
                return "group", f"{of.brief} does not pool one group alone.", f"Choose “{self.Group.ALL.label}”."
            if found and not all(found.sides):
                return "control", "A comparison has two sides:", "choose at least one answer for each."
            return None
        if self.arms == self.Arms.SPLIT:
            return "arms", "Of one group nothing is compared or split.", f"Choose “{self.Arms.COMBINED.label}”."
        if found and not self.group:
            words = "Arms are chosen by their answers, but all arms of a study enter."
            return "group", words, "Choose the side whose arms enter, or no answers."
        if found and not getattr(found, self.group):
            return self.group, "No answer is chosen for the side whose arms enter.", "Choose at least one."
        return None

    @property
    def standing(self) -> list[Investigation]:
        """What is planned beside the pooled effect, not dropped. With the investigations prefetched it asks nothing."""
        return [each for each in self.investigations.all() if each.dropped_at is None]

    @property
    def options(self) -> dict[str, str]:
        """How it is pooled: what a run freezes beside its input."""
        chosen = {name: str(getattr(self, name)) for name in self.OPTIONS}
        # what was not there to choose when earlier runs were made is said only when it is chosen: their input stays what it was
        least = self.review.small_study_tests_from if self.tests_from is None else self.tests_from
        more = {} if least == TESTS_FROM else {"tests_from": str(least)}
        if self.level == self.Level.L95:
            del chosen["level"]
        more |= {name: getattr(self, name) for name in self.PICKED if getattr(self, name)}
        return {**chosen, **pooling.resolved(chosen), **more}

    @property
    def how(self) -> str:
        """The same as a reader's line, such as "RR, Mantel-Haenszel, random effects, RevMan 5"; what departs from the conventions last."""
        chosen = [self.get_estimator_display(), self.get_interval_display()]
        if self.prediction == self.Prediction.NONE:
            chosen.append("no prediction interval")
        if self.level != self.Level.L95:
            chosen.append(f"{self.level}% intervals")
        if self.arms == self.Arms.SPLIT:
            chosen.append("arms one by one, control split")
        if self.times:
            chosen.append(f"of each study {times.in_words(self.times)}")
        of = measure(self.measure)
        if not of.compares:
            chosen.append(self.get_group_display().lower())
        said = [of.brief, self.get_method_display(), self.get_model_display().lower(), self.preset, *chosen]
        return ", ".join(each for each in said if each)


class Investigation(models.Model):
    """What is looked at beside an analysis' pooled effect, and whether it was planned before a result was known. Dropped, never deleted."""

    class Kind(models.TextChoices):
        SUBGROUP = SUBGROUP, "Subgroups by"
        COMMON = COMMON, "Subgroups with one tau² by"
        MODERATOR = MODERATOR, "Meta-regression on"
        SENSITIVITY = SENSITIVITY, "Sensitivity analysis"

    analysis = models.ForeignKey(Analysis, models.PROTECT, related_name="investigations")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    by = models.CharField(
        max_length=400, help_text="Characteristics of studies, or a set; see analysis.investigations."
    )
    post_hoc = models.BooleanField(help_text="Whether a run of the analysis had a result when this was planned.")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="investigated_once", fields=["analysis", "kind", "by"], condition=Q(dropped_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.by}"


class Run(models.Model):
    """One execution of an analysis on frozen input. Superseded by the next, never edited once finished.

    input    the agreed values, study by study, as analysis.frozen shapes them
    options  Analysis.options when it was queued
    result   what analysis.pooling gave back; null until it is finished
    """

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
            models.CheckConstraint(
                name="run_has_a_result_when_finished",
                condition=Q(state="queued")
                | Q(state__in=["done", "empty"], result__isnull=False, finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number} of {self.analysis}"

    @property
    def is_finished(self) -> bool:
        return self.state != self.State.QUEUED


class Freeze(models.Model):
    """That a finished run is what a manuscript reports. Ended, never deleted; the run itself never changes."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    purpose = models.CharField("frozen for", max_length=200)
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="run_frozen_once", fields=["run"], condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return self.purpose


class Package(models.Model):
    """A reproduction package, or the whole review: made on request, kept under the hash of what it holds. sha256 is empty until its job is done.

    The whole review is as its member may see it, and is handed to nobody else.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="packages")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", null=True)
    whole = models.BooleanField(default=False, help_text="The whole review, not only what reproduces its analyses.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{'archive' if self.whole else 'package'} of {self.created_at:%d %B %Y, %H:%M}"


class Override(models.Model):
    """That a review departs from a standard of conduct, and why, in writing. Taken back, never deleted; printed with the standard."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    standard = models.CharField(max_length=10, help_text="Its id, such as C39.")
    reason = models.TextField()
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_override_per_standard", fields=["review", "standard"], condition=Q(withdrawn_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.standard


class Takeover(models.Model):
    """A RevMan file that was sent to be taken over: shown first, then made part of the review, and undone if need be.

    made: by the file's names, the ids of what was made, {studies, outcomes, analyses}; kept: of each analysis and study, what the file
    calls it, so that it can go back there. left_out: what could not be taken, in sentences.
    """

    class State(models.TextChoices):
        SHOWN = "shown", "Not taken over yet"
        QUEUED = "queued", "Being taken over"
        TAKEN = "taken", "Taken over"
        GOING = "going", "Being taken back"
        UNDONE = "undone", "Taken back"

    review = models.ForeignKey(Review, models.PROTECT, related_name="takeovers")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SHOWN)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(default=0)
    made = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    left_out = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="takeover_state_known", condition=Q(state__in=["shown", "queued", "taken", "going", "undone"])
            )
        ]

    def __str__(self) -> str:
        return self.file_name
