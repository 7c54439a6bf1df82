"""In which order do citations come to a member, by which words are they found, and how fast?"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviewapp.errors import BadInput, Refused
from reviewapp.models import Event, Member
from screening import queries, text, workflow
from screening.models import Citation, Desk
from screening.queries.queue import Wish
from tests import build

TA = "title_abstract"
pytestmark = pytest.mark.django_db

ROWS = (
    {"TI": "Sleeping twins", "PY": 2001, "AB": "Parents of infants were visited at home.", "AU": "Murray, L."},
    {"TI": "A trial of video feedback", "PY": 2015, "AB": "Sleep was an outcome; home visits were not made."},
    {"TI": "zinc for rats", "AB": "No infant took part."},
    {"TI": "Zinc for infants", "PY": 2015, "AB": "A visit to the clinic.", "KW": ["Prevention"]},
)


@pytest.fixture
def rows(owner: Member) -> list[Citation]:
    taken = build.imported(owner, build.ris(*ROWS))
    return list(Citation.objects.filter(links__record__source=taken).order_by("pk"))


def titles(member: Member, **options: object) -> list[str]:
    return [each.title for each in queries.ahead(member, TA, options.pop("wish", Wish()), count=10, **options)]


# --- order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "numbers"), [("imported", [0, 1, 2, 3]), ("newest", [1, 3, 0, 2]), ("title", [1, 0, 2, 3])]
)
def test_citations_come_in_the_order_that_the_member_chose(first, second, rows, order, numbers):
    workflow.arrange(first, order)
    expected = [ROWS[number]["TI"] for number in numbers]
    if order == "title":
        expected[2:] = ["Zinc for infants", "zinc for rats"]
    assert titles(first) == expected
    for place, citation in enumerate(queries.ahead(first, TA, count=10)):
        assert titles(first, after=citation.pk) == expected[place + 1 :] + expected[: place + 1], "and around"
        assert titles(first, after=citation.pk, around=False) == expected[place + 1 :]
    assert titles(second) == [row["TI"] for row in ROWS], "a colleague's order is their own"


def test_a_random_order_is_the_members_own_and_stays(owner, first, second):
    build.citations(owner, 40)
    for member in (first, second):
        workflow.arrange(member, "random")
    far = (Desk.objects.get(member=first).seed + 2**30) % 2**31  # by chance the two may begin at the same citation
    Desk.objects.filter(member=second).update(seed=far)
    once = titles(first)
    assert once == titles(first) != titles(second)
    assert once != [each.title for each in Citation.objects.order_by("pk")[:10]]
    seed = Desk.objects.get(member=first).seed
    workflow.arrange(first, "imported")
    workflow.arrange(first, "random")
    assert titles(first) == once
    told = Event.unblinded.filter(verb="screening.desk_arranged", actor=first.user)
    assert [each.facts.get("seed") for each in told] == [seed, None, seed]


def test_every_order_offers_each_citation_once_and_nothing_that_is_voted_on(owner, first):
    count = len(build.citations(owner, 25))
    for order in Desk.Order.values:
        workflow.arrange(first, order)
        seen, after = [], None
        while found := queries.ahead(first, TA, after=after, skip=seen, count=4):
            seen += [each.pk for each in found]
            after = found[-1].pk
        assert len(seen) == len(set(seen)) == count - Desk.Order.values.index(order)
        workflow.vote(first, Citation.objects.get(pk=seen[7]), TA, "exclude")


@pytest.mark.parametrize("order", ["imported", "newest", "title", "random"])
def test_the_list_shows_page_by_page_all_that_waits_and_at_its_end_what_was_put_off(owner, first, order):
    all_of_it = build.citations(owner, 60)
    workflow.arrange(first, order)
    Desk.objects.filter(member=first).update(seed=sorted(each.shuffle for each in all_of_it)[30])
    later = [all_of_it[5], all_of_it[50]]
    for citation in later:
        workflow.put_off(first, citation, TA)
    client, address, seen = Client(), "?size=25", []
    client.force_login(first.user)
    for _ in range(3):
        page = client.get(f"/reviews/{first.review.slug}/screen/{TA}/list/{address}")
        seen += [card.citation.pk for card in page.context["cards"]]
        address = f"?{page.context['next']}"
    assert address == "?", "the third page is the last"
    assert seen[-2:] == [each.pk for each in later]
    assert sorted(seen) == [each.pk for each in all_of_it]


def test_an_order_that_does_not_exist_and_a_member_who_does_not_screen_are_refused(first, observer):
    with pytest.raises(BadInput):
        workflow.arrange(first, "by vote")
    with pytest.raises(Refused):
        workflow.arrange(observer, "title")


# --- filter and search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("sleep", [0, 1]),
        ("infant home", [0]),
        ('"home visits"', [1]),
        ("infan*", [0, 2, 3]),
        ("zinc -rats", [3]),
        ("-zinc", [0, 1]),
        ("murray", [0]),
        ("PREVENTION", [3]),
        ("elephant", []),
        ('"; DROP TABLE', []),
        ("zinc xor ( ' & ! :* \0", []),
        ('  -  ""  ', [0, 1, 2, 3]),
    ],
)
def test_words_find_what_holds_them_whatever_is_typed(first, rows, typed, numbers):
    expected = [ROWS[number]["TI"] for number in numbers]
    assert titles(first, wish=Wish(q=typed)) == expected
    assert [each.title for each in queries.citations(first, typed)] == expected
    assert queries.matches(first, TA, Wish(q=typed), 100) == len(expected)


def test_a_filter_narrows_every_order(owner, first, rows):
    build.imported(owner, build.ris({"TI": "From elsewhere", "PY": 2015}), into=build.search(owner, source="Embase"))
    embase = queries.searches(owner).get(source="Embase").pk
    for order in Desk.Order.values:
        workflow.arrange(first, order)
        assert titles(first, wish=Wish(source=embase)) == ["From elsewhere"]
        assert set(titles(first, wish=Wish(since=2002, until=2015))) == {
            "From elsewhere",
            "Zinc for infants",
            "A trial of video feedback",
        }
        assert titles(first, wish=Wish(q="zinc", since=2010)) == ["Zinc for infants"]


def test_the_index_follows_what_a_citation_shows_and_can_be_made_anew(owner, first, rows):
    rows[0].title = "Triplets"
    rows[0].save()
    assert titles(first, wish=Wish(q="twins")) == []
    assert titles(first, wish=Wish(q="triplet")) == ["Triplets"]
    text.rebuild()
    assert titles(first, wish=Wish(q="triplet")) == ["Triplets"]
    assert titles(first, wish=Wish(q="twins")) == []


def test_what_is_missing_of_the_index_is_made_again_after_a_migration(first, rows):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TABLE screening_text")
            for name in ("added", "changed", "deleted"):
                cursor.execute(f"DROP TRIGGER screening_text_{name}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come is not altered
            cursor.execute("DROP TRIGGER screening_text ON screening_citation")
            cursor.execute("ALTER TABLE screening_citation DROP COLUMN search")
    text.install()
    assert titles(first, wish=Wish(q="twins")) == ["Sleeping twins"]


@pytest.mark.parametrize("order", Desk.Order.values)
def test_the_next_takes_the_same_few_queries_however_many_wait(owner, first, order):
    workflow.arrange(first, order)
    counts = []
    for more in (2, 5):
        build.citations(owner, more)
        with CaptureQueriesContext(connection) as asked:
            queries.ahead(first, TA, Wish(q="trial"))
        counts.append(len(asked))
    assert max(counts) <= 8  # one of them only where it goes around


def test_the_page_of_a_filtered_desk_shows_what_matches_and_keeps_the_filter(first, rows):
    client = Client()
    client.force_login(first.user)
    desk = f"/reviews/{first.review.slug}/screen/{TA}/"
    page = client.get(f"{desk}?q=zinc&since=2010").content.decode()
    assert "1 of what waits for you matches" in page
    assert "Zinc for infants" in page
    answer = client.post(f"{desk}{rows[3].pk}/vote/?q=zinc&since=2010", {"answer": "include"})
    assert answer["Location"] == f"{desk}?q=zinc&since=2010"
    assert "Nothing that waits for you matches the filter." in client.get(answer["Location"]).content.decode()
    assert client.get(f"{desk}?since=then").status_code == 422
    answer = client.post(f"{desk}arrange/?q=zinc", {"order": "newest"})
    assert answer["Location"] == f"{desk}?q=zinc"
