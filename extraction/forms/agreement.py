"""What is chosen where two answers differ? Names: take:KEY, and for a third answer value:KEY, unit:KEY, text:KEY, reason:KEY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from extraction import schema
from extraction.queries import Agreement
from extraction.schema import Answer, Choice, Field, Pair, Problem, TakenFrom


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
