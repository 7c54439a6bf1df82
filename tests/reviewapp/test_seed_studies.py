"""Do the seed review's studies agree with what is published of them, and do their numbers give the published results?"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from extraction.rob.rob1 import ROB1
from extraction.schema import Structure, asked_of
from extraction.schema.tables import core

pytestmark = pytest.mark.pure

STUDY_FIELDS = asked_of(Structure()).fields
SEED = Path(__file__).parents[2] / "reviewapp" / "seed"
LABELS = (
    "Cicchetti 1999a",
    "Cicchetti 2006b",
    "Cohen 1999b",
    "Lieberman 1991",
    "Murray 2003",
    "Robert-Tissot 1996",
    "Salomonsson 2011",
    "Sleed 2013",
)
POOLED = ("secure", "insecure_to_secure", "avoidant", "disorganised")


@cache
def load(name: str) -> Any:
    return json.loads((SEED / name).read_text(encoding="utf-8"))


def studies() -> dict[str, Any]:
    return {each["label"]: each for each in load("studies.json")["studies"]}


# --- sheets -----------------------------------------------------------------------------------------------------


def cells(label: str, outcome: str, sheet: str = "agreed") -> dict[str, dict[str, int]]:
    """One outcome's table of one study: arm -> column -> number."""
    table: dict[str, dict[str, int]] = {}
    for key, answer in studies()[label]["sheets"][sheet].items():
        if found := re.fullmatch(rf"outcome/{outcome}/arm/([a-z-]+)/(\w+)", key):
            table.setdefault(found[1], {})[found[2]] = answer["value"] if isinstance(answer, dict) else answer
    return table


def keys_of(label: str) -> Iterator[str]:
    study = studies()[label]
    yield from (field.key for field in STUDY_FIELDS)
    for outcome in load("protocol.json")["outcomes"]:
        for arm in study["arms"]:
            for column in core(outcome["kind"]):
                yield f"outcome/{outcome['id']}/arm/{arm['id']}/{column.name}"


@pytest.mark.parametrize("label", LABELS)
def test_every_answer_has_a_place_on_the_form_and_required_ones_are_given(label: str) -> None:
    sheets = studies()[label]["sheets"]
    required = {field.key for field in STUDY_FIELDS if field.required}
    for name in ("first", "second", "agreed"):
        assert set(sheets[name]) <= set(keys_of(label)), name
        assert required <= set(sheets[name]), name


@pytest.mark.parametrize("label", LABELS)
def test_the_agreed_sheet_follows_from_the_two_and_the_choices(label: str) -> None:
    sheets = studies()[label]["sheets"]
    first, second = ({key: answer["value"] for key, answer in sheets[name].items()} for name in ("first", "second"))
    assert sheets["agreed"] == settled(first, second, sheets["choices"])


def settled(first: dict[str, Any], second: dict[str, Any], choices: dict[str, Any]) -> dict[str, Any]:
    differing = {key for key in first.keys() | second.keys() if first.get(key) != second.get(key)}
    assert choices.keys() == differing
    assert all(choice["reason"] for choice in choices.values())
    agreed = {key: value for key, value in first.items() if key not in differing}
    for key, choice in choices.items():
        sources = {"first": first.get(key), "second": second.get(key), "third": choice.get("value")}
        agreed[key] = sources[choice["taken_from"]]
        assert agreed[key] is not None, key
    return agreed


def test_the_sheets_differ_in_text_in_events_and_in_a_total_and_once_both_are_wrong() -> None:
    choices = [(key, choice) for each in studies().values() for key, choice in each["sheets"]["choices"].items()]
    assert sum(key.startswith("study/") for key, _ in choices) >= 4
    assert sum(key.endswith("/events") for key, _ in choices) >= 4
    assert sum(key.endswith("/total") for key, _ in choices) >= 1
    assert {choice["taken_from"] for _, choice in choices} == {"first", "second", "third"}


def test_agreed_cells_lie_within_their_arms_and_each_category_counts_a_child_once() -> None:
    for label in ("Cicchetti 1999a", "Cicchetti 2006b"):
        sizes = {arm["id"]: arm["analysed"] for arm in studies()[label]["arms"] if arm["role"] != "other"}
        for outcome in POOLED:
            table = cells(label, outcome)
            assert {arm: row["total"] for arm, row in table.items()} == sizes
            assert all(0 <= row["events"] <= row["total"] for row in table.values())
        for arm, size in sizes.items():
            categories = sum(cells(label, each)[arm]["events"] for each in ("secure", "avoidant", "disorganised"))
            assert categories <= size
            assert cells(label, "insecure_to_secure")[arm]["events"] <= cells(label, "secure")[arm]["events"]


