"""Can one citation be followed from a line of an export to a square in a forest plot? The path that the README describes."""

from __future__ import annotations

import pytest

from analysis import exports
from analysis import queries as analyses
from analysis import workflow as analysis
from extraction import queries as studies
from extraction import workflow as extraction
from extraction.rob import TOOLS
from extraction.schema import Choice, TakenFrom
from reviewapp import audit
from reviewapp.models import Event
from screening import queries, workflow
from screening.formats import read
from tests import build

pytestmark = pytest.mark.django_db

EXPORT = build.ris(
    {"TI": "Psychotherapy with mother and infant", "AU": ["Murray, L."], "PY": "2003", "DO": "10.1000/one", "AN": "1"},
    {"TI": "Something else altogether", "AU": ["Other, O."], "PY": "2001"},
)
TEXTS = {"study/design": "Randomised trial", "study/participants": "Mothers", "study/interventions": "Talks"}
DOMAINS = [domain.id for domain in TOOLS["rob1"].domains]


def test_one_citation_from_export_to_forest_plot(owner, first, second, arbiter, jobs_now):
    # 1. text becomes a record
    record = read(EXPORT, name="export.ris").records[0]
    assert (record.doi, record.line) == ("10.1000/one", 1)

    # 2. it is imported, voted on by two, and the conflict is settled
    build.imported(owner, EXPORT)
    citation, other = queries.citations(owner).order_by("pk")
    workflow.vote(first, citation, "title_abstract", "include")
    workflow.vote(second, citation, "title_abstract", "exclude")
    workflow.resolve(arbiter, citation, "title_abstract", "include", comment="Mothers and infants are treated together")
    build.agreed((first, second), other, "title_abstract", "exclude")
    workflow.mark_retrieved(owner, citation)
    build.agreed((first, second), citation, "full_text")

    # 5. the report joins a study; two sheets and two assessments are filled and agreed
    outcome = extraction.define_outcome(owner, name="Secure attachment", kind="dichotomous")
    planned = analysis.plan(owner, outcome, measure="RR", method="MH")
    study = extraction.make_study(first, "Murray 2003", [citation])
    arms = [
        extraction.add_arm(first, study, name="Psychotherapy", role="experimental"),
        extraction.add_arm(first, study, name="Usual care", role="control"),
    ]
    for author, events in ((first, 12), (second, 21)):
        rows = zip(arms, ((events, 40), (6, 38)), strict=True)
        cells = {
            f"outcome/{outcome.pk}/arm/{arm.pk}/{name}": value
            for arm, row in rows
            for name, value in zip(("events", "total"), row, strict=True)
        }
        sheet = extraction.save_entries(author, extraction.start_sheet(author, study), TEXTS | cells)
        extraction.submit_sheet(author, sheet)
        begun = extraction.start_assessment(author, study)
        judged = extraction.save_judgements(
            author, begun, dict.fromkeys(DOMAINS, "low"), dict.fromkeys(DOMAINS, "As reported on page 2.")
        )
        extraction.submit_assessment(author, judged)
    agreement = studies.sheet_agreement(first, study)
    assert [pair.field.key for pair in agreement.differences] == [f"outcome/{outcome.pk}/arm/{arms[0].pk}/events"]
    jobs_now()
    assert (
        not analyses.shown_analysis(owner, planned.pk).is_current
        or analyses.current_run(owner, planned).result["k"] == 0
    )

    chosen = {agreement.differences[0].field.key: Choice(TakenFrom.FIRST, reason="21 is a slip: page 5 has 12")}
    extraction.agree_sheet(second, study, chosen)
    extraction.agree_assessment(second, study, {})

    # 6 and 7. agreed values become rows, and at that moment a pooled effect
    assert jobs_now() > 0
    run = analyses.current_run(owner, planned)
    assert run.result["k"] == 1
    assert run.result["estimate"] == pytest.approx((12 / 40) / (6 / 38))

    # 8. the effect becomes a picture, and the records become the flow diagram
    assert "Murray 2003" in exports.forest_svg(run)
    flow = analyses.flow(owner)
    assert [analyses.number(flow, key).n for key in ("dbr_screened", "dbr_records_excluded", "new_studies")] == [
        2,
        1,
        1,
    ]
    assert not flow.breaches

    audit.seal_all()
    assert list(audit.verify(owner.review)) == []
    assert Event.unblinded.filter(verb="extraction.sheet_agreed").count() == 1
