"""With which tools is the risk of bias of each study judged, of which results, and how far is that, as one member may know it?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from extraction.models import AssessedResult, Assessment, BiasPlan, Outcome, OwnTool, Study
from extraction.queries.states import NEW, seen_of, state_of, with_state
from extraction.rob import TOOLS, Tool
from extraction.rob.designs import FIRST, Rule, from_json, tools_for
from extraction.rob.pack import read_tool
from extraction.rob.tool import RESULT
from extraction.schema.whole import whole
from reviewapp.errors import NotHere
from reviewapp.models import Member

# --- tools ---------------------------------------------------------------------------------------------------------

_read: dict[tuple[int, datetime], Tool] = {}  # tools of reviews: a version in use never changes
KEPT = 200


def tool_in(row: OwnTool) -> Tool:
    """The tool of a version that is in use."""
    key = (row.pk, row.used_at)
    if key not in _read:
        if len(_read) >= KEPT:
            _read.clear()
        _read[key] = read_tool(row.pack)
    return _read[key]


def own_tools(review: int) -> QuerySet[OwnTool]:
    """The versions in use, now or before, of the tools that the review has made or brought; of each the newest last."""
    return OwnTool.objects.filter(review=review, used_at__isnull=False).order_by("tool", "number")


def tools(review: int) -> dict[str, Tool]:
    """Every tool that the review can use, by id: those that are shipped, and the newest version of its own."""
    return {**TOOLS, **{row.tool: tool_in(row) for row in own_tools(review)}}


def tool_of(review: int, key: str, number: int | None = None) -> Tool:
    """The tool of an assessment, by what it is stored under; of the review's own, the version of this number, or the newest. Raises NotHere."""
    id = tool_id(key)
    if id in TOOLS:
        return TOOLS[id]
    versions = own_tools(review).filter(tool=id)
    row = (versions if number is None else versions.filter(number=number)).last()
    if row is None:
        raise NotHere(f"There is no risk-of-bias tool “{id}”.")
    return tool_in(row)


def newer_tool(mine: Assessment) -> OwnTool | None:
    """The version of the review's own tool by which an assessment that was begun before it came into use is asked now."""
    id = tool_id(mine.tool)
    newest = None if id in TOOLS else own_tools(mine.study.review_id).filter(tool=id).last()
    return newest if newest is not None and newest.used_at > mine.created_at else None


def tool_draft(member: Member, id: str) -> OwnTool:
    """The draft of a tool of the review's own. Raises NotHere."""
    row = OwnTool.objects.filter(review=member.review_id, tool=id, used_at=None, dropped_at=None).first()
    if row is None:
        raise NotHere("There is no draft of this tool.", todo="Begin to change it on the page of tools.")
    return row


def tool_drafts(member: Member) -> list[OwnTool]:
    """The drafts that are being made, and of other tools the one that was discarded last, unless it is older than what is in use."""
    rows = OwnTool.objects.filter(review=member.review_id).order_by("pk")
    newest = {row.tool: row for row in rows}
    return [row for row in newest.values() if row.used_at is None]


def dropped_tool(member: Member, id: str) -> OwnTool:
    """The draft that was discarded last. Raises NotHere."""
    row = next((row for row in tool_drafts(member) if row.tool == id and row.dropped_at), None)
    if row is None:
        raise NotHere("There is no discarded draft of this tool.", todo="Load the page of tools again.")
    return row


def number_of(review: int, key: str) -> int:
    """The number of the version in use of a review's own tool; 0 for a shipped one."""
    row = own_tools(review).filter(tool=tool_id(key)).last()
    return row.number if row else 0


# --- what is judged -------------------------------------------------------------------------------------------------


def tool_id(key: str) -> str:
    return key.partition("-")[0]


def outcome_id(key: str) -> int | None:
    """The outcome of the result that is judged; None for the study as a whole."""
    return whole(key.partition("-")[2])


def key_of(tool: Tool | str, outcome: int | None = None) -> str:
    """Under what an assessment is stored: the tool, and of a result its outcome."""
    id = tool if isinstance(tool, str) else tool.id
    return id if outcome is None else f"{id}-{outcome}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one assessment is of: a study as a whole, or its result for an outcome, by one tool."""

    key: str
    tool: Tool
    outcome: Outcome | None = None

    @property
    def name(self) -> str:
        return f"{self.tool.name}: {self.outcome}" if self.outcome else self.tool.name


def judged(member: Member, key: str, number: int | None = None) -> Judged:
    """What an assessment under this key is of. Raises NotHere."""
    tool = tool_of(member.review_id, key, number)
    asked = outcome_id(key)
    if key != key_of(tool, asked) or (tool.unit == RESULT) != (asked is not None):
        raise NotHere(f"There is nothing to judge under “{key}”.")
    if asked is None:
        return Judged(key, tool)
    outcome = Outcome.objects.filter(review=member.review_id, pk=asked).first()
    if outcome is None:
        raise NotHere("There is no such outcome.")
    return Judged(key, tool, outcome)


