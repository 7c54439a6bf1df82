"""What do people enter on the screening floor, and how is it checked? Forms validate; verbs save."""

from __future__ import annotations

from typing import Any

from django import forms

from reviewapp.models import Member, Stage
from screening import queries
from screening.formats import identifiers, names
from screening.formats.encoding import ENCODINGS
from screening.formats.preview import ROLES, Preview
from screening.models import Answer, Bibliography, Citation, Label, Search


class SearchForm(forms.ModelForm):
    """One search of one source."""

    class Meta:
        model = Search
        fields = [
            "kind",
            "source",
            "platform",
            "searched_on",
            "hits",
            "strategy",
            "limits",
            "filters",
            "prior_work",
            "peer_review",
            "note",
        ]
        widgets = {
            "kind": forms.RadioSelect,
            "searched_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "strategy": forms.Textarea(attrs={"rows": 4}),
            **{
                name: forms.Textarea(attrs={"rows": 2})
                for name in ("limits", "filters", "prior_work", "peer_review", "note")
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Search.Kind.choices
        self.fields["kind"].initial = Search.Kind.DATABASE


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; gives a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        sent = data if isinstance(data, list) else [data]
        return [super(FilesField, self).clean(each, initial) for each in sent or [None]]


class ImportForm(forms.Form):
    """Files of records."""

    file = FilesField(
        label="Files",
        allow_empty_file=True,
        error_messages={"required": "Choose one file or more."},
        help_text="As the database exported them: RIS, PubMed, EndNote, Web of Science, BibTeX, CSV, Excel, or a zip of these. "
        "You can choose several, or drop them here.",
    )
    encoding = forms.ChoiceField(
        label="Encoding", required=False, help_text="Found out by itself. It can still be changed after the import."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["encoding"].choices = [("", "Found out by itself"), *ENCODINGS]


class EncodingForm(forms.Form):
    """The encoding in which a kept file is read again."""

    encoding = forms.ChoiceField(
        label="Encoding", choices=ENCODINGS, widget=forms.Select(attrs={"class": "form-select w-auto"})
    )


class PasteForm(forms.Form):
    """DOIs and PubMed ids, or records, pasted in."""

    text = forms.CharField(
        label="DOIs or PubMed ids",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        max_length=1_000_000,
        help_text="One a line, or parted by commas. Whole records, copied from an export, can be pasted too.",
    )


class BibliographyForm(forms.Form):
    """The fields by which a publication is known, written by a person."""

    title = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}))
    authors = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="One a line: family name, given names."
    )
    year = forms.IntegerField(required=False, min_value=1500, max_value=2099)
    journal = forms.CharField(required=False, help_text="Or the book, the meeting, the register.")
    volume = forms.CharField(required=False)
    issue = forms.CharField(required=False)
    pages = forms.CharField(required=False)
    doi = forms.CharField(label="DOI", required=False)
    pmid = forms.CharField(label="PubMed id", required=False)
    abstract = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 6}))
    keywords = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="One a line.")
    url = forms.URLField(label="Web address", required=False, assume_scheme="https")
    type = forms.CharField(required=False, help_text="Such as Journal Article, Thesis or Conference Abstract.")
    language = forms.CharField(required=False)
    issn = forms.CharField(label="ISSN or ISBN", required=False)
    accession = forms.CharField(label="Accession number", required=False, help_text="The source's own number.")

    LISTS = ("authors", "keywords")

    def clean_doi(self) -> str:
        written = self.cleaned_data["doi"]
        found = identifiers.doi(written)
        if written and not found:
            raise forms.ValidationError(
                "This is no DOI. A DOI begins with 10. and has a slash, such as 10.1002/14651858."
            )
        return found

    def clean_pmid(self) -> str:
        written = self.cleaned_data["pmid"]
        found = identifiers.pmid(written)
        if written and not found:
            raise forms.ValidationError("This is no PubMed id. A PubMed id is a number of up to eight digits.")
        return found

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        return {name: self.said(name, value) for name, value in found.items()}

    def said(self, name: str, written: Any) -> Any:
        """A field's value as citations and records hold it."""
        if name == "year":
            year = str(written or "").strip()  # the field was looked at; what the page carries along was not
            return int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None
        text = "\n".join(" ".join(line.split()) for line in written.splitlines()).strip()
        if name in self.LISTS:
            return [line for line in map(names.tidy, text.split("\n")) if line]
        return text if name == "abstract" else " ".join(text.split())


