"""Several people may say different things of one pair: is each word kept by itself, and nobody's overturned unseen?"""

from __future__ import annotations

import csv
from importlib import import_module

import pytest
from django.apps import apps

from reviewapp.errors import Refused, Stale
from reviewapp.models import Event, Member
from screening import queries, workflow
from screening.models import Pair, Record, Word
from screening.workflow import Objected
from tests import build
from tests.screening.test_duplicates import ERRATUM, OTHER, TRIAL, home, page, records, taken_in
from tests.screening.test_same import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def pia(owner) -> Member:
    return build.member(owner, "reviewer", "Pia Person")


@pytest.fixture
def three(owner) -> list[Record]:
    """Records of three citations that no rule has looked at."""
    return records(build.imported(owner, build.ris(TRIAL, ERRATUM, OTHER)))


def asked_of(owner: Member, one: Record, other: Record) -> Pair:
    told = {"rule": "alike", "score": 0.5, "evidence": "alike", "state": "asked", "member": owner}
    return Pair.objects.create(review=owner.review, a=one, b=other, **told)


def said(pair: Pair) -> list[tuple[str, str]]:
    return [(str(word.member), word.answer) for word in queries.words(pair)]


def test_who_links_what_another_called_different_is_told_first_and_both_words_are_kept(owner, pia, three):
    a, b, _ = three
    pair = asked_of(owner, a, b)
    workflow.decide_pair(owner, pair, "different")
    with pytest.raises(Objected, match=r"Olga Owner: records \d+ and \d+ are not duplicates \("):
        workflow.link_citations(pia, home(a), home(b))
    assert home(a) != home(b)
    seen = [each.key for each in workflow.objections(pia, [home(a).pk, home(b).pk])]
    workflow.link_citations(pia, home(a), home(b), seen)
    assert home(a) == home(b)
    assert said(pair) == [("Olga Owner", "different"), ("Pia Person", "same")]
    assert "Olga Owner" in Event.unblinded.get(verb="screening.linked_by_hand").facts["against"][0]
    (row,) = csv.DictReader(b"".join(page(owner, "log.csv").streaming_content).decode().splitlines())
    assert row["state"] == "same"
    assert row["each person's word"].startswith("Olga Owner: not duplicates (20")
    assert "; Pia Person: the same publication (20" in row["each person's word"]
    workflow.reopen_pair(pia, pair)
    assert home(a) != home(b)
    assert (Pair.objects.get().state, said(pair)) == ("different", [("Olga Owner", "different")])


def test_a_decided_pair_can_be_contradicted_by_who_has_seen_the_answer_and_each_takes_back_their_own(owner, pia, three):
    a, b, _ = three
    pair = asked_of(owner, a, b)
    workflow.decide_pair(owner, pair, "same")
    for answer in ("same", "different", "later"):
        with pytest.raises(Stale, match="decided already"):
            workflow.decide_pair(pia, pair, answer)
    pair.refresh_from_db()
    seen = [each.key for each in workflow.answered(pair)]
    workflow.decide_pair(pia, pair, "different", seen)
    assert home(a) != home(b), "what was moved for the first word goes back"
    with pytest.raises(Stale):
        workflow.decide_pair(pia, pair, "different", seen)
    workflow.reopen_pair(pia, pair)
    assert home(a) == home(b), "the first word holds again"
    pair.refresh_from_db()
    workflow.decide_pair(pia, pair, "different", seen)
    workflow.reopen_pair(owner, pair)
    pair.refresh_from_db()
    assert (pair.state, home(a) == home(b), said(pair)) == ("different", False, [("Pia Person", "different")])
    with pytest.raises(Refused, match="Only who answered"):
        workflow.reopen_pair(owner, pair)
    workflow.reopen_pair(pia, pair)
    pair.refresh_from_db()
    assert (pair.state, said(pair)) == ("asked", [])
    assert queries.open_pairs(owner).get() == pair


def test_what_was_called_different_is_not_brought_together_unseen_by_way_of_a_third(owner, pia, three):
    a, b, c = three
    workflow.decide_pair(owner, asked_of(owner, a, b), "different")
    workflow.decide_pair(pia, asked_of(owner, b, c), "same")
    pair = asked_of(owner, a, c)
    with pytest.raises(Objected, match="Olga Owner"):
        workflow.decide_pair(pia, pair, "same")
    shown = page(pia, f"{pair.pk}/").content.decode()
    assert "To say that they are the same goes against:" in shown
    key = f"{a.pk}-{b.pk}"
    assert f'<input type="hidden" name="seen" value="{key}">' in shown
    again = page(pia, f"{pair.pk}/decide/", "post", answer="same")
    assert again.headers["Location"].endswith(f"/duplicates/{pair.pk}/"), "it is shown again"
    assert home(a) != home(c)
    page(pia, f"{pair.pk}/decide/", "post", answer="same", seen=key)
    assert home(a) == home(b) == home(c)


def test_the_page_on_which_two_are_linked_by_hand_shows_what_was_said_against_it(owner, pia, three):
    a, b, _ = three
    workflow.decide_pair(owner, asked_of(owner, a, b), "different")
    path = f"/reviews/{owner.review.slug}/citations/{home(a).pk}/same/{home(b).pk}/"
    shown = client(pia).get(path)
    assert "To say that they are the same goes against:" in shown.content.decode()
    assert client(pia).post(path).status_code == 409
    assert home(a) != home(b)
    client(pia).post(path, {"seen": [each.key for each in shown.context["objections"]]})
    assert home(a) == home(b)


