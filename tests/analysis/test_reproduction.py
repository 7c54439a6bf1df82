"""Can anybody do the analyses again from the package alone?"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analysis import exchange, package, queries, workflow
from analysis.further import further
from analysis.investigations import SETS
from analysis.measures import PLANNED
from analysis.models import Analysis, Package
from analysis.pooling import compute
from analysis.reproduction import Further, Pooling, analyses_csv, codebook_csv, data_csv, further_files
from analysis.revman import datapackage, rm5
from analysis.revman.pooled import with_totals
from extraction.models import Outcome
from reviewapp import files
from reviewapp.errors import NotHere
from reviewapp.models import Event, Member
from tests.analysis import build
from tests.extraction import build as studies_of

Pair = tuple[Member, Member]
DoJobs = Callable[[], int]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def unpacked(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if not name.endswith(".zip")}


@pytest.fixture
def analysis(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> Analysis:
    build.studies(pair, outcome, build.SECURE)
    planned = build.plan(pair[0], outcome)
    jobs_now()
    return planned


@pytest.mark.django_db
def test_a_package_is_made_by_a_worker_and_handed_out(analysis: Analysis, second: Member, jobs_now: DoJobs) -> None:
    made = workflow.make_package(second)
    with pytest.raises(NotHere):
        queries.package(second, made.pk)
    assert workflow.make_package(second) == made  # a double click
    jobs_now()
    found = queries.package(second, made.pk)
    content = files.path_of(found.sha256).read_bytes()
    assert found.size == len(content)
    inside = unpacked(content)
    assert {
        "README.txt",
        "data.csv",
        "analyses.csv",
        "further.csv",
        "further_numbers.csv",
        "codebook.csv",
        "reproduce.R",
        "flow.svg",
        "flow.csv",
    } < set(inside)
    assert any(name.startswith("figures/secure-attachment") for name in inside)
    first, _ = rows(inside["data.csv"])
    assert [first[name] for name in ("study", "ai", "n1i", "ci", "n2i", "m1i", "left_out")] == [
        "Cicchetti 1999a", "31", "46", "9", "54", "NA", "",
    ]  # fmt: skip
    (pooled,) = rows(inside["analyses.csv"])
    assert (pooled["measure"], pooled["weighting"]) == ("RR", "MH")
    assert float(pooled["estimate"]) == queries.current_run(second, analysis).result["pooled"]["estimate"]
    assert json.loads(inside["analyses.json"])[0]["input_sha256"] == pooled["input_sha256"]
    assert "Every analysis stands on the data that are agreed" in inside["README.txt"]
    assert rows(inside["further.csv"]) == []  # two studies have nothing beside their pooled effect
    verbs = Event.unblinded.filter(verb__startswith="analysis.package").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["analysis.package_asked_for", "analysis.package_made"]


@pytest.mark.pure
def test_the_codebook_tells_every_column_of_every_table_and_nothing_else() -> None:
    tables = {"data.csv": data_csv([]), "analyses.csv": analyses_csv([]), **further_files([])}
    told: dict[str, list[str]] = {}
    for row in rows(codebook_csv()):
        told.setdefault(row["file"], []).extend(row["columns"].split(", "))
    assert {name: set(columns) for name, columns in told.items()} == {
        name: set(text.splitlines()[0].split(",")) for name, text in tables.items()
    }


@pytest.mark.django_db
def test_revman_gets_the_same_data_and_results(analysis: Analysis, first: Member) -> None:
    run = queries.current_run(first, analysis)
    for form, kind in ((rm5, "rm5"), (datapackage, "zip")):
        ((comparison, outcome),) = form.read(exchange.revman_file(first, kind)).outcomes()
        assert (comparison.name, outcome.name) == ("Intervention versus Control", "Secure attachment, after treatment")
        assert (outcome.measure, outcome.method, outcome.random) == ("RR", "MH", True)
        table = [(row.study, row.events_1, row.total_1, row.events_2, row.total_2) for row in outcome.data]
        assert table == [(label, *numbers) for label, numbers in build.SECURE.items()]
        assert outcome.totals.effect == run.result["estimate"]
        assert (outcome.totals.events_1, outcome.totals.total_1) == (39, 60)
        assert (outcome.totals.events_2, outcome.totals.total_2) == (10, 108)
        assert round(with_totals(outcome).totals.ci_end, 2) == 63.70


@pytest.mark.django_db
def test_the_page_says_what_files_for_revman_leave_out(
    analysis: Analysis, first: Member, client: Client, jobs_now: DoJobs
) -> None:
    rates = studies_of.outcome(first, "Visits", "rate")
    means = studies_of.outcome(first, "Stress", "continuous")
    build.plan(first, rates, measure="IRR", method="IV")
    build.plan(first, means, measure="ROM")
    jobs_now()
    assert [(str(each), why) for each, why in exchange.left_out(first)] == [
        ("Visits, after treatment", "its data are not events or means of two groups"),
        ("Stress, after treatment", "RevMan has no ratio of means"),
    ]
    client.force_login(first.user)
    page = client.get(reverse("analysis:packages", args=[first.review.slug])).content.decode()
    assert "its data are not events or means of two groups." in page
    assert page.count("Secure attachment") == 0, "what is in the files is not said to be left out"


@pytest.mark.django_db
def test_equal_results_make_an_equal_package_and_stale_ones_say_so(
    analysis: Analysis, pair: Pair, outcome: Outcome
) -> None:
    before = package.content(pair[0])
    assert package.content(pair[1]) == before
    build.studies(pair, outcome, {"Late 2020": (5, 50, 6, 50)})
    assert (
        "Data or plan have changed since the run of: Secure attachment"
        in unpacked(package.content(pair[0]))["README.txt"]
    )


@pytest.mark.django_db
def test_a_package_made_twice_is_made_once(analysis: Analysis, first: Member, jobs_now: DoJobs) -> None:
    made = workflow.make_package(first)
    jobs_now()
    workflow.perform_package(made_again(made))
    assert Event.unblinded.filter(verb="analysis.package_made").count() == 1


def made_again(made: Package) -> Any:
    """Its job, as if a worker had been lost before it could say that it was done."""
    job = made.job
    job.refresh_from_db()
    job.state = job.State.RUNNING
    job.save(update_fields=["state"])
    return job


# --- metafor's word ----------------------------------------------------------------------------------------------
# REPRODUCE_SHARE=1 REPRODUCE_SEED=7 pytest -k metafor tests/analysis/test_reproduction.py looks at more, and at others.

SHARE = float(os.environ.get("REPRODUCE_SHARE", "0.12"))
SEED = int(os.environ.get("REPRODUCE_SEED", "20150111"))
INVESTIGATED = ("subgroup:study/allocation", "subgroup:bias", "subgroup:study/dose") + (
    "common:study/allocation",
    "common:bias",
    "moderator:study/allocation+study/dose",
    "moderator:bias+study/dose+year",
    "moderator:study/dose",
    "moderator:study/allocation",
    "moderator:year",
)
KINDS = {
    "pooled",
    "between",
    "common",
    "regression",
    "Egger",
    "Begg",
    "Harbord",
    "Peters",
    "trim_and_fill",
    "baujat",
    "influence",
}
PLAN = {"measure": "OR", "method": "IV", "model": "random", "preset": "RevMan 2025", "arms": "combined"}


def some_study(random: Random, kind: str, pk: int, unit: float) -> dict[str, Any]:
    """Two arms with numbers as they come, zero cells among them. unit: of means."""

    def events(chance: float) -> dict[str, float]:
        total = random.randint(5, 90)
        return {"events": sum(random.random() < chance for _ in range(total)), "total": total}

    def mean() -> dict[str, float]:
        return {
            "mean": unit * random.gauss(10, 3),
            "sd": unit * random.uniform(0.5, 5),
            "n": random.randint(3, 80),
        }

    def rate() -> dict[str, float]:
        return {"events": random.choice([0, 3, 17, 40]), "time": random.uniform(10, 400)}

    chance = random.choice([0, 0.02, 0.2, 0.5])
    groups = {"continuous": mean, "rate": rate}
    values = (events(chance), events(chance * random.uniform(0.5, 2)))
    if kind in groups:
        values = groups[kind](), groups[kind]()
    arms = [
        {"arm": place, "name": role, "role": role, "values": each}
        for place, (role, each) in enumerate(zip(("experimental", "control"), values, strict=True))
    ]
    hazard = {"hr": random.uniform(0.72, 0.88), "hr_low": random.uniform(0.2, 0.7), "hr_high": random.uniform(0.9, 3)}
    effect = {"effect": random.gauss(0, 1), "se": random.uniform(0.1, 1)}
    answers = {
        "study/allocation": random.choice(["random", "alternate", None]),
        "study/dose": random.choice([5, 7.5, 9, None]),
    }
    return {
        "study": pk,
        "label": f"Study {pk}, {random.randint(1980, 2020)}",
        "arms": arms,
        "by": {by: answer for by, answer in answers.items() if answer is not None},
        "bias": {"overall": random.choice(["low", "unclear", "high"])},
        "contrasts": [{"first": 0, "second": 1, "values": hazard if kind == "time_to_event" else effect}],
        "whole": {"r": random.uniform(-0.5, 0.9), "n": random.randint(5, 90)},
    }


def everything_that_can_be_planned() -> list[tuple[str, dict[str, str]]]:
    """Every measure, method, model and set of conventions; of events and means every estimator, interval and prediction interval."""
    found = []
    ways = product(PLANNED, Analysis.Method.values, Analysis.Model.values, Analysis.Preset.values)
    for measure, method, model, preset in ways:
        for more in chosen(method, model) if measure.id in ("RR", "SMD") else [{}]:
            plan = {"measure": measure.id, "method": method, "model": model, "preset": preset, **more}
            if fits(measure.answers.kind, plan):
                levels, sides = ("90", "95", "99"), () if measure.compares else ("", "experimental", "control")
                more_of_one = {"group": sides[len(found) // 3 % 3]} if sides else {}
                level = levels[len(found) % 3]
                found.append((measure.answers.kind, {**plan, "arms": "combined", "level": level, **more_of_one}))
    return found


def chosen(method: str, model: str) -> list[dict[str, str]]:
    if method != "IV" or model != "random":
        return [{}]
    names = (("estimator", Analysis.Estimator), ("interval", Analysis.Interval), ("prediction", Analysis.Prediction))
    return [{}, *({name: value} for name, choices in names for value in choices.values)]


def fits(kind: str, plan: dict[str, str]) -> bool:
    return Analysis(outcome=Outcome(kind=kind), **plan).misfit() is None


def some_investigations(random: Random) -> list[str]:
    return random.sample([*INVESTIGATED, *(f"sensitivity:{name}" for name in SETS)], 6)


def drawn(random: Random, pk: int, kind: str, options: dict[str, Any]) -> tuple[Pooling, list[Further]]:
    """A run of this plan on studies as they come, with what it found beside the pooled effect."""
    count, unit = random.choice([1, 2, 3, 5, 12]), random.choice([1, 1, 300])  # of a scale, or grams of birth weight
    studies = [some_study(random, kind, n, unit) for n in range(1, count + 1)]
    plan = {**options, "tests_from": "3", "investigations": some_investigations(random)}
    result = compute({"kind": kind, "studies": studies}, plan).result
    named = {"id": pk, "outcome": ", ".join(options.values()), "run": 1, "finished": "", "input_sha256": ""}
    how = {"measure": options["measure"], "preset": options["preset"]}
    pooling = Pooling(
        **named,
        **how,
        studies=result["studies"],
        pooled=result["pooled"],
        shown=[result[name] for name in ("estimate", "lower", "upper")],
    )
    return pooling, further(pk, result) if random.random() < SHARE else []


def reproduce(folder: Path, poolings: list[Pooling], beside: list[Further]) -> subprocess.CompletedProcess[str]:
    """Run the script as it is shipped on these tables."""
    tables = {"data.csv": data_csv(poolings), "analyses.csv": analyses_csv(poolings), **further_files(beside)}
    for name, text in tables.items():
        (folder / name).write_text(text)
    return subprocess.run(["Rscript", str(package.SCRIPT)], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def metafor() -> None:
    """Where R and metafor are not installed, what they say cannot be seen."""
    if (
        shutil.which("Rscript") is None
        or subprocess.run(["Rscript", "-e", "library(metafor)"], capture_output=True).returncode
    ):
        pytest.skip("R with its package metafor is not installed (Debian: r-base-core, r-cran-metafor)")


@pytest.mark.once
@pytest.mark.usefixtures("metafor")
def test_metafor_computes_every_number_of_a_package_again(tmp_path: Path) -> None:
    """Every plan there is, on numbers drawn at random, and what a share of the runs found beside the pooled effect."""
    random = Random(SEED)
    runs = [drawn(random, pk, *plan) for pk, plan in enumerate(everything_that_can_be_planned(), start=1)]
    poolings, beside = [pooling for pooling, _ in runs], [each for _, found in runs for each in found]
    done = reproduce(tmp_path, poolings, beside)
    told = [line for line in done.stdout.splitlines() if not line.startswith(("agrees", "no estimate"))]
    assert done.returncode == 0, "\n".join(told) + done.stderr
    empty = sum(each.pooled is None or each.pooled["estimate"] is None for each in poolings)
    everything = len(poolings) - empty + len(beside)
    assert f"{everything} of {everything} results agree" in done.stdout
    assert len(poolings) > 150
    assert {each.kind for each in beside} == KINDS


@pytest.mark.once
@pytest.mark.usefixtures("metafor")
def test_a_number_that_was_altered_is_named(tmp_path: Path) -> None:
    random = Random(SEED)
    pooling, beside = next(
        found
        for found in (drawn(random, 1, "dichotomous", PLAN) for _ in range(100))
        if any(each.kind == "between" for each in found[1])
    )
    (test,) = [each for each in beside if each.kind == "between"][:1]
    wrong = Further(1, "between", "altered", {**test.numbers, "Q_between": 7.0}, (), parts=test.parts)
    done = reproduce(tmp_path, [pooling], [*beside, wrong])
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("DIFFERS")] == [
        f"DIFFERS     1: {pooling.outcome}, run 1; altered"
    ]
    assert "Q_between: 7 here" in done.stdout
