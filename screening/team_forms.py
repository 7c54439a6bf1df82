"""What do leads enter who share work out, draw pilots, or look into the agreement? Forms validate; verbs save."""

from __future__ import annotations

from typing import Any

from django import forms

from reviewapp.models import Member, Sharing
from screening import queries
from screening.models import Answer
from screening.queries.sharing import MOST, Which
from screening.workflow.audits import MOST as MOST_LINKS


class SharingForm(forms.Form):
    """How the work of a stage is shared."""

    mode = forms.ChoiceField(choices=Sharing.choices, widget=forms.RadioSelect, label="Who is offered what")


class PartnersForm(forms.Form):
    """Two members who are to vote as a pair."""

    first = forms.TypedChoiceField(coerce=int, label="One")
    second = forms.TypedChoiceField(coerce=int, label="The other")

    def __init__(self, voters: list[Member], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].choices = [("", "Choose"), *((each.pk, str(each)) for each in voters)]


class ShareForm(forms.Form):
    """Which citations are to be shared out, and among whom."""

    members = forms.TypedMultipleChoiceField(coerce=int, label="Among", widget=forms.CheckboxSelectMultiple)
    number = forms.IntegerField(
        label="How many citations",
        min_value=1,
        max_value=MOST,
        help_text=f"At most {MOST:,} at a time, in the order of import.",
    )
    search = forms.TypedChoiceField(coerce=int, label="Found by", required=False, empty_value=None)
    year_from = forms.IntegerField(label="Published from", required=False, min_value=1000, max_value=9999)
    year_to = forms.IntegerField(label="Published to", required=False, min_value=1000, max_value=9999)
    label = forms.TypedChoiceField(
        coerce=int,
        label="With the label",
        required=False,
        empty_value=None,
        help_text="Labels that all may see: for full texts, those put at title and abstract.",
    )

    def __init__(self, member: Member, voters: list[Member], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = [(each.pk, str(each)) for each in voters]
        found = queries.sources_to_choose(member)
        self.fields["search"].choices = [("", "Any search"), *((each.pk, str(each)) for each in found)]
        labels = queries.labels(member)
        self.fields["label"].choices = [("", "Any or none"), *((each.pk, str(each)) for each in labels)]

    def which(self) -> Which:
        """The citations that are meant."""
        names = ("number", "search", "year_from", "year_to", "label")
        return Which(**{name: self.cleaned_data[name] for name in names})

    def rule(self) -> str:
        """The same in words, as the trail keeps it."""
        data = self.cleaned_data
        source = dict(self.fields["search"].choices)[data["search"]] if data["search"] else ""
        label = dict(self.fields["label"].choices)[data["label"]] if data["label"] else ""
        years = (
            f"from {data['year_from']}" if data["year_from"] else "",
            f"to {data['year_to']}" if data["year_to"] else "",
        )
        parts = [
            f"up to {data['number']:,} citations",
            f"found by {source}" if source else "",
            " ".join(filter(None, years)),
            f"labelled {label}" if label else "",
        ]
        return ", ".join(filter(None, parts))


class PilotForm(forms.Form):
    """A sample to be drawn, and who is to vote on it."""

    members = forms.TypedMultipleChoiceField(coerce=int, label="Who votes", widget=forms.CheckboxSelectMultiple)
    size = forms.IntegerField(
        label="How many citations", min_value=1, max_value=500, help_text="Drawn at random from those without a vote."
    )
    seed = forms.CharField(
        label="Seed",
        required=False,
        max_length=40,
        help_text="Left empty, one is made up. It is kept, and draws the same again.",
    )

    def __init__(self, voters: list[Member], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = [(each.pk, str(each)) for each in voters]


class OverrideForm(forms.Form):
    """Why the main screen begins although no pilot reached the level."""

    reason = forms.CharField(label="Why screening begins", max_length=2500)


class CellForm(forms.Form):
    """One cell of a table of agreement: two members, and what each said."""

    a = forms.IntegerField(max_value=2**62)  # what a database can hold
    b = forms.IntegerField(max_value=2**62)
    row = forms.ChoiceField(choices=Answer.choices)
    column = forms.ChoiceField(choices=Answer.choices)


class AuditForm(forms.Form):
    """How many of the links that rules made are to be judged."""

    size = forms.IntegerField(
        label="How many links",
        min_value=1,
        max_value=MOST_LINKS,
        help_text="If none is wrong, the true rate is at most 3.6% with 100 links, 1.8% with 200, 0.7% with 500 (exact 95% interval).",
    )
    seed = forms.CharField(
        label="Seed",
        required=False,
        max_length=40,
        help_text="Leave it empty to have one made. With it, anybody can draw the same sample from the same links.",
    )
