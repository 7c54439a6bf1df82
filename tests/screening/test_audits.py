"""How does a team find out how often rules are wrong, and what becomes of what it finds wrong?"""

from __future__ import annotations

import csv

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Event, Member
from screening import queries, workflow
from screening.models import Audit, Citation, Judged, Link, Pair, Record, Vote
from screening.queries.search_table import search_table
from tests import build
from tests.screening.test_duplicates import COPY, OTHER, TRIAL, home, records, taken_in

TA = "title_abstract"
pytestmark = pytest.mark.django_db
TITLES = ("Sleeping and crying", "Feeding problems", "Massage of infants", "Video feedback", "Songs at night")


@pytest.fixture
def linked(owner, jobs_now) -> list[Record]:
    """Five articles from two databases each: rules have linked the second record of each."""
    rows = [TRIAL | {"TI": f"{name} in the first year of life", "VL": str(n)} for n, name in enumerate(TITLES, 1)]
    taken_in(owner, jobs_now, *rows)
    return records(taken_in(owner, jobs_now, *({**row, "AN": "x"} for row in rows), source="PsycINFO"))


def client(member: Member) -> Client:
    browser = Client()
    browser.force_login(member.user)
    return browser


def at(member: Member, path: str = "") -> str:
    return f"/reviews/{member.review.slug}/duplicates/samples/{path}"


def judge(member: Member, audit: Audit, *answers: str) -> list[Judged]:
    judged = []
    for answer in answers:
        judged.append(queries.to_judge(member, audit).first())
        workflow.judge_link(member, judged[-1], answer)
    return judged


def test_the_sample_is_drawn_from_the_links_that_rules_made_and_that_stand(owner, linked):
    workflow.split_record(owner, linked[0])
    workflow.split_record(owner, linked[1])
    workflow.link_record(owner, linked[1], home(linked[2]))
    audit = workflow.draw_audit(owner, 3, seed="abc")
    drawn = {each.link.record_id for each in audit.sample.all()}
    assert drawn == {record.pk for record in linked[2:]}, "neither what was split, nor what a person linked"
    assert (audit.pool, audit.size, audit.seed) == (3, 3, "abc")
    assert Event.unblinded.get(verb="screening.audit_drawn").facts["seed"] == "abc"
    with pytest.raises(WrongState, match="under way"):
        workflow.draw_audit(owner, 1)
    workflow.drop_audit(owner, audit)
    with pytest.raises(BadInput, match="only 3 links"):
        workflow.draw_audit(owner, 4)
    again = workflow.draw_audit(owner, 3, seed="abc")
    drawn, drawn_again = (list(each.sample.values_list("link", flat=True)) for each in (audit, again))
    assert drawn_again == drawn
    with pytest.raises(WrongState, match="Another sample"):
        workflow.restore_audit(owner, audit)


def test_each_record_is_shown_beside_the_one_with_which_the_rule_compared_it(owner, linked):
    for each in workflow.draw_audit(owner, 5).sample.select_related("link__pair"):
        assert {each.link.record_id, each.other_id} == {each.link.pair.a_id, each.link.pair.b_id}


def test_what_is_judged_right_changes_nothing_and_counts(owner, linked):
    audit = workflow.draw_audit(owner, 5)
    judge(owner, audit, *["right"] * 5)
    (found,) = queries.audits(owner)
    assert (found.state, found.right, found.wrong, found.judges) == ("complete", 5, 0, ("Olga Owner",))
    assert found.estimate.upper == pytest.approx(0.5218, abs=5e-5)  # 0 of 5: 1 - 0.025 ** (1/5)
    assert queries.citations(owner).count() == 5
    (said,) = queries.audit_methods(owner)
    assert "all 5 links" in said
    assert said in search_table(owner).notes, "also where the searches are reported"
    assert "None was wrong: an estimated false-link rate of 0.0% (exact 95% confidence interval 0.0% to 52.2%" in said


