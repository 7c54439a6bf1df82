"""How well did the authors agree, field by field? Over the studies of which both sheets may be seen; verified copies do not count."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from extraction.models import Arm, Entry, Outcome, Sheet, TimePoint
from extraction.queries.forms import FIRST, Version, form_of, outcome_of, time_of, versions_in_use
from extraction.queries.studies import FORM
from extraction.schema import Answer, ArmOf, Match, Pair, Structure, asked_of, compare
from extraction.schema.asked import Shared
from extraction.schema.clean import as_typed, own_unit
from extraction.schema.fields import NUMBERS, WITH_OPTIONS, Field
from extraction.schema.reliability import Reliability, icc, kappa
from reviewapp import audit
from reviewapp.models import Member
from reviewapp.remembered import remembered, remembered_each


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """One field of the form (a question, or a column of tables), with how well two independent authors agreed on it."""

    field: str
    label: str
    kind: str
    studies: int
    found: Reliability


KEPT_SECONDS = 24 * 3600  # of figures that nothing has changed since


class Compared(NamedTuple):
    """What two authors said of one field of a study. first, second: numbers in the field's own unit; else the answer as text."""

    field: str
    label: str
    kind: str
    equal: bool
    first: float | str | None
    second: float | str | None


@dataclass(frozen=True, slots=True)
class PairOfSheets:
    """The two sheets of a study, with all that a comparison of them rests on beside their answers."""

    first: Sheet
    second: Sheet
    structure: Structure
    version: Version

    @property
    def key(self) -> str:
        """Another one as soon as either sheet, the form, an arm, an outcome or a time point is another."""
        rests_on = (self.version.row and self.version.row.pk, self.structure)
        sheets = [(each.pk, each.version, each.submitted_at) for each in (self.first, self.second)]
        return f"fields-compared-{audit.sha256(repr(sheets), repr(rests_on))}"


def submitted_pairs(member: Member) -> list[PairOfSheets]:
    """The pairs of independent sheets that the member may see, by study; without their answers."""
    seen = Sheet.blind.for_member(member).own().filter(tool=FORM, submitted_at__isnull=False, study__dropped_at=None)
    by_study: dict[int, list[Sheet]] = defaultdict(list)
    # by study would join the studies for their labels: slow where a database knows no statistics yet
    for sheet in seen.order_by("pk"):
        by_study[sheet.study_id].append(sheet)
    review = member.review_id
    outcomes = Outcome.objects.filter(review=review, dropped_at=None).select_related("at")
    times = TimePoint.objects.filter(review=review, dropped_at=None)
    common = tuple(outcome_of(each) for each in outcomes), tuple(time_of(each) for each in times)
    versions = {row.number: Version(row.number, form_of(row), row) for row in versions_in_use(review)} | {0: FIRST}
    arms = arms_by_study(review)
    return [
        PairOfSheets(*pair, Structure(arms[study], *common), versions[max(pair[0].form_number, pair[1].form_number)])
        for study, pair in by_study.items()
        if len(pair) == 2 and not any(each.verifies for each in pair)
    ]


def field_agreement(member: Member) -> list[FieldAgreement]:
    """Every field that two authors answered for at least one study, in the order of the newest form.

    Comparing takes most of a second for 200 studies, so what was compared is kept by pair of sheets, and a pair that is submitted costs
    that one; the figures are kept as long as all pairs are the same.
    """
    pairs = {pair.key: pair for pair in submitted_pairs(member)}
    key = f"field-agreement-{audit.sha256(str(member.review_id), *pairs)}"
    return remembered(key, lambda: counted(pairs), seconds=KEPT_SECONDS)


def counted(pairs: Mapping[str, PairOfSheets]) -> list[FieldAgreement]:
    kept = remembered_each(pairs, lambda missing: compared([pairs[key] for key in missing]), seconds=KEPT_SECONDS)
    found: dict[str, list[tuple[int, Compared]]] = defaultdict(list)
    for key, pair in pairs.items():
        for each in kept[key]:
            found[each.field].append((pair.first.study_id, each))
    return [agreement_on(rows) for rows in found.values()]


