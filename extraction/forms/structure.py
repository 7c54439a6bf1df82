"""What do people enter on studies, arms and outcomes?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

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
        fields = ["name", "role", "size", "part_of", "note"]
        labels = {"size": "Size", "part_of": "Combined into"}
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "role": "On which side of the review's comparison it stands.",
            "part_of": "Where the review compares several groups of the report as one: add the arm that they make, then each of them as "
            "not in this comparison. The sheet offers their numbers combined.",
        }

    def __init__(self, *args: Any, wholes: QuerySet[Arm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part_of"].queryset = wholes.exclude(pk=self.instance.pk)
        if not self.fields["part_of"].queryset.exists():
            del self.fields["part_of"]


class OutcomeForm(forms.ModelForm):
    """One outcome at one time point. The kind is asked once: answers belong to it."""

    times = forms.ModelMultipleChoiceField(
        None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Time points",
        help_text="The outcome is added once for each, with a table of its own on the sheets.",
    )

    class Meta:
        model = Outcome
        fields = ["name", "kind", "at", "time_point", "unit", "higher_is_better", "note"]
        labels = {
            "at": "Time point",
            "time_point": "Or its time point in words",
            "higher_is_better": "A higher value, or the event, is good for people",
        }
        help_texts = {
            "time_point": "Such as: after treatment. Where the review has time points with windows, choose among them instead.",
            "kind": "It cannot be changed later.",
            "note": "What counts and how it is measured; shown to those who extract.",
        }
        widgets = {"kind": forms.RadioSelect, "note": forms.Textarea(attrs={"rows": 2})}

    field_order = ("name", "kind", "times", "at", "time_point")

    def __init__(self, *args: Any, times: QuerySet[TimePoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Outcome.Kind.choices
        gone = {"kind", "times"} if self.instance.pk else {"at"}
        if not times:
            gone |= {"times", "at"}
            self.fields["time_point"].label = "Time point"
        for name in gone:
            del self.fields[name]
        for name in {"times", "at"} - gone:
            self.fields[name].queryset = times
        if "at" in self.fields and self.instance.at_id:
            self.initial["time_point"] = ""  # it is the name of the one that is chosen
