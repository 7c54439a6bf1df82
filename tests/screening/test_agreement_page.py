"""What do the pages of agreement count, and whom do they tell it?"""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviewapp.models import Member
from screening import workflow
from screening.models import Citation, Standing
from screening.queries.agreement import categories, judged_alike, lines
from tests import build
from tests.screening.test_views import at, sign_in

TA, FT = "title_abstract", "full_text"
pytestmark = pytest.mark.django_db


def voted(first: Member, second: Member, citation: Citation, one: str, other: str) -> None:
    workflow.vote(first, citation, TA, one)
    workflow.vote(second, citation, TA, other)


def counts(member: Member, *, apart: bool = False) -> list[list[float]]:
    """The table of the only pair."""
    found = [line for line in lines(member, TA, apart=apart) if line.pair and not line.week]
    assert len(found) < 2
    return found[0].counts if found else []


def test_a_pair_has_a_table_of_what_both_judged_and_what_stands(owner, first, second, arbiter):
    both_in, both_out, settled, clash, half = build.citations(owner, 5)
    voted(first, second, both_in, "include", "maybe")
    voted(first, second, both_out, "exclude", "exclude")
    voted(first, second, settled, "include", "exclude")
    voted(first, second, clash, "exclude", "include")
    workflow.vote(first, half, TA, "include")
    workflow.resolve(arbiter, settled, TA, "exclude")
    assert counts(first) == [[1, 1], [0, 1]]
    assert counts(first, apart=True) == [[0, 1, 1], [0, 0, 0], [0, 0, 1]]


def test_a_resolution_opens_a_citation_to_the_figures_and_never_changes_them(owner, first, second, arbiter):
    citation = build.citations(owner, 1)[0]
    voted(first, second, citation, "include", "exclude")
    for answer in ("include", "exclude"):
        workflow.resolve(arbiter, citation, TA, answer)
        assert counts(arbiter) == [[0, 1], [0, 0]]
        workflow.withdraw_resolution(arbiter, citation, TA)
        assert counts(arbiter) == []


def test_a_vote_changed_with_the_others_in_sight_does_not_count(owner, first, second, arbiter):
    citation = build.citations(owner, 1)[0]
    voted(first, second, citation, "include", "exclude")
    workflow.resolve(arbiter, citation, TA, "exclude")
    workflow.vote(first, citation, TA, "exclude")
    assert counts(first) == [[0, 1], [0, 0]]


def test_a_vote_changed_before_the_verdict_counts_as_it_was_then(owner, first, second):
    citation = build.citations(owner, 1)[0]
    workflow.vote(first, citation, TA, "include")
    workflow.vote(first, citation, TA, "exclude")
    workflow.vote(second, citation, TA, "exclude")
    assert counts(first) == [[0, 0], [0, 1]]


def test_citations_out_of_view_or_no_longer_decided_drop_out_of_the_figures(owner, first, second):
    one, other = build.citations(owner, 2)
    build.agreed((first, second), one, TA)
    build.agreed((first, second), other, TA)
    workflow.withdraw_vote(first, one, TA)
    assert counts(first) == [[1, 0], [0, 0]]
    workflow.undo_import(owner, other.links.first().record.source)
    assert counts(first) == []


def test_with_one_vote_needed_there_is_nobody_to_compare_with(first, second, arbiter):
    lead = build.review(build.user("Lea Lead"), title="By one", is_author=True, votes_title_abstract=1)
    workflow.vote(lead, build.citations(lead, 1)[0], TA, "include")
    assert lines(lead, TA, apart=False) == []


def test_of_three_votes_each_two_are_a_pair(owner, first, second):
    third = build.member(owner, "reviewer", "Thea Third")
    citation = build.citations(owner, 1)[0]
    workflow.vote(first, citation, TA, "include")
    Standing.objects.filter(citation=citation).update(needed=3)
    build.agreed((second, third), citation, TA)
    found = lines(first, TA, apart=False)
    assert [(len(line.pair), line.found.n) for line in found if not line.week] == [(0, 3), (2, 1), (2, 1), (2, 1)]


