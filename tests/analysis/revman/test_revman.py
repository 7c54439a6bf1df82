"""Do analyses come from RevMan whole, with RevMan's own results, and go back unchanged?"""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.revman import Comparison, Data, Outcome, Review, Study, Totals, datapackage, rm5
from analysis.revman.__main__ import main
from analysis.revman.pooled import with_totals
from analysis.revman.records import BadRevman, Judged

pytestmark = pytest.mark.pure

EVENTS = Outcome(
    1,
    "Recovery & relapse",
    "dichotomous",
    "RR",
    "MH",
    random=True,
    data=(
        Data("Ash 2001", events_1=31, total_1=46, events_2=9, total_2=54),
        Data("Birch-2 2002", events_1=8, total_1=14, events_2=1, total_2=54),
    ),
)
MEANS = Outcome(
    2,
    "Mood",
    "continuous",
    "SMD",
    "IV",
    random=False,
    data=(Data("Ash 2001", "Women", total_1=20, total_2=21, mean_1=4.5, sd_1=1.25, mean_2=5, sd_2=1.5),),
)
GENERIC = Outcome(
    1, "Survival", "generic", "HR", "IV", random=True, log=True, data=(Data("Ash 2001", effect=-0.25, se=0.125),)
)
REVIEW = Review(
    "A review <of> trials",
    (Study("Ash 2001", "2001", rm5.id_of("Ash 2001")), Study("Birch-2 2002", "2002", rm5.id_of("Birch-2 2002"))),
    (Comparison(1, "Talks v. none", (EVENTS, MEANS)), Comparison(3, "Talks v. pills", (GENERIC,))),
)


@pytest.fixture
def golden(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "reference/revman/fleiss1993.json").read_text())


def numbers(of: object, expected: dict[str, Any], names: dict[str, str]) -> None:
    for theirs, ours in names.items():
        assert getattr(of, ours) == expected[theirs], theirs


def test_revmans_own_file_is_read_to_what_revman_stored(shared: Path, golden: dict[str, Any]) -> None:
    read = rm5.read((shared / "reference/revman/Fleiss1993.rm5").read_bytes())
    found = [outcome for _, outcome in read.outcomes()]
    assert [(each.name, each.measure, each.method, each.random) for each in found] == [
        (each["outcome_name"], each["measure"], each["method"], each["model"] == "random") for each in golden["rm5"]
    ]
    for outcome, expected in zip(found, golden["rm5"], strict=True):
        renamed = {"effect_size": "effect"}
        names = {
            name: renamed.get(name, name) for name in expected["totals"] if not name.startswith(("log_", "weight"))
        }
        numbers(outcome.totals, expected["totals"], names)
        assert [each.study for each in outcome.data] == [each["study"] for each in expected["studies"]]
        for row, of in zip(outcome.data, expected["studies"], strict=True):
            numbers(row, of, {name: name for name in of if name.startswith(("events", "total", "mean", "sd"))})
    years = {study.name: int(study.year) for study in read.studies}
    assert all(years[row["study"]] == row["year"] for each in golden["rm5"] for row in each["studies"])


def test_our_statistics_give_what_revman_stored(shared: Path, golden: dict[str, Any]) -> None:
    read = rm5.read((shared / "reference/revman/Fleiss1993.rm5").read_bytes())
    (_, odds), (_, means) = read.outcomes()
    found = with_totals(odds).totals
    for name in ("effect", "ci_start", "ci_end", "z", "chi2", "i2", "tau2"):
        assert getattr(found, name) == pytest.approx(getattr(odds.totals, name), rel=1e-12)
    for name in (
        "p_z",
        "p_chi2",
    ):  # RevMan 5 computes tail areas to seven digits: R's pchisq has 0.1269421779, as we do
        assert getattr(found, name) == pytest.approx(getattr(odds.totals, name), abs=1e-7)
    stored = golden["csv_totals"][1]["totals"]  # where RevMan computed it as MD, to eight digits
    found = with_totals(replace(means, measure="MD")).totals
    expected = {
        "effect": "Effect Estimate",
        "ci_start": "CI Start",
        "ci_end": "CI End",
        "z": "Z",
        "p_z": "P(Z)",
        "chi2": "Q",
        "i2": "I²(Q)",
    }
    for ours, theirs in expected.items():
        assert getattr(found, ours) == pytest.approx(stored[theirs], abs=5e-9)


