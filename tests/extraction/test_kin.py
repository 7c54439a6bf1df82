"""Reports that may tell of one study are suggested, with the reason."""

from __future__ import annotations

import pytest

from extraction.schema.asked import ArmOf
from extraction.schema.comparisons import COMBINED, SPLIT, comparisons, part_of
from extraction.schema.kin import kin, person, registrations, told

pytestmark = pytest.mark.pure
NURSES = ("Olds, D. L.", "Robinson, J.", "Henderson, C.")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Trial registration: NCT 01234567 and ISRCTN12345678.", ("NCT01234567", "ISRCTN12345678")),
        ("nct01234567; NCT01234567", ("NCT01234567",)),
        (
            "Registered: ACTRN12605000123606, EUCTR2004-001234-12, ChiCTR-TRC-08000095",
            ("ACTRN12605000123606", "EUCTR2004-001234-12", "CHICTR-TRC-08000095"),
        ),
        ("Grant 01234567; telephone 0123 4567; NCT123", ()),
    ],
)
def test_registration_numbers_are_found_in_text(text: str, numbers: tuple[str, ...]) -> None:
    assert registrations(text) == numbers


@pytest.mark.parametrize(
    ("name", "known"), [("Olds, D. L.", "olds d"), ("Olds DL", "olds d"), ("Müller, Ä.", "muller a"), ("WHO", "")]
)
def test_a_person_is_known_by_surname_and_initial(name: str, known: str) -> None:
    assert person(name) == known


def test_a_shared_registration_number_is_enough() -> None:
    one = told(1, "Home visits", ["Olds, D."], 1997, "NCT00012345")
    other = told(2, "Effects at age 15", ["Eckenrode, J."], 2010, "(NCT00012345)")
    assert kin(one, other).reasons == ("the same registration number, NCT00012345",)


def test_different_registration_numbers_speak_against_it_whatever_else_is_shared() -> None:
    one, other = (told(n, "Home visits", NURSES, 1997, f"NCT0001234{n}") for n in (1, 2))
    assert kin(one, other).weight == 0


def test_what_de_duplication_kept_apart_as_another_report_is_enough_unless_registered_apart() -> None:
    thesis, article = told(1, "Home visits", ["Olds"], 1990), told(2, "Home visits", ["Olds, D."], 2010)
    assert kin(thesis, article).weight == 0
    found = kin(thesis, article, other_report=True)
    assert found.reasons == ("de-duplication kept the two apart as different reports under one title",)
    assert 0 < found.weight < 10, "a registration number says more"
    one, other = (told(n, "Home visits", NURSES, 1997, f"NCT0001234{n}") for n in (1, 2))
    assert kin(one, other, other_report=True).weight == 0


def test_authors_and_a_place_suggest_and_say_so() -> None:
    one = told(1, "Home visits by nurses", NURSES, 1997, "A trial in Elmira with 400 women.")
    other = told(2, "Home visits, two years on", NURSES[:2], 1999, "Women in Elmira were followed.")
    found = kin(one, other)
    assert found.reasons == ("2 authors in common", "both at Elmira", "published within three years")


@pytest.mark.parametrize(
    ("title", "authors", "year", "text"),
    [
        ("Another trial", ["Smith, A."], 1997, "In Elmira."),
        ("Home visits", NURSES[:1], 1998, ""),
        ("Home visits", NURSES, 2015, "In Elmira."),
        ("A trial with the EPDS", ["Smith, A."], 1997, "The EPDS, DSM and ANOVA."),
    ],
)
def test_one_sign_alone_or_many_years_between_suggest_nothing(
    title: str, authors: list[str], year: int, text: str
) -> None:
    assert (
        kin(
            told(1, "Home visits", NURSES, 1997, "In Elmira, with the EPDS."), told(2, title, authors, year, text)
        ).weight
        == 0
    )


# --- arms in comparisons -----------------------------------------------------------------------------------------

TALK, VIDEO, NONE, USUAL = (
    ArmOf(1, "Talks", "experimental"),
    ArmOf(2, "Video", "experimental"),
    ArmOf(3, "Waiting", "control"),
    ArmOf(4, "Usual care", "control"),
)


def test_two_arms_are_compared_as_they_are() -> None:
    for how in (COMBINED, SPLIT):
        assert [(each.stated, each.share) for each in comparisons([TALK, NONE], how)] == [("Talks v Waiting", 1.0)]


def test_arms_are_combined_or_the_control_is_split_and_it_is_stated() -> None:
    assert comparisons([TALK, VIDEO, NONE])[0].stated == "Talks and Video combined v Waiting"
    split = comparisons([TALK, VIDEO, NONE], SPLIT)
    assert [each.stated for each in split] == [
        "Talks v Waiting; Waiting split in 2, so that nobody is counted twice",
        "Video v Waiting; Waiting split in 2, so that nobody is counted twice",
    ]
    assert sum(each.share for each in split) == 1


def test_a_study_with_one_side_alone_compares_nothing() -> None:
    assert comparisons([TALK, VIDEO]) == []
    assert len(comparisons([TALK, VIDEO, NONE, USUAL], SPLIT)) == 2


def test_of_a_split_group_people_and_events_are_divided_and_means_stay() -> None:
    assert part_of({"events": 9, "total": 40}, 1 / 2) == {"events": 4.5, "total": 20}
    assert part_of({"mean": 10.5, "sd": 2.0, "n": 41}, 1 / 2) == {"mean": 10.5, "sd": 2.0, "n": 20.5}
    # Barlow et al. 2015, CD010534: 28 controls of a trial with two treatments became 14 and 14
    assert part_of({"events": 2, "total": 28}, 1 / 2)["total"] == 14


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(ValueError, match="neither combined nor split"):
        comparisons([TALK, NONE], "halved")
