"""Which runs and figures rest on an agreement, on data or on risk of bias, that was reopened and is not signed again yet?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from analysis.models import Analysis, Run
from extraction.models import Assessment, Blinded, Outcome, Study
from extraction.queries import Judged, reopened_assessments, reopened_sheets, tool_id
from extraction.queries import bias as tools
from extraction.rob import ROB1
from reviewapp.models import Member


@dataclass(frozen=True, slots=True)
class Reopened:
    """A study whose agreement was reopened, and of each of some analyses the last finished run that rests on what was agreed before.

    judged: of an agreement on risk of bias, what was judged; None of one on data.
    """

    study: Study
    at: datetime
    runs: list[Run]
    judged: Judged | None = None


def reopened(member: Member, analyses: Iterable[Analysis]) -> list[Reopened]:
    """The reopened agreements on which runs of these analyses rest; the number of queries does not grow. Of each analysis the last run before
    an agreement was reopened is read, and none where no agreement is."""
    agreements = not_signed_again(member)
    if not agreements:
        return []
    finished = Run.objects.filter(analysis__in=list(analyses)).exclude(state=Run.State.QUEUED).order_by("number")
    made = list(finished.values_list("pk", "analysis", "created_at"))
    last = [{analysis: pk for pk, analysis, at in made if at <= each.withdrawn_at}.values() for each, _ in agreements]
    wanted = {pk for runs in last for pk in runs}
    read = Run.objects.select_related("analysis__outcome").defer("result").in_bulk(wanted)
    found = [
        Reopened(each.study, each.withdrawn_at, [run for pk in runs if rests_on(run := read[pk], each)], judged)
        for (each, judged), runs in zip(agreements, last, strict=True)
    ]
    return [each for each in found if each.runs]


def beneath(member: Member, run: Run) -> list[Reopened]:
    """The reopened agreements on which one run rests."""
    return [
        Reopened(each.study, each.withdrawn_at, [run], judged)
        for each, judged in not_signed_again(member)
        if run.created_at <= each.withdrawn_at and rests_on(run, each)
    ]


def missing(member: Member, key: str = "") -> list[Reopened]:
    """The reopened agreements on risk of bias that figures are without: all of them, or those stored under one key."""
    return [Reopened(each.study, each.withdrawn_at, [], judged) for each, judged in assessments(member, key)]


def not_signed_again(member: Member) -> list[tuple[Blinded, Judged | None]]:
    return [*((each, None) for each in reopened_sheets(member.review)), *assessments(member)]


def assessments(member: Member, key: str = "") -> list[tuple[Blinded, Judged | None]]:
    """Those of tools that the review still has, with what was judged."""
    found = reopened_assessments(member.review, key)
    if not found:
        return []
    known, outcomes = tools.tools(member.review_id), Outcome.objects.filter(review=member.review_id).in_bulk()
    return [(each, judged) for each in found if (judged := tools.found(each.tool, known, outcomes))]


def rests_on(run: Run, agreement: Blinded) -> bool:
    """Whether a study's agreed numbers, or judgements, are in what a run has frozen."""
    rows = [each for each in run.input["studies"] if each["study"] == agreement.study_id]
    if not isinstance(agreement, Assessment):
        return bool(rows)
    of = tools.outcome_id(agreement.tool)
    is_beside = run.input.get("bias_tool", ROB1.id) == tool_id(agreement.tool)
    return is_beside and any(each["bias"] and of in (None, pooled(run, each)) for each in rows)


def pooled(run: Run, row: dict) -> int:
    """The outcome whose numbers a run has of a study."""
    return row["time"]["outcome"] if "time" in row else run.analysis.outcome_id