def test_a_record_that_was_split_off_is_not_linked_back_unseen(owner, pia, three):
    a, b, _ = three
    workflow.link_record(owner, b, home(a))
    workflow.split_record(owner, b)
    with pytest.raises(Objected, match=f"took record {b.pk} away from record {a.pk}"):
        workflow.link_citations(pia, home(a), home(b))


def test_later_of_one_person_holds_again_when_anothers_answer_is_taken_back(owner, pia, three):
    pair = asked_of(owner, *three[:2])
    workflow.decide_pair(owner, pair, "later")
    assert "Put off by Olga Owner" in page(pia, f"{pair.pk}/").content.decode()
    workflow.decide_pair(pia, pair, "different")
    workflow.reopen_pair(pia, pair)
    pair.refresh_from_db()
    assert (pair.state, said(pair)) == ("later", [("Olga Owner", "later")])
    workflow.reopen_pair(owner, pair)
    pair.refresh_from_db()
    assert pair.state == "asked"


def test_what_a_rule_settles_is_not_put_off_any_more(owner, jobs_now):
    a, b = records(build.imported(owner, build.ris(TRIAL, TRIAL | {"AN": "2"})))
    pair = asked_of(owner, a, b)
    workflow.decide_pair(owner, pair, "later")
    jobs_now()
    pair.refresh_from_db()
    assert (pair.state, said(pair), home(a) == home(b)) == ("linked", [], True)


def test_the_page_of_a_decided_pair_tells_each_word_and_takes_ones_own_back(owner, pia, jobs_now):
    taken_in(owner, jobs_now, TRIAL, ERRATUM)
    pair = Pair.objects.get()
    workflow.decide_pair(owner, pair, "different")
    shown = page(pia, f"{pair.pk}/").content.decode()
    assert "Olga Owner: not duplicates" in shown
    assert "I say otherwise" in shown
    assert "Take my word back" not in shown
    assert "Take my word back" in page(owner, f"{pair.pk}/").content.decode()
    (seen,) = (each.key for each in workflow.answered(Pair.objects.get()))
    page(pia, f"{pair.pk}/decide/", "post", answer="same", seen=seen)
    assert home(pair.a) == home(pair.b)
    assert Event.unblinded.filter(verb="screening.pair_decided").count() == 2


def test_words_are_made_of_the_answers_that_were_there_before(owner, three):
    a, b, c = three
    told = {"review": owner.review, "rule": "alike", "score": 0.5, "evidence": "", "member": owner}
    Pair.objects.create(a=a, b=b, state="different", before="", **told)
    Pair.objects.create(a=a, b=c, state="same", before="withdrawn", **told)
    Pair.objects.create(a=b, b=c, state="asked", before="", **told)
    import_module("screening.migrations.0020_words").keep_words(apps, None)
    found = Word.objects.order_by("pk").values_list("answer", "place", "pair__before")
    assert list(found) == [("different", "queue", "asked"), ("same", "hand", "withdrawn")]


def test_a_pair_that_another_answer_has_answered_waits_no_longer_until_that_is_taken_back(owner, pia, three):
    a, b, c = three
    workflow.decide_pair(owner, asked_of(owner, b, c), "same")
    asked, other = asked_of(owner, a, b), asked_of(owner, a, c)
    assert set(queries.open_pairs(owner)) == {asked, other}
    workflow.decide_pair(pia, asked, "different")
    assert not queries.open_pairs(owner).exists(), "the other pair is of the same two citations"
    workflow.reopen_pair(pia, asked)
    assert set(queries.open_pairs(owner)) == {asked, other}


def test_answers_are_listed_with_who_gave_them_and_those_of_one_kind_alone(owner, pia, three):
    a, b, c = three
    apart, same = asked_of(owner, a, b), asked_of(owner, b, c)
    workflow.decide_pair(owner, apart, "different")
    workflow.decide_pair(pia, same, "same")
    path = f"/reviews/{owner.review.slug}/duplicates/answers/"
    assert [pair.pk for pair, _ in client(pia).get(path).context["rows"]] == [same.pk, apart.pk]
    shown = client(pia).get(path, {"state": "different"})
    assert [pair.pk for pair, _ in shown.context["rows"]] == [apart.pk]
    assert f"duplicates/{apart.pk}/" in shown.content.decode()
    assert "Olga Owner: not duplicates" in shown.content.decode()


def test_who_links_a_record_by_a_number_against_anothers_word_is_told_before_it_moves(owner, pia, three):
    a, b, _ = three
    workflow.decide_pair(owner, asked_of(owner, a, b), "different")
    path = f"/reviews/{owner.review.slug}/records/{b.pk}/link/"
    told = client(pia).post(path, {"citation": home(a).pk})
    assert (told.status_code, home(a) == home(b)) == (409, False)
    assert "Olga Owner" in told.content.decode()
    client(pia).post(path, {"citation": home(a).pk, "seen": [each.key for each in told.context["objections"]]})
    assert home(a) == home(b)
    assert "Olga Owner" in Event.unblinded.filter(verb="screening.record_linked").last().facts["against"][0]
    assert Pair.objects.get().state == "different", "both words are kept"
