"""What do people enter about reports and the reasons to exclude them, and how is it checked? Forms validate; verbs save."""

from __future__ import annotations

from typing import Any

from django import forms

from reviewapp.models import Member
from screening import queries
from screening.models import Attempt


class PdfForm(forms.Form):
    file = forms.FileField(label="PDF of the report", allow_empty_file=True)


class CommentForm(forms.Form):
    comment = forms.CharField(label="Why", required=False, max_length=500)


class AttemptForm(forms.ModelForm):
    """One try to come by a report. `auto_id` is off: a page has many of these forms."""

    class Meta:
        model = Attempt
        fields = ["way", "tried_on", "text"]
        widgets = {"tried_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class ReasonForm(forms.Form):
    """The name of an exclusion reason, and its group."""

    text = forms.CharField(label="Reason", max_length=200)
    group = forms.CharField(label="Group", max_length=100, required=False)


class MergeForm(forms.Form):
    """As which other reason of the list one is counted."""

    into = forms.ModelChoiceField(label="Count it as", queryset=None)

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = queries.reasons(member)