# --- the plan ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolPlan:
    """A version of which tools are used for which designs. row: None for version 0."""

    number: int
    rules: tuple[Rule, ...]
    row: BiasPlan | None = None


FIRST_PLAN = ToolPlan(0, FIRST)


def bias_plans(review: int) -> list[ToolPlan]:
    """All versions, the newest (which holds) first."""
    rows = BiasPlan.objects.filter(review=review).select_related("member__user").order_by("-number")
    return [*(ToolPlan(row.number, from_json(row.rules), row) for row in rows), FIRST_PLAN]


def bias_plan(review: int) -> ToolPlan:
    """The version that holds."""
    row = BiasPlan.objects.filter(review=review).order_by("number").last()
    return ToolPlan(row.number, from_json(row.rules), row) if row else FIRST_PLAN


def results_of(studies: Iterable[int]) -> dict[int, list[Outcome]]:
    """The outcomes for which the results of these studies are to be judged, by study."""
    rows = AssessedResult.objects.filter(study__in=list(studies), undone_at=None, outcome__dropped_at=None)
    found: dict[int, list[Outcome]] = defaultdict(list)
    for row in rows.select_related("outcome").order_by("outcome__position", "outcome"):
        found[row.study_id].append(row.outcome)
    return found


def planned(design: str, results: Iterable[Outcome], rules: Iterable[Rule], known: Mapping[str, Tool]) -> list[Judged]:
    """What is to be judged of a study of this design with these chosen results."""
    found = []
    for tool in (known[id] for id in tools_for(rules, design) if id in known):
        if tool.unit == RESULT:
            found += [Judged(key_of(tool, each.pk), tool, each) for each in results]
        else:
            found.append(Judged(tool.id, tool))
    return found


def planned_for(study: Study) -> list[Judged]:
    """What is to be judged of one study."""
    results = results_of([study.pk]).get(study.pk, [])
    return planned(study.design, results, bias_plan(study.review_id).rules, tools(study.review_id))


# --- how far it is -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Appraisal:
    """One thing to be judged of a study, with how far it is for a member.

    state: a key of STATES. agrees: this member may agree on it. planned: the review's plan asks for it; else it was judged before.
    """

    judged: Judged
    state: str
    agrees: bool
    planned: bool = True


def appraised(member: Member, studies: Iterable[Study]) -> list[Study]:
    """The studies, each with how far its sheets are (see states.with_state), and what is judged of it."""
    return with_appraisals(member, with_state(member, studies))


def with_appraisals(member: Member, studies: Iterable[Study]) -> list[Study]:
    """The studies, each with `appraisals`, what is judged of it; and `needs_results`, whether results are still to be chosen."""
    listed = list(studies)
    ids = [study.pk for study in listed]
    rules, known, results = bias_plan(member.review_id).rules, tools(member.review_id), results_of(ids)
    seen, held = seen_of(member, Assessment, ids), held_by_others(member, ids)
    left: dict[int, list[str]] = defaultdict(list)
    for pk, key in sorted(seen):
        left[pk].append(key)
    wanted = {outcome_id(key) for _, key in seen} - {None}
    outcomes = Outcome.objects.filter(review=member.review_id).in_bulk(wanted) if wanted else {}
    for study in listed:
        asked = planned(study.design, results.get(study.pk, []), rules, known)
        keys = {each.key for each in asked}
        others = [other for key in left.get(study.pk, []) if key not in keys if (other := found(key, known, outcomes))]
        study.appraisals = [
            Appraisal(each, *state_of(member, seen.get(at, []), held[at]), each.key in keys)
            for each in [*asked, *others]
            if (at := (study.pk, each.key))
        ]
        by_result = any(known[id].unit == RESULT for id in tools_for(rules, study.design) if id in known)
        study.needs_results = by_result and not results.get(study.pk)
    return listed


def found(key: str, known: Mapping[str, Tool], outcomes: Mapping[int, Outcome]) -> Judged | None:
    """What an assessment that the plan does not ask for is of."""
    tool, outcome = known.get(tool_id(key)), outcome_id(key)
    return Judged(key, tool, outcomes.get(outcome) if outcome else None) if tool else None


def held_by_others(member: Member, studies: list[int]) -> Counter[tuple[int, str]]:
    """How many others hold a place; used for whether both places are taken, and for nothing else."""
    rows = Assessment.unblinded.holding().filter(study__in=studies).exclude(member=member)
    return Counter(rows.values_list("study", "tool"))


def to_carry(member: Member, study: Study, key: str) -> list[Judged]:
    """The other results of the study that this member has judged with the same tool: to take over from."""
    mine = Assessment.blind.for_member(member).own().filter(study=study, member=member).exclude(tool=key)
    keys = [each for each in mine.values_list("tool", flat=True) if tool_id(each) == tool_id(key)]
    return [judged(member, each) for each in sorted(keys)]


def appraisal_of(member: Member, study: Study, key: str) -> Appraisal:
    """One of them, also where nobody has begun and the plan does not ask for it. Raises NotHere."""
    known = next((each for each in appraised(member, [study])[0].appraisals if each.judged.key == key), None)
    return known or Appraisal(judged(member, key), NEW, False, planned=False)
