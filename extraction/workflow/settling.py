"""What do choices make of two submitted sheets, or assessments; what of them cannot be; and what is written down of it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.utils import timezone

from extraction import queries
from extraction.models import Assessment, Blinded, Line, Sheet, Study
from extraction.rob import asking
from extraction.schema import Answer, Choice, Match, Origin, Pair, Problem, Settled, TakenFrom, settle_one
from extraction.schema.carry import former_units
from extraction.schema.convert.offers import with_workings
from extraction.workflow.sheets import Own, sentences
from extraction.workflow.sources import COUNTED_FROM, JOIN_FIRST, beyond, foreign, sources_in, told_foreign
from reviewapp.errors import BadInput
from reviewapp.models import Member


class Unsettled(BadInput):
    """Choices that cannot be kept, or signed, and nothing was stored. problems: at which question, and why."""

    def __init__(self, problems: Sequence[Problem], before: str = "", *, todo: str = "") -> None:
        super().__init__(f"{before} {sentences(list(problems))}".strip(), todo=todo)
        self.problems = problems


def not_agreed(problems: Sequence[Problem]) -> Unsettled:
    """Why an agreement cannot be signed. A reason that is missing is told at its judgement."""
    silent = any(each.key.endswith(asking.WHY) for each in problems)
    todo = "A reason is given with the judgement, under “Another answer”. Then sign it." if silent else "Then sign it."
    at = [replace(each, key=each.key.removesuffix(asking.WHY)) for each in problems]
    return Unsettled(at, "This is not agreed yet.", todo=todo)


def worked(
    first: Own, second: Own, pairs: Iterable[Pair], choices: Mapping[str, Choice], before: Mapping[str, Answer]
) -> Mapping[str, Choice]:
    """The choices, with how the numbers were had that are converted; see with_workings."""
    asked = queries.asked_for(queries.newest([first, second]))
    return with_workings(asked, pairs, choices, before) if asked else choices


def departures_of(
    first: Assessment, second: Assessment, settled: Mapping[str, Settled], chosen: Mapping[str, Choice]
) -> tuple[dict[str, Settled], list[Problem]]:
    """Why agreed judgements are not what the agreed replies propose, by key: in the words of whose judgement was taken, or of the
    choice. With it what is missing: such reasons, and replies to questions to which the agreed ones lead."""
    tool = queries.tool_for(queries.newest([first, second]))
    answers = {key: each.answer for key, each in settled.items()}
    texts = [own.answers() for own in (first, second)]
    sides = {TakenFrom.FIRST: texts[:1], TakenFrom.SECOND: texts[1:], TakenFrom.BOTH: texts, TakenFrom.THIRD: []}
    reasons = {}
    for key in asking.departures(tool, answers):
        why, taken = key + asking.WHY, settled[key].taken_from
        said = [str(each[why].value) for each in sides[taken] if why in each and each[why].value]
        given = chosen[key].reason.strip() if key in chosen else ""
        words = "\n".join(dict.fromkeys(filter(None, [*said, given])))
        if words:
            reasons[why] = Settled(Answer(words), taken)
    return reasons, asking.lacking(tool, answers | {key: each.answer for key, each in reasons.items()})


def settled_or_refused(pairs: Iterable[Pair], choices: Mapping[str, Choice]) -> dict[str, Settled]:
    """Each choice on its own. Raises BadInput for a question that is not there, and Unsettled."""
    known = {pair.field.key: pair for pair in pairs}
    if unknown := [key for key in choices if key not in known]:
        raise BadInput(
            f"There is no question “{unknown[0]}” to agree on.", todo="Load the page again to see what there is now."
        )
    found = {key: settle_one(known[key], choice) for key, choice in choices.items()}
    if problems := [problem for _, problems in found.values() for problem in problems]:
        raise Unsettled(problems)
    return {key: settled for key, (settled, _) in found.items() if settled}


def refuse_foreign_third(
    study: Study, before: Mapping[str, Answer], settled: Mapping[str, Settled], pairs: Iterable[Pair]
) -> None:
    """Raise Unsettled for a third answer from a document that is no PDF of the study's reports, or from a page that it does not have."""
    third = {key: each.answer for key, each in settled.items() if each.taken_from is TakenFrom.THIRD}
    labels = {pair.field.key: pair.field.label for pair in pairs}
    if wrong := foreign(study, before, third):
        raise Unsettled([Problem(key, told_foreign(study, labels[key]), "document") for key in wrong], todo=JOIN_FIRST)
    if told := beyond(study, sources_in(before), sources_in(third), labels):
        raise Unsettled([Problem(key, sentence, "page") for key, sentence in told.items()], todo=COUNTED_FROM)


def spelled_out(first: Own, second: Own, settled: Mapping[str, Settled]) -> dict[str, Settled]:
    """What is settled, with the unit of each number where the form has given its question another since the two were submitted."""
    if not isinstance(first, Sheet):
        return dict(settled)
    review, number = first.study.review_id, queries.newest([first, second]).asked_number
    now = queries.current_version(review)
    before = former_units(queries.form_version(review, number).form, now.form) if now.number != number else {}

    def spelled(key: str, each: Settled) -> Settled:
        unit = before.get(key.rpartition("/")[2], "")
        is_own = key.count("/") < 3 and each.answer.value is not None and not each.answer.unit
        return replace(each, answer=replace(each.answer, unit=unit)) if unit and is_own else each

    return {key: spelled(key, each) for key, each in settled.items()}


def equal_choices(pairs: list[Pair]) -> dict[str, Choice]:
    """The choices that accept every equal answer."""
    return {pair.field.key: Choice(TakenFrom.BOTH) for pair in pairs if pair.match is Match.EQUAL}


def changed_by(settled: Mapping[str, Settled], lines: Iterable[Line]) -> dict[str, Settled]:
    """What of it these lines do not say yet."""
    said = {line.key: (line.answer, line.taken_from, line.reason) for line in lines}
    return {key: each for key, each in settled.items() if said.get(key) != (each.answer, each.taken_from, each.reason)}


def store(member: Member, agreed: Blinded, settled: Mapping[str, Settled]) -> dict[str, Settled]:
    """Write what is settled; who and when stand on each answer that is new. What was new."""
    known = {line.key: line for line in agreed.lines.all()}
    new: list[Line] = []
    changed = changed_by(settled, known.values())
    now = timezone.now()
    for key, each in changed.items():
        line = known.get(key) or agreed.new_line(key)
        line.say(each.answer)
        line.taken_from, line.reason, line.by, line.at = each.taken_from, each.reason, member, now
        if line.pk:
            line.save()
        else:
            new.append(line)
    if new:
        type(new[0]).unblinded.bulk_create(new)
    return changed


def facts_of(settled: Mapping[str, Settled]) -> dict[str, object]:
    """For the trail: how many were equal, and which were chosen from whom, with the reasons given, and which were converted or imputed, and how."""
    chosen = {key: each.taken_from for key, each in settled.items() if each.taken_from != "both"}
    reasons = {key: each.reason for key, each in settled.items() if each.reason}
    facts: dict[str, object] = {"equal": len(settled) - len(chosen), "chosen": chosen, "reasons": reasons}
    for origin in (Origin.CONVERTED, Origin.IMPUTED):
        if had := {key: each.answer.told_how for key, each in settled.items() if each.answer.origin is origin}:
            facts[str(origin)] = had
    return facts
