"""Is it said of every part of a RevMan file whether it can be taken, before anything is made?"""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from random import Random

import pytest

from analysis.revman import Comparison, Data, Outcome, Review, Study, datapackage, rm5
from analysis.revman.files import packed, read
from analysis.revman.records import BadRevman
from analysis.revman.taking import Group, Proposal, propose

pytestmark = pytest.mark.pure


def events(study: str, a: float, n1: float, c: float, n2: float, subgroup: str = "") -> Data:
    return Data(study, subgroup, events_1=a, total_1=n1, events_2=c, total_2=n2)


def outcome(*rows: Data, **changes: object) -> Outcome:
    said = {"number": 1, "name": "Death", "kind": "dichotomous", "measure": "RR", "method": "MH", "random": True}
    said |= {"group_1": "Aspirin", "group_2": "Placebo", "data": rows}
    return Outcome(**(said | changes))  # type: ignore[arg-type]


def review(*outcomes: Outcome) -> Review:
    names = dict.fromkeys(row.study for each in outcomes for row in each.data)
    return Review("Old", tuple(Study(name) for name in names), (Comparison(1, "Aspirin v placebo", outcomes),))


def proposed(*outcomes: Outcome, studies: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> Proposal:
    return propose(review(*outcomes), studies, names)


MURRAY, LENZE = events("Murray 2003", 3, 20, 4, 21), events("Lenze 2020", 0, 10, 0, 12)


def test_a_plain_analysis_is_taken_whole() -> None:
    found = proposed(outcome(MURRAY, LENZE))
    assert found.left_out == ()
    assert [each.name for each in found.outcomes] == ["Death"]
    murray = found.studies[0]
    assert murray.arms == (Group("Aspirin", "experimental"), Group("Placebo", "control"))
    assert murray.numbers[0].groups == ({"events": 3, "total": 20}, {"events": 4, "total": 21})
    plan = found.analyses[0]
    assert (plan.outcome, plan.measure, plan.method, plan.model) == ("1.1", "RR", "MH", "random")
    assert found.values == 8


def test_intervals_of_another_level_are_planned_where_that_can_be_and_else_said() -> None:
    (plan,) = proposed(outcome(MURRAY, LENZE, level=99.0)).analyses
    assert plan.level == "99"
    odd = proposed(outcome(MURRAY, LENZE, level=80.0))
    assert odd.analyses[0].level == "95"
    assert "intervals of 80%; the analysis is planned with those of 95%" in odd.left_out[0]


def test_a_study_that_is_here_keeps_what_it_has() -> None:
    found = proposed(outcome(MURRAY, LENZE), studies=("MURRAY 2003",))
    assert [each.name for each in found.studies] == ["Lenze 2020"]
    assert "Murray 2003 is a study of this review already" in found.left_out[0]


def test_an_outcome_whose_name_is_taken_gets_another() -> None:
    found = proposed(outcome(MURRAY), outcome(LENZE, number=2), names=("death",))
    assert [each.name for each in found.outcomes] == ["Death (Aspirin v placebo)", "Death (RevMan 1.2)"]
    assert found.left_out[0].startswith("1.1: its name “Death”, which is taken")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (events("A", 21, 20, 1, 20), "the first group has more events than people"),
        (events("A", 1, 20, 0, 0), "there is nobody in the second group"),
        (events("A", 1.5, 20, 1, 20), "events of the first group, 1.5, is no whole number"),
        (events("A", 1, 20, -1, 20), "events of the second group is below 0"),
        (Data("A", events_1=1, total_1=20, total_2=9), "events of the second group is missing"),
        (events("A", float("nan"), 20, 1, 20), "events of the first group is no number"),
    ],
)
def test_a_row_that_cannot_be_is_named_and_its_study_stays(row: Data, told: str) -> None:
    found = proposed(outcome(row, MURRAY))
    assert found.left_out == (f"1.1, A: {told}.",)
    assert [(each.name, len(each.numbers)) for each in found.studies] == [("A", 0), ("Murray 2003", 1)]


def test_subgroups_are_pooled_together_and_said_so() -> None:
    found = proposed(outcome(events("A", 1, 9, 2, 9, "men"), events("B", 1, 9, 2, 9, "women")))
    assert found.left_out == ("1.1: that its studies stand in subgroups (men; women). They are pooled together.",)
    assert len(found.analyses) == 1


def test_a_study_in_two_subgroups_makes_each_an_outcome() -> None:
    """Such as one subgroup for each time point: nobody is counted twice."""
    found = proposed(outcome(events("A", 1, 9, 2, 9, "3 months"), events("A", 2, 9, 3, 9, "1 year")))
    assert [each.name for each in found.outcomes] == ["Death: 3 months", "Death: 1 year"]
    assert [each.outcome for each in found.analyses] == ["1.1.1", "1.1.2"]
    assert len(found.studies[0].numbers) == 2
    assert "counts studies of several subgroups more than once" in found.left_out[0]


def test_a_second_row_of_a_study_is_left_out() -> None:
    found = proposed(outcome(MURRAY, MURRAY))
    assert found.left_out == ("1.1, Murray 2003: a second row of this study.",)


