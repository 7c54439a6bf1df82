"""What do people enter when they build a form? Sections, questions, files, and what is said when a version is put into use."""

from __future__ import annotations

from typing import Any

from django import forms

from extraction.models import Plan
from extraction.schema import Form, Question, edit
from extraction.schema.fields import NUMBERS, WITH_OPTIONS, Kind
from extraction.schema.form import KIND_WORDS, LONGEST, PER_WORDS, Per


class NameForm(forms.Form):
    """What the form is called, and what it is for: both go with it to other reviews."""

    name = forms.CharField(max_length=LONGEST["name"])
    about = forms.CharField(
        required=False, max_length=LONGEST["about"], label="What it is for", widget=forms.Textarea(attrs={"rows": 3})
    )


class SectionForm(forms.Form):
    """A heading, and for what its questions are asked. That is asked once: answers belong to it."""

    title = forms.CharField(max_length=LONGEST["title"], label="Heading")
    per = forms.ChoiceField(
        label="Asked",
        choices=[(str(per), words) for per, words in PER_WORDS.items()],
        help_text="It cannot be changed later.",
    )
    help = forms.CharField(
        required=False, max_length=LONGEST["help"], label="Help", widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["per"]


class QuestionForm(forms.Form):
    """One question. What does not belong to its kind is not shown where the browser can hide it, and is left out in any case."""

    label = forms.CharField(max_length=LONGEST["label"], label="Question")
    kind = forms.ChoiceField(label="Kind of answer", choices=[(str(kind), words) for kind, words in KIND_WORDS.items()])
    help = forms.CharField(
        required=False,
        max_length=LONGEST["help"],
        label="Help",
        help_text="Shown below the question: what counts, and where it usually stands.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    required = forms.BooleanField(required=False, label="Needed: a sheet cannot be submitted or agreed without it")
    needs_source = forms.BooleanField(required=False, label="An answer has to say where it stands")
    options = forms.CharField(
        required=False,
        label="Answers to choose from",
        help_text="One on each line.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    unit = forms.CharField(required=False, max_length=LONGEST["unit"], help_text="Such as months, or %.")
    units = forms.CharField(
        required=False,
        label="Other units",
        help_text="One on each line, such as years = 12: a year has 12 of the unit above.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    lowest = forms.FloatField(required=False, label="Least value possible")
    highest = forms.FloatField(required=False, label="Greatest value possible")
    tolerance = forms.FloatField(
        required=False,
        min_value=0,
        label="Tolerance",
        help_text="Two answers that are no farther apart count as equal. Empty: they have to be the same number.",
    )
    asked_if = forms.ChoiceField(required=False, label="Asked only after an answer to")
    asked_values = forms.CharField(
        required=False,
        label="… if that answer is",
        help_text="One or more of its answers, one on each line. Empty: any answer.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    asks_anew = forms.BooleanField(
        required=False,
        label="It asks something else now",
        help_text="Answers given before are then to be looked at again. Leave it empty when only the words are better.",
    )

    def __init__(self, form: Form, per: Per, *args: Any, question: Question | None = None, **kwargs: Any) -> None:
        if question and "initial" not in kwargs:
            kwargs["initial"] = initial(form, question)
        super().__init__(*args, **kwargs)
        if per is not Per.OUTCOME:  # where alone tables are asked
            self.fields["kind"].choices = [each for each in self.fields["kind"].choices if each[0] != Kind.TABLE]
        self.fields["asked_if"].choices = [("", "asked always"), *conditions(form, question)]
        if question is None:
            del self.fields["asks_anew"]

    def details(self) -> dict[str, Any]:
        """What the verb takes: without what does not belong to the kind."""
        given = dict(self.cleaned_data)
        kind = Kind(given["kind"])
        if kind not in NUMBERS:
            given |= {"unit": "", "units": "", "lowest": None, "highest": None, "tolerance": 0.0}
        if kind not in (Kind.CHOICE, Kind.SEVERAL):
            given["options"] = ""
        return given


def initial(form: Form, question: Question) -> dict[str, Any]:
    """A question as it stands in the form's fields."""
    plain = ("label", "kind", "help", "required", "needs_source", "unit", "lowest", "highest")
    found = {name: getattr(question, name) for name in plain}
    condition = question.asked_if
    labels = {}
    if condition:
        labels = {each.value: each.label for each in form.questions[condition.question].options}
    return found | {
        "kind": str(question.kind),
        "options": edit.write_options(question.options),
        "units": edit.write_units(question.units),
        "tolerance": question.tolerance or None,
        "asked_if": condition.question if condition else "",
        "asked_values": "\n".join(labels.get(each, each) for each in condition.values) if condition else "",
    }


def conditions(form: Form, question: Question | None) -> list[tuple[str, str]]:
    """The questions on which this one can depend: those before it."""
    found = []
    for _, each in form.places():
        if question and each.id == question.id:
            break
        if each.kind is not Kind.TABLE:
            answers = f" ({', '.join(option.label for option in each.options)})" if each.kind in WITH_OPTIONS else ""
            found.append((each.id, f"{each.label}{answers}"[:120]))
    return found


class ImportForm(forms.Form):
    """A form in a file."""

    file = forms.FileField(label="Form, as a JSON file", error_messages={"required": "Choose a file."})


class UseForm(forms.Form):
    """What is said of a version when it is put into use."""

    note = forms.CharField(
        required=False,
        max_length=2000,
        label="What has changed, and why",
        help_text="It stands beside the version, for the report of the review.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PlanForm(forms.Form):
    """How the review extracts."""

    mode = forms.ChoiceField(label="Sheets are filled in by", choices=Plan.Mode.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Reason",
        help_text="Needed for one author with a second who verifies: it stands in the report of the review.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("mode") == Plan.Mode.VERIFIED and not given.get("reason", "").strip() and not self.errors:
            self.add_error(
                "reason", "Cochrane’s standards ask for two for outcome data (C46): say why one, as the report will."
            )
        return given
