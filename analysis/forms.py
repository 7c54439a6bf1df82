"""What do people enter on the analysis floor, and how is it checked? Forms validate; verbs save."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django import forms

from analysis.comparison import Comparison, chosen, comparison_of
from analysis.grade.certainty import DOMAINS, START, START_WORDS, UPGRADES, Domain, Rating
from analysis.measures import PLANNED, measures_of
from analysis.models import Analysis, Finding
from analysis.queries.analyses import to_pool
from analysis.queries.sides import sides_by_question
from analysis.times import DAYS, NEAREST, Rule, rule_of
from analysis.times import KINDS as KINDS_OF_RULE
from reviewapp.models import Member

SECTIONS = {  # of the plan, and what each asks
    "What is pooled": (
        "outcome",
        "time_rule",
        "time_at",
        "time_unit",
        "time_within",
        "experimental",
        "control",
        "group",
        "arms",
    ),
    "Effect and model": ("measure", "method", "model", "preset"),
    "Where you depart from the conventions": ("estimator", "interval", "prediction", "level", "tests_from"),
    "Words in the figure": ("favours_left", "favours_right"),
    "Beside the result": ("published", "note"),
}


class PlanForm(forms.ModelForm):
    """What to pool and how. The outcome of a planned analysis stays; another outcome is another analysis.

    The rule for time points is asked in four fields, and cleaned into one, `times`, as analysis.times reads it.
    """

    time_rule = forms.ChoiceField(
        label="Of a study that measured at several times",
        required=False,
        choices=[("", "The outcome as it stands above, at its own time point"), *KINDS_OF_RULE.items()],
        widget=forms.RadioSelect,
        help_text="A rule chooses among the outcomes of the same name, kind and unit, one result for each study, so that nobody counts twice "
        "(Cochrane Handbook, 6.2.4). It goes by their time points, such as 12 weeks or 3 to 6 months.",
    )
    time_at = forms.IntegerField(label="Nearest to", required=False, min_value=1, max_value=1000)
    time_unit = forms.ChoiceField(
        label="Unit", required=False, choices=[(unit, unit) for unit in DAYS], initial="weeks"
    )
    time_within = forms.IntegerField(
        label="At most so far from it",
        required=False,
        min_value=1,
        max_value=1000,
        help_text="In the same unit. Studies without a result that near are not pooled, and named. Left empty: the nearest, however far.",
    )

    class Meta:
        model = Analysis
        fields = [
            "outcome",
            "measure",
            "method",
            "model",
            "preset",
            "estimator",
            "interval",
            "prediction",
            "level",
            "group",
            "arms",
            "tests_from",
            "favours_left",
            "favours_right",
            "published",
            "note",
        ]
        labels = {
            "model": "Model",
            "group": "Which arms of a study enter, where nothing is compared",
            "favours_left": "Words left of the line of no effect",
            "favours_right": "Words right of the line of no effect",
        }
        help_texts = {
            "estimator": "Its interval is the Q-profile one, whichever is chosen.",
            "favours_left": "Such as: Favours control. Measures of one group have no such line, and no words beside it.",
            "favours_right": "Such as: Favours intervention.",
            "group": "Of measures of one group, such as a proportion: arms that enter are combined, so that nobody counts twice. "
            "The sides are those of the arms’ roles, or of the answers chosen above. Where two groups are compared, both enter.",
        }
        widgets = {
            "model": forms.RadioSelect,
            "arms": forms.RadioSelect,
            "group": forms.RadioSelect,
            "method": forms.RadioSelect,
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    experimental = forms.MultipleChoiceField(
        label="Arms on the experimental side",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Where the review makes several comparisons: by what is agreed of each arm. Nothing chosen: as the arms’ roles say.",
    )
    control = forms.MultipleChoiceField(
        label="Arms on the control side", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = sides_by_question(member.review_id)
        planned = comparison_of(self.instance.comparison)
        if planned:  # what was planned stays a choice whatever has become of the form
            offered = {value for _, found in answers for value, _ in found}
            answers += [("As planned", [each for each in kept_of(planned) if each[0] not in offered])]
        for name in ("experimental", "control"):
            self.fields[name].choices = answers
            if not answers:
                del self.fields[name]
        self.sides = {value: words for _, found in answers for value, words in found}
        self.fields["outcome"].queryset = to_pool(member)
        self.fields["outcome"].empty_label = "Choose an outcome"
        self.fields["measure"].choices = [("", "Choose a measure"), *measures_by_kind()]
        self.fields["method"].choices = Analysis.Method.choices
        self.fields["method"].initial = Analysis.Method.IV
        for name in ("estimator", "interval", "prediction"):
            self.fields[name].choices = [("", "As the conventions say"), *self.fields[name].choices[1:]]
        self.fields["model"].choices = Analysis.Model.choices
        for name in ("arms", "level", "group"):
            self.fields[name].choices = Analysis._meta.get_field(name).choices
            self.fields[name].required = False
        said = member.review.small_study_tests_from
        self.fields["tests_from"].help_text = f"Studies. Left empty: as the protocol says, which is {said} now."
        places = list(self.fields)
        asked = [each for each in places if each.startswith("time_") or each in ("experimental", "control")]
        self.order_fields(["outcome", *asked, *(each for each in places if each not in asked)])
        if self.instance.pk:
            del self.fields["outcome"]
            self.initial |= fields_of(rule_of(self.instance.times))
            if planned:
                for name in ("experimental", "control"):
                    self.initial[name] = [f"{planned.by}={value}" for value, _ in getattr(planned, name)]

    def sections(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The questions under plain headings; what is not asked now is not there."""
        for heading, names in SECTIONS.items():
            if asked := [self[name] for name in names if name in self.fields]:
                yield heading, asked

    def clean_arms(self) -> str:
        """Combined, where nothing was chosen."""
        return self.cleaned_data["arms"] or self.instance.arms

    def clean_level(self) -> str:
        """As it was, where nothing was chosen."""
        return self.cleaned_data["level"] or self.instance.level

    def clean(self) -> dict[str, Any]:
        """Measure and method must fit the outcome; the message stands at the field that is to be changed."""
        given = super().clean()
        given["times"] = self.times(
            *(given.pop(name, None) for name in ("time_rule", "time_at", "time_unit", "time_within"))
        )
        given["comparison"] = self.comparison(given.pop("experimental", ()), given.pop("control", ()))
        outcome = given.get("outcome") or (self.instance.outcome if self.instance.pk else None)
        measure = given.get("measure")
        if outcome is None or not measure:
            return given
        known = measures_of(outcome.kind)
        if measure not in [each.id for each in known]:
            fitting = "; ".join(each.label for each in known)
            self.add_error("measure", f"This outcome is of the kind “{outcome.get_kind_display()}”: choose {fitting}.")
        else:
            chosen = {name: given.get(name) or "" for name in Analysis.OPTIONS}
            arms = {name: given.get(name) or "" for name in ("comparison", "group")}
            planned = Analysis(outcome=outcome, tests_from=given.get("tests_from"), **chosen, **arms)
            if told := planned.misfit():
                name, message, todo = told
                self.add_error(name if name in self.fields else None, f"{message} {todo}")
        return given

    def times(self, rule: str | None, at: int | None, unit: str | None, within: int | None) -> str:
        """The rule as a plan has it. What belongs to another rule than the chosen one is left aside."""
        if rule != NEAREST:
            return rule or ""
        if not at:
            if "time_at" not in self.errors:
                self.add_error("time_at", "Say to which time the result should be nearest.")
            return ""
        return f"{NEAREST} {at} {unit or 'weeks'}" + (f" within {within} {unit or 'weeks'}" if within else "")

    def comparison(self, experimental: Collection[str], control: Collection[str]) -> str:
        """The comparison as a plan has it."""
        try:
            found = chosen(experimental, control, self.sides)
        except ValueError as error:
            self.add_error("control", str(error))
            return ""
        return found.text if found else ""

    def validate_constraints(self) -> None:
        """Left to the verb, which says in words what is planned already."""