@pytest.mark.parametrize("form", [rm5, datapackage])
def test_revmans_own_file_goes_out_and_comes_back_the_same(shared: Path, form: Any) -> None:
    read = rm5.read((shared / "reference/revman/Fleiss1993.rm5").read_bytes())
    again = form.read(form.write(read))
    wanted = read if form is rm5 else as_package(read)
    assert again.comparisons == wanted.comparisons
    assert {(each.name, each.year) for each in again.studies} == {(each.name, each.year) for each in read.studies}


def as_package(review: Review) -> Review:
    """What a data package keeps of a review: neither the words beside the axis, nor standard errors, nor results that were not pooled."""
    outcomes = [
        replace(
            outcome,
            left="",
            right="",
            data=tuple(replace(row, result=row.result and replace(row.result, se=None)) for row in outcome.data),
            totals=outcome.totals if outcome.totals.effect is not None else Totals(studies=len(outcome.data)),
        )
        for _, outcome in review.outcomes()
    ]
    kept = iter(outcomes)
    return replace(
        review,
        comparisons=tuple(
            replace(each, outcomes=tuple(next(kept) for _ in each.outcomes)) for each in review.comparisons
        ),
    )


@pytest.mark.parametrize("form", [rm5, datapackage])
def test_every_kind_of_data_goes_out_and_comes_back(form: Any) -> None:
    computed = replace(
        REVIEW,
        comparisons=tuple(
            replace(each, outcomes=tuple(map(with_totals, each.outcomes))) for each in REVIEW.comparisons
        ),
    )
    again = form.read(form.write(computed))
    assert again.comparisons == (computed if form is rm5 else as_package(computed)).comparisons
    if form is rm5:
        assert again == computed


def shape(element: Element) -> dict[str, set[str]]:
    """Each element of a file by its path, with the names of its attributes."""
    found: dict[str, set[str]] = {}

    def walk(of: Element, path: str) -> None:
        found.setdefault(path, set()).update(of.attrib)
        for child in of:
            walk(child, f"{path}/{child.tag}")

    walk(element, element.tag)
    return found


def test_a_file_has_every_element_and_attribute_of_one_that_revman_wrote(shared: Path) -> None:
    """RevMan has never read a file of ours here, so nothing may be missing that its own files have, and nothing be there that they lack."""
    theirs = (shared / "reference/revman/Fleiss1993.rm5").read_bytes()
    review = rm5.read(theirs)
    ours = rm5.write(replace(review, bias=(*review.bias, *BIAS)))
    assert ours == rm5.write(replace(review, bias=(*review.bias, *BIAS)))
    expected, found = (shape(fromstring(content)) for content in (theirs, ours))
    missing = {path: names - found.get(path, set()) for path, names in expected.items()}
    assert {path: names for path, names in missing.items() if names or path not in found} == {
        "COCHRANE_REVIEW/QUALITY_ITEMS/QUALITY_ITEM/DESCRIPTION/P": set()  # RevMan's own question, in its words
    }
    more = {path: names - expected.get(path, set()) for path, names in found.items()}
    assert {path: names for path, names in more.items() if names} == {
        "COCHRANE_REVIEW/QUALITY_ITEMS/QUALITY_ITEM/QUALITY_ITEM_DATA_ENTRY_GROUP": {"ID"},
        "COCHRANE_REVIEW/QUALITY_ITEMS/QUALITY_ITEM/QUALITY_ITEM_DATA/QUALITY_ITEM_DATA_ENTRY": {"GROUP_ID"},
    }
    order = [[each.tag for each in fromstring(content).iter()] for content in (theirs, ours)]
    assert list(dict.fromkeys(order[0])) == [tag for tag in dict.fromkeys(order[1]) if tag in order[0]]