def test_generic_effects_and_peto_data_are_kept_without_an_analysis() -> None:
    generic = outcome(Data("A", effect=-0.3, se=0.1), kind="generic", measure="", method="IV")
    o_e = outcome(
        Data("A", o_e=-2.1, var=4.0), kind="o-e", measure="HR", method="EXP_O_E_VAR", number=2, name="Survival"
    )
    found = proposed(generic, o_e)
    assert [each.kind for each in found.outcomes] == ["generic", "time_to_event"]
    assert [each.both for each in found.studies[0].numbers] == [{"effect": -0.3, "se": 0.1}, {"o_e": -2.1, "v": 4.0}]
    assert found.analyses == ()
    assert len(found.left_out) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"measure": "HR"},
        {"method": "PETO"},
        {"measure": "PETO_OR", "method": "PETO", "random": True},
        {"method": "EXP_O_E_VAR"},
    ],
)
def test_an_analysis_that_is_not_computed_here_is_named(changes: dict[str, object]) -> None:
    found = proposed(outcome(MURRAY, **changes))
    assert found.analyses == ()
    assert found.left_out[0].startswith("1.1: the analysis; ")


def test_two_groups_of_one_name_become_two_arms() -> None:
    found = proposed(outcome(MURRAY, group_1="Aspirin", group_2="aspirin "))
    assert [arm.name for arm in found.studies[0].arms] == ["Aspirin", "aspirin (control)"]


def test_an_arm_that_changes_sides_from_analysis_to_analysis_becomes_two_arms_of_two_names() -> None:
    turned = outcome(MURRAY, number=2, name="Stroke", group_1="Placebo", group_2="aspirin")
    again = outcome(MURRAY, number=3, name="Pain", group_1="ASPIRIN", group_2="Placebo")
    found = proposed(outcome(MURRAY), turned, again)
    (study,) = found.studies
    assert [(arm.name, arm.role) for arm in study.arms] == [
        ("Aspirin", "experimental"),
        ("Placebo", "control"),
        ("Placebo (experimental)", "experimental"),
        ("aspirin (control)", "control"),
    ]
    assert study.numbers[2].arms == study.numbers[0].arms == study.arms[:2]
    assert study.numbers[1].arms == study.arms[2:]
    assert found.left_out == tuple(
        f"1.2, Murray 2003: that “{name}” is one arm, on one side in one analysis and on the other in another. "
        f"On this side it is called “{name} ({side})”."
        for name, side in (("Placebo", "experimental"), ("aspirin", "control"))
    )


def test_a_standard_error_of_0_is_said_by_its_place_and_not_taken() -> None:
    generic = outcome(Data("A", effect=-0.3, se=0.0), kind="generic", measure="", method="IV")
    o_e = outcome(Data("A", o_e=-2.1, var=0.0), kind="o-e", measure="HR", method="EXP_O_E_VAR", number=2, name="Life")
    told = [each for each in proposed(generic, o_e).left_out if "A" in each]
    assert told[0] == "1.1, A: se is 0, so that nothing says how much it weighs."
    assert "1.2, A: v is 0, so that nothing says how much it weighs." in told


def test_an_overlong_study_and_one_without_a_name_are_left_out() -> None:
    found = proposed(outcome(events("x" * 121, 1, 9, 1, 9), events("", 1, 9, 1, 9), MURRAY))
    assert [each.name for each in found.studies] == ["Murray 2003"]
    assert len(found.left_out) == 2


# --- untrusted files -------------------------------------------------------------------------------------------------


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><COCHRANE_REVIEW>&b;</COCHRANE_REVIEW>"""
ROWS, SETTINGS = f"x-{datapackage.ROWS}", f"x-{datapackage.SETTINGS}"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BOMB, "declares entities"),
        (b"<html/>", "no RevMan 5 file"),
        (b"not xml", "not well-formed"),
        (b"\x89PNG\r\n\x1a\n....", "is a PNG image. Send a RevMan 5 file"),
        (zipped(**{ROWS: b"\xff\xfe\x00", SETTINGS: b"a"}), "not in UTF-8"),
        (zipped(**{ROWS: b"Title\nA\n", SETTINGS: b"a"}), "no column “Study”"),
        (zipped(**{ROWS: b"Study\nA\0\n", SETTINGS: b"a"}), "a character that no text has"),
        (zipped(**{f"a{ROWS}": b"Study\n", f"b{ROWS}": b"Study\n", SETTINGS: b"a"}), "several data packages"),
        (zipped(**{ROWS: b"0" * (datapackage.LARGEST + 1)}), "unpacks to more than"),
        (zipped(**{ROWS: b"Study\nA\n", SETTINGS: b"a\n"})[:-30], "no zip archive"),
    ],
    ids=["entities", "html", "text", "picture", "encoding", "columns", "NUL", "several", "bomb", "cut off"],
)
def test_a_hostile_or_broken_file_is_refused_in_words(content: bytes, told: str) -> None:
    with pytest.raises(BadRevman, match=told):
        read(content)


def test_any_damage_to_a_file_ends_in_words_or_in_a_review() -> None:
    whole = review(outcome(MURRAY, LENZE))
    dice = Random(7)
    for content in (rm5.write(whole), datapackage.write(whole)):
        for _ in range(150):
            damaged = bytearray(content)
            for _ in range(dice.randint(1, 8)):
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
            with suppress(BadRevman):  # anything else would be a trace
                propose(read(bytes(damaged)), [], [])


def test_the_two_tables_of_an_unpacked_package_are_one_file() -> None:
    whole = review(outcome(MURRAY, LENZE))
    with zipfile.ZipFile(io.BytesIO(datapackage.write(whole, "old"))) as outer:
        inner = zipfile.ZipFile(io.BytesIO(outer.read("old-files/old-data.zip")))
    tables = [(name.split("/")[-1], inner.read(name)) for name in inner.namelist()]
    name, content = packed(tables)
    assert name == "old.zip"
    assert [each.data for _, each in read(content).outcomes()] == [each.data for _, each in whole.outcomes()]
    with pytest.raises(BadRevman, match="Send one file"):
        packed([tables[0], tables[0]])
    with pytest.raises(BadRevman, match="Send one file"):
        packed([*tables, tables[0]])
