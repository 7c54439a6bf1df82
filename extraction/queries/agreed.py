"""What is agreed? Numbers, judgements and characteristics for the floor above. Agreements are open to the whole review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from extraction.models import Arm, Assessment, Blinded, Entry, Judgement, Line, Outcome, Sheet
from extraction.queries.bias import tool_id, tool_of, tools
from extraction.queries.studies import FORM, included_studies
from extraction.rob import ROB1, TOOLS, asking
from extraction.schema.tables import core, row_key
from reviewapp.models import Review


@dataclass(frozen=True, slots=True)
class AgreedRow:
    """One arm's agreed numbers for one outcome.

    values: by column (events, total; or mean, sd, n), all of them present. keys: the entry's key for each column, which opens its evidence.
    time, time_id: when the outcome is measured; the id of its time point, where the review has it with its window.
    """

    study_id: int
    study: str
    sheet_id: int
    arm_id: int
    arm: str
    role: str
    outcome_id: int
    values: Mapping[str, int | float]
    keys: Mapping[str, str]
    sources: Mapping[str, str]
    time: str = ""
    time_id: int | None = None


@dataclass(frozen=True, slots=True)
class AgreedJudgement:
    """One domain's agreed judgement: a value of the tool's judgements, what supports it, what the tool proposed, and why it is not that."""

    judgement: str
    support: str
    proposal: str = ""
    why: str = ""


def signed_in(review: Review, model: type[Blinded], tool: str, lines: QuerySet[Line]) -> QuerySet[Blinded]:
    """The standing agreements on the review's studies, by label, with these of their lines."""
    found = model.unblinded.signed().filter(study__in=included_studies(review), tool=tool)
    return found.select_related("study").prefetch_related(Prefetch("lines", lines)).order_by("study__label", "study")


def agreed_values(review: Review, outcome: Outcome) -> list[AgreedRow]:
    """The agreed numbers of every included study's arms for one outcome; arms without numbers are left out.

    By study label, then in the order of the arms, which includes arms whose role is in neither group.
    """
    standing = Prefetch("study__arms", Arm.objects.filter(dropped_at=None))
    lines = Entry.unblinded.filter(key__startswith=f"outcome/{outcome.pk}/")
    sheets = signed_in(review, Sheet, FORM, lines).prefetch_related(standing)
    rows = [agreed_row(sheet, arm, outcome) for sheet in sheets for arm in sheet.study.arms.all()]
    return [row for row in rows if row is not None]


def agreed_row(sheet: Sheet, arm: Arm, outcome: Outcome) -> AgreedRow | None:
    """One arm's row of an agreed sheet; None when it is not complete."""
    lines = {line.key: line for line in sheet.lines.all()}
    keys = {column.name: f"{row_key(outcome.pk, arm.pk)}/{column.name}" for column in core(outcome.kind)}
    if not keys or any(key not in lines or lines[key].value is None for key in keys.values()):
        return None
    return AgreedRow(
        study_id=sheet.study_id,
        study=sheet.study.label,
        sheet_id=sheet.pk,
        arm_id=arm.pk,
        arm=arm.name,
        role=arm.role,
        outcome_id=outcome.pk,
        values={name: lines[key].value for name, key in keys.items()},
        keys=keys,
        sources={name: lines[key].text for name, key in keys.items()},
        time=outcome.time_point,
        time_id=outcome.at_id,
    )


def agreed_bias(review: Review, tool: str = ROB1.id) -> dict[int, dict[str, AgreedJudgement]]:
    """The agreed judgements: study id -> domain id -> judgement. Studies without a signed assessment are left out."""
    keys = asking.judged_keys(tool_of(review.pk, tool))
    lines = Judgement.unblinded.filter(key__in=[*keys, *(key + asking.WHY for key in keys)])
    return {each.study_id: judgements(each) for each in signed_in(review, Assessment, tool, lines)}


def judgements(assessment: Assessment) -> dict[str, AgreedJudgement]:
    """What an assessment says, by key, without reasons for departing, which stand with their judgements."""
    lines = {line.key: line for line in assessment.lines.all() if line.value is not None}
    whys = {key.removesuffix(asking.WHY): line.value for key, line in lines.items() if key.endswith(asking.WHY)}
    return {
        key: AgreedJudgement(line.value, line.text, line.proposal, whys.get(key, ""))
        for key, line in lines.items()
        if not key.endswith(asking.WHY)
    }


@dataclass(frozen=True, slots=True)
class AgreedAssessment:
    """One signed assessment: the study, under what it is stored (see queries.bias), and its judgements by key."""

    study_id: int
    study: str
    key: str
    judgements: Mapping[str, AgreedJudgement]


def agreed_assessments(review: Review, key: str = "") -> list[AgreedAssessment]:
    """Every signed assessment of the included studies, by label of the study; or those stored under one key."""
    found = Assessment.unblinded.signed().filter(study__in=included_studies(review))
    found = found.filter(tool=key) if key else found
    rows = list(found.select_related("study").prefetch_related("lines").order_by("study__label", "study", "tool"))
    known = TOOLS if all(tool_id(each.tool) in TOOLS for each in rows) else tools(review.pk)
    return [
        AgreedAssessment(
            each.study_id,
            each.study.label,
            each.tool,
            {name: judged for name, judged in judgements(each).items() if name in asking.judged_keys(tool)},
        )
        for each in rows
        if (tool := known.get(tool_id(each.tool)))
    ]


def agreed_characteristics(review: Review) -> dict[int, dict[str, str | int | float]]:
    """What is agreed on the studies themselves: study id -> key (`study/design` ...) -> answer."""
    return {
        each.study_id: {line.key: line.value for line in each.lines.all() if line.value is not None}
        for each in signed_in(review, Sheet, FORM, Entry.unblinded.filter(key__startswith="study/"))
    }
