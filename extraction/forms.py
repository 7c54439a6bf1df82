"""What do people enter on the extraction floor, and how is it checked? Forms validate; verbs save.

The name of a field in a posted form is its key, such as `outcome/3/arm/7/events`; `source:` and the key is where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from extraction import schema
from extraction.models import Arm, Outcome
from extraction.queries import Agreement
from extraction.schema import Answer, Choice, Field, Kind, Pair, Problem, TakenFrom
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
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ArmForm(forms.ModelForm):
    """One arm of a study."""

    class Meta:
        model = Arm
        fields = ["name", "role", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"role": "On which side of the review's comparison it stands."}


class OutcomeForm(forms.ModelForm):
    """One outcome at one time point. The kind is asked once: answers belong to it."""

    class Meta:
        model = Outcome
        fields = ["name", "kind", "time_point", "higher_is_better", "note"]
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


# --- sheets and assessments ------------------------------------------------------------------------------------


class AnswerField(forms.CharField):
    """One question of a form: reads what was typed, and complains in words that name it."""

    def __init__(self, question: Field, **kwargs: Any) -> None:
        self.question = question
        super().__init__(required=False, label=question.label, help_text="", widget=widget_for(question), **kwargs)

    def clean(self, value: object) -> object:
        try:
            return schema.read(self.question, value)
        except schema.Unreadable as error:
            raise forms.ValidationError(error.sentence) from None


def widget_for(question: Field) -> forms.Widget:
    if question.kind is Kind.CHOICE:
        return forms.RadioSelect(
            choices=[(option.value, option.label) for option in question.options], attrs={"class": "btn-check"}
        )
    if question.kind is Kind.TEXT:
        return forms.Textarea(attrs={"rows": 2, "class": "form-control grows"})
    mode = "numeric" if question.kind is Kind.INTEGER else "decimal"
    return forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off", "class": "form-control number"})


class AnswersForm(forms.Form):
    """A member's own answers, and a text for each: where it stands, or what supports it.

    Only what was posted counts: a field that came to the form while a page was open is left as it is.
    """

    text_name = "source"
    text_label = "Source"

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        questions: Iterable[Field],
        answers: Mapping[str, Answer],
        data: QueryDict | None = None,
        *,
        version: int = 0,
        locked: bool = False,
    ) -> None:
        super().__init__(data)
        self.questions = tuple(questions)
        self.fields["version"].initial = version
        for question in self.questions:
            answer = answers.get(question.key, Answer())
            self.fields[question.key] = AnswerField(question, initial=schema.show(answer.value), disabled=locked)
            name = self.text_of(question)
            if answer.text or name not in self.fields:
                self.fields[name] = self.text_field(question, answer.text, locked)

    def text_of(self, question: Field) -> str:
        """The name of the field for a question's text: cells in one row of a table share it."""
        return f"{self.text_name}:{question.row or question.key}"

    def text_field(self, question: Field, initial: str, locked: bool) -> forms.CharField:
        about = question.label.removesuffix(f", {question.column}")
        rows = forms.Textarea(attrs={"rows": 2, "class": "form-control grows"})
        line = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
        return forms.CharField(
            required=False,
            label=f"{self.text_label}: {about}",
            max_length=schema.LONGEST_SOURCE,
            initial=initial,
            disabled=locked,
            widget=rows if self.text_name == "support" else line,
        )

    def values(self) -> dict[str, object]:
        """What was posted and can be read, by key."""
        keys = (question.key for question in self.questions)
        return {key: self.cleaned_data[key] for key in keys if key in self.data and key in self.cleaned_data}

    def texts(self) -> dict[str, str]:
        """The posted texts, by key of the question."""
        names = ((question.key, self.text_of(question)) for question in self.questions)
        return {key: self.cleaned_data[name] for key, name in names if name in self.data and name in self.cleaned_data}

    def problems(self) -> list[Problem]:
        """What could not be read, by field."""
        return [Problem(name, " ".join(told)) for name, told in self.errors.items()]


@dataclass(frozen=True, slots=True)
class Line:
    """One question on the page, or one row of a table: its fields and the text that goes with them."""

    question: Any
    cells: list[forms.BoundField]
    text: forms.BoundField

    @property
    def answer(self) -> forms.BoundField:
        return self.cells[0]


class SheetForm(AnswersForm):
    """An extraction sheet: questions on the study, and a table for each outcome."""

    def __init__(self, asked: schema.Asked, *args: Any, **kwargs: Any) -> None:
        super().__init__(asked.fields, *args, **kwargs)
        self.asked = asked

    def study_lines(self) -> Iterator[Line]:
        for block in self.asked.blocks:
            for question in block.fields:
                yield Line(question, [self[question.key]], self[self.text_of(question)])

    def tables(self) -> Iterator[tuple[schema.Table, list[Line]]]:
        for table in self.asked.tables:
            yield (
                table,
                [
                    Line(row, [self[each.key] for each in row.core], self[self.text_of(row.fields[0])])
                    for row in table.rows
                ],
            )


