"""What do people enter on studies, arms and outcomes?"""

from __future__ import annotations

from typing import Any

from django import forms

from extraction.models import Arm, Outcome, TimePoint
from extraction.schema.labels import LONGEST as LONGEST_LABEL


class ReportForm(forms.Form):
    """One report of the review, by its number."""

    report = forms.IntegerField(widget=forms.HiddenInput)


class JoinForm(ReportForm):
    """A report, and the study that it tells of."""

    study = forms.IntegerField(label="Study", error_messages={"required": "Choose a study."})


class StudyForm(forms.Form):
    """What a study is called, and what to know of it."""

    label = forms.CharField(max_length=LONGEST_LABEL, help_text="Author and year, such as Murray 2003.")
    registration = forms.CharField(
        required=False, max_length=120, help_text="Its numbers in trial registers, such as NCT01234567."
    )
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))


class MoveForm(ReportForm):
    """A report, and the study of which it tells after all."""

    to = forms.IntegerField(label="Study", error_messages={"required": "Choose a study."})


class TimePointForm(forms.ModelForm):
    """A time point of the review, with its window."""

    class Meta:
        model = TimePoint
        fields = ["name", "begins", "ends", "unit"]
        labels = {"begins": "Window from", "ends": "Window to"}
        help_texts = {"name": "Such as: short term.", "begins": "", "ends": "", "unit": "Since randomisation."}


class ArmForm(forms.ModelForm):
    """One arm of a study."""

    class Meta:
        model = Arm
        fields = ["name", "role", "size", "note"]
        labels = {"size": "Size"}
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"role": "On which side of the review's comparison it stands."}


class OutcomeForm(forms.ModelForm):
    """One outcome at one time point. The kind is asked once: answers belong to it."""

    class Meta:
        model = Outcome
        fields = ["name", "kind", "time_point", "unit", "higher_is_better", "note"]
        labels = {"higher_is_better": "A higher value, or the event, is good for people"}
        help_texts = {
            "time_point": "Such as: after treatment.",
            "kind": "It cannot be changed later.",
            "note": "What counts and how it is measured; shown to those who extract.",
        }
        widgets = {"kind": forms.RadioSelect, "note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Outcome.Kind.choices
        if self.instance.pk:
            del self.fields["kind"]
