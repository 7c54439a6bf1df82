"""Where do the benches' many studies come from? From rows stored in bulk, as the verbs would have left them: what is measured is reading."""

from __future__ import annotations

from typing import Any


def trials(owner: Any, count: int) -> list[Any]:
    """So many studies of two arms, each of one report that one search found and both stages included."""
    from django.utils import timezone

    from extraction.models import Arm, Study, StudyReport
    from reviewapp.models import Stage
    from screening.models import Citation, Import, Link, Record, Report, Standing, StandingState
    from tests import build

    here, now = owner.review, timezone.now()
    taken = Import.objects.create(
        search=build.search(owner), file_name="trials.ris", sha256="0" * 64, size=1, format="ris", completed_at=now
    )
    about = [{"title": f"Trial {n}", "authors": [f"Author{n}, A."], "year": 2000} for n in range(count)]
    citations = Citation.objects.bulk_create(Citation(review=here, **each) for each in about)
    records = Record.objects.bulk_create(
        Record(review=here, source=taken, position=n, line=n, raw="", **each) for n, each in enumerate(about)
    )
    Link.objects.bulk_create(
        Link(record=record, citation=citation, rule=Link.Rule.FIRST, member=owner)
        for record, citation in zip(records, citations, strict=True)
    )
    Standing.objects.bulk_create(
        Standing(review=here, citation=each, stage=stage, state=StandingState.INCLUDE, needed=2)
        for each in citations
        for stage in (Stage.TITLE_ABSTRACT, Stage.FULL_TEXT)
    )
    Report.objects.bulk_create(Report(citation=each, state=Report.State.RETRIEVED) for each in citations)
    studies = Study.objects.bulk_create(Study(review=here, label=f"Author{n} {1980 + n % 40}") for n in range(count))
    StudyReport.objects.bulk_create(
        StudyReport(study=study, citation=citation, member=owner)
        for study, citation in zip(studies, citations, strict=True)
    )
    Arm.objects.bulk_create(
        Arm(study=study, name=name, role=role)
        for study in studies
        for name, role in (("Talks", "experimental"), ("Nothing", "control"))
    )
    return studies
