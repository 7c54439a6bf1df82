"""How do analyses leave for RevMan? The runs that stand, as a RevMan 5 file or a data package of RevMan Web."""

from __future__ import annotations

import re

from analysis import queries
from analysis.exports import GROUPS, number
from analysis.frozen import Frozen
from analysis.models import Run
from analysis.pooling import CONTROL, EXPERIMENTAL
from analysis.revman import Comparison, Data, Outcome, Review, Study, Totals, datapackage, rm5
from reviewapp.models import Member

VALUES = {"dichotomous": ("events", "total"), "continuous": ("mean", "sd", "n")}


def to_revman(member: Member) -> Review:
    """The review's analyses with the results of their runs, in one comparison; those that have not run yet are left out."""
    runs = [each.run for each in queries.shown_analyses(member) if each.run is not None]
    names = sorted({study["label"] for run in runs for study in run.result["studies"]})
    studies = [Study(name, year_of(name), rm5.id_of(name)) for name in names]
    outcomes = [outcome(place, run) for place, run in enumerate(runs, start=1)]
    comparison = Comparison(1, " versus ".join(GROUPS.values()), tuple(outcomes))
    return Review(member.review.title, tuple(studies), (comparison,) if outcomes else ())


def year_of(label: str) -> str:
    """The year at the end of a study's label, such as Murray 2003 or Cicchetti 1999a."""
    found = re.search(r"\b((?:19|20)\d\d)[a-z]?$", label)
    return found[1] if found else ""


def outcome(place: int, run: Run) -> Outcome:
    options, kind = run.options, run.input["kind"]
    peto = options["method"] == "Peto"
    return Outcome(
        number=place,
        name=str(run.analysis),
        kind=kind,
        measure="PETO_OR" if peto else options["measure"],
        method=options["method"].upper(),
        random=options["model"] == "random",
        group_1=GROUPS[EXPERIMENTAL],
        group_2=GROUPS[CONTROL],
        left=run.analysis.favours_left,
        right=run.analysis.favours_right,
        level=run.result["pooled"]["level"] if run.result["pooled"] else 95.0,
        data=tuple(row(kind, study) for study in run.result["studies"] if study[EXPERIMENTAL] and study[CONTROL]),
        totals=totals(run),
    )


def row(kind: str, study: Frozen) -> Data:
    """One study's combined groups."""
    values = {
        f"{'total' if name == 'n' else name}_{place}": study[group][name]
        for place, group in enumerate((EXPERIMENTAL, CONTROL), start=1)
        for name in VALUES[kind]
    }
    return Data(study["label"], **values)


def totals(run: Run) -> Totals:
    pooled = run.result["pooled"]
    if run.state != Run.State.DONE or pooled is None:
        return Totals(studies=len(run.result["studies"]))
    stat = number(pooled["stat"])
    return Totals(
        studies=pooled["k"],
        effect=number(run.result["estimate"]),
        ci_start=number(run.result["lower"]),
        ci_end=number(run.result["upper"]),
        z=None if stat is None else abs(stat),
        p_z=number(pooled["p"]),
        chi2=number(pooled["Q"]),
        df=pooled["Q_df"],
        p_chi2=number(pooled["Q_p"]),
        i2=number(pooled["I2"]),
        tau2=number(pooled["tau2"]),
    )


def revman_file(member: Member, kind: str) -> bytes:
    """The analyses as "rm5" or "zip" (data package)."""
    review = to_revman(member)
    return rm5.write(review) if kind == "rm5" else datapackage.write(review, member.review.slug[:40])
