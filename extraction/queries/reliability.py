"""How well did the authors agree, field by field? Over the studies of which both sheets may be seen; verified copies do not count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from extraction.models import Arm, Entry, Outcome, Sheet, TimePoint
from extraction.queries.forms import STANDARD, form_of, outcome_of, time_of, versions_in_use
from extraction.queries.studies import FORM
from extraction.schema import Answer, ArmOf, Match, Pair, Structure, asked_of, compare
from extraction.schema.clean import own_unit
from extraction.schema.fields import NUMBERS, WITH_OPTIONS
from extraction.schema.reliability import Reliability, icc, kappa
from reviewapp import audit
from reviewapp.models import Event, Member
from reviewapp.remembered import remembered


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """One field of the form (a question, or a column of tables), with how well two independent authors agreed on it."""

    field: str
    label: str
    kind: str
    studies: int
    found: Reliability


KEPT_SECONDS = 24 * 3600  # of figures that nothing has changed since
SAVES = ("extraction.sheet_saved", "extraction.assessment_saved")  # change nothing that is submitted


def submitted_pairs(member: Member) -> list[tuple[Sheet, Sheet]]:
    """The pairs of independent sheets that the member may see, by study; without their answers."""
    seen = Sheet.blind.for_member(member).own().filter(tool=FORM, submitted_at__isnull=False, study__dropped_at=None)
    by_study: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in seen.order_by("study", "pk"):
        by_study[sheet.study_id].append(sheet)
    return [(pair[0], pair[1]) for pair in by_study.values() if len(pair) == 2 and not any(e.verifies for e in pair)]


def field_agreement(member: Member) -> list[FieldAgreement]:
    """Every field that two authors answered for at least one study, in the order of the newest form.

    Counting anew takes a second for 200 studies, so the figures are kept as long as the same pairs are seen and nothing has happened on
    this floor since.
    """
    pairs = submitted_pairs(member)
    events = Event.unblinded.filter(review=member.review_id, verb__startswith="extraction.").exclude(verb__in=SAVES)
    last = events.order_by("-pk").values_list("pk", "at").first()
    key = audit.sha256(str(member.review_id), str(last), str([(a.pk, b.pk, a.version, b.version) for a, b in pairs]))
    return remembered(f"field-agreement-{key}", lambda: counted(member, pairs), seconds=KEPT_SECONDS)


def counted(member: Member, pairs: list[tuple[Sheet, Sheet]]) -> list[FieldAgreement]:
    review = member.review_id
    outcomes = Outcome.objects.filter(review=review, dropped_at=None)
    times = TimePoint.objects.filter(review=review, dropped_at=None)
    asked = tuple(outcome_of(each) for each in outcomes.select_related("at"))
    at = tuple(time_of(each) for each in times)
    kinds = {str(each.id): each.kind for each in asked}
    forms = {row.number: form_of(row) for row in versions_in_use(review)} | {0: STANDARD}
    arms, answers = arms_by_study(review), answers_by_sheet([sheet.pk for pair in pairs for sheet in pair])
    found: dict[str, list[tuple[int, Pair]]] = defaultdict(list)
    for first, second in pairs:
        form = forms[max(first.form_number, second.form_number)]
        fields = asked_of(Structure(arms[first.study_id], asked, at), form).fields
        for pair in compare(fields, answers[first.pk], answers[second.pk]):
            if pair.match not in (Match.BLANK, Match.MISSING):
                found[name_of(pair, kinds)].append((first.study_id, pair))
    return [agreement_on(field, rows) for field, rows in found.items()]


def arms_by_study(review: int) -> dict[int, tuple[ArmOf, ...]]:
    found: dict[int, tuple[ArmOf, ...]] = defaultdict(tuple)
    rows = Arm.objects.filter(study__review=review, dropped_at=None).values_list("study", "pk", "name", "role")
    for study, *arm in rows:
        found[study] += (ArmOf(*arm),)
    return found


def answers_by_sheet(sheets: list[int]) -> dict[int, dict[str, Answer]]:
    found: dict[int, dict[str, Answer]] = defaultdict(dict)
    rows = Entry.unblinded.filter(sheet__in=sheets, value__isnull=False).order_by()
    for sheet, key, value, unit in rows.values_list("sheet", "key", "value", "unit").iterator(chunk_size=5000):
        found[sheet][key] = Answer(value, unit=unit)
    return found


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
