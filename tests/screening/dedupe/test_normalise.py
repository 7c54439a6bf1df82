"""Names, titles, pages and kinds, in the ways in which exports write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.dedupe.kinds import is_notice, kind
from screening.dedupe.normalise import Record, facts
from screening.dedupe.people import author, authors
from screening.dedupe.place import Pages, issue, pages, volume
from screening.dedupe.titles import Title, title
from screening.dedupe.words import fold, numbers

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Émile's  Café: a STUDY", "emiles cafe a study"),
        ("apoE<sup>-/-</sup> mice", "apoe mice"),
        ("p<0.05 and >3", "p 0 05 and 3"),
        ("TGF-β1 in Ærø", "tgf beta1 in aero"),
        ("salt &amp; water", "salt water"),
        ("骨折 后", "骨折 后"),
        ("Przełom", "przelom"),
        ("\x00\ud800", ""),
        ("", ""),
    ],
)
def test_folded_texts_keep_words_alone(text: str, folded: str) -> None:
    assert fold(text).replace("\ud800", "") == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("phase ii trial", ("2",)),
        ("phase i ii trial", ("1", "2")),
        ("what i saw", ()),
        ("effects on rats part i", ("1",)),
        ("vitamin k in the field iv", ("4",)),
        ("the second multicentre trial", ("2",)),
        ("the 2nd multicentre trial", ("2",)),
        ("two year results of 007 patients", ("2", "7")),
        ("il6 and cd4", ("4", "6")),
    ],
)
def test_numerals_are_read_as_digits(text: str, found: tuple[str, ...]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A plain title.", Title("A plain title.")),
        ('"A quoted title"', Title("A quoted title")),
        ("[A translated title].", Title("A translated title", "", True)),
        ("A translated title. [Russian]", Title("A translated title")),
        ("[A translated title]. [Article in French]", Title("A translated title", "", True)),
        ("A title in CENTRAL LA: Chi", Title("A title in CENTRAL")),
        ("A title [abstract no: 134]", Title("A title")),
        ("A title (Review)", Title("A title")),
        ("A title of a trial (in vitro)", Title("A title of a trial (in vitro)")),
        ("A title.[Erratum appears in Bone. 2001 Jan;1(1):1]", Title("A title")),
        ("A title.[Erratum appears in Bone. Note: Doe, J [corrected to Roe, J]]", Title("A title")),
        ("A title.[Erratum appears in Bo", Title("A title", "", False, True)),
        ("[A new needle] TO: Eine neue Nadel", Title("A new needle", "Eine neue Nadel", True)),
        ("A new needle. <ORIGINAL> LA NOUVELLE AIGUILLE", Title("A new needle.", "NOUVELLE AIGUILLE", True)),
        ("Eine neue Nadel zum Punktieren [A new needle for puncturing]",
         Title("Eine neue Nadel zum Punktieren", "A new needle for puncturing", True)),
        ("[Erratum]", Title("Erratum", "", True)),
        ("", Title("")),
    ],
)  # fmt: skip
def test_titles_are_read_without_the_notes_of_databases(text: str, read: Title) -> None:
    assert title(text) == read


@pytest.mark.parametrize(
    ("name", "family", "initial"),
    [
        ("Okonkwo, Ada B.", "okonkwo", "a"),
        ("Okonkwo AB", "okonkwo", "a"),
        ("A. B. Okonkwo", "okonkwo", "a"),
        ("AB Okonkwo", "okonkwo", "a"),
        ("Ada Okonkwo", "okonkwo", "a"),
        ("von der Heide, K.", "heide", "k"),
        ("De la Cruz M", "cruz", "m"),
        ("Lynch, T. J., Jr.", "lynch", "t"),
        ("File Jr, T. M.", "file", "t"),
        ("O'Donnell C. P.", "odonnell", "c"),
        ("Müller-Lüdenscheidt, H", "mullerludenscheidt", "h"),
        ("Plato", "plato", ""),
        ("王芳", "王芳", ""),
    ],
)
def test_a_name_gives_family_and_first_initial(name: str, family: str, initial: str) -> None:
    found = author(name)
    assert found is not None
    assert (found.family, found.initial) == (family, initial)


@pytest.mark.parametrize("name", ["Anonymous", "et al.", "[No authors listed]", "", "  ", "---"])
def test_nobody_is_no_author(name: str) -> None:
    assert author(name) is None


def test_names_run_together_are_parted() -> None:
    assert [one.family for one in authors(("Adeli K.Lewis G. F.",))] == ["adeli", "lewis"]


def test_a_swapped_name_has_the_same_letters() -> None:
    assert author("Amber C. F.").letters == author("Cicek F. A.").letters == "acf"  # type: ignore[union-attr]


def test_of_thousands_of_authors_the_first_fifty_are_compared() -> None:
    assert len(authors(tuple(f"Author{i}, A." for i in range(7000)))) == 50


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("245-253", Pages("", "245", 253)),
        ("245-53", Pages("", "245", 253)),
        ("245\u201353", Pages("", "245", 253)),
        ("pp. 245--253", Pages("", "245", 253)),
        ("S27", Pages("s", "27")),
        ("S33-38", Pages("s", "33", 38)),
        ("1366A-1367A", Pages("", "1366", 1367)),
        ("iii33-iii44", Pages("iii", "33", 44)),
        ("e43268", Pages("e", "43268")),
        ("Cd002273", Pages("cd", "2273")),
        ("617-20; discussion 620-1", Pages("", "617", 620)),
        ("233-238+230-235+246-251", Pages("", "233", 238, frozenset({"230", "246"}))),
        ("253-245", Pages("", "253")),
        ("11-Sep", Pages(date="11 sep")),
        ("N.PAG-N.PAG", Pages()),
        ("no pagination", Pages()),
        ("None", Pages()),
        ("", Pages()),
        ("12345678901", Pages("", "12345678901")),
    ],
)
def test_pages_are_read_from_first_to_last(text: str, read: Pages) -> None:
    assert pages(text) == read


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("38 (Supplement 1)", "38"),
        ("Vol. 007", "7"),
        ("30a", "30"),
        ("2)", ""),
        ("Suppl 1", ""),
        ("", ""),
        ("None", ""),
    ],
)
def test_a_volume_is_its_number(text: str, number: str) -> None:
    assert volume(text) == number


@pytest.mark.parametrize(
    ("text", "read"), [("3", "3"), ("8 SUPPL. 1", "8s1"), ("Supplement H", "sh"), ("03", "3"), ("None", ""), ("", "")]
)
def test_an_issue_tells_a_supplement_from_an_issue(text: str, read: str) -> None:
    assert issue(text) == read


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"journal": "bioRxiv"}, "preprint"),
        ({"type": "Preprint"}, "preprint"),
        ({"doi": "10.1101/2020.03.01.20029793"}, "preprint"),
        ({"doi": "10.1101/gr.123456.111"}, ""),
        ({"type": "THES"}, "thesis"),
        ({"journal": "Thesis Eleven"}, ""),
        ({"journal": "Circulation. Conference: Scientific Sessions"}, "abstract"),
        ({"type": "Conference Abstract"}, "abstract"),
        ({"type": "Conference Paper"}, ""),
        ({"title": "A trial [abstract]"}, "abstract"),
        ({"journal": "https://clinicaltrials.gov/show/NCT00000000"}, "registration"),
        ({"type": "CHAP"}, "chapter"),
        ({"journal": "Lancet", "type": "JOUR"}, ""),
    ],
)
def test_a_record_tells_what_kind_of_report_it_is(said: dict[str, Any], found: str) -> None:
    asked = {"type": "", "journal": "", "title": "", "doi": "", **said}
    assert kind(asked["type"], asked["journal"], asked["title"], asked["doi"]) == found


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("Erratum: A trial", True),
        ("Re: A trial", True),
        ("Comment on: A trial", True),
        ("Retracted: A trial", True),
        ("Re-evaluation of a trial", False),
        ("A reply to nobody", False),
    ],
)
def test_a_notice_is_known_by_its_beginning(text: str, notice: bool) -> None:
    assert is_notice(text, fold(text)) == notice


@given(st.builds(Record, id=st.none(), title=st.text(), authors=st.tuples(st.text(), st.text()), pages=st.text(), journal=st.text(), volume=st.text(), issue=st.text(), doi=st.text(), pmid=st.text(), abstract=st.text(), type=st.text(), year=st.integers() | st.none()))  # fmt: skip
def test_any_record_has_facts(record: Record) -> None:
    assert facts(record) == facts(record)


@pytest.mark.parametrize(
    "filling", [".", " ", "[", "] [", "(a", "LA: x ", "A.B", "1-", "<a ", "S 1", "\u0301", "a" * 50 + " "]
)
def test_a_field_of_two_hundred_thousand_characters_is_read_at_once(filling: str) -> None:
    long = filling * (200_000 // len(filling))
    found = facts(Record("long", long, (long,), 2000, long, long, long, long, "", "", long, long))
    assert len(found.compact) < 3000
