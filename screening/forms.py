"""What do people enter on the screening floor, and how is it checked? Forms validate; verbs save."""

from __future__ import annotations

from typing import Any

from django import forms

from reviewapp.models import Member, Sharing, Stage
from screening import queries
from screening.formats.encoding import ENCODINGS
from screening.formats.preview import ROLES, Preview
from screening.models import Answer, Attempt, Search
from screening.queries.sharing import MOST, Which


class SearchForm(forms.ModelForm):
    """One search of one source."""

    class Meta:
        model = Search
        fields = ["kind", "source", "platform", "searched_on", "hits", "strategy", "note"]
        widgets = {
            "kind": forms.RadioSelect,
            "searched_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "strategy": forms.Textarea(attrs={"rows": 4}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Search.Kind.choices
        self.fields["kind"].initial = Search.Kind.DATABASE


class ImportForm(forms.Form):
    """A file of records."""

    file = forms.FileField(
        label="File", allow_empty_file=True, help_text="As the database exported it, for example in RIS format."
    )
    encoding = forms.ChoiceField(
        label="Encoding", required=False, help_text="Change it only if letters come out wrong."
    )
    again = forms.BooleanField(label="Import it again, if this review has this very file already", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["encoding"].choices = [("", "Found out by itself"), *ENCODINGS]


class ColumnsForm(forms.Form):
    """What each column of a table holds. `mapping` gives {column: field}, by the first row's words where it holds the names."""

    named = forms.BooleanField(label="The first row holds the columns' names; it is no record", required=False)

    def __init__(self, head: Preview, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head = head
        if head.header_line:
            del self.fields["named"]
        for number, column in enumerate(head.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column,
                choices=[("", "Something else"), *ROLES.items()],
                required=False,
                initial=head.guess.get(column, ""),
            )

    def mapping(self) -> dict[str, str]:
        columns = self.head.rows[0] if self.cleaned_data.get("named") else self.head.columns
        chosen = {column: self.cleaned_data[f"column_{number}"] for number, column in enumerate(columns)}
        return {column: role for column, role in chosen.items() if role}

    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Each column's field, beside its first cells."""
        cells = [[row[n] for row in self.head.rows[:4] if n < len(row)] for n in range(len(self.head.columns))]
        return [(self[f"column_{number}"], found) for number, found in enumerate(cells)]


class AnswerForm(forms.Form):
    """A vote or a resolution: an answer, and at full text the reason of an exclusion."""

    answer = forms.ChoiceField(choices=Answer.choices, error_messages={"required": "Choose an answer."})
    reason = forms.ModelChoiceField(queryset=None, required=False)
    comment = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    shown = forms.FloatField(required=False, widget=forms.HiddenInput)
    seconds = forms.FloatField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, member: Member, stage: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = queries.reasons(member)
        self.stage = stage

    def clean(self) -> dict[str, Any]:
        """A reason that stood chosen in the form while another button was pressed is no reason for that answer."""
        found = super().clean()
        if self.stage != Stage.FULL_TEXT or found.get("answer") != Answer.EXCLUDE:
            found["reason"] = None
        return found


class Numbers(forms.CharField):
    """Ids, separated by commas."""

    def clean(self, value: str) -> list[int]:
        parts = [part for part in super().clean(value).split(",") if part]
        if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
            raise forms.ValidationError("Give numbers, separated by commas.")
        return [int(part) for part in parts]


class WishForm(forms.Form):
    """Which of the waiting citations a member wants to see now."""

    q = forms.CharField(label="Words", required=False, max_length=500)
    source = forms.ModelChoiceField(label="Found by", queryset=None, required=False, empty_label="Any source")
    since = forms.IntegerField(label="From the year", required=False, min_value=1000, max_value=9999)
    until = forms.IntegerField(label="To the year", required=False, min_value=1000, max_value=9999)

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = queries.searches(member).filter(dropped_at=None)

    def wish(self) -> queries.Wish:
        found = self.cleaned_data
        source = found["source"].pk if found["source"] else None
        return queries.Wish(found["q"].replace("\0", "").strip(), source, found["since"], found["until"])


class AheadForm(forms.Form):
    """Which cards a browser asks for, to show them without waiting."""

    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    skip = Numbers(required=False, max_length=4000)
    count = forms.IntegerField(required=False, min_value=1)


class SharingForm(forms.Form):
    """How the work of a stage is shared."""

    mode = forms.ChoiceField(choices=Sharing.choices, widget=forms.RadioSelect, label="How the work is shared")


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
    year_to = forms.IntegerField(label="to", required=False, min_value=1000, max_value=9999)

    def __init__(self, member: Member, voters: list[Member], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = [(each.pk, str(each)) for each in voters]
        found = queries.searches(member).filter(dropped_at=None)
        self.fields["search"].choices = [("", "Any search"), *((each.pk, str(each)) for each in found)]

    def which(self) -> Which:
        """The citations that are meant."""
        return Which(**{name: self.cleaned_data[name] for name in ("number", "search", "year_from", "year_to")})

    def rule(self) -> str:
        """The same in words, as the trail keeps it."""
        data = self.cleaned_data
        source = dict(self.fields["search"].choices)[data["search"]] if data["search"] else ""
        years = (
            f"from {data['year_from']}" if data["year_from"] else "",
            f"to {data['year_to']}" if data["year_to"] else "",
        )
        parts = [
            f"up to {data['number']:,} citations",
            f"found by {source}" if source else "",
            " ".join(filter(None, years)),
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


class CellForm(forms.Form):
    """One cell of a table of agreement: two members, and what each said."""

    a = forms.IntegerField()
    b = forms.IntegerField()
    row = forms.ChoiceField(choices=Answer.choices)
    column = forms.ChoiceField(choices=Answer.choices)


class NoteForm(forms.Form):
    text = forms.CharField(label="Note to the team", widget=forms.Textarea(attrs={"rows": 2}), max_length=10_000)


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


class LinkForm(forms.Form):
    """To which citation a record belongs, by number."""

    citation = forms.IntegerField(label="Number of the citation", min_value=1)
