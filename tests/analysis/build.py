"""How do tests come by agreed data and analyses? By the verbs that the views call."""

from __future__ import annotations

from collections.abc import Mapping

from analysis import workflow
from analysis.models import Analysis
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from reviewapp.models import Member
from tests.extraction import build

Pair = tuple[Member, Member]
Cells = Mapping[str, object]

# Reconstructed from the published results of CD010534 (Barlow 2015): events and totals, intervention then control.
SECURE = {"Cicchetti 1999a": (31, 46, 9, 54), "Cicchetti 2006b": (8, 14, 1, 54)}
INSECURE_TO_SECURE = {"Cicchetti 1999a": (25, 46, 4, 54), "Cicchetti 2006b": (8, 14, 1, 54)}


def events(events: int, total: int) -> Cells:
    return {"events": events, "total": total}


def means(mean: float, sd: float, n: int) -> Cells:
    return {"mean": mean, "sd": sd, "n": n}


def agree(pair: Pair, study: Study, cells: Cells) -> None:
    """Both authors submit these answers, and the first signs the agreement."""
    for author in pair:
        build.submitted(author, study, cells)
    extraction.agree_sheet(pair[0], study, {})


def study(pair: Pair, label: str, outcome: Outcome, *rows: Cells) -> Study:
    """A study whose sheet is agreed: for the outcome, one row for each of its two arms."""
    made = build.study(pair, label)
    agree(pair, made, build.cells(made, outcome, *rows))
    return made


def studies(pair: Pair, outcome: Outcome, tables: Mapping[str, tuple[int, int, int, int]]) -> list[Study]:
    """Agreed studies by their two-by-two tables."""
    return [study(pair, label, outcome, events(a, n1), events(c, n2)) for label, (a, n1, c, n2) in tables.items()]


def plan(member: Member, outcome: Outcome, **options: str) -> Analysis:
    """Risk ratio (or standardised mean difference), random effects, as RevMan 5 does."""
    ratio = outcome.kind == Outcome.Kind.DICHOTOMOUS
    chosen = {"measure": "RR" if ratio else "SMD", "method": "MH" if ratio else "IV", "preset": "RevMan 5", **options}
    return workflow.plan(member, outcome, **chosen)
