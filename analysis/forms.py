"""What do people enter on the analysis floor, and how is it checked? Forms validate; verbs save."""

from __future__ import annotations

from typing import Any

from django import forms

from analysis.models import Analysis
from extraction.models import Outcome
from extraction.queries import outcomes
from reviewapp.models import Member

KINDS = {
    Outcome.Kind.DICHOTOMOUS: "For events",
    Outcome.Kind.CONTINUOUS: "For means",
    Outcome.Kind.RATE: "For rates",
    Outcome.Kind.TIME_TO_EVENT: "For time to an event",
    Outcome.Kind.CORRELATION: "For correlations",
    Outcome.Kind.GENERIC: "For effects with a standard error",
}


class PlanForm(forms.ModelForm):
    """What to pool and how. The outcome of a planned analysis stays; another outcome is another analysis."""

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
            "arms",
            "tests_from",
            "favours_left",
            "favours_right",
            "published",
            "note",
        ]
        labels = {
            "model": "Model",
            "favours_left": "Words left of the line of no effect",
            "favours_right": "Words right of the line of no effect",
        }
        help_texts = {
            "favours_left": "Such as: Favours control.",
            "favours_right": "Such as: Favours intervention.",
        }
        widgets = {
            "model": forms.RadioSelect,
            "arms": forms.RadioSelect,
            "method": forms.RadioSelect,
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].queryset = outcomes(member).filter(dropped_at=None, kind__in=list(Analysis.MEASURES_OF))
        self.fields["outcome"].empty_label = "Choose an outcome"
        self.fields["measure"].choices = [("", "Choose a measure"), *measures_by_kind()]
        self.fields["method"].choices = Analysis.Method.choices
        self.fields["method"].initial = Analysis.Method.IV
        for name in ("estimator", "interval", "prediction"):
            self.fields[name].choices = [("", "As the conventions say"), *self.fields[name].choices[1:]]
        self.fields["model"].choices = Analysis.Model.choices
        self.fields["arms"].choices = Analysis.Arms.choices
        self.fields["arms"].required = self.fields["tests_from"].required = False
        if self.instance.pk:
            del self.fields["outcome"]

    def clean_arms(self) -> str:
        """Combined, where nothing was chosen."""
        return self.cleaned_data["arms"] or self.instance.arms

    def clean_tests_from(self) -> int:
        """As many as are advised, where nothing was chosen."""
        given = self.cleaned_data["tests_from"]
        return self.instance.tests_from if given is None else given

    def clean(self) -> dict[str, Any]:
        """Measure and method must fit the outcome; the message stands at the field that is to be changed."""
        given = super().clean()
        outcome = given.get("outcome") or (self.instance.outcome if self.instance.pk else None)
        measure = given.get("measure")
        if outcome is None or not measure:
            return given
        known = Analysis.MEASURES_OF.get(outcome.kind, ())
        if measure not in known:
            fitting = ", ".join(known)
            self.add_error("measure", f"This outcome is of the kind “{outcome.get_kind_display()}”: choose {fitting}.")
        else:
            chosen = {name: given.get(name) or "" for name in Analysis.OPTIONS}
            planned = Analysis(outcome=outcome, tests_from=given.get("tests_from") or 0, **chosen)
            if told := planned.misfit():
                name, message, todo = told
                self.add_error(name, f"{message} {todo}")
        return given

    def validate_constraints(self) -> None:
        """Left to the verb, which says in words what is planned already."""


def measures_by_kind() -> list[tuple[str, list[tuple[str, str]]]]:
    return [(KINDS[kind], [(each.value, each.label) for each in found]) for kind, found in Analysis.MEASURES_OF.items()]
