"""Do the reference's cases give the same numbers through an analysis as through analysis.stats?

Which cases a page can express, and why not the others, is counted by tests/analysis/reference.py: run as a program it tells.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis import queries
from analysis.models import Analysis
from analysis.pooling import compute
from analysis.stats.batch import run_document
from analysis.workflow import plan
from extraction.models import Outcome, Study
from reviewapp.models import Member
from tests.analysis import build, reference
from tests.analysis.reference import Asked, Inexpressible, Reference, asked, differing
from tests.extraction import build as studies_of

Pair = tuple[Member, Member]


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "reference" / "meta"


def expressible(found: Reference) -> list[Asked]:
    plans: list[Asked] = []
    for case in found.content["cases"]:
        try:
            plans += asked(found, case)
        except Inexpressible:
            continue
    return plans


def answers(found: Reference, plans: list[Asked]) -> dict[str, Any]:
    """What analysis.stats gives for these cases."""
    cases = {each.case["id"]: each.case for each in plans}
    return run_document({**found.content, "cases": list(cases.values())})["cases"]


def scale(found: Reference, each: Asked) -> float:
    """How large the sampling variances of a case's effects are."""
    name = each.case.get("effects") or each.case["spec"]["measure"]
    return found.content["effects"].get(name, {}).get("vi_median") or 0.0


@pytest.mark.pure
def test_every_case_that_can_be_planned_gives_the_numbers_of_the_statistics(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every case of the open reference that a page can express, through what a run computes."""
    import analysis.pooling

    whole = analysis.pooling.beyond
    compared: Counter[str] = Counter()
    wrong = []
    for found in reference.references(folder):
        plans = expressible(found)
        theirs = answers(found, plans)
        results: dict[Any, dict[str, Any]] = {}  # several cases may ask for one run
        for each in plans:
            answer = theirs[each.case["id"]]
            if "error" in answer:
                continue
            run = (*each.options.items(), each.investigations, each.words, each.beside)
            if run not in results:
                monkeypatch.setattr("analysis.pooling.beyond", whole if each.beside else lambda *_: {})
                options = {**each.options, "investigations": each.investigations}
                results[run] = compute(found.frozen(each), options).result
            result = results[run]
            if result["pooled"] is None:
                wrong.append(f"{each.case['id']}: nothing was pooled")
                continue
            wrong += [
                f"{each.case['id']}, {told}" for told in differing(each.pairs(result, answer), scale(found, each))
            ]
            compared[each.case["kind"]] += 1
    assert wrong == []
    assert set(compared) == set(reference.WAYS)
    can, _ = reference.count(folder)
    assert set(can) == set(reference.WAYS)


# --- through agreed sheets ---------------------------------------------------------------------------------------------

# The outcomes of a review, and the type of the data that each is given; hazard ratios are the logarithms of another set of effects.
OUTCOMES = {
    "Events": "bin2",
    "Means": "cont2",
    "Rates": "rate2",
    "Proportions": "prop",
    "Rates in one group": "rate1",
    "Correlations": "cor",
    "Effects": "gen",
    "Hazards": "gen",
}
SMALL, LARGE = 5, 8  # studies
PLANS = 5


def chosen(folder: Path) -> Iterator[tuple[str, Reference]]:
    """For each outcome a small set without gaps."""
    small = [each for each in reference.references(folder) if SMALL <= len(each.rows) <= LARGE]
    for outcome, given in OUTCOMES.items():
        whole = [each for each in small if len(each.rows) == each.content["k"]]
        fitting = [each for each in whole if each.content["dataset"]["type"] == given]
        yield outcome, fitting[outcome == "Hazards"]


def some_plans(found: Reference) -> list[Asked]:
    """A few that differ, from first to last; without a characteristic, which the form does not ask, and without years."""
    possible = [each for each in expressible(found) if not each.by and each.case["kind"] != "cumul"]
    distinct = {json.dumps(each.options): each for each in possible}
    plans = list(distinct.values())
    return [plans[round(n * (len(plans) - 1) / (PLANS - 1))] for n in range(PLANS)]


def cells(study: Study, outcome: Outcome, given: dict[str, Any]) -> dict[str, object]:
    """A study's answers by the keys of its sheet."""
    if "arms" in given:
        nothing = [{} for _ in range(study.arms.count() - len(given["arms"]))]
        return studies_of.cells(study, outcome, *given["arms"], *nothing)
    if "whole" in given:
        return {f"outcome/{outcome.pk}/whole/{name}": value for name, value in given["whole"].items()}
    pair = "-".join(str(arm.pk) for arm in study.arms.order_by("pk"))
    names = {"effect": "log_effect", "se": "se_log"} if outcome.kind == "time_to_event" else {}
    return {
        f"outcome/{outcome.pk}/contrast/{pair}/{names.get(name, name)}": value
        for name, value in given["contrast"].items()
    }


@pytest.mark.once
@pytest.mark.django_db
def test_agreed_sheets_give_the_numbers_of_the_statistics_for_every_kind_of_outcome(
    folder: Path, pair: Pair, jobs_now: Callable[[], int]
) -> None:
    sets = dict(chosen(folder))
    kinds = {name: "time_to_event" if name == "Hazards" else found.kind for name, found in sets.items()}
    outcomes = {name: studies_of.outcome(pair[0], name, kind) for name, kind in kinds.items()}
    planned: list[tuple[Reference, Asked, Analysis]] = []
    for name, found in sets.items():
        for each in some_plans(found):
            measure = "HR" if name == "Hazards" else each.options["measure"]
            options = {name: value for name, value in each.options.items() if name not in ("measure", "tests_from")}
            planned.append((found, each, plan(pair[0], outcomes[name], measure=measure, tests_from=3, **options)))
    for row in range(max(len(found.rows) for found in sets.values())):
        study = studies_of.study(pair, f"Study {row + 1}")
        told: dict[str, object] = {}
        for name, found in sets.items():
            if row in found.rows:
                told |= cells(study, outcomes[name], found.study(row))
        build.agree(pair, study, told)
    jobs_now()
    wrong = []
    for found, each, analysis in planned:
        answer = answers(found, [each])[each.case["id"]]
        pairs = each.pairs(queries.current_run(pair[0], analysis).result, answer)
        wrong += [f"{analysis}, {each.case['id']}, {told}" for told in differing(pairs, scale(found, each))]
    assert wrong == []
    assert len(planned) == PLANS * len(OUTCOMES)
