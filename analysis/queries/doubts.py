"""Which of the numbers behind an analysis does lint doubt, and of which was it said why they stand? What is agreed is open to all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import permutations

from django.urls import reverse

from analysis.measures import measure
from analysis.models import Analysis
from analysis.queries.analyses import Shown, shown_analysis
from analysis.queries.inputs import AgreedStudy, agreed, chosen, sided
from analysis.rounded import number
from extraction.models import Entry, Outcome, Sheet, Study
from extraction.queries import FORM, Doubts, sorted_out
from extraction.schema import Answer, ArmOf, OutcomeOf
from extraction.schema.lint import Estimate
from extraction.schema.lint.answers import arm_of, doubts_across
from extraction.schema.tables import TABLES, contrast_key, core, row_key
from reviewapp import audit
from reviewapp.models import Member
from reviewapp.remembered import remembered

KEPT_SECONDS = 24 * 3600  # of doubts on numbers that nothing has changed since


def doubts(member: Member, shown: Shown) -> Doubts:
    """The doubts on the agreed numbers of an analysis' outcome, each with the address of the agreement where its cell stands.

    Of a hundred studies they take a good part of a second, so they are kept as long as all stands on which they rest.
    """
    known = shown.known
    among = known.measured[shown.analysis.pk]
    entered = [(each, chosen(shown.analysis, sided(shown.analysis, each), among)[0]) for each in known.studies]
    arms = {
        each.study.pk: tuple(ArmOf(arm.pk, arm.name, arm.role, arm.size, arm.part_of_id) for arm in each.arms)
        for each in known.studies
    }
    sheets = workings(known.studies)
    found = []
    for outcome in dict.fromkeys(outcome for _, outcome in entered):  # one, unless a rule chooses among time points
        way = outcome.higher_is_better
        asked = OutcomeOf(outcome.pk, str(outcome), outcome.kind, unit=outcome.unit, higher_is_better=way)
        here = [each for each, whose in entered if whose == outcome]
        studies = [(each.study.label, arms[each.study.pk], each.answers) for each in here]
        designs = [each.study.design for each in here]
        said = [sheets.get(each.study.pk, {}) for each in here]
        rests_on = asked, studies, list(estimates(shown, outcome, here)), designs, said
        found += remembered(
            f"doubts-across-{audit.sha256(repr(rests_on))}", partial(doubts_across, *rests_on), seconds=KEPT_SECONDS
        )
    owners = {arm.pk: each.study for each in known.studies for arm in each.arms}
    slug = member.review.slug
    placed = [
        replace(each, page=reverse("extraction:sheet-agreement", args=[slug, owners[arm_of(each.cell)].pk])) for each in found
    ]  # fmt: skip
    return sorted_out(member, [each.study.pk for each in known.studies], placed)


def workings(studies: list[AgreedStudy]) -> dict[int, dict[str, Answer]]:
    """What is agreed on the studies of which some number is converted, by study: with how it was had."""
    having = [each.study.pk for each in studies if each.converted]
    found: dict[int, dict[str, Answer]] = {pk: {} for pk in having}
    signed = Sheet.unblinded.signed().filter(study__in=having, tool=FORM)
    lines = Entry.unblinded.filter(sheet__in=signed, key__startswith="outcome/").select_related("sheet")
    for line in lines if having else ():
        found[line.sheet.study_id][line.key] = line.answer
    return found


def estimates(shown: Shown, outcome: Outcome, agreed: list[AgreedStudy]) -> Iterator[Estimate]:
    """The effects of these studies in the run on today's data, on the scale that is pooled; none while there is no such run."""
    if not shown.is_current or shown.run is None:
        return
    run, cells = shown.run, {each.study.pk: first_cell(outcome, each) for each in agreed}
    if run.result["pooled"] is None:
        return
    answers, effects = measure(run.options["measure"]).answers, run.result["pooled"]["effects"]
    pooled = dict(zip(effects["study"], zip(effects["yi"], effects["vi"], strict=True), strict=True))
    for row in run.result["studies"]:
        y, v = map(number, pooled.get(row["label"], (None, None)))
        cell = cells.get(row["study"])
        if cell and not row["reason"] and y is not None and v is not None:
            yield Estimate(row["label"], cell, y, math.sqrt(v), answers.people_of(row))


def first_cell(outcome: Outcome, agreed: AgreedStudy) -> str:
    """Where a reader should look first: the first number of the study's first arm for the outcome, or of its first comparison of
    two arms; "" where the outcome is asked of the study as a whole."""
    shape, ids = TABLES[outcome.kind], [arm.pk for arm in agreed.arms]
    if needed := core(outcome.kind):
        keys = [f"{row_key(outcome.pk, arm)}/{needed[0].name}" for arm in ids]
    else:
        rows = [contrast_key(outcome.pk, *pair) for pair in permutations(ids, 2)]
        keys = [f"{row}/{column.name}" for row in rows for column in shape.per_contrast]
    return next((key for key in keys if agreed.answers.get(key) is not None), "")


def doubted(member: Member, analysis: Analysis) -> Doubts:
    """The same, for an analysis by itself."""
    return doubts(member, shown_analysis(member, analysis.pk))


def study_of(member: Member, analysis: Analysis, cell: str) -> Study:
    """The study to which a doubted cell of an analysis belongs."""
    found = agreed(member, [analysis]).studies
    return next(each.study for each in found for arm in each.arms if arm.pk == arm_of(cell))