def test_a_wrong_link_is_split_remembered_and_never_made_again(owner, linked, jobs_now):
    audit = workflow.draw_audit(owner, 5)
    (wrong,) = judge(owner, audit, "wrong")
    record, other = wrong.link.record, wrong.other
    assert home(record) != home(other)
    pair = Pair.objects.get(a=min(record.pk, other.pk), b=max(record.pk, other.pk))
    assert (pair.state, pair.member) == ("different", owner)
    workflow.start_deduplication(owner)
    jobs_now()
    taken_in(owner, jobs_now, TRIAL | {"TI": record.title, "VL": record.volume, "AN": "third"}, source="CINAHL")
    assert home(record) != home(other)
    assert queries.last_pair(owner) is None, "the asking queue's undo is not for answers that were given here"
    with pytest.raises(Stale, match="Take it back there|judging a sample"):
        workflow.reopen_pair(owner, pair)
    with pytest.raises(Stale, match="judged already"):
        workflow.judge_link(owner, wrong, "right")


def test_taking_wrong_back_restores_link_pair_and_votes(owner, first, linked, jobs_now):
    audit = workflow.draw_audit(owner, 5)
    here = queries.to_judge(owner, audit).first()
    before, shared = here.link, home(here.link.record)
    own = Link.objects.get(record=here.link.record, rule="first").citation
    workflow.vote(first, shared, TA, "include")
    judge(owner, audit, "wrong")
    assert home(here.link.record) == own, "it is the citation that it was"
    workflow.vote(first, own, TA, "exclude")
    with pytest.raises(Refused, match="Only who answered"):
        workflow.withdraw_judgement(build.member(owner, "reviewer", "Rita"), here)
    workflow.withdraw_judgement(owner, here)
    assert home(here.link.record) == shared
    again = Link.objects.get(record=here.link.record, undone_at=None)
    assert (again.rule, again.pair, again.evidence) == (before.rule, before.pair, before.evidence)
    assert Pair.objects.get(pk=before.pair_id).state == "linked"
    assert Vote.unblinded.standing().count() == 2
    here.refresh_from_db()
    assert (here.answer, here.member, here.pair, here.parted) == ("", None, None, None)
    assert queries.audits(owner)[0].since == 0, "what undo restores is no new link"
    workflow.start_deduplication(owner)
    jobs_now()
    assert home(here.link.record) == shared
    verbs = Event.unblinded.filter(subject=f"audit/{audit.pk}").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["screening.audit_drawn", "screening.link_judged", "screening.judgement_withdrawn"]


def test_a_record_that_came_by_way_of_a_wrong_one_goes_along_and_comes_back(owner, jobs_now):
    a, b = records(taken_in(owner, jobs_now, TRIAL, COPY))
    (c,) = records(taken_in(owner, jobs_now, COPY | {"AN": "third"}))
    link = Link.objects.get(record=c, undone_at=None)
    link.pair = Pair.objects.get_or_create(
        a=b, b=c, defaults={"review": owner.review, "rule": "x", "score": 1, "state": "linked", "member": owner}
    )[0]
    link.save()
    audit = workflow.draw_audit(owner, 2)
    of_b = audit.sample.get(link__record=b)
    workflow.judge_link(owner, of_b, "wrong")
    assert home(b) == home(c) != home(a)
    workflow.withdraw_judgement(owner, of_b)
    assert home(a) == home(b) == home(c)


def test_a_link_that_was_undone_meanwhile_is_judged_all_the_same_and_nothing_moves(owner, linked):
    audit = workflow.draw_audit(owner, 5)
    here = queries.to_judge(owner, audit).first()
    workflow.split_record(owner, here.link.record)
    alone = home(here.link.record)
    workflow.judge_link(owner, here, "wrong")
    assert home(here.link.record) == alone
    workflow.withdraw_judgement(owner, here)
    assert home(here.link.record) == alone


