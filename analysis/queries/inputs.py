"""What would a run of an analysis freeze now? Agreed values become a run's input here, shaped as analysis.frozen says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from django.db.models import Prefetch, Q

from analysis.comparison import comparison_of
from analysis.models import Analysis
from analysis.pooling import usable
from analysis.queries.beside import beside
from analysis.queries.investigations import asked_of
from analysis.queries.times import Timed, measured
from analysis.times import Measured, Span, days, rule_of
from extraction.models import Arm, Entry, Outcome, Sheet, Study
from extraction.queries import (
    FORM,
    AgreedAssessment,
    agreed_assessments,
    current_version,
    in_own_unit,
    included_studies,
)
from extraction.rob import ROB1
from extraction.schema import Origin
from extraction.schema.tables import (
    BETTER,
    DIRECTION,
    MEASURED,
    TABLES,
    contrast_key,
    core,
    row_key,
    study_key,
    whole_key,
)
from reviewapp import audit
from reviewapp.models import Member


@dataclass(frozen=True, slots=True)
class Input:
    """What a run of an analysis would freeze now.

    data: see analysis.frozen. hash: SHA-256 of data and options; equal hash, equal result. without: labels of studies that are
    agreed, but have no numbers for this outcome.
    """

    data: dict[str, Any]
    options: dict[str, Any]
    hash: str
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreedStudy:
    """A study with a signed sheet: its standing arms, every agreed number by its key, and its agreed assessments of risk of bias.

    converted: the keys of numbers that are not as reported, had from others when they were extracted; imputed: those of them that rest on an
    assumption as well. measured: on which day the study measured an outcome, by the outcome's id, where it says so.
    """

    study: Study
    arms: list[Arm]
    answers: Mapping[str, Any]
    converted: frozenset[str]
    imputed: frozenset[str]
    measured: Mapping[int, float]
    bias: Sequence[AgreedAssessment]


@dataclass(frozen=True, slots=True)
class Agreed:
    """The included studies whose sheets are agreed, by label, and for each analysis the outcomes whose numbers it may pool."""

    studies: list[AgreedStudy]
    measured: Mapping[int, list[Timed]]


def agreed(member: Member, analyses: Iterable[Analysis]) -> Agreed:
    """What is agreed, as far as these analyses need it. The number of queries does not grow."""
    analyses = list(analyses)
    among = measured(analyses)
    outcomes = {each.outcome.pk for timed in among.values() for each in timed}
    prefix = f"outcome/{outcomes.pop()}/" if len(outcomes) == 1 else "outcome/"
    arms = Prefetch("study__arms", Arm.objects.filter(dropped_at=None), to_attr="standing_arms")
    wanted = Q(key__startswith=prefix) | Q(key__in=asked_of(analyses))
    for question in {found.by for each in analyses if (found := comparison_of(each.comparison))}:
        wanted |= Q(key__startswith="arm/", key__endswith=f"/{question}")
    lines = Prefetch("lines", Entry.unblinded.filter(wanted), to_attr="said")
    signed = Sheet.unblinded.signed().filter(study__in=included_studies(member.review), tool=FORM)
    bias: dict[int, list[AgreedAssessment]] = defaultdict(list)
    for each in agreed_assessments(member.review):
        bias[each.study_id].append(each)
    form = current_version(member.review_id).form
    studies = [
        AgreedStudy(
            study=sheet.study,
            arms=sheet.study.standing_arms,
            answers={line.key: in_own_unit(form, line) for line in sheet.said},
            converted=frozenset(line.key for line in sheet.said if line.origin != Origin.REPORTED),
            imputed=frozenset(line.key for line in sheet.said if line.origin == Origin.IMPUTED),
            measured=dict(days_measured(sheet.said)),
            bias=bias[sheet.study_id],
        )
        for sheet in signed.select_related("study").prefetch_related(lines, arms).order_by("study__label", "study")
    ]
    return Agreed(studies, among)


def days_measured(lines: Iterable[Entry]) -> Iterator[tuple[int, float]]:
    """The ids of the outcomes of which a sheet says when they were measured, with the day since randomisation."""
    for line in lines:
        outcome = line.key.removeprefix("outcome/").partition("/")[0]
        if line.value is not None and outcome.isdigit() and line.key == f"{study_key(int(outcome))}/{MEASURED.name}":
            yield int(outcome), days(line.value, line.unit or MEASURED.unit)


def when(agreed: AgreedStudy, timed: Timed) -> Span | None:
    """When the study measured an outcome: the day that it says, else the time of the outcome."""
    day = agreed.measured.get(timed.outcome.pk)
    return timed.span if day is None else Span(day, day)


def input_of(analysis: Analysis, known: Agreed) -> Input:
    """What a run of the analysis would freeze of these studies."""
    among = known.measured[analysis.pk]
    studies = [sided(analysis, each) for each in known.studies]
    rows = [(each, *chosen(analysis, each, among)) for each in studies]
    asked = asked_of([analysis])
    pooled = {each.study.pk: each.bias for each, _, found in rows if found}
    tool, bias = beside({each.study.pk: outcome.pk for each, outcome, found in rows if found}, pooled)
    data = {
        "kind": str(analysis.outcome.kind),
        "studies": [
            {
                "study": each.study.pk,
                "label": each.study.label,
                **({"time": {"outcome": outcome.pk, "at": outcome.time_point}} if analysis.times else {}),
                **found,
                **answers(each, asked),
                "bias": bias.get(each.study.pk, {}),
            }
            for each, outcome, found in rows
            if found
        ],
    }
    if tool not in ("", ROB1.id):  # what was frozen before there were other tools keeps its hash
        data["bias_tool"] = tool
    aside = set_aside(analysis, among, [each for each, _, found in rows if not found]) + sideless(analysis, studies)
    if aside:
        data["set_aside"] = aside
    options: dict[str, Any] = dict(analysis.options)
    if planned := sorted(map(str, analysis.standing)):
        options["investigations"] = planned
    digest = audit.sha256(audit.canonical(data), audit.canonical(options))
    return Input(data, options, digest, tuple(each.study.label for each, _, found in rows if not found))


def sided(analysis: Analysis, agreed: AgreedStudy) -> AgreedStudy:
    """The study with its arms on the sides that the plan's comparison puts them on; their own where it has none."""
    found = comparison_of(analysis.comparison)
    if found is None:
        return agreed
    arms = [copy(arm) for arm in agreed.arms]
    for arm in arms:  # what is combined into another arm is in no comparison itself
        arm.role = "other" if arm.part_of_id else found.role(agreed.answers.get(f"arm/{arm.pk}/{found.by}"))
    return replace(agreed, arms=arms)


