"""By which answers can the arms of the studies be put on the sides of a comparison?"""

from __future__ import annotations

from extraction.queries import current_version
from extraction.schema.fields import Kind
from extraction.schema.form import Per, options_of
from reviewapp.models import Review


def sides_by_question(review: Review | int) -> list[tuple[str, list[tuple[str, str]]]]:
    """The questions with one answer of several that the form in use asks of each arm: label, and (question=answer, words) for each answer."""
    return [
        (question.label, [(f"{question.id}={each.value}", each.label) for each in options_of(question)])
        for section, question in current_version(review).form.places()
        if section.per is Per.ARM and question.kind in (Kind.CHOICE, Kind.YES_NO)
    ]


def sides(review: Review | int) -> dict[str, str]:
    """Every answer in words."""
    return {value: words for _, answers in sides_by_question(review) for value, words in answers}
