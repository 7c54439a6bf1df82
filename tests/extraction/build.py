"""How do tests come by included reports, studies and sheets? By the verbs that the views call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extraction import queries, workflow
from extraction.models import Arm, Assessment, Entry, Outcome, Sheet, Study
from extraction.rob import ROB1
from extraction.rob.designs import Rule
from extraction.schema.tables import core, row_key
from reviewapp.models import Member, Review
from screening import workflow as screening
from screening.models import Citation
from tests import build

TEXTS = {"study/design": "Randomised trial", "study/participants": "Mothers", "study/interventions": "Talks v none"}
LOW = {domain.id: "low" for domain in ROB1.domains}
SUPPORT = {domain.id: "As reported on page 2." for domain in ROB1.domains}


def reports(voters: tuple[Member, Member], count: int = 1) -> list[Citation]:
    """So many reports, included at full text by both."""
    found = build.citations(voters[0], count, again=True)
    for citation in found:
        build.agreed(voters, citation, "title_abstract")
        screening.mark_retrieved(voters[0], citation)
        build.agreed(voters, citation, "full_text")
    return [Citation.objects.get(pk=citation.pk) for citation in found]


def state(member: Member, study: Study) -> str:
    """How far the study's sheets are, as this member may know it."""
    return queries.with_state(member, [study])[0].sheet_state


def study(voters: tuple[Member, Member], label: str = "Murray 2003") -> Study:
    """A study of one report, with an experimental and a control arm."""
    made = workflow.make_study(voters[0], label, reports(voters))
    workflow.add_arm(voters[0], made, name="Psychotherapy", role=Arm.Role.EXPERIMENTAL)
    workflow.add_arm(voters[0], made, name="Usual care", role=Arm.Role.CONTROL)
    return made


def outcome(member: Member, name: str = "Secure attachment", kind: str = "dichotomous") -> Outcome:
    return workflow.define_outcome(member, name=name, kind=kind, time_point="after treatment")


def cells(study: Study, outcome: Outcome, *rows: Mapping[str, object]) -> dict[str, object]:
    """Answers for an outcome's table: one mapping of columns to values for each arm."""
    return {
        f"outcome/{outcome.pk}/arm/{arm.pk}/{column}": value
        for arm, row in zip(study.arms.all(), rows, strict=True)
        for column, value in row.items()
    }


def submitted(member: Member, study: Study, values: Mapping[str, object] | None = None) -> Sheet:
    """A sheet with these answers (and the texts that are required), submitted."""
    sheet = workflow.save_entries(member, workflow.start_sheet(member, study), TEXTS | dict(values or {}))
    return workflow.submit_sheet(member, sheet)


def assessed(member: Member, study: Study, judgements: Mapping[str, str] | None = None) -> Assessment:
    """An assessment, low but for these judgements, submitted."""
    begun = workflow.start_assessment(member, study)
    saved = workflow.save_judgements(member, begun, LOW | dict(judgements or {}), SUPPORT)
    return workflow.submit_assessment(member, saved)


REPLIES = {  # with which RoB 2 (effect of assignment) proposes low risk throughout
    **{"1.1": "Y", "1.2": "Y", "1.3": "N"},
    **{"2.1": "N", "2.2": "N", "2.6": "Y"},
    "3.1": "Y",
    **{"4.1": "N", "4.2": "N", "4.3": "N"},
    **{"5.1": "Y", "5.2": "N", "5.3": "N"},
}
ROB2_DOMAINS = ("randomisation", "deviations", "missing_data", "measurement", "reporting")
ROB2_LOW = REPLIES | dict.fromkeys((*ROB2_DOMAINS, "overall"), "low")


def rob2_for(owner: Member, author: Member, studies: Sequence[Study], outcome: Outcome) -> str:
    """Let the results of these studies for an outcome be judged with RoB 2, beside RoB 1; under what that is stored."""
    workflow.plan_bias(owner, [Rule("rob1"), Rule("rob2_assignment", ("parallel",))])
    workflow.describe_studies(author, {study.pk: ("parallel", [outcome.pk]) for study in studies})
    return f"rob2_assignment-{outcome.pk}"


def begun(
    member: Member, study: Study, key: str, answers: Mapping[str, str] | None = None, support: str = "Page 2."
) -> Assessment:
    """An assessment with RoB 2, low but for these answers, not submitted."""
    started = workflow.start_assessment(member, study, key)
    said = ROB2_LOW | dict(answers or {})
    return workflow.save_judgements(member, started, said, dict.fromkeys(ROB2_DOMAINS, support))


def judged(
    member: Member, study: Study, key: str, answers: Mapping[str, str] | None = None, support: str = "Page 2."
) -> Assessment:
    """The same, submitted."""
    said = dict(answers or {})
    worst = max((said.get(domain, "low") for domain in ROB2_DOMAINS), key=["low", "some concerns", "high"].index)
    return workflow.submit_assessment(member, begun(member, study, key, {"overall": worst} | said, support))


@dataclass(frozen=True)
class AgreedRow:
    """One arm's agreed numbers for one outcome, by column."""

    study: str
    arm: str
    role: str
    values: Mapping[str, int | float]
    sources: Mapping[str, str]


def agreed_rows(review: Review, outcome: Outcome) -> list[AgreedRow]:
    """The signed numbers of every included study's arms for one outcome; arms whose row is not complete are left out."""
    signed = Sheet.unblinded.signed().filter(study__in=queries.included_studies(review)).order_by("study__label")
    found = []
    for sheet in signed:
        lines = {line.key: line for line in Entry.unblinded.filter(sheet=sheet, value__isnull=False)}
        for arm in sheet.study.arms.filter(dropped_at=None):
            keys = {each.name: f"{row_key(outcome.pk, arm.pk)}/{each.name}" for each in core(outcome.kind)}
            if lines.keys() >= set(keys.values()):
                values, sources = (
                    {name: getattr(lines[key], part) for name, key in keys.items()} for part in ("value", "text")
                )
                found.append(AgreedRow(sheet.study.label, arm.name, arm.role, values, sources))
    return found
