"""Can a review of several comparisons plan each of them, by what is agreed of each arm?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analysis import exports, queries, workflow
from analysis.comparison import Comparison, chosen, comparison_of, in_words
from analysis.models import Analysis, Run
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from extraction.queries import current_version
from reviewapp.errors import BadInput
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as studies_of

Pair = tuple[Member, Member]
DoJobs = Callable[[], int]
WORDS = {"kind=talk": "Talking", "kind=pills": "Pills", "kind=none": "Waiting", "dose=high": "High"}


@pytest.mark.pure
def test_a_comparison_is_kept_as_it_was_chosen_and_reads_in_words() -> None:
    made = chosen(["kind=talk"], ["kind=none", "kind=pills"], WORDS)
    assert made is not None
    assert made.words == "Talking v Waiting or Pills"
    assert comparison_of(made.text) == Comparison(
        "kind", (("talk", "Talking"),), (("none", "Waiting"), ("pills", "Pills"))
    )
    other_way = chosen(["kind=talk"], ["kind=pills", "kind=none"], WORDS)
    assert other_way is not None
    assert other_way.text == made.text
    assert [made.role(each) for each in ("talk", "pills", "surgery", None)] == [
        "experimental",
        "control",
        "other",
        "other",
    ]
    assert (chosen([], [], WORDS), comparison_of(""), in_words("")) == (None, None, "")
    one_side = chosen([], ["kind=none"], WORDS)
    assert one_side is not None
    assert (one_side.words, comparison_of(one_side.text)) == ("Waiting", one_side)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("experimental", "control", "told"),
    [
        (["kind=talk"], ["kind=none", "kind=talk"], "“Talking” cannot stand on both sides"),
        (["kind=talk"], ["dose=high"], "told apart by one question"),
    ],
)
def test_what_is_no_comparison_is_refused_in_words(experimental: list[str], control: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        chosen(experimental, control, WORDS)


@pytest.mark.pure
@pytest.mark.parametrize("text", ["x", "{}", '{"by": "kind"}', '{"by": "kind", "experimental": 1, "control": []}'])
def test_a_text_that_no_plan_wrote_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="is no comparison"):
        comparison_of(text)


# --- planned by members ------------------------------------------------------------------------------------------------


def asked_of_each_arm(member: Member) -> str:
    """The form asks of each arm what was given; the question's id."""
    extraction.begin_form(member)
    extraction.edit_form(member, "add_section", "Each arm", "arm")
    given = {"label": "Treatment", "kind": "choice", "options": "Talking\nPills\nWaiting"}
    extraction.edit_form(member, "add_question", "each_arm", **given)
    extraction.use_form(member)
    (question,) = current_version(member.review_id).form.section("each_arm").questions
    return question.id


def study(pair: Pair, label: str, outcome: Outcome, treatments: tuple[str, str, str], question: str) -> Study:
    """Three arms: 5, 10 and 20 events of 50, with what was given; the last arm has no answer where that is empty."""
    made = studies_of.study(pair, label)
    extraction.add_arm(pair[0], made, name="Third", role="other")
    rows = studies_of.cells(made, outcome, *(build.events(events, 50) for events in (5, 10, 20)))
    given = {f"arm/{arm.pk}/{question}": it for arm, it in zip(made.arms.all(), treatments, strict=True) if it}
    build.agree(pair, made, rows | given)
    return made


@pytest.fixture
def question(db: None, pair: Pair) -> str:
    return asked_of_each_arm(pair[0])


def run_of(member: Member, analysis: Analysis, jobs_now: DoJobs) -> Run:
    jobs_now()
    shown = queries.shown_analysis(member, analysis.pk)
    assert shown.run is not None
    assert shown.is_current
    return shown.run


def test_two_comparisons_of_one_outcome_pool_the_arms_that_each_of_them_means(
    client: Client, pair: Pair, outcome: Outcome, question: str, jobs_now: DoJobs
) -> None:
    member = pair[0]
    study(pair, "Abe 1999", outcome, ("talking", "pills", "waiting"), question)
    study(pair, "Orme 2003", outcome, ("waiting", "talking", ""), question)
    by_role = build.plan(member, outcome)
    client.force_login(member.user)
    url = reverse("analysis:plan", args=[member.review.slug])
    said: dict[str, Any] = {
        "outcome": outcome.pk,
        "measure": "RR",
        "method": "MH",
        "model": "random",
        "preset": "RevMan 5",
    }
    refused = client.post(url, said | {"experimental": [f"{question}=talking"]})
    assert (refused.status_code, "choose at least one answer for each" in refused.content.decode()) == (422, True)
    sides = {"experimental": [f"{question}=talking"], "control": [f"{question}=waiting"]}
    assert client.post(url, said | sides).status_code == 302
    planned = Analysis.objects.exclude(pk=by_role.pk).get()
    assert str(planned) == f"Talking v Waiting: {outcome}"
    run = run_of(member, planned, jobs_now)
    found = {row["label"]: (row["experimental"]["events"], row["control"]["events"]) for row in run.result["studies"]}
    assert found == {"Abe 1999": (5, 20), "Orme 2003": (10, 5)}
    assert exports.table(run).groups[:2] == [("Talking", 2), ("Waiting", 2)]
    assert "Orme 2003: Third has no answer by which it could be compared" in run.message
    whole = run_of(member, by_role, jobs_now)
    assert [row["experimental"]["events"] for row in whole.result["studies"]] == [5, 5]
    assert "comparison" not in whole.options
    page = client.get(reverse("analysis:change-plan", args=[member.review.slug, planned.pk])).content.decode()
    assert page.count("checked") >= 2
    with pytest.raises(BadInput, match="planned already"):
        build.plan(member, outcome, comparison=planned.comparison)


def test_a_comparison_by_what_nobody_is_asked_is_refused_and_one_that_was_planned_outlives_its_question(
    client: Client, pair: Pair, outcome: Outcome, question: str
) -> None:
    member = pair[0]
    strange = Comparison("colour", (("red", "Red"),), (("blue", "Blue"),)).text
    with pytest.raises(BadInput, match="does not ask that of each arm"):
        build.plan(member, outcome, comparison=strange)
    with pytest.raises(BadInput, match="is no comparison"):
        build.plan(member, outcome, comparison="red v blue")
    sides = Comparison(question, (("talking", "Talking"),), (("waiting", "Waiting"),)).text
    planned = build.plan(member, outcome, comparison=sides)
    extraction.begin_form(member)
    extraction.edit_form(member, "drop_question", question)
    extraction.use_form(member)
    workflow.change_plan(member, planned, note="Still planned")
    client.force_login(member.user)
    url = reverse("analysis:change-plan", args=[member.review.slug, planned.pk])
    form = client.get(url).context["form"]
    assert form["experimental"].value() == [f"{question}=talking"]
    said = {"measure": "RR", "method": "MH", "model": "fixed", "preset": "RevMan 5"}
    sent = said | {name: form[name].value() for name in ("experimental", "control")}
    assert client.post(url, sent).status_code == 302
    planned.refresh_from_db()
    assert (planned.comparison, planned.model) == (sides, "fixed")