def kept_of(planned: Comparison) -> list[tuple[str, str]]:
    """The answers of a comparison as the form offers them."""
    return [(f"{planned.by}={value}", words) for value, words in (*planned.experimental, *planned.control)]


def fields_of(rule: Rule | None) -> dict[str, str]:
    """A rule as the form asks it."""
    if rule is None:
        return {}
    at, _, unit = rule.at.partition(" ")
    return {"time_rule": rule.kind, "time_at": at, "time_unit": unit, "time_within": rule.within.partition(" ")[0]}


def measures_by_kind() -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be chosen, under a heading for each kind of numbers."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in PLANNED:
        found.setdefault(each.answers.offered, []).append((each.id, each.label))
    return list(found.items())


class RatingForm(forms.Form):
    """The certainty of an outcome: where the evidence begins, and for each domain a step with its reason.

    rating: what the form is filled in with. but: what of it is left to be chosen, such as that in which two raters differ.
    """

    start = forms.ChoiceField(
        label="The evidence comes from",
        choices=list(START_WORDS.items()),
        error_messages={"required": "Say where the evidence comes from."},
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, rating: Rating | None = None, but: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rates_up = any(each in but or (rating is not None and rating.steps.get(each)) for each in UPGRADES)
        for domain in DOMAINS:
            open_to_choice = [("", "Choose …")] if domain.id in but else []
            choices = [*open_to_choice, *((str(step), words) for step, words in domain.steps.items())]
            select = forms.Select(attrs={"class": "form-select"})
            self.fields[f"step_{domain.id}"] = forms.ChoiceField(label=domain.name, choices=choices, widget=select)
            self.fields[f"step_{domain.id}"].error_messages["required"] = f"Choose what holds of {domain.name.lower()}."
            area = forms.Textarea(attrs={"class": "form-control", "rows": 2})
            self.fields[f"reason_{domain.id}"] = forms.CharField(
                label=f"Reason: {domain.name.lower()}", required=False, max_length=2000, widget=area
            )
            if rating is not None and domain.id not in but:
                self.initial[f"step_{domain.id}"] = str(rating.steps.get(domain.id, 0))
                self.initial[f"reason_{domain.id}"] = rating.reasons.get(domain.id, "")
        if rating is not None and START not in but:
            self.initial["start"] = rating.start

    @property
    def steps(self) -> dict[str, int]:
        return {domain.id: int(self.cleaned_data[f"step_{domain.id}"]) for domain in DOMAINS}

    @property
    def reasons(self) -> dict[str, str]:
        return {domain.id: self.cleaned_data[f"reason_{domain.id}"] for domain in DOMAINS}

    def down(self) -> Iterator[tuple[Domain, forms.BoundField, forms.BoundField]]:
        """The domains that take levels away, with their two fields."""
        yield from ((each, *self._fields(each)) for each in DOMAINS if each.id not in UPGRADES)

    def up(self) -> Iterator[tuple[Domain, forms.BoundField, forms.BoundField]]:
        """Those that may give some, for other than randomised studies."""
        yield from ((each, *self._fields(each)) for each in DOMAINS if each.id in UPGRADES)

    def _fields(self, domain: Domain) -> tuple[forms.BoundField, forms.BoundField]:
        return self[f"step_{domain.id}"], self[f"reason_{domain.id}"]


class AssumedRiskForm(forms.Form):
    """The risk that people have without the intervention, and where that is known from."""

    risk = forms.FloatField(
        label="Events of 1000 people without the intervention",
        required=False,
        min_value=0,
        max_value=1000,
        help_text="Left empty: the median of the control groups.",
    )
    source = forms.CharField(label="Source", required=False, max_length=200)

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        risk = finding.assumed_risk
        self.initial = {"risk": None if risk is None else f"{risk:g}", "source": finding.risk_source}
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
