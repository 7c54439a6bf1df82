"""How does a review choose its tools for risk of bias, the designs that they are for, and the results that are judged?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from extraction import queries
from extraction.models import AssessedResult, Assessment, BiasPlan, Outcome, Study
from extraction.rob import asking
from extraction.rob.designs import DESIGNS, Rule, to_json
from extraction.workflow.common import change, locked_study
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, NotHere, Stale, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review


def plan_bias(member: Member, rules: Iterable[Rule], note: str = "", seen: int | None = None) -> BiasPlan:
    """Say with which tools risk of bias is judged, and for which designs: a new version of the plan.

    What is judged already stays, and is shown as judged before. Refused: no tool, an unknown one, an unknown design (BadInput); a plan
    that was changed after the version that was read, `seen` (Stale).
    """
    require(member, Can.MANAGE)
    chosen = tuple(rules)
    known = queries.tools(member.review_id)
    if not chosen:
        raise BadInput("A review judges risk of bias with one tool at least.", todo="Choose a tool.")
    for rule in chosen:
        if rule.tool not in known:
            raise BadInput(f"There is no risk-of-bias tool “{rule.tool}”.", todo="Load the page again.")
        for design in rule.designs:
            if design not in DESIGNS:
                raise BadInput(f"“{design}” is no design.", todo=f"Known are {', '.join(DESIGNS)}.")
    if len({rule.tool for rule in chosen}) < len(chosen):
        raise BadInput("A tool is there twice.", todo="Name all its designs in one place.")
    with transaction.atomic():
        lock_review(member)
        before = queries.bias_plan(member.review_id)
        if before.rules == chosen and before.row is not None:
            return before.row
        if seen is not None and before.number != seen:
            who = f" by {before.row.member}" if before.row else ""
            raise Stale(
                f"Version {before.number} of the plan was made meanwhile{who}. Nothing of this page was stored.",
                todo="Load the page of tools to see it, and change that.",
            )
        plan = BiasPlan.objects.create(
            review_id=member.review_id,
            number=before.number + 1,
            rules=to_json(chosen),
            note=note.strip(),
            member=member,
        )
        facts = {"number": plan.number, "before": to_json(before.rules), "after": plan.rules, "note": plan.note}
        audit.record(member, "extraction.bias_planned", member.review, **facts)
    return plan


Described = tuple[str, Collection[int]]  # a design, and the outcomes for which results are judged


def describe_studies(member: Member, said: Mapping[int, Described], seen: Mapping[int, Described] | None = None) -> int:
    """Say of which design studies are, and for which outcomes their results are judged: by study, all at once. How many changed.

    seen: what was read of them. A study of which the same is said is left as it is; one that was changed since is not overwritten, and
    then nothing is stored (Stale).
    """
    require(member, Can.EXTRACT)
    outcomes = {each.pk: each for each in Outcome.objects.filter(review=member.review_id)}
    changed, behind = 0, []
    with transaction.atomic():
        for pk in sorted(said):  # in one order, so that two such acts never wait for each other
            design, chosen = said[pk]
            if seen is not None and is_same(said[pk], seen[pk]):
                continue
            study = locked_study(member, Study(pk=pk))
            if seen is not None and not is_same(described(study), seen[pk]) and not is_same(described(study), said[pk]):
                behind.append(study.label)
            changed += any([set_design(member, study, design), choose_results(member, study, chosen, outcomes)])
        if behind:
            raise Stale(
                f"Design or results were changed meanwhile, in another window or by somebody else: {'; '.join(behind)}. Nothing was stored.",
                todo="Load the page of tools to see what is said there now, and say what you mean.",
            )
    return changed


def is_same(one: Described, other: Described) -> bool:
    return one[0] == other[0] and set(one[1]) == set(other[1])


def described(study: Study) -> Described:
    """What is said of a study now."""
    return study.design, [each.pk for each in queries.results_of([study.pk]).get(study.pk, [])]


def set_design(member: Member, study: Study, design: str) -> bool:
    if design and design not in DESIGNS:
        raise BadInput(f"“{design}” is no design.", todo=f"Known are {', '.join(DESIGNS)}.")
    facts = change(study, {"design": design})
    if facts:
        audit.record(member, "extraction.study_changed", study, **facts)
    return bool(facts)


def choose_results(member: Member, study: Study, chosen: Collection[int], outcomes: Mapping[int, Outcome]) -> bool:
    """Let the results for these outcomes, and no others, be judged. Assessments of others stay where they are."""
    unknown = set(chosen) - outcomes.keys()
    if unknown:
        raise NotHere("There is no such outcome.", todo="Load the page again to see what there is now.")
    rows = {row.outcome_id: row for row in AssessedResult.objects.filter(study=study, undone_at=None)}
    gone = [row for pk, row in rows.items() if pk not in chosen and outcomes[pk].dropped_at is None]
    new = [pk for pk in sorted(set(chosen)) if pk not in rows]
    if not gone and not new:
        return False
    for row in gone:
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at"])
    for pk in new:
        AssessedResult.objects.create(study=study, outcome_id=pk, member=member)
    facts = {"added": [str(outcomes[pk]) for pk in new], "removed": [str(outcomes[row.outcome_id]) for row in gone]}
    audit.record(member, "extraction.results_chosen", study, **facts)
    return True


def refuse_unplanned(study: Study, tool: str) -> None:
    """Raise WrongState unless the review's plan asks for an assessment under this key."""
    if tool in {each.key for each in queries.planned_for(study)}:
        return
    raise WrongState(
        f"The review's plan does not ask for this assessment of {study.label}.",
        todo="See the page of tools for risk of bias: which tool is for which design, and which results are judged.",
    )


def store_proposals(assessment: Assessment) -> dict[str, str]:
    """Keep beside each judgement what the tool proposes of what is answered now. What has changed, by key."""
    lines = {line.key: line for line in assessment.lines.all()}
    answers = {key: line.answer for key, line in lines.items()}
    changed = {}
    for key, proposal in asking.proposals(queries.tool_for(assessment), answers).items():
        line = lines.get(key) or assessment.new_line(key)
        if line.proposal != proposal.stored:
            line.proposal = changed[key] = proposal.stored
            line.save()
    return changed