def sideless(analysis: Analysis, studies: Iterable[AgreedStudy]) -> list[str]:
    """The arms of which it is not agreed on which side of the plan's comparison they stand, in words."""
    found = comparison_of(analysis.comparison)
    if found is None:
        return []
    return [
        f"{each.study.label}: {arm.name} has no answer by which it could be compared"
        for each in studies
        for arm in each.arms
        if arm.part_of_id is None and each.answers.get(f"arm/{arm.pk}/{found.by}") is None
    ]


def chosen(analysis: Analysis, agreed: AgreedStudy, among: list[Timed]) -> tuple[Outcome, dict[str, Any]]:
    """Which outcome's numbers of a study enter, and these; no numbers where it has none that the plan wants."""
    rule = rule_of(analysis.times)
    if rule is None:
        return analysis.outcome, numbers(agreed, analysis.outcome)
    options = analysis.options
    known = [(each.outcome, span, numbers(agreed, each.outcome)) for each in among if (span := when(agreed, each))]
    found = [(outcome, span, values) for outcome, span, values in known if values]
    place = rule.choose([Measured(span, usable(options, values)) for _, span, values in found])
    return (analysis.outcome, {}) if place is None else (found[place][0], found[place][2])


def set_aside(analysis: Analysis, among: list[Timed], without: list[AgreedStudy]) -> list[str]:
    """What a rule for time points does not reach, in words: times that nobody can compare, and studies measured at none that is wanted."""
    if not analysis.times:
        return []
    unclear = [f"“{each.outcome.time_point}” is no time that can be compared" for each in among if each.span is None]
    return unclear + [
        f"{each.study.label} has numbers at {', '.join(times)} alone"
        for each in without
        if (
            times := [timed.outcome.time_point for timed in among if when(each, timed) and numbers(each, timed.outcome)]
        )
    ]


