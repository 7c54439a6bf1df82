"""What does lint doubt in answers as they are stored: of one sheet, of two sheets of a study, of one outcome in several studies?

A `Doubt` is a finding with the digest of the numbers that it rests on. Whoever lets a number stand, does so for these numbers: when
one of them changes, it is another doubt, and asked again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from extraction.schema.answers import BLANK, Answer
from extraction.schema.asked import ArmOf, Asked, OutcomeOf, Structure, asked_answers, asked_of, contrasts, tables_of
from extraction.schema.clean import own_unit, spell
from extraction.schema.convert.offers import adrift
from extraction.schema.fields import Kind
from extraction.schema.lint.across import Estimate, check_estimates, check_outcomes
from extraction.schema.lint.rows import Contrast, Finding, Outcome, Row, Severity, Study
from extraction.schema.lint.sheets import check_sheets
from extraction.schema.lint.study import check_study, check_wholes
from extraction.schema.tables import BETTER, DIRECTION, MEASURED, study_key, whole_key

Values = Mapping[str, Any]  # what is answered, by key
DATES = {
    "began": "started",
    "started": "started",
    "ended": "ended",
    "published": "published",
}  # question id -> its role
LARGEST = 1e100  # beyond it, or not finite, no number was measured, and none can be reckoned with
NEAR = 0.02  # so far beside a window a time may lie: 26 weeks and 180 days are called 6 months
RANGE = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Doubt:
    """One finding. basis: digest of what it rests on. whose: at an agreement, on whose sheet: first, second, both, or "" for between them.

    page: the address of the page on which its cell stands; empty for the page that tells of it. also: where both sheets are doubted alike,
    the digest of the other's, if another number of its row is another.
    """

    finding: Finding
    basis: str
    whose: str = ""
    page: str = ""
    also: str = ""

    @property
    def bases(self) -> list[str]:
        return [each for each in (self.basis, self.also) if each]

    @property
    def rule(self) -> str:
        return self.finding.rule

    @property
    def cell(self) -> str:
        return self.finding.cell

    @property
    def sentence(self) -> str:
        return self.finding.sentence

    @property
    def is_impossible(self) -> bool:
        return self.finding.severity is Severity.IMPOSSIBLE

    @property
    def ref(self) -> str:
        """What stands for it in a form."""
        return digest(self.rule, self.cell, self.basis)[:24]


def digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def doubt(finding: Finding, *sheets: Values) -> Doubt:
    """A finding on the numbers of these sheets: it rests on those of its row, and on others that its sentence names."""
    return Doubt(
        finding, digest(finding.sentence, *(numbers_of(finding.cell.rpartition("/")[0], each) for each in sheets))
    )


def doubt_among(finding: Finding, study: Values) -> Doubt:
    """A finding on a study among others: it rests on the study's numbers for the outcome. Its sentence names those of others, too,
    whose change is no reason to ask again."""
    return Doubt(finding, digest("among", numbers_of("/".join(finding.cell.split("/")[:2]), study)))


def numbers_of(beginning: str, values: Values) -> list[tuple[str, Any]]:
    return sorted((key, value) for key, value in values.items() if key.startswith(f"{beginning}/"))


# --- one study ---------------------------------------------------------------------------------------------------


def outcome_of(outcome: OutcomeOf, arms: tuple[ArmOf, ...], values: Values) -> Outcome:
    """The numbers of a study for one outcome; rows that are empty are left out."""
    rows: dict[str, Row] = {}
    for table in tables_of(outcome, arms):
        for place, row in enumerate(table.rows):
            numbers = {
                each.question: float(values[each.key])
                for each in row.fields
                if isinstance(values.get(each.key), int | float) and abs(values[each.key]) <= LARGEST
            }
            arm = arms[place] if table.of == "arm" else None
            size, is_part = (arm.size, arm.part_of is not None) if arm else (None, False)
            rows[row.key] = Row(row.key, row.name, numbers, size, is_part)
    of_arms = {arm.id: rows.get(f"outcome/{outcome.id}/arm/{arm.id}") for arm in arms}
    between = [
        Contrast(numbers_between, first, second)
        for a, b in contrasts(arms)
        if (numbers_between := rows.get(f"outcome/{outcome.id}/contrast/{a.id}-{b.id}")) and numbers_between.numbers
        if (first := of_arms[a.id] or Row("", a.name)) and (second := of_arms[b.id] or Row("", b.name))
    ]
    lowest, highest = scale_of(outcome)
    filled = tuple(row for row in of_arms.values() if row and row.numbers)
    whole = rows.get(whole_key(outcome.id))
    return Outcome(outcome.title, outcome.kind, filled, tuple(between), whole, lowest, highest, way_of(outcome, values))


def way_of(outcome: OutcomeOf, values: Values) -> bool | None:
    """Whether higher is better on the scale that the study used: what it says, else what holds for the review's outcome."""
    said = values.get(f"{study_key(outcome.id)}/{DIRECTION.name}")
    if outcome.kind != "continuous":
        return None
    return outcome.higher_is_better if said is None else said == BETTER