def test_later_comes_again_at_the_end(owner, linked):
    audit = workflow.draw_audit(owner, 3)
    one, two = judge(owner, audit, "later", "later")
    judge(owner, audit, "right")
    assert list(queries.to_judge(owner, audit)) == [one, two]
    judge(owner, audit, "later")
    assert queries.to_judge(owner, audit).first() == two, "put off longest ago comes first"


def test_links_that_rules_make_later_are_told(owner, linked, jobs_now):
    judge(owner, workflow.draw_audit(owner, 2), "right", "wrong")
    taken_in(owner, jobs_now, OTHER, OTHER | {"AN": "2", "SP": "7"}, source="CINAHL")
    taken_in(owner, jobs_now, TRIAL, COPY, source="CINAHL")
    (found,) = queries.audits(owner)
    assert found.since == Link.objects.filter(rule="fields", undone_at=None, pk__gt=found.audit.newest).count() > 0
    (said,) = queries.audit_methods(owner)
    assert "a random sample of 2" in said
    assert "1 was wrong and undone: an estimated false-link rate of 50.0%" in said
    assert "of which the sample says nothing" in said
    workflow.draw_audit(owner, 1)
    assert [each.since for each in queries.audits(owner)] == [0, 0]


def test_observers_read_the_result_and_do_not_judge(owner, observer, linked):
    audit = workflow.draw_audit(owner, 1)
    with pytest.raises(Refused):
        workflow.judge_link(observer, audit.sample.get(), "right")
    with pytest.raises(Refused):
        workflow.draw_audit(observer, 1)
    with pytest.raises(BadInput):
        workflow.judge_link(owner, audit.sample.get(), "perhaps")


def test_the_pages_draw_judge_undo_and_tell_what_it_came_to(owner, observer, linked):
    desk = client(owner)
    for size in ("0", "5001", "many"):  # told at its field, on the page where it was asked
        refused = desk.post(at(owner, "draw/"), {"size": size})
        assert (refused.status_code, "Draw a sample" in refused.content.decode()) == (422, True)
    where = desk.post(at(owner, "draw/"), {"size": "2"})["Location"]
    body = desk.get(where).content.decode()
    assert "Is this automatic link right?" in body
    assert "0 of 2 judged" in body
    for key in "sdl":
        assert f'data-key="{key}"' in body
    judged = queries.to_judge(owner, Audit.objects.get()).first()
    part = desk.post(f"{where}{judged.pk}/judge/", {"answer": "wrong"}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="pair"')
    assert "1 of 2 judged" in part
    again = desk.post(f"{where}{judged.pk}/judge/", {"answer": "right"}, follow=True)
    assert "judged already" in again.content.decode()
    desk.post(f"{where}undo/")
    assert Judged.objects.exclude(answer="").count() == 0
    for each in Audit.objects.get().sample.all():
        desk.post(f"{where}{each.pk}/judge/", {"answer": "right"})
    told = client(observer).get(at(owner)).content.decode()
    assert "For the report" in told
    assert "0.0% (95% interval 0.0% to 84.2%)" in told
    rows = list(
        csv.DictReader(
            b"".join(client(observer).get(f"{where}answers.csv").streaming_content).decode("utf-8-sig").splitlines()
        )
    )
    assert [(row["answer"], row["who"]) for row in rows] == [("right", "Olga Owner")] * 2
    assert "Take back" in desk.get(f"{where}answers/").content.decode()


def test_the_pages_take_as_many_queries_for_three_as_for_one(owner, linked):
    counts = []
    for size in (1, 3):
        audit = workflow.draw_audit(owner, size)
        desk = client(owner)
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(at(owner, f"{audit.pk}/")).status_code == 200
        judge(owner, audit, *["right"] * size)
        with CaptureQueriesContext(connection) as listed:
            assert desk.get(at(owner)).status_code == 200
            assert desk.get(at(owner, f"{audit.pk}/answers/")).status_code == 200
        counts.append((len(seen), len(listed)))
    assert counts[0] == counts[1]
    assert Citation.objects.filter(live=True).count() == 5