def answers(agreed: AgreedStudy, asked: list[str]) -> dict[str, dict[str, Any]]:
    """The study's answers to these questions, where an investigation needs any."""
    return {"by": {key: agreed.answers[key] for key in asked if agreed.answers.get(key) is not None}} if asked else {}


def numbers(agreed: AgreedStudy, outcome: Outcome) -> dict[str, Any]:
    """A study's numbers for an outcome, as analysis.frozen shapes them; nothing where it has none."""
    shape = TABLES[outcome.kind]
    if shape.per_contrast and not core(outcome.kind):
        return compared_arms(agreed, outcome)
    if shape.whole:
        key = whole_key(outcome.pk)
        values = {column.name: agreed.answers.get(f"{key}/{column.name}") for column in shape.whole}
        return {} if None in values.values() else {"arms": [], "whole": values, **converted(agreed, key, values)}
    found = []
    for arm in (
        arm for arm in agreed.arms if arm.part_of_id is None
    ):  # the people of a part are in the arm that it makes
        key = row_key(outcome.pk, arm.pk)
        values = {column.name: agreed.answers.get(f"{key}/{column.name}") for column in core(outcome.kind)}
        if values and all(value is not None for value in values.values()):
            found.append(frozen_arm(arm, values) | converted(agreed, key, values))
    return {"arms": found, **turned(agreed, outcome)} if found else {}


def turned(agreed: AgreedStudy, outcome: Outcome) -> dict[str, bool]:
    """That a study's scale runs the other way than the review's outcome, where its sheet says so."""
    said = agreed.answers.get(f"{study_key(outcome.pk)}/{DIRECTION.name}")
    against = (
        outcome.kind == Outcome.Kind.CONTINUOUS and said is not None and (said == BETTER) != outcome.higher_is_better
    )
    return {"turned": True} if against else {}


def converted(agreed: AgreedStudy, key: str, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Which values of a row came from others, as analysis.frozen has it; nothing where all were reported."""
    kinds = {"converted": agreed.converted, "imputed": agreed.imputed}
    found = {kind: [name for name in values if f"{key}/{name}" in keys] for kind, keys in kinds.items()}
    return {kind: names for kind, names in found.items() if names}


def frozen_arm(arm: Arm, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"arm": arm.pk, "name": arm.name, "role": str(arm.role), "values": dict(values)}


def compared_arms(agreed: AgreedStudy, outcome: Outcome) -> dict[str, Any]:
    """The pairs of a study's standing arms of which anything is known, in the order of the arms, and these arms."""
    found = []
    for first, second in permutations(agreed.arms, 2):
        key = contrast_key(outcome.pk, first.pk, second.pk)
        known = {
            column.name: agreed.answers.get(f"{key}/{column.name}") for column in TABLES[outcome.kind].per_contrast
        }
        if values := {name: value for name, value in known.items() if value is not None}:
            row = {"first": first.pk, "second": second.pk, "values": values}
            found.append(row | converted(agreed, key, values))
    used = {arm for each in found for arm in (each["first"], each["second"])}
    return {"arms": [frozen_arm(arm, {}) for arm in agreed.arms if arm.pk in used], "contrasts": found} if found else {}
