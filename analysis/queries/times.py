"""Among which outcomes does an analysis choose a study's result, and when was each of them measured?

Outcomes of a review that share name, kind and unit are one outcome at several time points. The time of each is the window of the review's
time point of that name, else what its own words say (analysis.times.span_of).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.models import Analysis
from analysis.times import Span, span_of, window
from extraction.models import Outcome, TimePoint


@dataclass(frozen=True, slots=True)
class Timed:
    """An outcome and when it is measured; None where nobody asked, and where its words are no time that can be compared."""

    outcome: Outcome
    span: Span | None


def measured(analyses: Sequence[Analysis]) -> dict[int, list[Timed]]:
    """For each analysis the outcomes whose numbers it may pool: its own; with a rule for time points, those that are alike. Two queries at most."""
    reviews = {each.review_id for each in analyses if each.times}
    standing = list(Outcome.objects.filter(review__in=reviews, dropped_at=None)) if reviews else []
    windows = windows_of(reviews) if reviews else {}
    return {
        each.pk: [Timed(other, time_of(other, windows)) for other in alike(each.outcome, standing)]
        if each.times
        else [Timed(each.outcome, None)]
        for each in analyses
    }


def alike(outcome: Outcome, others: Sequence[Outcome]) -> list[Outcome]:
    """The outcome at all its time points, itself among them even where it has been dropped."""
    found = [each for each in others if each.pk != outcome.pk and same(each) == same(outcome)]
    return [outcome, *found]


def same(outcome: Outcome) -> tuple[int, str, str, str]:
    return outcome.review_id, outcome.name.casefold(), str(outcome.kind), outcome.unit.casefold()


def windows_of(reviews: set[int]) -> dict[tuple[int, str], Span]:
    """The windows of the reviews' time points, by review and name."""
    found: dict[tuple[int, str], Span] = {}
    for each in TimePoint.objects.filter(review__in=reviews, dropped_at=None):
        if span := window(each.begins, each.ends, each.unit):
            found[each.review_id, each.name.casefold()] = span
    return found


def time_of(outcome: Outcome, windows: Mapping[tuple[int, str], Span]) -> Span | None:
    words = outcome.time_point.strip()
    return windows.get((outcome.review_id, words.casefold())) or span_of(words)


def unclear(analysis: Analysis) -> list[Outcome]:
    """Those among which it would choose whose time cannot be compared with the others'."""
    standing = list(Outcome.objects.filter(review=analysis.review_id, dropped_at=None))
    windows = windows_of({analysis.review_id})
    return [each for each in alike(analysis.outcome, standing) if time_of(each, windows) is None]


def twins_of(analysis: Analysis) -> list[int]:
    """The outcomes that, with the same rule, would make the same analysis."""
    if not analysis.times:
        return [analysis.outcome_id]
    standing = list(Outcome.objects.filter(review=analysis.review_id))
    return [each.pk for each in alike(analysis.outcome, standing)]