def test_arms_stand_on_one_side_or_in_neither_and_the_split_arm_is_there() -> None:
    for study in studies().values():
        roles = [arm["role"] for arm in study["arms"]]
        assert roles.count("experimental") == 1
        assert roles.count("control") <= 1
    arms = {arm["id"]: (arm["role"], arm["analysed"]) for arm in studies()["Cicchetti 2006b"]["arms"]}
    assert arms["ipp-half"] == ("experimental", 14)
    assert arms["cs"] == ("control", 54)
    assert arms["ppi"] == ("other", None)


def test_there_are_no_rows_for_depression_and_none_for_the_six_other_studies() -> None:
    filled = {
        (label, key.split("/")[1])
        for label, study in studies().items()
        for name in ("first", "second", "agreed")
        for key in study["sheets"][name]
        if key.startswith("outcome/")
    }
    assert filled == {(label, outcome) for label in ("Cicchetti 1999a", "Cicchetti 2006b") for outcome in POOLED}
    rows = {each["id"]: each["data"]["rows"] for each in load("published.json")["outcomes"]}
    assert rows == {outcome: 2 if outcome in POOLED else 0 for outcome in rows}


def test_every_number_of_an_outcome_says_where_it_comes_from() -> None:
    for study in studies().values():
        for name in ("first", "second"):
            for key, answer in study["sheets"][name].items():
                assert answer["text"] or key == "study/notes"
    status = {each["id"]: each["data"]["status"] for each in load("published.json")["outcomes"]}
    assert {key: each["status"] for key, each in load("studies.json")["provenance"].items()} == status
    assert status["secure"] == status["insecure_to_secure"] == "inferred, unique"
    assert status["avoidant"] == status["disorganised"] == "inferred, not unique"
    assert status["depression_incidence"] == status["depression_level"] == "not found"


# --- risk of bias -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", LABELS)
def test_two_assessments_lead_to_the_agreed_one_and_every_judgement_is_a_stand_in(label: str) -> None:
    bias = studies()[label]["risk_of_bias"]
    domains = [domain.id for domain in ROB1.domains]
    judgements = {option.value for option in ROB1.judgements}
    assert bias["tool"] == ROB1.id
    for name in ("first", "second", "agreed"):
        assert list(bias[name]) == domains
        for judgement in bias[name].values():
            assert judgement["judgement"] in judgements
            assert judgement["status"] == "stand-in, not the review's own"
            assert judgement["support"].endswith("(Illustration: stand-in, not the review's own judgement.)")
    plain = {
        name: {domain: each["judgement"] for domain, each in bias[name].items()}
        for name in ("first", "second", "agreed")
    }
    assert plain["agreed"] == settled(plain["first"], plain["second"], bias["choices"])


def test_the_agreed_judgements_respect_what_the_review_published() -> None:
    agreed = [
        {domain: each["judgement"] for domain, each in study["risk_of_bias"]["agreed"].items()}
        for study in studies().values()
    ]
    assert sum(list(each.values()).count("low") >= 4 for each in agreed) == 4
    assert sum(each["allocation_concealment"] == "high" for each in agreed) == 4
    assert sum(each["blinding_participants"] == "high" for each in agreed) == 8
    assert sum("unclear" in each.values() for each in agreed) == 5


def test_the_assessors_differ_and_once_agree_on_a_third_judgement() -> None:
    taken = [
        choice["taken_from"] for study in studies().values() for choice in study["risk_of_bias"]["choices"].values()
    ]
    assert len(taken) >= 5
    assert set(taken) == {"first", "second", "third"}


# --- the arithmetic, done here once more ------------------------------------------------------------------------

Row = tuple[int, int, int, int]  # events and total, psychotherapy then control
TIMES = 1.959963984540054


def rows_of(outcome: str) -> list[Row]:
    found = []
    for label, study in studies().items():
        role = {arm["role"]: arm["id"] for arm in study["arms"]}
        if table := cells(label, outcome):
            e, c = table[role["experimental"]], table[role["control"]]
            found.append((e["events"], e["total"], c["events"], c["total"]))
    return found