class CitationForm(BibliographyForm):
    """What a citation shows, to be corrected. The page carries along what it showed, so that only what was changed is a change."""

    def __init__(self, citation: Citation, *args: Any, **kwargs: Any) -> None:
        self.shown = {name: self.written(getattr(citation, name)) for name in Bibliography.FIELDS}
        super().__init__(*args, initial=self.shown, **kwargs)

    @staticmethod
    def written(value: Any) -> str:
        return "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)

    def originals(self) -> list[tuple[str, str]]:
        """Hidden fields with what was shown when the page was opened."""
        return [(f"initial-{name}", self.data.get(f"initial-{name}", text)) for name, text in self.shown.items()]

    def changes(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The fields that the person changed, as they are now and as they were seen."""
        seen = {name: self.said(name, self.data.get(f"initial-{name}", self.shown[name])) for name in self.cleaned_data}
        changed = {name: value for name, value in self.cleaned_data.items() if value != seen[name]}
        return changed, {name: seen[name] for name in changed}


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
                widget=forms.Select(attrs={"class": "form-select"}),
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
        self.stage = stage
        if stage == Stage.FULL_TEXT:
            self.fields["reason"].queryset = queries.reasons(member)
        else:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """A reason that stood chosen in the form while another button was pressed is no reason for that answer."""
        found = super().clean()
        if self.stage != Stage.FULL_TEXT or found.get("answer") != Answer.EXCLUDE:
            found["reason"] = None
        return found


class ActForm(forms.Form):
    """An act of which nothing is asked but the browser's own number for it, if it gives one."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)


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

    label = forms.ModelChoiceField(label="With the label", queryset=None, required=False, empty_label="Any or none")

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = queries.sources_to_choose(member)
        self.fields["label"].queryset = queries.labels(member)

    def wish(self) -> queries.Wish:
        found = self.cleaned_data
        source, label = (each.pk if each else None for each in (found["source"], found["label"]))
        return queries.Wish(found["q"].replace("\0", "").strip(), source, found["since"], found["until"], label)


class AheadForm(forms.Form):
    """Which cards a browser asks for, to show them without waiting."""

    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    skip = Numbers(required=False, max_length=4000)
    size = forms.IntegerField(required=False, min_value=1)
    count = forms.IntegerField(required=False, min_value=1)


class NoteForm(forms.Form):
    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}), max_length=10_000)
    private = forms.BooleanField(label="For me alone", required=False)


class RemarkForm(forms.Form):
    """A contribution to the thread on a conflict. The page takes 10,000 letters; line ends are sent as two."""

    text = forms.CharField(
        label="Discussion", max_length=12_000, required=False
    )  # the verb says first whether it is here


class LabelForm(forms.Form):
    """A label's name and colour."""

    name = forms.CharField(label="Name", max_length=60)
    colour = forms.ChoiceField(label="Colour", choices=Label.Colour.choices, required=False)


class PutLabelForm(forms.Form):
    """A label of the list, or the name of a new one."""

    label = forms.ModelChoiceField(label="Label", queryset=None, required=False)
    name = forms.CharField(label="New label", max_length=60, required=False)

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].queryset = queries.labels(member)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if not found.get("label") and not found.get("name"):
            raise forms.ValidationError("Choose a label, or give a new one a name.")
        return found


class TermsForm(forms.Form):
    """The words that the desk marks, one a line."""

    include = forms.CharField(label="Terms that speak for including", required=False, max_length=20_000)
    exclude = forms.CharField(label="Terms that speak for excluding", required=False, max_length=20_000)


class FindForm(forms.Form):
    """Which citations a list shows: words, a search, where they stand."""

    q = forms.CharField(
        label="Words",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": 'Words, "words together", begin*, -without'}),
    )
    search = forms.ModelChoiceField(label="Search", queryset=None, required=False, empty_label="All searches")
    stands = forms.ChoiceField(label="Where it stands", required=False, choices=[("", "Anywhere"), *queries.STATES])

    def __init__(self, member: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["search"].queryset = queries.sources_to_choose(member)
        self.fields["q"].widget.attrs["class"] = "form-control"
        for name in ("search", "stands"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def clean_q(self) -> str:
        return self.cleaned_data["q"].strip()


class LinkForm(forms.Form):
    """To which citation a record belongs, by number."""

    citation = forms.IntegerField(label="Number of the citation", min_value=1)