class BiasForm(AnswersForm):
    """A risk-of-bias assessment: a judgement and its support for each domain."""

    text_name = "support"
    text_label = "Support"

    def lines(self) -> Iterator[Line]:
        for question in self.questions:
            yield Line(question, [self[question.key]], self[self.text_of(question)])


# --- agreement -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One answer to choose: whose, what it says, where it stands, and whether it is chosen."""

    value: str
    whose: str
    says: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question of an agreement on the page. third: what stands in the fields of a third answer."""

    field: Field
    match: str
    sides: list[Side]
    is_third: bool
    third: dict[str, str]
    problem: str


class AgreementForm:
    """The choices on a page of differences. Names: take:KEY, and for a third answer value:KEY, text:KEY, reason:KEY."""

    def __init__(self, agreement: Agreement, data: QueryDict | None = None) -> None:
        self.agreement = agreement
        self.data = data

    def posted(self, pair: Pair, name: str) -> str:
        """What was posted; before that, what the last agreement said."""
        key = pair.field.key
        if self.data is not None:
            return self.data.get(f"{name}:{key}", "")
        line = self.agreement.earlier.get(key)
        if line is None or (line.taken_from != TakenFrom.THIRD and name != "take"):
            return ""
        earlier = {"take": line.taken_from, "value": schema.show(line.value), "text": line.text, "reason": line.reason}
        return earlier[name]

    def choices(self) -> dict[str, Choice]:
        """The choices made, by key. Equal answers that are left as they are need none."""
        chosen = {}
        for pair in self.agreement.pairs:
            take = self.posted(pair, "take")
            if take in (TakenFrom.FIRST, TakenFrom.SECOND, TakenFrom.THIRD):
                value, text, reason = (self.posted(pair, name) for name in ("value", "text", "reason"))
                chosen[pair.field.key] = Choice(TakenFrom(take), value, text, reason)
        return chosen

    def problems(self) -> list[Problem]:
        """What keeps these choices from being an agreement."""
        return schema.settle(self.agreement.pairs, self.choices())[1]

    def rows(self, matches: Iterable[str]) -> Iterator[Row]:
        """The questions whose two answers stand to each other in one of these ways."""
        told = {each.key: each.sentence for each in self.problems()} if self.data is not None else {}
        wanted = set(matches)
        return (self.row(pair, told) for pair in self.agreement.pairs if pair.match in wanted)

    def row(self, pair: Pair, told: Mapping[str, str]) -> Row:
        take = self.posted(pair, "take")
        if pair.needs_choice:
            sides = [
                Side(
                    "first",
                    str(self.agreement.first.member),
                    spell(pair.field, pair.first),
                    pair.first.text,
                    take == "first",
                ),
                Side(
                    "second",
                    str(self.agreement.second.member),
                    spell(pair.field, pair.second),
                    pair.second.text,
                    take == "second",
                ),
            ]
        else:
            text = "\n".join(dict.fromkeys(filter(None, (pair.first.text, pair.second.text))))
            sides = [Side("both", "Both", spell(pair.field, pair.first), text, take != "third")]
        third = {name: self.posted(pair, name) for name in ("value", "text", "reason")}
        return Row(pair.field, pair.match, sides, take == "third", third, told.get(pair.field.key, ""))

    def differences(self) -> list[Row]:
        return list(self.rows(("different", "only_first", "only_second", "missing")))

    def equals(self) -> list[Row]:
        return list(self.rows(("equal",)))

    def blanks(self) -> list[Row]:
        return list(self.rows(("blank",)))


def spell(field: Field, answer: Answer) -> str:
    """An answer as a reader sees it."""
    labels = {option.value: option.label for option in field.options}
    return labels.get(str(answer.value), schema.show(answer.value)) or "not answered"


def signed_rows(agreement: Agreement) -> list[dict[str, str]]:
    """The signed answers, in the order of the form."""
    if agreement.signed is None:
        return []
    lines = {line.key: line for line in agreement.signed.lines.all()}
    names = {"first": str(agreement.first.member), "second": str(agreement.second.member), "third": "third answer"}
    return [
        {
            "label": pair.field.label,
            "says": spell(pair.field, line.answer),
            "text": line.text,
            "from": names.get(line.taken_from, "both"),
            "reason": line.reason,
        }
        for pair in agreement.pairs
        if (line := lines.get(pair.field.key)) and line.value is not None
    ]
