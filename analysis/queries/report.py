"""What may be said of the review in its report, and where does each of its numbers stand? The same for every member.

Nothing sealed is asked for: verdicts that stand, agreement of votes that are open, agreed sheets, finished runs. What waits and what is
in conflict are one number, as in the flow diagram.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version

from django.db.models import Count
from django.urls import reverse

from analysis import exports, marks, pooling, run_figures, times
from analysis.comparison import comparison_of
from analysis.flow.numbers import ARMS, FlowCounts
from analysis.investigated import investigated
from analysis.measures import measure
from analysis.models import Analysis, Run
from analysis.queries.analyses import Shown, shown_analyses
from analysis.queries.flow import flow
from analysis.queries.investigations import called as words_for
from analysis.queries.investigations import words_of
from analysis.report import (
    Extraction,
    Facts,
    FullText,
    Kappa,
    Pooled,
    Previous,
    Records,
    SearchRun,
    Selection,
    Sentence,
)
from analysis.report.grammar import count, listed
from extraction.models import Arm, Assessment, Plan, Sheet
from extraction.queries import FORM, included_studies, plan_of, previous_version, tool_id, tools
from reviewapp.models import Member, Stage
from screening.models import Link, Resolution, Search
from screening.queries.agreement import Which, categories, counted, line
from screening.queries.audits import audit_methods
from screening.queries.pilots import methods
from screening.queries.searches import searches


def facts(member: Member) -> Facts:
    """Everything that the report says. The number of queries does not grow with records, studies or analyses."""
    counts = flow(member).counts
    return Facts(
        searches=tuple(search_run(each) for each in searches(member).filter(dropped_at=None)),
        records=records(member, counts),
        title_abstract=selection(member, counts, Stage.TITLE_ABSTRACT),
        full_text_stage=selection(member, counts, Stage.FULL_TEXT),
        full_text=full_text(counts),
        previous=previous(member),
        extraction=extraction(member),
        analyses=analyses(member),
        software=tuple((name, version(name.lower())) for name in ("NumPy", "SciPy")),
        together=member.review.settle_together or settled_together(member),
    )


def settled_together(member: Member) -> bool:
    """Whether those who voted settled a difference between them, as after a pilot they may whatever the protocol says."""
    standing = Resolution.objects.filter(citation__review=member.review_id, withdrawn_at=None)
    return standing.filter(together=True).exists()


def search_run(each: Search) -> SearchRun:
    systematic = each.kind in (Search.Kind.DATABASE, Search.Kind.REGISTER)
    return SearchRun(each.source, each.platform, systematic, each.searched_on, each.hits, each.records)


# --- records and selection ---------------------------------------------------------------------------------------


def both(counts: FlowCounts, name: str) -> int:
    """A number of both arms of the diagram."""
    return sum(counts.n(f"{arm}_{name}") for arm in ARMS)


def records(member: Member, counts: FlowCounts) -> Records:
    """As the diagram counts them; a record of another method whose publication a database found is a duplicate here."""
    standing = Link.objects.filter(record__review=member.review_id, record__source__undone_at=None, undone_at=None)
    identified = both(counts, "identified") + counts.n("found_by_both")
    duplicates = both(counts, "duplicates") + counts.n("found_by_both")
    by_person = min(duplicates, standing.filter(rule=Link.Rule.PERSON).count())
    removed = [both(counts, name) for name in ("removed_automation", "removed_other")]
    return Records(identified, duplicates, by_person, tuple(audit_methods(member)), *removed)


def selection(member: Member, counts: FlowCounts, stage: str) -> Selection:
    at_first = stage == Stage.TITLE_ABSTRACT
    names = ("screened", "records_excluded") if at_first else ("assessed", "reports_excluded")
    waits = ("awaiting_screening", "screening_conflict") if at_first else ("awaiting_assessment", "assessment_conflict")
    return Selection(
        stage=stage,
        votes=member.review.votes_needed(stage),
        decided=both(counts, names[0]),
        excluded=both(counts, names[1]),
        open=sum(both(counts, name) for name in waits),
        agreement=agreement(member, stage),
        pilots=tuple(methods(member, stage)),
    )


def agreement(member: Member, stage: str) -> Kappa | None:
    """Of the one pair that judged, or of all pairs together; maybe counts as include. None where nobody judged the same."""
    found = counted(member, stage)
    pairs = [which for which in found if which.pair and not which.week]
    if not pairs:
        return None
    which = pairs[0] if len(pairs) == 1 else Which((), "")
    told = line(which.pair, "", found[which], categories(stage, apart=False)).found
    return Kappa(
        cases=found[which].total(),
        raw=told.raw.value,
        value=told.kappa.value,
        lower=told.kappa.lower,
        upper=told.kappa.upper,
        pairs=len(pairs),
    )


def full_text(counts: FlowCounts) -> FullText:
    reasons: dict[str, int] = {}
    for arm in ARMS:
        for each in counts.starting(f"{arm}_reason:"):
            reasons[each.label] = reasons.get(each.label, 0) + each.n
    return FullText(
        sought=both(counts, "sought"),
        not_retrieved=both(counts, "not_retrieved"),
        awaited=both(counts, "awaiting_retrieval"),
        assessed=both(counts, "assessed"),
        excluded=both(counts, "reports_excluded"),
        reasons=tuple((label, n) for label, n in reasons.items() if n),
        reports=counts.n("new_reports"),
        studies=counts.n("new_studies"),
        without_study=counts.n("included_without_study"),
    )


def previous(member: Member) -> Previous | None:
    found = previous_version(member)
    return Previous(found.studies, found.reports, found.source) if found else None


# --- data ----------------------------------------------------------------------------------------------------------


def extraction(member: Member) -> Extraction:
    studies = included_studies(member.review)
    plan = plan_of(member.review)
    judged = Assessment.unblinded.signed().filter(study__in=studies).values_list("tool", "study")
    known = tools(member.review_id)
    by_tool: dict[str, set[int]] = defaultdict(set)
    for key, study in judged:
        by_tool[tool_id(key)].add(study)
    made_of = Arm.objects.filter(study__in=studies, part_of__isnull=False, dropped_at=None)
    files = studies.exclude(taken_from="").order_by("taken_from").values_list("taken_from").annotate(n=Count("pk"))
    return Extraction(
        taken_over=tuple(files),
        verified=plan.mode == Plan.Mode.VERIFIED,
        reason=plan.reason,
        agreed=Sheet.unblinded.signed().filter(study__in=studies, tool=FORM).count(),
        included=studies.count(),
        combined=tuple(made_of.order_by("study__label").values_list("study__label", flat=True).distinct()),
        tools=tuple((tool.name, tool.source, len(by_tool[id])) for id, tool in known.items() if by_tool[id]),
    )


# --- analyses ----------------------------------------------------------------------------------------------------


def analyses(member: Member) -> tuple[Pooled, ...]:
    found = shown_analyses(member)
    called = words_for(member.review_id) if any(each.analysis.standing for each in found) else {}
    return tuple(pooled(each, called) for each in found)


def pooled(shown: Shown, called: Mapping[str, str]) -> Pooled:
    """An analysis as planned, with the numbers of the run that is shown for it."""
    analysis, run, of = shown.analysis, shown.run, measure(shown.analysis.measure)
    how = pooling.resolved(run.options if run else analysis.options)
    planned = Pooled(
        id=analysis.pk,
        outcome=str(analysis),
        measure=of.plural,
        method=within(analysis.get_method_display()),
        model=within(analysis.get_model_display()),
        variance="" if how["estimator"] == "EE" else within(Analysis.Estimator(how["estimator"]).label),
        interval=within(Analysis.Interval(how["interval"]).label),
        prediction_by=prediction_by(how["prediction"]),
        conventions=analysis.preset,
        level=f"{analysis.level}%",
        times=times.in_words((run.options if run else analysis.options).get("times", "")),
        split=analysis.arms == Analysis.Arms.SPLIT,
        thing=of.thing,
        entering="" if of.compares else entering(analysis),
    )
    return replace(planned, **result(shown, run, called)) if run else planned


def entering(analysis: Analysis) -> str:
    """Which arms of a study are its one group."""
    if not analysis.group:
        return "all groups"
    found = comparison_of(analysis.comparison)
    side = dict(zip((pooling.EXPERIMENTAL, pooling.CONTROL), found.sides, strict=True))[analysis.group] if found else ""
    return f"the groups with {side}" if side else f"the groups on the {analysis.group} side"


def within(label: str) -> str:
    """A label inside a sentence: a word of the language is small, a name keeps its capital."""
    small = label[:1].lower() + label[1:]
    return (
        small if label.split()[0] in ("Inverse", "Random", "Fixed", "Restricted", "Maximum", "With", "None") else label
    )


def prediction_by(name: str) -> str:
    if name == Analysis.Prediction.NONE:
        return ""
    return within(dict(Analysis.Prediction.choices).get(name, "as metafor computes them"))


def result(shown: Shown, run: Run, called: Mapping[str, str]) -> dict[str, object]:
    found = run.result
    told = {
        "run": run.number,
        "is_stale": shown.is_stale,
        "told": run.message,
        "left_out": tuple((each["label"], each["reason"]) for each in exports.left_out(run)),
    }
    if run.state != Run.State.DONE:
        return told
    of = exports.measure_of(run)
    estimate, *limits = exports.texts(found, of)
    pooled_lines = found["k"] > 1
    return told | {
        "studies": len({each["study"] for each in exports.pooled_studies(run)}),
        **prepared(run),
        "comparisons": found["k"],
        "measured": run_figures.times_pooled(run) if run.options.get("times") else "",
        "participants": None if found["participants"] is None else round(found["participants"]),
        "thing": of.thing,  # of the run, as its numbers: the plan may ask for another measure by now
        "effect": f"{of.said} {estimate}",
        "asymmetry": asymmetry(run),
        "beside": tuple(beside(shown.analysis, run, called)),
        "limits": tuple(limits),
        "level": exports.level(run),
        "test": unbracketed(exports.overall_test(run)) if pooled_lines else "",
        "heterogeneity": unbracketed(exports.heterogeneity(run)) if pooled_lines else "",
        "prediction": exports.prediction_limits(run),
    }


def prepared(run: Run) -> dict[str, tuple[str, ...]]:
    """The pooled studies, by what was done to their numbers before."""
    found, compares = exports.pooled_studies(run), exports.measure_of(run).compares
    ways = {
        "turned": [each["label"] for each in found if each.get("turned")],
        "combined": [
            f"{each['label']} ({listed(arms)})"
            for each in found
            for role in exports.groups_of(run)
            if compares and len(arms := each["arms"][role]) > 1
        ],
        "converted": [each["label"] for each in found if marks.CONVERTED in marks.marks_of(each)],
        "imputed": [each["label"] for each in found if marks.IMPUTED in marks.marks_of(each)],
    }
    return {name: tuple(dict.fromkeys(labels)) for name, labels in ways.items()}


def asymmetry(run: Run) -> tuple[tuple[str, str], ...]:
    """The tests of the funnel plot's asymmetry that the plan asks for, each with its result; none where there are too few studies."""
    found = run_figures.small_study(run)
    return (
        tuple((each["name"], f"{each['stat']}, P {p_in_words(each['p'])}") for each in found["tests"]) if found else ()
    )