def test_all_pairs_together_have_no_first_member(owner, first, second):
    third = build.member(owner, "reviewer", "Thea Third")
    one, other = build.citations(owner, 2)
    workflow.vote(first, one, TA, "maybe")
    workflow.vote(second, one, TA, "include")
    workflow.vote(second, other, TA, "include")
    workflow.vote(third, other, TA, "maybe")
    assert lines(first, TA, apart=True)[0].counts[0][:2] == [0, 1]
    assert lines(first, TA, apart=True)[0].counts[1][:2] == [1, 0]


def test_each_number_opens_as_many_citations_as_it_says(owner, first, second, arbiter, observer):
    citations = build.citations(owner, 6)
    said = [("include", "maybe"), ("maybe", "maybe"), ("exclude", "exclude"), ("include", "exclude")]
    for citation, (one, other) in zip(citations, said, strict=False):
        voted(first, second, citation, one, other)
    workflow.resolve(arbiter, citations[3], TA, "include")
    for apart in (False, True):
        names = categories(TA, apart=apart)
        for row, one in zip(counts(first, apart=apart), names, strict=True):
            for count, other in zip(row, names, strict=True):
                assert judged_alike(observer, TA, (first, second), (one, other), apart=apart).count() == count
    where = f"agreement/{TA}/cell/?a={first.pk}&b={second.pk}&row=include&column=include"
    page = sign_in(observer).get(at(observer, where)).content.decode()
    assert citations[0].title in page
    assert citations[3].title not in page


def test_full_texts_are_compared_by_decision_not_by_reason(owner, first, second, arbiter):
    citation = build.citations(owner, 1)[0]
    build.at_full_text((first, second), owner, citation)
    one, other = owner.review.exclusion_reasons.all()[:2]
    workflow.vote(first, citation, FT, "exclude", reason=one)
    workflow.vote(second, citation, FT, "exclude", reason=other)
    workflow.resolve(arbiter, citation, FT, "exclude", reason=one)
    assert lines(first, FT, apart=True)[0].counts == [[0, 0], [0, 1]]


def test_the_page_and_the_csv_say_the_same(owner, first, second, observer):
    for citation, answer in zip(build.citations(owner, 3), ("include", "exclude", "exclude"), strict=True):
        build.agreed((first, second), citation, TA, answer)
    page = sign_in(observer).get(at(observer, f"agreement/{TA}/")).content.decode()
    assert "Fay First and Sam Second" in page
    rows = list(
        csv.DictReader(
            io.StringIO(sign_in(observer).get(at(observer, f"agreement/{TA}/agreement.csv")).content.decode())
        )
    )
    pair = next(
        row for row in rows if row["first_member"] == "Fay First" and row["week"] == "all" and row["maybe"] == "apart"
    )
    assert (pair["citations"], pair["exclude_exclude"], pair["kappa"], pair["kappa_lower"]) == (
        "3",
        "2",
        "1.000000",
        "",
    )
    assert len(rows) == 2 * 2 * 2  # with maybe as include and apart; all pairs and the pair; all weeks and the week


def test_before_anything_is_decided_the_page_says_what_it_waits_for(owner, first):
    answer = sign_in(first).get(at(first, f"agreement/{FT}/"))
    assert b"Nothing to compare yet" in answer.content
    assert sign_in(first).get(at(first, f"agreement/{TA}/cell/?a=1&b=2&row=yes&column=no")).status_code == 302
    beyond = f"agreement/{TA}/cell/?a={2**64}&b=1&row=include&column=exclude"
    assert sign_in(first).get(at(first, beyond)).status_code == 302, "no such number, rather than no page"


def test_the_page_takes_as_many_queries_for_three_pairs_as_for_one(owner, first, second):
    third = build.member(owner, "reviewer", "Thea Third")
    client, taken = sign_in(first), []
    citations = build.citations(owner, 3)
    for pair, citation in zip(((first, second), (second, third), (first, third)), citations, strict=True):
        build.agreed(pair, citation, TA)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(at(first, f"agreement/{TA}/"))
        taken.append(len(captured))
    assert taken[0] == taken[1] == taken[2]