def test_people_are_whole_in_a_file_for_revman_5_also_where_a_control_group_was_split() -> None:
    split = replace(EVENTS, data=(Data("Ash 2001", events_1=3, total_1=20, events_2=4.5, total_2=10.5),))
    (row,) = (
        rm5.read(rm5.write(replace(REVIEW, comparisons=(Comparison(1, "Talks", (split,)),))))
        .comparisons[0]
        .outcomes[0]
        .data
    )
    assert (row.events_2, row.total_2) == (5, 11)


def test_what_cannot_be_estimated_is_said_as_revman_says_it() -> None:
    nobody = Data("Birch-2 2002", events_1=0, total_1=14, events_2=0, total_2=54)
    computed = with_totals(replace(EVENTS, data=(EVENTS.data[0], nobody)))
    written = fromstring(rm5.write(replace(REVIEW, comparisons=(Comparison(1, "Talks", (computed,)),))))
    known, empty = written.iter("DICH_DATA")
    assert (known.get("ESTIMABLE"), empty.get("ESTIMABLE")) == ("YES", "NO")
    assert (empty.get("EFFECT_SIZE"), empty.get("LOG_EFFECT_SIZE"), empty.get("WEIGHT")) == ("0.0", "-Infinity", "0.0")
    assert float(known.get("LOG_EFFECT_SIZE", "")) == pytest.approx(math.log10(31 / 46 / (9 / 54)))
    assert math.log(31 / 46 / (9 / 54)) / float(known.get("SE", "")) == pytest.approx(computed.totals.z)


def test_a_generic_effect_has_its_measure_in_words() -> None:
    written = rm5.write(REVIEW)
    (element,) = fromstring(written).iter("IV_OUTCOME")
    assert element.findtext("EFFECT_MEASURE") == "Hazard Ratio"
    (_, _), (_, _), (_, found) = rm5.read(written).outcomes()
    assert found.measure == "HR"


def test_the_seed_reviews_table_is_revmans() -> None:
    found = with_totals(EVENTS).totals
    assert (round(found.effect or 0, 2), round(found.ci_start or 0, 2), round(found.ci_end or 0, 2)) == (
        8.93,
        1.25,
        63.7,
    )


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1))
def test_a_studys_id_gives_its_name_back(name: str) -> None:
    assert rm5.name_of(rm5.id_of(name)) == name


BIAS = (
    Judged("Ash 2001", "Random sequence generation (selection bias)", "", "YES", "A computer drew lots.\nSee p. 3."),
    Judged("Cedar 2003", "Random sequence generation (selection bias)", "", "UNKNOWN", ""),
    Judged("Ash 2001", "Blinding of outcome assessment (detection bias)", "All outcomes", "NO", "=Open & <seen>"),
)


@pytest.mark.parametrize("form", [rm5, datapackage])
def test_risk_of_bias_goes_out_and_comes_back(form: Any) -> None:
    judged = replace(REVIEW, studies=(*REVIEW.studies, Study("Cedar 2003")), bias=BIAS)
    again = form.read(form.write(judged))
    assert again.bias == BIAS
    assert {each.name for each in again.studies} == {"Ash 2001", "Birch-2 2002", "Cedar 2003"}


def test_what_xml_cannot_hold_does_not_spoil_the_file() -> None:
    judged = replace(REVIEW, bias=(replace(BIAS[0], support="Seen\x0b by \x01all"),))
    assert rm5.read(rm5.write(judged)).bias[0].support == "Seen\nby all"


