"""Is anything that a person decided on duplicates ever overturned by a rule, however often files come and records are moved?"""

from __future__ import annotations

import pytest

from reviewapp.models import Member
from screening import workflow
from screening.models import Link, Pair, Record
from screening.workflow.said import said_by_persons
from tests import build
from tests.screening.test_duplicates import COPY, OTHER, TRIAL, home, records, taken_in
from tests.screening.test_duplicates_order import ARTICLE, BARE, TWIN

TA = "title_abstract"
pytestmark = pytest.mark.django_db


def look_again(owner: Member, jobs_now, *rows: dict[str, object]) -> None:
    """Rules look at everything, then at a new file with more of the same, then at everything once more."""
    workflow.start_deduplication(owner)
    jobs_now()
    taken_in(owner, jobs_now, *rows, source="CINAHL")
    workflow.start_deduplication(owner)
    jobs_now()


def test_a_link_by_hand_holds_also_where_a_rule_has_moved_it_on_and_finds_it_doubtful_later(owner, jobs_now):
    (article,) = records(build.imported(owner, build.ris(ARTICLE)))
    bare, strange = records(build.imported(owner, build.ris(BARE, OTHER), into=build.search(owner)))
    workflow.link_record(owner, strange, home(bare))
    jobs_now()
    assert home(article) == home(bare) == home(strange), "a rule brings both to the article"
    assert Link.objects.get(record=strange, undone_at=None).rule == "fields"
    look_again(owner, jobs_now, TWIN)
    assert home(bare) == home(strange), "the twin makes the rule's link doubtful, not the person's"


def test_what_was_split_stays_split_also_where_what_it_was_split_from_is_moved_on(owner, jobs_now):
    trial, copy = records(taken_in(owner, jobs_now, TRIAL, COPY))
    workflow.split_record(owner, copy)
    short = {name: TRIAL[name] for name in ("TI", "AU")}
    (known,) = records(build.imported(owner, build.ris(short), into=build.search(owner)))
    workflow.link_record(owner, trial, home(known))
    look_again(owner, jobs_now, short | {"AN": "another"})
    assert home(trial) == home(known)
    assert home(copy) != home(trial)


def test_not_a_duplicate_holds_where_both_are_moved_on(owner, jobs_now):
    a, b = records(build.imported(owner, build.ris(TRIAL, COPY)))
    asked = {"rule": "alike", "score": 0.9, "evidence": "same title", "state": "asked", "member": owner}
    workflow.decide_pair(owner, Pair.objects.create(review=owner.review, a=a, b=b, **asked), "different")
    look_again(owner, jobs_now, COPY | {"AN": "third"}, TRIAL | {"AN": "fourth"})
    assert home(a) != home(b)


def test_a_word_that_was_taken_back_is_no_word(owner, jobs_now):
    trial, copy = records(taken_in(owner, jobs_now, TRIAL, COPY))
    audit = workflow.draw_audit(owner, 1)
    workflow.judge_link(owner, audit.sample.get(), "wrong")
    assert {frozenset(ends) for ends in said_by_persons(owner).parted} == {frozenset((trial.pk, copy.pk))}
    workflow.withdraw_judgement(owner, audit.sample.get())
    assert not said_by_persons(owner).parted


def test_records_that_went_together_are_not_parted_by_having_gone_one_after_the_other(owner, jobs_now):
    trial, copy = records(taken_in(owner, jobs_now, TRIAL, COPY))
    (other,) = records(taken_in(owner, jobs_now, OTHER))
    asked = {"rule": "alike", "score": 0.5, "evidence": "", "state": "asked", "member": owner}
    pair = Pair.objects.create(review=owner.review, a=trial, b=other, **asked)
    workflow.decide_pair(owner, pair, "same")
    assert home(trial) == home(copy) == home(other)
    said = said_by_persons(owner)
    assert not said.parted
    assert {frozenset(ends) for ends in said.together} == {frozenset((other.pk, each.pk)) for each in (trial, copy)}
    workflow.reopen_pair(owner, pair)
    assert not said_by_persons(owner).together


def test_without_a_person_nothing_is_said(owner, jobs_now):
    taken_in(owner, jobs_now, TRIAL, COPY, OTHER)
    said = said_by_persons(owner)
    assert (said.together, said.parted) == (set(), set())
    assert Record.objects.count() == 3
