"""How do analyses leave for RevMan? The runs that stand and what is agreed by RoB 1, as a RevMan 5 file or a data package of RevMan Web."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import count

from analysis import queries
from analysis.comparison import sides
from analysis.exports import GROUPS, pooled_studies
from analysis.frozen import Frozen
from analysis.measures import Answers, measure
from analysis.models import Analysis, Run
from analysis.pooling import CONTROL, EXPERIMENTAL
from analysis.queries import takeovers
from analysis.revman import Comparison, Data, Outcome, Result, Review, Study, Totals, bias, datapackage, rm5
from analysis.rounded import number
from extraction.queries import AgreedAssessment, agreed_assessments
from extraction.rob import ROB1
from reviewapp.models import Member


def to_revman(member: Member) -> Review:
    """The review's analyses with the results of their runs, by comparison; those that have not run yet, and kinds of data that go elsewhere, are left out."""
    runs = [each.run for each in queries.shown_analyses(member) if each.run is not None and goes(each.run)]
    analyses, known = takeovers.origins(member)
    judged = [(each.study, judgements(each)) for each in agreed_assessments(member.review, ROB1.id)]
    names = sorted({study["label"] for run in runs for study in run.result["studies"]} | {name for name, _ in judged})
    studies = [study_of(name, known.get(name, {})) for name in names]
    made, cells = tuple(comparisons(runs, analyses)), tuple(bias.cells(judged))
    finished = max((run.finished_at for run in runs if run.finished_at), default=None)
    return Review(member.review.title, tuple(studies), made, cells, finished)


def judgements(of: AgreedAssessment) -> dict[str, tuple[str, str]]:
    """Judgement and support by domain."""
    return {domain: (each.judgement, each.support) for domain, each in of.judgements.items() if domain in bias.CALLED}


def study_of(name: str, said: Mapping[str, str]) -> Study:
    """A study as the file called it that it was taken over from; else by its label."""
    return Study(name, said.get("year") or year_of(name), said.get("id") or rm5.id_of(name))


def comparisons(runs: list[Run], origins: Mapping[int, Frozen]) -> Iterator[Comparison]:
    """What was taken over stands where it stood in its file; what was planned here is one more comparison."""
    own = " versus ".join(GROUPS.values())
    last = max((said["comparison"] for pk, said in origins.items()), default=0)
    found: dict[tuple[int, str], list[Run]] = defaultdict(list)
    for run in runs:
        said = origins.get(run.analysis_id)
        found[(said["comparison"], said["comparison_name"]) if said else (last + 1, own)].append(run)
    for (place, name), members in sorted(found.items()):
        said_of = {run.pk: origins.get(run.analysis_id, {}) for run in members}
        free = count(max((said.get("number", 0) for said in said_of.values()), default=0) + 1)
        numbered = [(said_of[run.pk].get("number") or next(free), run) for run in members]
        outcomes = [outcome(at, run, said_of[run.pk]) for at, run in sorted(numbered, key=lambda each: each[0])]
        yield Comparison(place, name, tuple(outcomes))


def goes(run: Run) -> bool:
    return not why_not(run)


def why_not(run: Run | None) -> str:
    """Why a run is not in files for RevMan, which have a place for events or means of two groups, by measures that RevMan knows; empty when it is."""
    if run is None:
        return "it has not run yet"
    of = measure(run.options["measure"])
    if len(of.answers.groups) == 1:
        return "it pools one group, and RevMan compares two"
    if not of.answers.people or not of.answers.groups:
        return "its data are not events or means of two groups"
    return "" if of.revman else f"RevMan has no {of.title.lower()}"


def left_out(member: Member) -> list[tuple[Analysis, str]]:
    """The analyses that files for RevMan leave out, with the reason."""
    told = [(each.analysis, why_not(each.run)) for each in queries.shown_analyses(member)]
    return [(analysis, why) for analysis, why in told if why]


def year_of(label: str) -> str:
    """The year at the end of a study's label, such as Murray 2003 or Cicchetti 1999a."""
    found = re.search(r"\b((?:19|20)\d\d)[a-z]?$", label)
    return found[1] if found else ""


def outcome(place: int, run: Run, said: Frozen) -> Outcome:
    """One analysis. said: what the file that it was taken over from calls it; empty for one planned here."""
    options, answers = run.options, measure(run.options["measure"]).answers
    peto = options["method"] == "Peto"
    return Outcome(
        number=place,
        name=str(run.analysis),
        kind=answers.kind,
        measure="PETO_OR" if peto else options["measure"],
        method=options["method"].upper(),
        random=options["model"] == "random",
        group_1=said.get("group_1") or sides(options, GROUPS)[EXPERIMENTAL],
        group_2=said.get("group_2") or sides(options, GROUPS)[CONTROL],
        left=run.analysis.favours_left,
        right=run.analysis.favours_right,
        level=run.result["pooled"]["level"] if run.result["pooled"] else 95.0,
        data=tuple(row(answers, study, errors_of(run)) for study in in_order(run, said) if answers.is_whole(study)),
        totals=totals(run),
    )


def in_order(run: Run, said: Frozen) -> list[Frozen]:
    """The run's studies in the order of the file, those that came later last."""
    places = {name: place for place, name in enumerate(said.get("order", ()))}
    return sorted(run.result["studies"], key=lambda study: places.get(study["label"], len(places)))


def errors_of(run: Run) -> dict[str, float | None]:
    """The standard error of each study's effect, on the scale of the analysis."""
    if run.result["pooled"] is None:
        return {}
    effects = run.result["pooled"]["effects"]
    variances = zip(effects["study"], map(number, effects["vi"]), strict=True)
    return {label: None if v is None else v**0.5 for label, v in variances}


def row(answers: Answers, study: Frozen, errors: Mapping[str, float | None]) -> Data:
    """One study's combined groups, and what came out for it."""
    values = {called(answers, group, name): study[group][name] for group, name in answers.places}
    ends = [number(study[name]) for name in ("estimate", "lower", "upper")]
    effect, low, high = ends
    if study["reason"] or effect is None or low is None or high is None:
        return Data(study["label"], **values)
    return Data(study["label"], **values, result=Result(effect, low, high, errors.get(study["label"]), study["weight"]))


def called(answers: Answers, group: str, name: str) -> str:
    """What RevMan's records call a number of one of the groups, such as total_1."""
    return f"{'total' if name == answers.people else name}_{answers.groups.index(group) + 1}"


def totals(run: Run) -> Totals:
    """What was pooled: people always, for RevMan expects whole numbers there; results where there are any."""
    pooled = run.result["pooled"]
    answers = measure(run.options["measure"]).answers
    studies = [study for study in pooled_studies(run) if answers.is_whole(study)]
    sums = {
        called(answers, group, name): sum(study[group][name] for study in studies)
        for group, name in answers.places
        if name in ("events", answers.people)
    }
    if run.state != Run.State.DONE or pooled is None:
        return Totals(studies=len(run.result["studies"]), df=0, **sums)
    stat = number(pooled["stat"])
    return Totals(
        studies=pooled["k"],
        **sums,
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
