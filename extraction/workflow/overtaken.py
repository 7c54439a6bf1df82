"""Would an agreement take away, or sign, a choice that its page has not shown? What a colleague chose meanwhile is told of first.

A page says of each question which choice it showed (`seen`): the mark of the line that stood there, empty where there was none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from extraction.models import Line
from extraction.schema import Field, Settled, TakenFrom, spell
from reviewapp.errors import Stale

Marks = Mapping[str, str]


class Overtaken(Stale):
    """Somebody chose otherwise after the page was loaded, and nothing was stored. stands: by key, what, in a sentence; marks: of that."""

    def __init__(self, stands: Mapping[str, str], marks: Marks) -> None:
        super().__init__(
            f"Chosen otherwise meanwhile: {' '.join(stands.values())} Nothing of this page was stored.",
            todo="See what stands there now, and choose.",
        )
        self.stands, self.marks = stands, marks


def refuse_overtaken(
    kept: Iterable[Line],
    settled: Mapping[str, Settled],
    chosen: Collection[str],
    fields: Mapping[str, Field],
    seen: Marks,
) -> None:
    """Raise Overtaken for lines that the page did not show as they stand.

    settled: what is to be stored; chosen: what of it is said by the page. The rest is stored as it stands, and so signed unseen; two equal
    answers, accepted, are what every page shows.
    """
    behind = list(overtaken(kept, settled, chosen, seen))
    if behind:
        raise overtaken_by(behind, fields)


def refuse_taken_back(
    kept: Iterable[Line],
    before: Iterable[Line],
    chosen: Collection[str],
    fields: Mapping[str, Field],
    seen: Marks,
) -> None:
    """Raise Overtaken for choices that the page shows, and that somebody took back meanwhile.

    kept: of the agreement that is being made; before: of the one that was reopened, whose equal answers it begins without.
    """
    stands = {line.key for line in kept}
    equal = {(line.key, line.mark) for line in before if line.taken_from == TakenFrom.BOTH}
    gone = [
        key
        for key in chosen
        if key in fields and key not in stands and (mark := seen.get(key)) and (key, mark) not in equal
    ]
    if gone:
        raise Overtaken(
            {key: f"{fields[key].label}: the choice that this page shows was taken back." for key in gone},
            dict.fromkeys(gone, ""),
        )


def refuse_unseen(lines: Iterable[Line], fields: Mapping[str, Field], seen: Marks) -> None:
    """Raise Overtaken for lines that are to be taken back, and that the page did not show as they stand."""
    behind = [line for line in lines if line.key in fields and line.mark != seen.get(line.key, "")]
    if behind:
        raise overtaken_by(behind, fields)


def overtaken_by(behind: Collection[Line], fields: Mapping[str, Field]) -> Overtaken:
    return Overtaken(
        {line.key: in_words(fields[line.key], line) for line in behind}, {line.key: line.mark for line in behind}
    )


def overtaken(
    kept: Iterable[Line], settled: Mapping[str, Settled], chosen: Collection[str], seen: Marks
) -> Iterator[Line]:
    for line in kept:
        if line.key not in settled or line.mark == seen.get(line.key, ""):
            continue
        becomes = settled[line.key]
        same = (line.answer, line.taken_from, line.reason) == (becomes.answer, becomes.taken_from, becomes.reason)
        if not same or (line.key not in chosen and line.taken_from != TakenFrom.BOTH):
            yield line


def in_words(field: Field, line: Line) -> str:
    return f"{field.label}: {line.by} chose “{spell(field, line.answer) or 'not answered'}”."
