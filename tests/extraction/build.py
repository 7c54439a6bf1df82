"""How do tests come by included reports, studies and sheets? By the verbs that the views call."""

from __future__ import annotations

from collections.abc import Mapping

from extraction import workflow
from extraction.models import Arm, Assessment, Outcome, Sheet, Study
from extraction.rob import ROB1
from reviewapp.models import Member
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
