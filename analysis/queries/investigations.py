"""What can be investigated beside a pooled effect, what is planned, and how is it called?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from analysis.investigations import AND, CHARACTERISTICS, COMMON, MODERATOR, SENSITIVITY, SETS, SUBGROUP, columns_of
from analysis.models import Analysis, Investigation
from analysis.report.grammar import listed
from extraction.queries import current_version
from extraction.schema.fields import Kind
from extraction.schema.form import Per, options_of
from reviewapp.errors import NotHere
from reviewapp.models import Member, Review

GROUP = re.compile(r"factor\((by\d*)\)")  # begins the name of a regression's column that is a group of studies
PREFIX = {kind: kind.label for kind in Investigation.Kind if kind != Investigation.Kind.SENSITIVITY}


def labels(review: Review | int) -> dict[str, str]:
    """What studies can be told apart by, as it is called: questions of the form in use on the study itself, bias, and the year."""
    asked = {
        f"study/{question.id}": question.label
        for section, question in current_version(review).form.places()
        if section.per is Per.STUDY and question.kind is not Kind.TABLE
    }
    return {**CHARACTERISTICS, **asked}


def called(review: Review | int) -> dict[str, str]:
    """The same, and under "question=answer" the answers to them that are chosen from a list, in words."""
    answers = {
        f"study/{question.id}={option.value}": option.label
        for section, question in current_version(review).form.places()
        if section.per is Per.STUDY
        for option in options_of(question)
    }
    return {**labels(review), **answers}


def worded(each: Mapping[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    """What an investigation found, with its groups of studies as a reader knows them: by the answer, or the several answers, in words."""

    def words(by: str, level: str) -> str:
        whole = called.get(f"{by}={level}")
        return whole or ", ".join(called.get(f"{by}={part}", part) for part in level.split(", "))

    def column(name: str) -> str:
        group = GROUP.match(name)
        return name if group is None else group[0] + words(columns_of(each["by"])[group[1]], name[group.end() :])

    found = each["found"]
    if found and each["kind"] in (SUBGROUP, COMMON):
        found = {**found, "levels": [words(each["by"], level) for level in found["levels"]]}
    if found and each["kind"] == MODERATOR:
        found = {**found, "fit": {**found["fit"], "names": [column(name) for name in found["fit"]["names"]]}}
    return {**each, "found": found}


def characteristics(member: Member) -> dict[str, str]:
    return labels(member.review_id)


def investigation(member: Member, pk: int) -> Investigation:
    """One, dropped or not, by id. Raises NotHere."""
    rows = Investigation.objects.filter(analysis__review=member.review_id).select_related("analysis__outcome")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


@dataclass(frozen=True, slots=True)
class Planned:
    """An investigation and what it is called."""

    row: Investigation
    words: str


def planned(member: Member, analysis: Analysis) -> list[Planned]:
    """Those of an analysis, in the order of their planning, dropped ones too."""
    rows: QuerySet[Investigation] = Investigation.objects.filter(analysis=analysis, analysis__review=member.review_id)
    called = characteristics(member)
    return [Planned(row, words_of(row.kind, row.by, called)) for row in rows.select_related("member__user")]


def moderators(member: Member) -> list[tuple[str, str]]:
    """What a regression on several characteristics at once can be on."""
    return list(characteristics(member).items())


def choices(member: Member) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be asked, by kind: (heading, [(value, words)])."""
    called = characteristics(member)
    of_studies = [
        (str(prefix), [(f"{kind}:{by}", words_of(kind, by, called)) for by in called])
        for kind, prefix in PREFIX.items()
    ]
    return [*of_studies, ("Sensitivity analysis", [(f"{SENSITIVITY}:{by}", words) for by, words in SETS.items()])]


def in_words(member: Member, row: Investigation) -> str:
    return words_of(row.kind, row.by, characteristics(member))


def words_of(kind: str, by: str, called: Mapping[str, str]) -> str:
    """Such as "Subgroups by Design"; the question's id where the form does not ask it any more."""
    if kind == SENSITIVITY:
        return SETS.get(by, by)
    return f"{PREFIX[Investigation.Kind(kind)]} {listed([called.get(each, each) for each in by.split(AND)])}"


def asked_of(analyses: Iterable[Analysis]) -> list[str]:
    """The questions of the form that these analyses' standing investigations need the answers to."""
    named = {by for each in analyses for row in each.standing for by in row.by.split(AND)}
    return sorted(by for by in named if by.startswith("study/"))
