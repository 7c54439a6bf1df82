"""Does the text for the report say what the review is, with links, and nothing that is sealed?"""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from analysis.queries.report import facts
from analysis.report import compose, plain
from analysis.workflow.investigations import investigate
from extraction.schema.tables import contrast_key
from screening import workflow as screening
from tests import build
from tests.analysis import build as build_analysis
from tests.extraction import build as build_extraction

pytestmark = pytest.mark.django_db
TA = "title_abstract"


def told(member) -> str:
    return plain(compose(facts(member)))


def test_the_page_tells_an_analysed_review_with_a_link_behind_each_sentence(pair, outcome, jobs_now, client: Client):
    build_analysis.studies(pair, outcome, build_analysis.SECURE)
    planned = build_analysis.plan(pair[0], outcome)
    jobs_now()
    client.force_login(pair[0].user)
    slug = pair[0].review.slug
    page = client.get(reverse("analysis:text", args=[slug])).content.decode()
    assert "Pooled over 2 studies (168 participants): RR 8.93 (95% confidence interval 1.25 to 63.70; Z = " in page
    assert f'href="{reverse("analysis:analysis", args=[slug, planned.pk])}"' in page
    assert "We included 2 studies (2 reports)." in page
    assert "Data are agreed for all 2 studies." in page
    text = client.get(reverse("analysis:text-txt", args=[slug]))
    assert "Pooled over 2 studies" in text.content.decode()
    assert client.get(reverse("analysis:text-docx", args=[slug])).content[:2] == b"PK"
    for part in compose(facts(pair[0])):
        for each in part.paragraphs:
            assert "None" not in each.text
            assert "  " not in each.text


def test_the_number_of_queries_does_not_grow_with_studies(pair, outcome, jobs_now, django_assert_max_num_queries):
    build_analysis.studies(
        pair, outcome, build_analysis.SECURE
    )  # of one alone the flow diagram has no box on meta-analysis
    build_analysis.plan(pair[0], outcome)
    jobs_now()
    with django_assert_max_num_queries(60) as before:
        facts(pair[0])
    build_analysis.studies(pair, outcome, {"Murray 2003": (3, 20, 4, 21), "Lenze 2020": (5, 20, 4, 21)})
    jobs_now()
    with django_assert_max_num_queries(len(before)):
        facts(pair[0])


def test_a_vote_on_which_there_is_no_verdict_changes_no_word(owner, first, second, observer):
    found = build.citations(owner, 3)
    build.agreed((first, second), found[0], TA)
    before = [told(each) for each in (owner, first, second, observer)]
    screening.vote(first, found[1], TA, "include")
    assert [told(each) for each in (owner, first, second, observer)] == before
    screening.vote(second, found[1], TA, "exclude")  # a conflict
    assert [told(each) for each in (owner, first, second, observer)] == before


def test_everybody_reads_the_same(owner, first, second, observer):
    found = build.citations(owner, 3)
    build.agreed((first, second), found[0], TA)
    assert len({told(each) for each in (owner, first, second, observer)}) == 1
    assert "agreed on the one judgement that was made blind by both" in told(owner)


def test_effects_as_reported_are_told_without_a_number_of_people(pair, jobs_now):
    generic = build_extraction.outcome(pair[0], "Mood", "generic")
    made = build_extraction.study(pair, "Murray 2003")
    key = contrast_key(generic.pk, *made.arms.values_list("pk", flat=True))
    build_analysis.agree(pair, made, {f"{key}/effect": -0.3, f"{key}/se": 0.1})
    build_analysis.plan(pair[0], generic, measure="GEN", method="IV")
    jobs_now()
    assert "One study reported it: effect −0.30 (95% confidence interval −0.50 to −0.10)" in told(pair[0])


def test_what_is_looked_at_beside_the_pooled_effect_is_told_and_dated(pair, outcome, jobs_now):
    build_analysis.studies(pair, outcome, build_analysis.SECURE)
    planned = build_analysis.plan(pair[0], outcome)
    investigate(pair[0], planned, "sensitivity", "fixed")
    jobs_now()
    investigate(pair[0], planned, "subgroup", "year")
    investigate(pair[0], planned, "moderator", "year")
    jobs_now()
    text = told(pair[0])
    assert re.search(
        r"Sensitivity analysis \(one common effect \(fixed\)\): [\d.]+ \[[\d.]+, [\d.]+\], 2 studies\.", text
    )
    assert "Subgroups by the year in the study’s name, planned when a result was known: 1999 " in text
    assert "Meta-regression on the year in the study’s name, planned when a result was known: " in text
    assert ".." not in text