def beside(analysis: Analysis, run: Run, called: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Sensitivity analyses, subgroups and regressions that the run found, and of which of them a result was known when they were planned."""
    found = investigated(run, called)
    late = {words_of(each.kind, each.by, called) for each in analysis.standing if each.post_hoc}
    unit = ("comparison", "") if run.options.get("arms") == Analysis.Arms.SPLIT else ("study", "studies")
    for each in found["sensitivity"][1:]:
        k, effect, *_ = each["cells"]
        told = each["told"] if effect == "–" else f"{effect}, {count(int(k), *unit)}"
        yield (
            dated(f"Sensitivity analysis ({each['words'][:1].lower()}{each['words'][1:]})", each["words"] in late),
            told,
        )
    for each in found["subgroups"]:
        rows = [f"{row['words']} {row['cells'][1]} ({count(int(row['cells'][0]), *unit)})" for row in each["rows"]]
        yield dated(each["words"], each["words"] in late), f"{listed(rows)}. {each['test']}" if rows else each["told"]
    for each in found["moderators"]:
        rows = [f"{row['words']} {row['cells'][0]}, P {p_in_words(row['cells'][1])}" for row in each["rows"]]
        scale = (
            each["scale"] if rows and " of " in each["scale"] else ""
        )  # of what is pooled, which no other number here is
        yield (
            dated(each["words"], each["words"] in late) + (f" ({scale[:1].lower()}{scale[1:]})" if scale else ""),
            f"{'; '.join(rows)}. {each['test']}" if rows else each["told"],
        )


def dated(words: str, late: bool) -> str:
    return f"{words}, planned when a result was known" if late else words


def p_in_words(p: str) -> str:
    return p if p.startswith("<") else f"= {p}"


def unbracketed(line: str) -> str:
    """A line below a figure as part of a sentence: without its name, and with commas for brackets."""
    return line.partition(": ")[2].replace(" (", ", ").replace(")", "").replace(";", ",")


# --- where it stands -----------------------------------------------------------------------------------------------

PAGES = {
    "searches": ("screening:search-table",),
    "duplicates": ("screening:citations",),
    "audits": ("screening:audits",),
    "removals": ("screening:removals",),
    "protocol": ("protocol",),
    "pilots": ("screening:pilots", Stage.TITLE_ABSTRACT),
    "agreement/title_abstract": ("screening:agreement", Stage.TITLE_ABSTRACT),
    "agreement/full_text": ("screening:agreement", Stage.FULL_TEXT),
    "reports": ("screening:reports",),
    "excluded": ("screening:excluded",),
    "flow": ("analysis:flow",),
    "previous": ("extraction:studies",),
    "studies": ("extraction:studies",),
    "takeovers": ("analysis:takeovers",),
    "form": ("extraction:form",),
    "analyses": ("analysis:analyses",),
    "package": ("analysis:packages",),
}


def address(member: Member, sentence: Sentence) -> str:
    """The page on which the numbers of a sentence stand."""
    slug = member.review.slug
    kind, _, which = sentence.source.partition("/")
    if kind == "analysis":
        return reverse("analysis:analysis", args=[slug, which])
    if kind == "flow" and which:
        return reverse("analysis:flow-list", args=[slug, which])
    name, *more = PAGES[sentence.source]
    return reverse(name, args=[slug, *more])
