"""What does a new version of the form ask of a member's own sheets? Answers to be looked at again, or the sheet to be taken up again.

It rests on the form, which is open to all, and on what the member has answered: nothing here tells of another author.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from extraction.models import Arm, Entry, Outcome, Sheet, TimePoint
from extraction.queries.forms import Version, current_version, form_version
from extraction.queries.studies import FORM
from extraction.schema import ArmOf, Field, Form, OutcomeOf, Structure, TimeOf, asked_of
from extraction.schema.carry import why_again
from reviewapp.access import Can, can
from reviewapp.models import Member

ONE_OF_EACH = Structure((ArmOf(0, "", "other"),), (OutcomeOf(0, "", "generic"),), (TimeOf(0, ""),))
GROUP = re.compile(r"^(arm|outcome|time)/([0-9]+)/")


def form_news(member: Member, studies: Iterable[int]) -> dict[int, str]:
    """By study: what the form in use asks of the member's own sheet that its answers were not given for; without the others."""
    now = current_version(member.review_id)
    if not (member.review.is_open and can(member, Can.EXTRACT) and now.row):
        return {}
    mine = Sheet.blind.for_member(member).own().filter(study__in=list(studies), tool=FORM, member=member)
    rows = list(mine.values_list("pk", "study", "submitted_at", "form_number"))
    found = {}
    for number in {number for _, _, at, number in rows if at and number < now.number}:
        if asks_more(form_version(member.review_id, number).form, now.form):
            words = "The form has changed since you submitted"
            found |= {study: words for _, study, at, given in rows if at and given == number}
    counts = to_look_at(member, now, {pk: study for pk, study, at, _ in rows if not at})
    for study, count in counts.items():
        found[study] = f"The form has changed: {count} answer{'' if count == 1 else 's'} to look at again"
    return found


def asks_more(before: Form, now: Form) -> bool:
    """Whether a question is new, or asks something else."""
    asked = before.questions
    return any(id not in asked or asked[id].edition != each.edition for id, each in now.questions.items())


def to_look_at(member: Member, now: Version, sheets: Mapping[int, int]) -> Counter[int]:
    """How many answers on these sheets, by study, were given for an earlier version and have to be looked at again."""
    lines = Entry.unblinded.filter(sheet__in=sheets, form_number__lt=now.number).exclude(value=None)
    by_number: dict[int, list[Entry]] = {}
    for line in lines:
        by_number.setdefault(line.form_number, []).append(line)
    if not by_number:
        return Counter()
    standing = {
        "arm": set(Arm.objects.filter(study__in=sheets.values(), dropped_at=None).values_list("pk", flat=True)),
        "outcome": set(Outcome.objects.filter(review=member.review_id, dropped_at=None).values_list("pk", flat=True)),
        "time": set(TimePoint.objects.filter(review=member.review_id, dropped_at=None).values_list("pk", flat=True)),
    }
    asked = fields_of(now.form)
    found: Counter[int] = Counter()
    for number, given in by_number.items():
        before = fields_of(form_version(member.review_id, number).form)
        for line in given:
            group = GROUP.match(line.key)
            key = GROUP.sub(r"\1/0/", line.key)
            is_asked = key in asked and (group is None or int(group[2]) in standing[group[1]])
            if is_asked and why_again(before.get(key), asked[key], line.answer):
                found[sheets[line.sheet_id]] += 1
    return found


def fields_of(form: Form) -> dict[str, Field]:
    """The questions of a form, by their keys for an arm, an outcome and a time point of the number 0."""
    return {field.key: field for field in asked_of(ONE_OF_EACH, form).fields}