def test_a_package_is_laid_out_as_rs_package_meta_looks_for_it() -> None:
    """read.cdir cuts the review's name at the first hyphen and wants a table of subgroups."""
    judged = replace(REVIEW, bias=BIAS)
    with zipfile.ZipFile(io.BytesIO(datapackage.write(judged, "talks-for-mood"))) as outer:
        assert outer.namelist() == ["talks_for_mood-files/talks_for_mood-data.zip"]
        with zipfile.ZipFile(io.BytesIO(outer.read(outer.namelist()[0]))) as inner:
            assert inner.namelist() == [
                "talks_for_mood-analysis-data/talks_for_mood-overall-estimates-and-settings.csv",
                "talks_for_mood-analysis-data/talks_for_mood-data-rows.csv",
                "talks_for_mood-analysis-data/talks_for_mood-subgroup-estimates.csv",
                "talks_for_mood-study-data/talks_for_mood-risk-of-bias.csv",
            ]
            settings, _, groups, _ = (
                list(csv.DictReader(io.StringIO(inner.read(name).decode("utf-8-sig")))) for name in inner.namelist()
            )
    said = [(each["Statistical method"], each["Effect measure"], each["Analysis model"]) for each in settings]
    assert said[0] == ("MH", "Risk Ratio", "Random effect"), "in these words read.cdir looks for them"
    assert said[1] == ("IV", "Std. Mean Difference", "Fixed effect")
    assert tuple(groups[0]) == datapackage.SUBGROUP_HEAD
    told = [{name: each[name] for name in ("Subgroup", "Subgroup number", "Mean", "ID")} for each in groups]
    assert told == [{"Subgroup": "Women", "Subgroup number": "1", "Mean": "0", "ID": "CMP-001.02.01"}]


def test_a_later_package_is_read_with_methods_in_words_and_one_level_for_all() -> None:
    settings = {
        **{"Analysis group": "1", "Analysis number": "1", "Analysis name": "Mood", "Data type": "Continuous"},
        **{"Statistical method": "Inverse Variance", "Effect measure": "Standardized Mean Difference"},
        **{"Analysis model": "Random effects", "CI/PI level": "90%", "Graph label (left)": "Favours talks"},
    }
    tables = archive(
        x__data__rows="Analysis group,Analysis number,Study\n1,1,Ash 2001\n",
        x__overall__estimates__and__settings=f"{','.join(settings)}\n{','.join(settings.values())}\n",
    )
    ((_, outcome),) = datapackage.read(tables).outcomes()
    assert (outcome.method, outcome.measure, outcome.random) == ("IV", "SMD", True)
    assert (outcome.level, outcome.left) == (90.0, "Favours talks")


# --- what is no such file ------------------------------------------------------------------------------------------

GOOD = rm5.write(REVIEW).decode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not well-formed"),
        (GOOD[: len(GOOD) // 2].encode(), "not well-formed XML"),
        (b"<records/>", "begins with records"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><COCHRANE_REVIEW>&x;</COCHRANE_REVIEW>', "declares entities"),
        (GOOD.replace('EVENTS_1="31"', 'EVENTS_1="many"').encode(), "STD-Ash_x0020_2001: EVENTS_1 is “many”"),
    ],
)
def test_what_is_no_revman_5_file_is_said(content: bytes, told: str) -> None:
    with pytest.raises(BadRevman, match=told):
        rm5.read(content)


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name.replace("__", "-") + ".csv", text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK no zip", "no zip archive"),
        (archive(readme="a"), "no table whose name ends in overall"),
        (
            archive(
                x__data__rows="Study\nA\n",
                x__overall__estimates__and__settings="Analysis name,Data type\nMood,Odd\n",
            ),
            "Mood: Data type is “Odd”",
        ),
    ],
)
def test_what_is_no_data_package_is_said(content: bytes, told: str) -> None:
    with pytest.raises(BadRevman, match=told):
        datapackage.read(content)


def test_the_program_prints_stored_beside_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "review.rm5"
    path.write_bytes(rm5.write(REVIEW))
    assert main([str(path)]) == 0
    told = capsys.readouterr().out
    assert "1.1 Recovery & relapse\n    RR, MH, random, 2 studies\n    stored    no result\n" in told
    assert "computed  8.92" in told
    path.write_bytes(b"nothing")
    assert main([str(path)]) == 1
    assert "not well-formed" in capsys.readouterr().err
