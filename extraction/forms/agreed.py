"""What is agreed on, as a page shows it: the signed answers, those that came with a file, and what earlier agreements said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from extraction.forms.differences import departure_words, how, spell
from extraction.models import Blinded
from extraction.queries import Agreement
from extraction.rob import asking
from extraction.schema import Answer, Field


def signed_rows(agreement: Agreement) -> list[dict[str, Any]]:
    """The signed answers, in the order of the form."""
    if agreement.signed is None:
        return []
    lines = {line.key: line for line in agreement.signed.lines.all()}
    judged = asking.judged_keys(agreement.tool) if agreement.tool else ()
    departing = departure_words(agreement.tool, agreement.signed)
    names = {"first": str(agreement.first.member), "second": str(agreement.second.member), "third": "third answer"}
    return [
        {
            "key": pair.field.key,
            "label": pair.field.label,
            "judged": pair.field.key in judged,
            "says": spell(pair.field, line.answer),
            "text": line.text,
            "source": line.place,
            "how": how(line.answer),
            "from": names.get(line.taken_from, "both"),
            "reason": line.reason,
            "departs": departing.get(pair.field.key, ""),
            "by": line.by,
            "at": line.at,
        }
        for pair in agreement.pairs
        if (line := lines.get(pair.field.key)) and line.value is not None
    ]


def earlier_versions(agreement: Agreement) -> list[dict[str, Any]]:
    """The agreements that were signed and reopened, the last one first: by whom, when, and what stands otherwise now."""
    begun = {key: line.answer for key, line in agreement.earlier.items()}  # with what it said that was reopened last
    now = agreement.signed.answers() if agreement.signed else agreement.settled_so_far | begun
    return [
        {"version": each, "rows": list(otherwise(agreement, each.answers(), now))}
        for each in reversed(agreement.reopened)
    ]


def otherwise(agreement: Agreement, then: Mapping[str, Answer], now: Mapping[str, Answer]) -> Iterator[dict[str, str]]:
    for pair in agreement.pairs:
        before, after = (in_full(pair.field, each.get(pair.field.key, Answer())) for each in (then, now))
        if before != after:
            yield {"label": pair.field.label, "then": before, "now": after}


def in_full(field: Field, answer: Answer) -> str:
    """An answer with how it was had, and where it stands in words."""
    had, where = how(answer), f"[{answer.text}]" if answer.text else ""
    return " ".join(filter(None, (spell(field, answer), f"({had})" if had else "", where)))


def taken_rows(sheet: Blinded, fields: Iterable[Field]) -> list[dict[str, Any]]:
    """The answers of a sheet that came with a file, in the order of the form."""
    lines = {line.key: line for line in sheet.lines.all() if line.value is not None}
    return [
        {"label": field.label, "says": spell(field, line.answer), "how": how(line.answer), "text": line.text}
        for field in fields
        if (line := lines.get(field.key))
    ]
