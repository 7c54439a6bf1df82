"""What is agreed? Judgements and characteristics for the floor above. Agreements are open to the whole review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from extraction.models import Assessment, Blinded, Entry, Judgement, Line, Sheet
from extraction.queries.bias import tool_id, tool_of, tools
from extraction.queries.forms import current_version
from extraction.queries.studies import FORM, included_studies
from extraction.rob import ROB1, TOOLS, Tool, asking
from extraction.rob.replies import departs
from extraction.schema import Form
from extraction.schema.clean import with_unit
from extraction.schema.fields import NO_UNIT, NUMBERS
from reviewapp.models import Review


@dataclass(frozen=True, slots=True)
class AgreedJudgement:
    """One domain's agreed judgement: a value of the tool's judgements, what supports it, what the tool proposed, whether it is not that,
    and why."""

    judgement: str
    support: str
    proposal: str = ""
    why: str = ""
    departs: bool = False


def signed_in(review: Review, model: type[Blinded], tool: str, lines: QuerySet[Line]) -> QuerySet[Blinded]:
    """The standing agreements on the review's studies, by label, each with these of its lines as `said`."""
    found = model.unblinded.signed().filter(study__in=included_studies(review), tool=tool)
    said = Prefetch("lines", lines, to_attr="said")
    return found.select_related("study").prefetch_related(said).order_by("study__label", "study")


def agreed_bias(review: Review, tool: str = ROB1.id) -> dict[int, dict[str, AgreedJudgement]]:
    """The agreed judgements: study id -> domain id -> judgement. Studies without a signed assessment are left out."""
    asks = tool_of(review.pk, tool)
    return {
        each.study_id: judgements(each.said, asks) for each in signed_in(review, Assessment, tool, judged_lines([asks]))
    }


def judged_lines(tools: Iterable[Tool]) -> QuerySet[Judgement]:
    """The judgements of assessments with these tools, and why they are not as proposed; without the replies to questions."""
    keys = {key for tool in tools for key in asking.judged_keys(tool)}
    return Judgement.unblinded.filter(key__in=keys | {key + asking.WHY for key in keys})


def judgements(said: Iterable[Judgement], tool: Tool) -> dict[str, AgreedJudgement]:
    """What an assessment with this tool says, by key, without reasons for departing, which stand with their judgements."""
    lines = {line.key: line for line in said if line.value is not None}
    whys = {key.removesuffix(asking.WHY): line.value for key, line in lines.items() if key.endswith(asking.WHY)}
    judged = asking.judged_keys(tool)
    found = {}
    for key, line in lines.items():
        if not key.endswith(asking.WHY):
            known = {each.value for each in asking.options_of(tool, key)} if key in judged else ()
            departing = departs(line.value, line.proposal, known)
            found[key] = AgreedJudgement(line.value, line.text, line.proposal, whys.get(key, ""), departing)
    return found


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
    rows = list(found.select_related("study").order_by("study__label", "study", "tool"))
    used = {tool_id(each.tool) for each in rows}
    known = TOOLS if used <= set(TOOLS) else tools(review.pk)
    lines = judged_lines(known[id] for id in used if id in known)
    prefetch_related_objects(rows, Prefetch("lines", lines, to_attr="said"))
    return [
        AgreedAssessment(
            each.study_id,
            each.study.label,
            each.tool,
            {name: judged for name, judged in judgements(each.said, tool).items() if name in asking.judged_keys(tool)},
        )
        for each in rows
        if (tool := known.get(tool_id(each.tool)))
    ]


def in_own_unit(form: Form, line: Line) -> Any:
    """An answer to a question of this form, a number in the question's own unit; None where the question does not know the one it was given
    in; in words, where it asks for no number now."""
    is_cell = line.key.count("/") > 2  # of a table, of which the form says nothing
    question = None if is_cell or line.value is None else form.known.get(line.key.rpartition("/")[2])
    if question is not None and question.kind not in NUMBERS:
        return with_unit(line.value, line.unit)
    if question is None or line.unit in ("", question.unit or NO_UNIT):
        return line.value
    factor = next((each.factor for each in question.units if each.name == line.unit), None)
    return None if factor is None else line.value * factor


def agreed_characteristics(review: Review) -> dict[int, dict[str, str | int | float]]:
    """What is agreed on the studies themselves: study id -> key (`study/design` ...) -> answer, numbers in the unit of the form in use."""
    form = current_version(review).form
    return {
        each.study_id: {line.key: said for line in each.said if (said := in_own_unit(form, line)) is not None}
        for each in signed_in(review, Sheet, FORM, Entry.unblinded.filter(key__startswith="study/"))
    }
