"""What do people enter on the version of the review that is updated?"""

from __future__ import annotations

from typing import Any

from django import forms

from extraction import queries
from extraction.models import PreviousVersion
from reviewapp.models import Member


class PreviousVersionForm(forms.Form):
    """How many studies and reports it had included, where that stands, and which of this review's studies it had already."""

    studies = forms.IntegerField(label="Studies included in the previous version", min_value=0, max_value=1_000_000)
    reports = forms.IntegerField(label="Reports of these studies", min_value=0, max_value=1_000_000)
    source = forms.CharField(
        label="Where these numbers stand",
        max_length=400,
        help_text="The previous version's citation, with its DOI.",
        widget=forms.TextInput(),
    )
    known = forms.ModelMultipleChoiceField(
        label="Studies of this review that it had already",
        queryset=None,  # the review's included studies, known once there is a member
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They were found again by a new report: that adds a report, and no study.",
    )

    def __init__(self, member: Member, data: Any = None) -> None:
        present = queries.previous_version(member)
        super().__init__(data, initial=initial(present) if present else None)
        self.fields["known"].queryset = queries.selected_studies(member.review).order_by("label", "pk")
        if not self.fields["known"].queryset.exists():
            del self.fields["known"]

    @property
    def told(self) -> dict[str, Any]:
        """What the verb is told."""
        known = [study.pk for study in self.cleaned_data.get("known", ())]
        return {name: self.cleaned_data[name] for name in ("studies", "reports", "source")} | {"known": known}


def initial(present: PreviousVersion) -> dict[str, Any]:
    known = list(present.known.values_list("pk", flat=True))
    return {"studies": present.studies, "reports": present.reports, "source": present.source, "known": known}