def scale_of(outcome: OutcomeOf) -> tuple[float | None, float | None]:
    """The ends of a scale whose unit names them, such as "EPDS, 0 to 30"."""
    found = RANGE.search(outcome.unit) if outcome.kind == "continuous" else None
    if not found or not float(found[1]) < float(found[2]):
        return None, None
    return float(found[1]), float(found[2])


def study_of(label: str, asked: Asked, values: Values, design: str = "") -> Study:
    """A study as its answers have it."""
    structure = asked.structure
    outcomes = tuple(outcome_of(each, structure.arms, values) for each in structure.outcomes)
    randomised = values.get("study/randomised")
    dates = {
        DATES.get(field.question, field.label): (str(values[field.key]), field.key)
        for field in asked.fields
        if field.kind is Kind.DATE and values.get(field.key) and field.key.startswith("study/")
    }
    return Study(label, outcomes, float(randomised) if isinstance(randomised, int | float) else None, dates, design)


def plain(answers: Mapping[str, Answer]) -> dict[str, Any]:
    return {key: answer.value for key, answer in answers.items() if answer.value is not None}


def doubts_of_sheet(
    label: str, asked: Asked, answers: Mapping[str, Answer], today: date, design: str = ""
) -> list[Doubt]:
    """What lint doubts in the answers of one sheet."""
    answers = asked_answers(asked.fields, answers)
    values = plain(answers)
    study = study_of(label, asked, values, design)
    found = [
        *check_study(study, today),
        *check_wholes(study),
        *check_conversions(asked, answers),
        *check_windows(asked, answers),
    ]
    if not any(each.rule == "over-randomised" for each in found):
        found += check_sizes(label, asked, values, design)
    return [doubt(each, values) for each in found]


