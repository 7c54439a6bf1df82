"""How well did the authors agree, field by field? Over the studies of which both sheets may be seen; verified copies do not count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from extraction.models import Arm, Entry, Outcome, Sheet, TimePoint
from extraction.queries.forms import STANDARD, versions_in_use
from extraction.queries.studies import FORM
from extraction.schema import ArmOf, Match, OutcomeOf, Pair, Structure, TimeOf, asked_of, compare
from extraction.schema.clean import own_unit
from extraction.schema.fields import NUMBERS, WITH_OPTIONS
from extraction.schema.form import from_json
from extraction.schema.reliability import Reliability, icc, kappa
from reviewapp.models import Member


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """One field of the form (a question, or a column of tables), with how well two independent authors agreed on it."""

    field: str
    label: str
    kind: str
    studies: int
    found: Reliability


def submitted_pairs(member: Member) -> list[tuple[Sheet, Sheet]]:
    """The pairs of independent sheets that the member may see, by study. The number of queries does not grow with them."""
    arms = Prefetch("study__arms", Arm.objects.filter(dropped_at=None))
    lines = Prefetch("lines", Entry.unblinded.filter(sheet__in=Sheet.blind.for_member(member)))
    seen = Sheet.blind.for_member(member).own().filter(tool=FORM, submitted_at__isnull=False, study__dropped_at=None)
    by_study: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in seen.select_related("study").prefetch_related(arms, lines).order_by("study", "pk"):
        by_study[sheet.study_id].append(sheet)
    return [(pair[0], pair[1]) for pair in by_study.values() if len(pair) == 2 and not any(e.verifies for e in pair)]


def field_agreement(member: Member) -> list[FieldAgreement]:
    """Every field that two authors answered for at least one study, in the order of the newest form."""
    outcomes = tuple(
        OutcomeOf(each.pk, str(each), each.kind)
        for each in Outcome.objects.filter(review=member.review_id, dropped_at=None)
    )
    times = tuple(
        TimeOf(each.pk, str(each)) for each in TimePoint.objects.filter(review=member.review_id, dropped_at=None)
    )
    forms = {row.number: from_json(row.design) for row in versions_in_use(member.review_id)} | {0: STANDARD}
    kinds = {str(each.id): each.kind for each in outcomes}
    found: dict[str, list[tuple[int, Pair]]] = defaultdict(list)
    for first, second in submitted_pairs(member):
        arms = tuple(ArmOf(arm.pk, arm.name, arm.role) for arm in first.study.arms.all())
        form = forms[max(first.form_number, second.form_number)]
        fields = asked_of(Structure(arms, outcomes, times), form).fields
        for pair in compare(fields, first.answers(), second.answers()):
            if pair.match not in (Match.BLANK, Match.MISSING):
                found[name_of(pair, kinds)].append((first.study_id, pair))
    return [agreement_on(field, rows) for field, rows in found.items()]


def name_of(pair: Pair, kinds: dict[str, str]) -> str:
    """The stable name of a field across groups: the question's id; of a cell, the kind of outcome and the column."""
    if not pair.field.row:
        return pair.field.question
    return f"{kinds[pair.field.key.split('/')[1]]}/{pair.field.question}"


def agreement_on(name: str, rows: list[tuple[int, Pair]]) -> FieldAgreement:
    field = rows[0][1].field
    equal = sum(pair.match == Match.EQUAL for _, pair in rows)
    both = [pair for _, pair in rows if pair.first.value is not None and pair.second.value is not None]
    called, coefficient = "", None
    if field.kind in NUMBERS:
        numbers = [(own_unit(field, pair.first), own_unit(field, pair.second)) for pair in both]
        called, coefficient = "ICC(2,1)", icc([(float(a), float(b)) for a, b in numbers])
    elif field.kind in WITH_OPTIONS:
        called, coefficient = "kappa", kappa([(str(pair.first.value), str(pair.second.value)) for pair in both])
    label = field.column or field.label
    return FieldAgreement(
        name,
        label,
        str(field.kind),
        len({study for study, _ in rows}),
        Reliability(len(rows), equal, called, coefficient),
    )
