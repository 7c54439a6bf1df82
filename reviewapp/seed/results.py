"""What does the seed review compute, beside what is published? A table for the terminal that says which figure is which."""

from __future__ import annotations

from textwrap import indent, wrap

from analysis import queries
from reviewapp.models import Member
from reviewapp.seed.data import load

WIDTHS = (42, 28, 28)
PUBLISHED = ("effect", "low", "high")
COMPUTED = ("estimate", "lower", "upper")


def table(owner: Member) -> str:
    """The headline outcomes: published result, computed result, and what the computed one rests on."""
    stands = {each["outcome"]: each for each in load("published.json")["outcomes"]}
    lines = ["Parent-infant psychotherapy (Barlow 2015, CD010534): published beside computed", ""]
    lines.append(row("outcome", "published", "computed here"))
    lines.append(row(*("-" * width for width in WIDTHS)))
    for shown in queries.headlines(owner):
        known = stands[shown.analysis.outcome.name]
        published, computed = known["published"], shown.run.result if shown.run else {"estimate": None}
        has_result = computed["estimate"] is not None
        measure = shown.analysis.measure
        lines.append(
            row(
                shown.analysis.outcome.name,
                spell(measure, *(published[each] for each in PUBLISHED)),
                spell(measure, *(computed[each] for each in COMPUTED)) if has_result else "no data",
            )
        )
        lines.append(
            row(
                "",
                size(published["studies"], published["participants"]),
                size(computed["k"], computed["participants"]) if has_result else "",
            )
        )
        lines.append(indent("\n".join(wrap(known["data"]["line"], 80)), "    "))
    lines += ["", *wrap(load("protocol.json")["review"]["note"], 90)]
    return "\n".join(lines)


def row(*cells: str) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def spell(measure: str, estimate: float, lower: float, upper: float) -> str:
    """RR 8.93 (1.25 to 63.70)"""
    return f"{measure} {estimate:.2f} ({lower:.2f} to {upper:.2f})"


def size(studies: int, participants: int) -> str:
    return f"{studies} studies, {participants} participants"
