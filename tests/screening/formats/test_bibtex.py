"""BibTeX as databases and people write it: every entry is read, and what is odd is said with its line."""

import pytest

from screening.formats import ParsedRecord, read

pytestmark = pytest.mark.pure


def _records(text: str) -> tuple[ParsedRecord, ...]:
    return read(text.encode()).records


def test_keys_with_spaces_accents_and_repeats_lose_no_entry() -> None:
    text = "@ARTICLE{Li 2020 a,\n title={One}}\n@ARTICLE{Li 2020 a,\n title={Two}}\n@misc{Dé Bé,\n title={Three}}\n"
    assert [record.title for record in _records(text)] == ["One", "Two", "Three"]


def test_an_entry_without_a_key_is_read() -> None:
    assert _records("@article{title={One}, year={2020}}")[0].title == "One"


def test_an_unclosed_brace_costs_its_own_entry_only() -> None:
    text = "@article{a, title={One}}\n@article{b, title={Two, never closed, year={2021}\n@article{c, title={Three}}\n"
    one, two, three = _records(text)
    assert (one.title, two.title, two.year, three.title) == ("One", "Two, never closed", 2021, "Three")
    assert two.problems == ("Line 2: the entry's closing brace is missing; it was read as far as it goes.",)


def test_macros_are_replaced_and_those_that_are_not_defined_are_told() -> None:
    text = '@string{jir = "Journal of " # {Results}}\n@article{a, title={One}, journal=jir, month=may}\n@misc{b, title=tbd}\n'
    one, two = _records(text)
    assert one.journal == "Journal of Results"
    assert two.title == "tbd"
    assert two.problems == ("Line 3: “tbd” is no @string of this file and was taken as text.",)


def test_quotes_commas_and_signs_inside_values_are_text() -> None:
    text = '@article{a, title = "The "so-called" effect, and more", note = {a@b.org @home}, year = 2020}'
    (record,) = _records(text)
    assert record.title == 'The "so-called" effect, and more'
    assert record.year == 2020


def test_comments_and_text_between_entries_are_told_and_no_records() -> None:
    result = read(b"Exported by someone@example.org\n\n@article{a, title={One}}\n@comment{jabref-meta: x}\n")
    assert [record.title for record in result.records] == ["One"]
    assert [problem.lines for problem in result.problems] == [((1, 1),), ((4, 4),)]


@pytest.mark.parametrize(
    ("author", "people"),
    [
        ("Okafor, Ada and Lindqvist, Bo", ("Okafor, Ada", "Lindqvist, Bo")),
        ("Ada Okafor AND Bo Lindqvist AND others", ("Ada Okafor", "Bo Lindqvist")),
        ("Okafor, Ada and others", ("Okafor, Ada",)),
        ("{Ministry of Health and Care} and Okafor, Ada", ("Ministry of Health and Care", "Okafor, Ada")),
        ("Okafor, A.; Lindqvist, B.", ("Okafor, A.", "Lindqvist, B.")),
        ("{\\'E}toile, {\\AA}sa and\n   Okafor, Ada", ("Étoile, Åsa", "Okafor, Ada")),
    ],
)
def test_authors_are_parted_in_all_the_ways_seen(author: str, people: tuple[str, ...]) -> None:
    assert _records(f"@article{{a, title={{One}}, author={{{author}}}}}")[0].authors == people


def test_a_value_that_makes_no_sense_is_told_and_the_rest_is_read() -> None:
    (record,) = _records("@article{a,\n title={One},\n ;;; nonsense,\n year={2020}}")
    assert (record.title, record.year) == ("One", 2020)
    assert record.problems == ("Line 1: “;;; nonsense” was not understood; the raw text has it.",)