def risk_ratio_mh_random(rows: Iterable[Row]) -> tuple[float, float, float]:
    """Estimate and 95 % interval. DerSimonian and Laird (1986), with Q about the Mantel-Haenszel estimate, as RevMan 5 does.

    For rows without zero cells.
    """
    rows = list(rows)
    top = sum(a * m / (n + m) for a, n, c, m in rows)
    mh = math.log(top / sum(c * n / (n + m) for a, n, c, m in rows))
    y = [math.log((a / n) / (c / m)) for a, n, c, m in rows]
    w = [1 / (1 / a - 1 / n + 1 / c - 1 / m) for a, n, c, m in rows]
    q = sum(wi * (yi - mh) ** 2 for wi, yi in zip(w, y, strict=True))
    tau2 = max(0.0, (q - (len(rows) - 1)) / (sum(w) - sum(wi**2 for wi in w) / sum(w)))
    u = [1 / (1 / wi + tau2) for wi in w]
    estimate = sum(ui * yi for ui, yi in zip(u, y, strict=True)) / sum(u)
    half = TIMES / math.sqrt(sum(u))
    return math.exp(estimate), math.exp(estimate - half), math.exp(estimate + half)


@pytest.mark.parametrize("outcome", POOLED)
def test_the_agreed_tables_give_the_published_results_to_the_last_printed_digit(outcome: str) -> None:
    published = next(each["published"] for each in load("published.json")["outcomes"] if each["id"] == outcome)
    rows = rows_of(outcome)
    assert [round(value, 2) for value in risk_ratio_mh_random(rows)] == [
        published["effect"],
        published["low"],
        published["high"],
    ]
    assert len(rows) == published["studies"]
    assert sum(n + m for _, n, _, m in rows) == published["participants"]


def all_tables(n: int, m: int) -> list[np.ndarray]:
    """Every 2x2 table with these arms that tells of a risk ratio: a, c, log RR, its variance, and the parts of Mantel-Haenszel."""
    a, c = (grid.ravel().astype(float) for grid in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    tells = ~((a == 0) & (c == 0)) & ~((a == n) & (c == m))
    a, c = a[tells], c[tells]
    half = 0.5 * ((a == 0) | (c == 0) | (a == n) | (c == m))
    events, total, others, all_others = a + half, n + 2 * half, c + half, m + 2 * half
    log_rr = np.log(events / total) - np.log(others / all_others)
    variance = 1 / events - 1 / total + 1 / others - 1 / all_others
    return [a, c, log_rr, variance, a * m / (n + m), c * n / (n + m)]


def tables_that_give(published: dict[str, Any], arms: list[tuple[int, int]]) -> list[tuple[Row, Row]]:
    """All pairs of tables with these arms whose pooled result rounds to the published one."""
    (n1, m1), (n2, m2) = arms
    one, two = [column[:, None] for column in all_tables(n1, m1)], all_tables(n2, m2)
    w1, w2 = 1 / one[3], 1 / two[3]
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # without an event on one side there is no estimate: nan, which fits nothing
        mh = np.log((one[4] + two[4]) / (one[5] + two[5]))
        q = w1 * (one[2] - mh) ** 2 + w2 * (two[2] - mh) ** 2
        tau2 = np.maximum(0, (q - 1) / (w1 + w2 - (w1**2 + w2**2) / (w1 + w2)))
        u1, u2 = 1 / (one[3] + tau2), 1 / (two[3] + tau2)
        estimate, half = (u1 * one[2] + u2 * two[2]) / (u1 + u2), TIMES / np.sqrt(u1 + u2)
    ends = ((estimate, "effect"), (estimate - half, "low"), (estimate + half, "high"))
    fits = np.logical_and.reduce([np.abs(np.exp(value) - published[name]) < 0.005 for value, name in ends])
    return [
        ((int(one[0][i, 0]), n1, int(one[1][i, 0]), m1), (int(two[0][j]), n2, int(two[1][j]), m2))
        for i, j in np.argwhere(fits)
    ]


@pytest.mark.parametrize("outcome", POOLED)
def test_a_table_called_unique_is_the_only_one_and_the_others_are_not(outcome: str) -> None:
    entry = next(each for each in load("published.json")["outcomes"] if each["id"] == outcome)
    ours = rows_of(outcome)
    possible = tables_that_give(entry["published"], [(n, m) for _, n, _, m in ours])
    assert tuple(ours) in possible
    assert (len(possible) == 1) == (entry["data"]["status"] == "inferred, unique")