def check_conversions(asked: Asked, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """The converted numbers that do not follow from what stands beside them, or rest on an imputed one and are not marked so."""
    for table, row, field, only_mark in adrift(asked, answers):
        told = (
            f"{table.outcome.title}, {row.name}: {field.column} was converted from numbers of which one is imputed, and is not "
            f"marked as imputed itself ({answers[field.key].told_how}). Convert it again, or mark it."
            if only_mark
            else f"{table.outcome.title}, {row.name}: {field.column} was converted from numbers that do not stand here now "
            f"({answers[field.key].told_how}). Convert it again, or empty it and read it."
        )
        yield Finding("conversion-adrift", Severity.UNLIKELY, field.key, told)


def check_sizes(label: str, asked: Asked, values: Values, design: str = "") -> Iterator[Finding]:
    """All who were randomised, against the arms that they were randomised to; parts of arms are in these.

    In a cross-over trial everybody is in every arm.
    """
    if design == "crossover":
        return
    randomised, sizes = (
        values.get("study/randomised"),
        [arm.size for arm in asked.structure.arms if arm.part_of is None],
    )
    together = sum(size for size in sizes if size is not None)
    if isinstance(randomised, int | float) and together > randomised:
        told = (
            f"{label}: {randomised:g} randomised, but its arms have {together} people together; is one of them wrong?"
        )
        yield Finding("over-randomised", Severity.UNLIKELY, "study/randomised", told)


def check_windows(asked: Asked, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """The measurements that do not fall within the window of their outcome's time point."""
    for table in asked.tables:
        for field in (field for row in table.rows for field in row.fields if field.question == MEASURED.name):
            time, answer = table.outcome.time, answers.get(field.key, BLANK)
            months = own_unit(field, answer)
            if time is None or not isinstance(months, int | float):
                continue
            early = time.begins is not None and months < time.begins * (1 - NEAR)
            late = time.ends is not None and months > time.ends * (1 + NEAR)
            if early or late:
                told = (
                    f"{table.outcome.title}: measured at {spell(field, answer)}, and what is measured {time.window} counts "
                    "here. Extract it for another time point, or say why it counts."
                )
                yield Finding("outside-window", Severity.UNLIKELY, field.key, told)


# --- two sheets of one study ---------------------------------------------------------------------------------------


def doubts_of_pair(
    label: str,
    asked: Asked,
    first: Mapping[str, Answer],
    second: Mapping[str, Answer],
    today: date,
    design: str = "",
) -> list[Doubt]:
    """What lint doubts in each of two sheets, once where both say the same, and between them."""
    one, other = (plain(asked_answers(asked.fields, each)) for each in (first, second))
    arms = asked.structure.arms
    between = [
        doubt(each, one, other)
        for outcome in asked.structure.outcomes
        for each in check_sheets(outcome_of(outcome, arms, one), outcome_of(outcome, arms, other))
    ]
    mine = {each.finding: each.basis for each in doubts_of_sheet(label, asked, first, today, design)}
    theirs = {each.finding: each.basis for each in doubts_of_sheet(label, asked, second, today, design)}
    found = list(between)
    for finding in mine | theirs:
        bases = list(dict.fromkeys(each[finding] for each in (mine, theirs) if finding in each))
        whose = "both" if finding in mine and finding in theirs else "first" if finding in mine else "second"
        found.append(Doubt(finding, bases[0], whose, also="".join(bases[1:])))
    return sorted(found, key=lambda each: not each.is_impossible)


# --- one outcome of several studies ----------------------------------------------------------------------------------


def doubts_across(
    outcome: OutcomeOf,
    studies: Sequence[tuple[str, tuple[ArmOf, ...], Values]],
    estimates: Sequence[Estimate] = (),
    designs: Sequence[str] = (),
    sheets: Sequence[Mapping[str, Answer]] = (),
) -> list[Doubt]:
    """What lint doubts in the agreed numbers of one outcome, study by study (label, arms, values), among them, and in their effects.

    A doubt that was there on the sheet is the same here, so that its reason still holds. estimates: their cells are of the studies'.
    designs: of the studies, in their order, where they are known. sheets: of each of them the answers with their workings, where some
    were converted.
    """
    rows = [(label, outcome_of(outcome, arms, values)) for label, arms, values in studies]
    found = [
        told_of(label, doubt(each, values))
        for (label, of), (_, _, values), design in zip(rows, studies, designs or [""] * len(rows), strict=True)
        for each in check_study(Study(label, (of,), design=design))
    ]
    found += [
        told_of(label, doubt(each, values))
        for (label, arms, values), answers in zip(studies, sheets, strict=bool(sheets))
        for each in check_conversions(asked_of(Structure(arms, (outcome,))), answers)
    ]
    owners = {arm.id: values for _, arms, values in studies for arm in arms}
    among = [*check_outcomes(rows, outcome.higher_is_better), *check_estimates(estimates)]
    told = {(why, each.cell) for each in found for why in (each.rule, each.finding.cause) if why}
    among = [each for each in among if not {(each.rule, each.cell), (each.cause, each.cell)} & told]
    return found + [doubt_among(each, owners[arm_of(each.cell)]) for each in among]


def arm_of(cell: str) -> int:
    """The id of the (first) arm of a cell such as `outcome/3/arm/7/mean` or `outcome/3/contrast/7-9/p`."""
    return int(cell.split("/")[3].split("-")[0])


def told_of(label: str, each: Doubt) -> Doubt:
    """A doubt on one study among several: its sentence begins with the study."""
    finding = each.finding
    return replace(each, finding=replace(finding, sentence=f"{label}: {finding.sentence}"))


def once(doubts: Iterable[Doubt]) -> list[Doubt]:
    """Each doubt once, the impossible first."""
    return sorted({each.ref: each for each in doubts}.values(), key=lambda each: not each.is_impossible)
