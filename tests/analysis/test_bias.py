"""Do the figures of risk of bias show what is agreed, and the same as robvis reads, and does a forest plot have the right tool's dots?"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from analysis import bias, exports, queries
from analysis.queries import bias as judged_queries
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from extraction.queries import judged
from extraction.rob import TOOLS, robvis
from extraction.schema import Choice, TakenFrom
from reviewapp.errors import NotHere
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as extracting

pytestmark = pytest.mark.django_db
Pair = tuple[Member, Member]
HIGH = {"1.2": "N", "randomisation": "high"}


@pytest.fixture
def two(owner: Member, pair: Pair, outcome: Outcome) -> tuple[str, list[Study]]:
    """Two studies with agreed data; of both the result is judged with RoB 2, of the second it is at high risk."""
    studies = build.studies(pair, outcome, build.SECURE)
    key = extracting.rob2_for(owner, pair[0], studies, outcome)
    for study, answers in zip(studies, ({}, HIGH), strict=True):
        for member in pair:
            extracting.judged(member, study, key, answers)
        extraction.agree_assessment(pair[0], study, {}, key)
    return key, studies


def url(member: Member, name: str, *args: object) -> str:
    return reverse(f"analysis:{name}", args=[member.review.slug, *args])


def get(member: Member, name: str, *args: object, status: int = 200, **data: str) -> bytes:
    client = Client()
    client.force_login(member.user)
    answer = client.get(url(member, name, *args), data)
    assert answer.status_code == status, answer.content
    return answer.content


def test_each_agreed_study_has_its_lights_and_files(first: Member, two: tuple[str, list[Study]]) -> None:
    key, studies = two
    assert "RoB 2 (effect of assignment): Secure attachment" in get(first, "bias-figures").decode()
    text = get(first, "bias-figure", key).decode()
    assert "2 studies agreed on" in text
    for study in studies:
        evidence = reverse("extraction:bias-agreement", args=[first.review.slug, study.pk, key])
        assert f'href="{evidence}">{study.label}' in text, "each light leads to what it rests on"
    for name in ("bias-lights", "bias-summary"):
        svg = get(first, name, key, "svg").decode()
        ElementTree.fromstring(svg)
        assert "Randomisation process" in svg
        assert get(first, name, key, "png").startswith(b"\x89PNG")
        assert get(first, name, key, "pdf").startswith(b"%PDF")
    get(first, "bias-lights", key, "docx", status=404)


def test_the_bars_are_what_robvis_counts_in_the_same_csv(
    first: Member, two: tuple[str, list[Study]], jobs_now: object
) -> None:
    key, studies = two
    planned = build.plan(first, Outcome.objects.get())
    jobs_now()
    text = get(first, "bias-robvis", key, weights=str(planned.pk)).decode()
    tool = TOOLS["rob2_assignment"]
    rows = robvis.read(tool, text)
    result = queries.shown_analysis(first, planned.pk).run.result
    assert [row.weight for row in rows] == pytest.approx([each["weight"] for each in result["studies"]], rel=1e-5)
    heavy = {"low": rows[0].weight, "high": rows[1].weight}
    shares = bias.shares(rows, "randomisation", bias.judgements(tool))
    assert shares == pytest.approx({name: weight / sum(heavy.values()) for name, weight in heavy.items()})
    assert bias.shares(rows, "reporting", bias.judgements(tool)) == {"low": 1.0}
    assert bias.shares(rows, "overall", bias.judgements(tool)) == shares
    assert (
        "Studies count by their weight in" in get(first, "bias-summary", key, "svg", weights=str(planned.pk)).decode()
    )


def test_nothing_is_shown_of_what_is_not_agreed(first: Member, pair: Pair, owner: Member, outcome: Outcome) -> None:
    study = extracting.study(pair, "Murray 2003")
    key = extracting.rob2_for(owner, first, [study], outcome)
    for member in pair:
        extracting.judged(member, study, key)
    get(first, "bias-figure", key, status=404)
    assert judged_queries.appraised(first) == []
    with pytest.raises(NotHere):
        judged_queries.assessments(first, "rob1")


def test_a_forest_plot_has_the_dots_of_the_tool_that_judged_its_result(
    first: Member, two: tuple[str, list[Study]], jobs_now: object
) -> None:
    _, studies = two
    planned = build.plan(first, Outcome.objects.get())
    jobs_now()
    run = queries.shown_analysis(first, planned.pk).run
    assert run.input["bias_tool"] == "rob2_assignment"
    forest = exports.forest_of(run)
    assert [domain.letter for domain in forest.domains] == ["D1", "D2", "D3", "D4", "D5", "O"]
    assert [study.bias for study in forest.studies] == [("low",) * 6, ("high", "low", "low", "low", "low", "high")]
    assert "Risk of bias, RoB 2 (effect of assignment)" in exports.forest_svg(run).replace("</tspan>", "")


def test_a_reopened_agreement_makes_the_runs_that_show_it_stale(
    first: Member, pair: Pair, two: tuple[str, list[Study]], jobs_now: object
) -> None:
    key, studies = two
    planned = build.plan(first, Outcome.objects.get())
    jobs_now()
    extraction.reopen_assessment_agreement(first, studies[0], key)
    assert queries.shown_analysis(first, planned.pk).is_stale
    third = Choice(TakenFrom.THIRD, "some concerns", "Page 3.", "Looked at again")
    whys = {"reporting": third, "overall": Choice(TakenFrom.THIRD, "some concerns", "", "Follows from it")}
    extraction.agree_assessment(first, studies[0], whys, key)
    jobs_now()
    assert queries.shown_analysis(first, planned.pk).is_current


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.id)
def test_every_tool_can_be_drawn(tool: object) -> None:
    domains, known = bias.domains(tool), bias.judgements(tool)
    said = bias.said(tool, {key: next(iter(known)) for key in bias.keys_shown(tool)})
    assert len(domains) == len(said)
    assert len({domain.letter for domain in domains}) == len(domains)
    assert bias.said(tool, {"gone": "low"}) == ("",) * len(domains)


def test_what_a_gap_in_a_figure_means_is_told(first: Member, two: tuple[str, list[Study]]) -> None:
    what, agreed = judged_queries.assessments(first, two[0])
    assert not any("judged" in note for note in bias.traffic_light(what, agreed).footnotes)
    earlier = {key: each for key, each in agreed[0].judgements.items() if key != "reporting"}
    gapped = [replace(agreed[0], judgements=earlier), agreed[1]]
    assert (
        "Blank: not judged, for example before the tool asked for this domain."
        in bias.traffic_light(what, gapped).footnotes
    )
    bars = bias.summary(what, bias.rows_of(gapped, {}))
    assert "In each domain the studies are counted that are judged in it." in bars.footnotes


def test_a_study_whose_control_is_split_weighs_as_much_as_its_comparisons_together(
    first: Member, pair: Pair, owner: Member, outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    study = extracting.study(pair, "Murray 2003")
    extraction.add_arm(first, study, name="Tablets", role="experimental")
    rows = [build.events(events, 40) for events in (12, 20, 9)]
    build.agree(pair, study, extracting.cells(study, outcome, *rows))
    studies = [study, *build.studies(pair, outcome, {"Lenze 2020": (5, 30, 9, 30)})]
    key = extracting.rob2_for(owner, first, studies, outcome)
    planned = build.plan(first, outcome, method="IV", arms="split")
    jobs_now()
    assert len(queries.shown_analysis(first, planned.pk).run.result["studies"]) == 3
    _, weights = judged_queries.weights(first, judged(first, key), str(planned.pk))
    assert sum(weights.values()) == pytest.approx(100)
