"""What is in a reproduction package? Everything behind the pooled numbers, in files that need no program of ours to be read."""

from __future__ import annotations

import io
import json
import platform
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings

from analysis import exchange, exports, marks, queries, reproduction, run_figures
from analysis.further import further
from analysis.models import Run
from analysis.queries import Shown
from analysis.reproduction import Pooling
from reviewapp.models import Member

SCRIPT = Path(reproduction.__file__).with_name("reproduce.R")
MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file in the archive, so that equal content makes an equal archive

README = """\
Reproduction package of the review
{title}

data.csv         the numbers that were pooled, one row for each study of each analysis
analyses.csv     how each analysis was made, and its result, unrounded
further.csv      what stands beside each pooled effect: subgroups with the test between them, regressions, sensitivity
                 analyses, series with one study more or less, diagnostics of influence, tests of the funnel plot, trim
                 and fill, Baujat plot;
                 its numbers are in further_numbers.csv, the moderators of regressions in further_values.csv
codebook.csv     what the columns mean
reproduce.R      computes every one of these numbers again and compares it: Rscript reproduce.R, in the folder of these files.
                 It needs R and its package metafor (Debian: r-base-core and r-cran-metafor), nothing else, and says of each
                 result whether it agrees to one part in a million.
                 Trim and fill that never settled is not in further.csv: there metafor gives no result.
analyses.json    input, options and result of each run, as stored
figures/         the figures of each analysis
revman/          events and means with their results, and risk of bias by RoB 1, for RevMan 5, and as a data package of RevMan
                 Web (version 1); other kinds of outcome, results of one group, ratios of means and other tools are not in it.
                 RevMan 5 takes whole people only: where a control group was split, its file has them rounded
flow.*           the PRISMA 2020 flow diagram, and its numbers as CSV for the R package PRISMA2020 and as JSON
versions.json    the software that made this

{state}
"""


def content(member: Member, told: Callable[[int, int], object] = lambda _done, _total: None) -> bytes:
    """The package as a zip archive. told(done, total) is called after each analysis."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files(member, told):
            archive.writestr(zipfile.ZipInfo(name, MOMENT), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def files(member: Member, told: Callable[[int, int], object]) -> Iterator[tuple[str, str | bytes]]:
    """Every file of the package with its name."""
    shown = queries.shown_analyses(member)
    stands = [each for each in shown if each.run is not None]
    poolings = [pooling(each.run) for each in stands]
    yield "README.txt", README.format(title=member.review.title, state=state(shown))
    yield "data.csv", reproduction.data_csv(poolings)
    yield "analyses.csv", reproduction.analyses_csv(poolings)
    beside = [more for each in stands for more in further(each.run.analysis_id, each.run.result)]
    yield from reproduction.further_files(beside).items()
    yield "codebook.csv", reproduction.codebook_csv()
    yield "reproduce.R", SCRIPT.read_text(encoding="utf-8")
    yield "analyses.json", as_json([json.loads(exports.run_json(each.run)) for each in stands])
    yield "revman/analyses.rm5", exchange.revman_file(member, "rm5")
    yield "revman/data-package.zip", exchange.revman_file(member, "zip")
    counts = queries.flow(member).counts
    for kind in ("svg", "csv", "json"):
        yield f"flow.{kind}", exports.flow_file(counts, kind, lambda number: None)
    for done, each in enumerate(stands, start=1):
        for figure in run_figures.figures_of(each.run):
            yield f"figures/{run_figures.file_name(each.run, figure.name, 'svg')}", figure.file("svg")
        told(done, len(stands))
    yield "versions.json", as_json(versions())


def pooling(run: Run) -> Pooling:
    """A finished run as the tables need it."""
    return Pooling(
        id=run.analysis_id,
        outcome=str(run.analysis),
        run=run.number,
        finished=run.finished_at.isoformat(timespec="seconds"),
        measure=run.options["measure"],
        preset=run.options["preset"],
        input_sha256=run.input_hash,
        studies=run.result["studies"],
        pooled=run.result["pooled"],
        shown=[run.result[name] for name in ("estimate", "lower", "upper")],
        prepared=[marks.in_words(study, exports.groups_of(run)) for study in run.result["studies"]],
    )


def state(shown: list[Shown]) -> str:
    """What a reader must know about how current it is, in sentences."""
    told = []
    if stale := [str(each.analysis) for each in shown if each.is_stale]:
        told.append(f"Data or plan have changed since the run of: {'; '.join(stale)}.")
    if empty := [str(each.analysis) for each in shown if each.run is not None and each.run.state == Run.State.EMPTY]:
        told.append(f"Nothing could be pooled, so there is no estimate: {'; '.join(empty)}.")
    if waiting := [str(each.analysis) for each in shown if each.run is None]:
        told.append(f"Not run yet, so not in here: {'; '.join(waiting)}.")
    if shown and shown[0].is_provisional:
        told.append(f"Provisional: data are agreed for {shown[0].agreed} of {shown[0].included} included studies.")
    if not (stale or waiting or (shown and shown[0].is_provisional)):
        told.append("Every analysis stands on the data that are agreed, of all included studies.")
    return " ".join(told)


def versions() -> dict[str, str]:
    """What made the package, and what its script was written for."""
    return {
        "reviewapp": release(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scipy", "django")},
        "metafor (of reproduce.R)": "3.8-1",
    }


def release() -> str:
    """The version of this program, as its project file says."""
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