def compared(pairs: Sequence[PairOfSheets]) -> dict[str, list[Compared]]:
    """What each pair says of every field that at least one of the two answered, by the pair's key."""
    answers = answers_by_sheet([sheet.pk for pair in pairs for sheet in (pair.first, pair.second)])
    shared: dict[int, Shared] = defaultdict(dict)
    found = {}
    for each in pairs:
        fields = asked_of(each.structure, each.version.form, shared[each.version.number]).fields
        kinds = {str(outcome.id): outcome.kind for outcome in each.structure.outcomes}
        labels = {id: question.label for id, question in each.version.form.questions.items()}
        found[each.key] = [
            said_of(pair, kinds, labels)
            for pair in compare(fields, answers[each.first.pk], answers[each.second.pk])
            if pair.match not in (Match.BLANK, Match.MISSING)
        ]
    return found


def said_of(pair: Pair, kinds: Mapping[str, str], labels: Mapping[str, str]) -> Compared:
    """kinds: of outcomes, by id. labels: of questions, by id, without the arm or outcome of which they are asked."""
    field = pair.field
    plain = _number if field.kind in NUMBERS else _text
    about = (name_of(field, kinds), field.column or labels.get(field.question, field.label), str(field.kind))
    return Compared(*about, pair.match is Match.EQUAL, plain(field, pair.first), plain(field, pair.second))


def _number(field: Field, answer: Answer) -> float | None:
    """In the field's own unit; of one in a unit that it does not know, only whether it is equal can be said."""
    value = own_unit(field, answer)
    return float(value) if isinstance(value, int | float) else None


def _text(field: Field, answer: Answer) -> str | None:
    return None if answer.value is None else as_typed(field, answer)


def arms_by_study(review: int) -> dict[int, tuple[ArmOf, ...]]:
    found: dict[int, tuple[ArmOf, ...]] = defaultdict(tuple)
    rows = Arm.objects.filter(study__review=review, dropped_at=None).values_list("study", "pk", "name", "role")
    for study, *arm in rows:
        found[study] += (ArmOf(*arm),)
    return found


def answers_by_sheet(sheets: list[int]) -> dict[int, dict[str, Answer]]:
    """The answers of these sheets, without their places. The same answers come again and again, so each is read once."""
    found: dict[int, dict[str, Answer]] = defaultdict(dict)
    read: dict[tuple[str, str], Answer] = {}
    rows = Entry.unblinded.filter(sheet__in=sheets, value__isnull=False).order_by()
    told = rows.values_list("sheet", "key", Cast("value", TextField()), "unit")
    for sheet, key, value, unit in told.iterator(chunk_size=5000):
        if (value, unit) not in read:
            read[value, unit] = Answer(json.loads(value), unit=unit)
        found[sheet][key] = read[value, unit]
    return found


def name_of(field: Field, kinds: Mapping[str, str]) -> str:
    """The stable name of a field across groups: the question's id; of a cell, the kind of outcome and the column."""
    if not field.row:
        return field.question
    return f"{kinds[field.key.split('/')[1]]}/{field.question}"


def agreement_on(rows: list[tuple[int, Compared]]) -> FieldAgreement:
    """How well authors agreed on one field, of which each study, or each of its arms, is a row."""
    said = [each for _, each in rows]
    both = [(each.first, each.second) for each in said if each.first is not None and each.second is not None]
    field, called, coefficient = said[0], "", None
    if field.kind in NUMBERS:
        called, coefficient = "ICC(2,1)", icc([(float(a), float(b)) for a, b in both])
    elif field.kind in WITH_OPTIONS:
        called, coefficient = "kappa", kappa([(str(a), str(b)) for a, b in both])
    equal = sum(each.equal for each in said)
    studies = len({study for study, _ in rows})
    return FieldAgreement(
        field.field, field.label, field.kind, studies, Reliability(len(rows), equal, called, coefficient)
    )
