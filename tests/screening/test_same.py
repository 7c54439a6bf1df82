"""How does a person link two citations that no rule asked about, and see where each field of a citation comes from?"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviewapp.errors import BadInput, Refused, Stale
from reviewapp.models import Event, Member
from screening import queries, workflow
from screening.models import Link, Pair, Record, Standing, Vote
from tests import build
from tests.screening.test_duplicates import COPY, OTHER, TRIAL, home, records, taken_in
from tests.screening.test_persons_word import look_again

TA = "title_abstract"
pytestmark = pytest.mark.django_db
STRANGE = {"TI": "Support of mothers who are sad", "AU": ["Toth, S. L."], "PY": "2005", "JO": "Report of the ministry"}


def client(member: Member) -> Client:
    browser = Client()
    browser.force_login(member.user)
    return browser


@pytest.fixture
def two(owner, jobs_now) -> tuple[Record, Record]:
    """An article, and the same one under another title, which no rule could know."""
    return tuple(records(taken_in(owner, jobs_now, TRIAL, STRANGE)))


def test_a_link_by_hand_is_remembered_and_taken_back(owner, two, jobs_now):
    a, b = two
    before = home(a), home(b)
    pair = workflow.link_citations(owner, home(b), home(a))
    assert home(a) == home(b) == before[0], "the earlier one is kept, whichever was looked at"
    assert (pair.state, pair.rule, 0 <= pair.score <= 1) == ("same", "by hand", True)
    look_again(owner, jobs_now, COPY)
    assert home(a) == home(b)
    with pytest.raises(Stale, match="out of view"):
        workflow.link_citations(owner, *before)
    with pytest.raises(Refused, match="Only who answered"):
        workflow.reopen_pair(build.member(owner, "reviewer", "Rita"), pair)
    workflow.reopen_pair(owner, pair)
    assert (home(a), home(b)) == before
    assert Pair.objects.get(pk=pair.pk).state == "withdrawn"
    assert not queries.open_pairs(owner).filter(pk=pair.pk).exists(), "what nobody asked is not asked now"
    verbs = Event.unblinded.filter(subject=f"pair/{pair.pk}").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["screening.linked_by_hand", "screening.pair_reopened"]
    assert workflow.link_citations(owner, *before) == pair, "and it can be linked again"


def test_votes_of_the_one_that_goes_out_of_view_come_back(owner, first, second, two):
    one, other = map(home, two)
    workflow.vote(first, one, TA, "include")
    build.agreed((first, second), other, TA, "exclude")
    pair = workflow.link_citations(owner, one, other)
    assert home(two[0]) == home(two[1]) == other, "kept is the one with a verdict"
    workflow.reopen_pair(owner, pair)
    assert Standing.objects.get(citation=one, stage=TA).state == "waiting"
    assert Vote.unblinded.standing().count() == 3


def test_a_word_against_it_is_overruled_by_the_same_persons_later_word_and_comes_back_with_undo(owner, two):
    one, other = map(home, two)
    pair = workflow.link_citations(owner, one, other)
    workflow.reopen_pair(owner, pair)
    Pair.objects.filter(pk=pair.pk).update(state="reports")
    workflow.link_citations(owner, one, other)
    workflow.reopen_pair(owner, pair)
    assert Pair.objects.get(pk=pair.pk).state == "reports"


def test_who_may_not_import_does_not_link_and_one_citation_is_not_two(owner, observer, two):
    one, other = map(home, two)
    with pytest.raises(Refused):
        workflow.link_citations(observer, one, other)
    with pytest.raises(BadInput, match="one citation, not two"):
        workflow.link_citations(owner, one, one)


def test_from_the_desk_the_other_is_found_by_words_or_number_seen_linked_and_taken_back(owner, first, two):
    one, other = map(home, two)
    desk, base = client(first), f"/reviews/{owner.review.slug}"
    assert f"/citations/{one.pk}/same/?desk={TA}" in desk.get(f"{base}/screen/{TA}/{one.pk}/").content.decode()
    for words in ("mothers sad", str(other.pk)):
        found = desk.get(f"{base}/citations/{one.pk}/same/", {"q": words, "desk": TA}).content.decode()
        assert f"/citations/{one.pk}/same/{other.pk}/?desk={TA}" in found
        assert f"/citations/{one.pk}/same/{one.pk}/" not in found
    assert "No other citation" in desk.get(f"{base}/citations/{one.pk}/same/", {"q": "9" * 30}).content.decode()
    seen = desk.get(f"{base}/citations/{one.pk}/same/{other.pk}/").content.decode()
    assert "<mark>" in seen
    assert f"Citation {other.pk}" in seen
    answer = desk.post(f"{base}/citations/{one.pk}/same/{other.pk}/?desk={TA}")
    assert answer["Location"] == f"{base}/screen/{TA}/"
    shown = desk.get(f"{base}/citations/{one.pk}/").content.decode()
    assert "Take my link back" in shown
    assert "Take my link back" not in client(owner).get(f"{base}/citations/{one.pk}/").content.decode()
    desk.post(f"{base}/duplicates/{Pair.objects.get().pk}/take-back/")
    assert home(two[1]) == other


@pytest.mark.parametrize("undone", [1, 2])
def test_a_link_is_taken_back_also_where_imports_of_its_records_were_undone_meanwhile(owner, jobs_now, undone):
    (a,), (b,) = (records(taken_in(owner, jobs_now, row)) for row in (TRIAL, STRANGE))
    before = home(a), home(b)
    pair = workflow.link_citations(owner, *before)
    for record in (a, b)[:undone]:
        workflow.undo_import(owner, record.source)
    answer = client(owner).post(f"/reviews/{owner.review.slug}/duplicates/{pair.pk}/take-back/")
    leads_to = "duplicates/" if undone == 2 else f"citations/{before[1].pk}/"
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/reviews/{owner.review.slug}/{leads_to}")
    assert (home(a), home(b)) == before


def test_a_citation_out_of_view_leads_to_where_its_records_are(owner, two):
    one, other = map(home, two)
    workflow.link_citations(owner, one, other)
    base = f"/reviews/{owner.review.slug}"
    page = client(owner).get(f"{base}/citations/{other.pk}/").content.decode()
    assert f'now <a href="{base}/citations/{one.pk}/">citation {one.pk}</a></li>' in page
    assert (
        f'<a href="{base}/citations/{one.pk}/">citation {one.pk}</a></li>'
        not in client(owner).get(f"{base}/citations/{one.pk}/").content.decode()
    )
    workflow.undo_import(owner, two[0].source)
    page = client(owner).get(f"{base}/citations/{one.pk}/").content.decode()
    assert page.count(f'its import, <a href="{base}/imports/{two[0].source_id}/">') == 2, "both came with it"
    assert "which is out of view too" in client(owner).get(f"{base}/citations/{other.pk}/").content.decode()


def test_who_finds_nothing_by_one_word_is_not_told_to_try_fewer(owner, two):
    one = home(two[0])
    path = f"/reviews/{owner.review.slug}/citations/{one.pk}/same/"
    told = {
        words: client(owner).get(path, {"q": words}).content.decode() for words in ("xylophone", "no such", "77777")
    }
    assert "Try fewer" in told["no such"]
    assert "Try fewer" not in told["xylophone"]
    assert "an asterisk" in told["xylophone"]
    assert "the number 77777" in told["77777"]


# --- where each field comes from --------------------------------------------------------------------------------


def test_each_field_tells_its_record_and_a_correction_its_person(owner, jobs_now):
    bare = {name: value for name, value in TRIAL.items() if name != "JO"} | {"AB": "Short."}
    taken_in(owner, jobs_now, bare)
    taken_in(owner, jobs_now, COPY | {"AB": "Long, the whole of it."}, source="PsycINFO")
    citation = queries.citations(owner).get()
    workflow.correct_citation(owner, citation, {"year": 2007}, {"year": 2006})
    citation.refresh_from_db()
    links = list(Link.objects.filter(citation=citation, undone_at=None).order_by("record"))
    found = {origin.name: origin for origin in queries.origins(owner, citation, links)}
    assert (found["title"].source, found["journal"].source, found["abstract"].source) == (0, 1, 1)
    assert found["abstract"].said == ("Short.", "Long, the whole of it.")
    assert (found["year"].source, found["year"].correction.member, found["year"].shown) == (None, owner, 2007)
    assert "doi" not in found, "what nobody says is not listed"
    page = client(owner).get(f"/reviews/{owner.review.slug}/citations/{citation.pk}/").content.decode()
    assert "Where each field comes from" in page
    assert "by hand: Olga Owner" in page


def test_a_correction_that_came_along_from_a_citation_out_of_view_is_named_too(owner, two):
    one, other = map(home, two)
    workflow.correct_citation(owner, other, {"volume": "9"}, {"volume": ""})
    workflow.correct_citation(owner, other, {"journal": "J Sad"}, {"journal": "Report of the ministry"})
    workflow.correct_citation(owner, one, {"journal": "J Own"}, {"journal": "Development and Psychopathology"})
    workflow.link_citations(owner, one, other)
    one.refresh_from_db()
    links = list(Link.objects.filter(citation=one, undone_at=None).order_by("record"))
    found = {origin.name: origin for origin in queries.origins(owner, one, links)}
    for name, of in (("journal", one), ("volume", other)):
        assert found[name].correction.citation == of
        assert found[name].correction.value == found[name].shown == getattr(one, name)


def test_a_page_out_of_view_takes_as_many_queries_for_three_records_as_for_one(owner, jobs_now):
    counts = []
    for number in (1, 3):
        alike = [TRIAL | {"TI": f"{TRIAL['TI']} {number}", "AN": f"{number}-{n}"} for n in range(number)]
        taken = taken_in(owner, jobs_now, *alike, source=f"Source {number}")
        citation = home(records(taken)[0])
        workflow.undo_import(owner, taken)
        with CaptureQueriesContext(connection) as seen:
            client(owner).get(f"/reviews/{owner.review.slug}/citations/{citation.pk}/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_page_of_a_citation_takes_as_many_queries_for_three_records_as_for_one(owner, jobs_now):
    counts = []
    for n in range(3):
        taken_in(owner, jobs_now, TRIAL | {"AN": str(n)}, OTHER, source=f"Source {n}")
        citation = home(Record.objects.order_by("pk").first())
        with CaptureQueriesContext(connection) as seen:
            client(owner).get(f"/reviews/{owner.review.slug}/citations/{citation.pk}/")
        counts.append(len(seen))
    assert counts[0] == counts[2]
