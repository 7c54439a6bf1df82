"""Names and keywords in one cell: where one ends and the next begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.formats import names

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("Okafor, A.; Lindqvist, B.", ("Okafor, A.", "Lindqvist, B.")),
        ("Okafor A, Lindqvist B, Silva MJ.", ("Okafor A", "Lindqvist B", "Silva MJ")),
        ("Okafor A., Lindqvist B.", ("Okafor A.", "Lindqvist B.")),
        ("Okafor, A., Lindqvist, B.J.", ("Okafor, A.", "Lindqvist, B.J.")),
        ("Okafor, Ada", ("Okafor, Ada",)),
        ("van der Berg, Anna", ("van der Berg, Anna",)),
        ("Ada Okafor, Bo Lindqvist, Mo Silva", ("Ada Okafor", "Bo Lindqvist", "Mo Silva")),
        ("Okafor, Ada and Lindqvist, Bo and Silva, Mo", ("Okafor, Ada", "Lindqvist, Bo", "Silva, Mo")),
        ("Okafor, A.\n and Lindqvist, B.\n", ("Okafor, A.", "Lindqvist, B.")),
        ("['Okafor, Ada', 'Lindqvist, Bo']", ("Okafor, Ada", "Lindqvist, Bo")),
        ("Ada Okafor|Bo Lindqvist", ("Ada Okafor", "Bo Lindqvist")),
        ("Okafor, Ada (58975547800); Lindqvist, Bo (b@example.org)", ("Okafor, Ada", "Lindqvist, Bo")),
        ("Okafor Ada,null;Lindqvist,Bo", ("Okafor Ada", "Lindqvist, Bo")),
        ("Centers for Disease Control and Prevention", ("Centers for Disease Control and Prevention",)),
        ("M&uuml;ller, A; Okafor, B", ("Müller, A", "Okafor, B")),
        ("NA", ()),
        ("", ()),
    ],
)
def test_a_cell_holds_these_people(cell: str, people: tuple[str, ...]) -> None:
    assert names.authors(cell) == people


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("tea; biscuits, sweet; tea", ("tea", "biscuits, sweet")),
        ("tea, biscuits", ("tea", "biscuits")),
        ("MARKETING &amp; psychology; tea", ("MARKETING & psychology", "tea")),
        ("['tea', 'milk']", ("tea", "milk")),
    ],
)
def test_a_cell_holds_these_keywords(cell: str, words: tuple[str, ...]) -> None:
    assert names.keywords(cell) == words


@given(
    st.lists(st.text(alphabet="Abc, .;|'\"[]&\n-and", min_size=1, max_size=12).map(names.tidy).filter(bool), max_size=4)
)
def test_names_written_into_one_cell_come_apart_again(people: list[str]) -> None:
    assert list(names.authors(names.joined(people, names.authors))) == people
