"""What do people enter when they judge risk of bias? The name of a field is its domain; `support:` and the domain is what supports it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from extraction import schema
from extraction.schema import Answer, Field, Kind, Problem


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


class BiasForm(AnswersForm):
    """A risk-of-bias assessment: a judgement and its support for each domain."""

    text_name = "support"
    text_label = "Support"

    def lines(self) -> Iterator[Line]:
        for question in self.questions:
            yield Line(question, [self[question.key]], self[self.text_of(question)])
