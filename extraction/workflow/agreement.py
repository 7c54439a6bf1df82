"""How do two submitted sheets, or assessments, become one? Choose, answer by answer; sign; reopen, which keeps the old one as a version.

Choices are kept from the first one on, in an agreement that is not signed yet: who settled what, and when, stands on each answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from extraction import queries
from extraction.models import Assessment, Blinded, Line, Sheet, Study
from extraction.rob import ROB1, agreeing, asking
from extraction.schema import Answer, Choice, Match, Origin, Pair, Problem, Settled, TakenFrom, settle
from extraction.schema.carry import former_units
from extraction.schema.compare import settle_one, still_asked
from extraction.schema.convert.offers import with_workings
from extraction.workflow.bias import store_proposals
from extraction.workflow.common import locked_study
from extraction.workflow.overtaken import Marks, refuse_overtaken, refuse_taken_back, refuse_unseen
from extraction.workflow.said import told
from extraction.workflow.sheets import AUTHORS, Own, name_of, sentences, subject
from extraction.workflow.sources import COUNTED_FROM, JOIN_FIRST, beyond, count_ahead, foreign, sources_in, told_foreign
from reviewapp import audit
from reviewapp.access import Can, can, require
from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Member

# What an agreed line says that is not asked any more. What was chosen there, why and by whom, stays.
UNSAID = {"value": None, "unit": "", "working": "", "origin": Origin.REPORTED, "basis": ""}


class Unsettled(BadInput):
    """Choices that cannot be kept, or signed, and nothing was stored. problems: at which question, and why."""

    def __init__(self, problems: Sequence[Problem], before: str = "", *, todo: str = "") -> None:
        super().__init__(f"{before} {sentences(list(problems))}".strip(), todo=todo)
        self.problems = problems


def agree_sheet(member: Member, study: Study, choices: Mapping[str, Choice]) -> Sheet:
    """Make and sign the agreed sheet from the two submitted ones. Equal answers are taken over; every difference needs a choice.

    Refused: others than its two authors and those who settle conflicts (Refused), fewer than two sheets in (WrongState), a choice that is
    missing or cannot be (BadInput), a study whose agreement somebody has signed meanwhile (Stale).
    """
    return agree(member, Sheet, study, queries.FORM, choices)


def agree_assessment(member: Member, study: Study, choices: Mapping[str, Choice], tool: str = ROB1.id) -> Assessment:
    """Make and sign the agreed risk-of-bias assessment; as agree_sheet does."""
    return agree(member, Assessment, study, tool, choices)


def choose_on_sheet(member: Member, study: Study, choices: Mapping[str, Choice]) -> Sheet:
    """Keep choices on some answers without signing; as agree_sheet refuses."""
    return choose(member, Sheet, study, queries.FORM, choices)


def reopen_sheet_agreement(member: Member, study: Study) -> None:
    """Take back the agreed sheet. It stays as a version; what rests on it is stale until the next agreement."""
    reopen_agreement(member, Sheet, study, queries.FORM)


def reopen_assessment_agreement(member: Member, study: Study, tool: str = ROB1.id) -> None:
    """Take back the agreed assessment; as reopen_sheet_agreement does."""
    reopen_agreement(member, Assessment, study, tool)


def unchoose_on_sheet(member: Member, study: Study, keys: Collection[str]) -> None:
    """Take back the choices on some answers; as agree_sheet refuses."""
    unchoose(member, Sheet, study, queries.FORM, keys)


# --- the same for both -----------------------------------------------------------------------------------------


def require_agreeing(member: Member) -> None:
    """Authors agree on what they extracted; whoever settles conflicts may agree in their place."""
    require(member, Can.ARBITRATE if can(member, Can.ARBITRATE) else Can.EXTRACT)


def choose(
    member: Member,
    model: type[Own],
    study: Study,
    tool: str,
    choices: Mapping[str, Choice],
    seen: Marks | None = None,
) -> Own:
    """Keep choices without signing. seen: of a page, which choices it showed; one that it did not show stays (Overtaken)."""
    require_agreeing(member)
    count_ahead(study, (each.place for each in choices.values()))
    with transaction.atomic():
        study = locked_study(member, study)
        first, second = submitted_pair(member, model, study, tool)
        refuse_signed(model, study, tool)
        pairs = {each.field.key: each for each in pairs_of(first, second)}
        begun = being_made(model, study, tool)
        agreement = begun or begin(member, model, study, tool)
        kept = list(agreement.lines.select_related("by__user"))
        made = {line.key: choice_of(line) for line in kept}
        said = {line.key: line.answer for line in kept}
        known = worked(first, second, pairs.values(), made | dict(choices), said)
        settled = settled_or_refused(pairs, {key: known[key] for key in choices})
        settled = spelled_out(first, second, settled)
        if seen is not None:
            fields = {key: each.field for key, each in pairs.items()}
            if begun:
                refuse_taken_back(kept, said_last(model, study, tool), choices, fields, seen)
            refuse_overtaken(kept, settled, settled, fields, seen)
        refuse_foreign_third(study, said, settled, pairs.values())
        changed = store(member, agreement, settled)
        if changed:
            audit.record(
                member,
                f"extraction.{name_of(model)}_chosen",
                subject(study, model, tool),
                study=study.pk,
                **facts_of(changed),
            )
    return agreement


def unchoose(
    member: Member,
    model: type[Own],
    study: Study,
    tool: str,
    keys: Collection[str],
    seen: Marks | None = None,
    also: Mapping[str, Choice] | None = None,
) -> None:
    """Take back what was chosen under these keys, so that it is to be settled again. The trail keeps what it was. seen: as of choose.

    also: choices on other answers, which are kept with it or, where either is refused, not at all.
    """
    require_agreeing(member)
    count_ahead(study, (each.place for each in (also or {}).values()))
    with transaction.atomic():
        study = locked_study(member, study)
        if also:
            choose(member, model, study, tool, also, seen)
        first, second = submitted_pair(member, model, study, tool)
        refuse_signed(model, study, tool)
        agreement = being_made(model, study, tool)
        if agreement is None:  # what was reopened says it still
            if not {line.key for line in chosen_last(model, study, tool)} & set(keys):
                return
            agreement = begin(member, model, study, tool)
        fields = {pair.field.key: pair.field for pair in pairs_of(first, second)}
        undone = list(agreement.lines.filter(key__in=keys).select_related("by__user"))
        if seen is not None:
            refuse_unseen(undone, fields, seen)
        agreement.lines.filter(pk__in=[line.pk for line in undone]).delete()
        if undone:
            audit.record(
                member,
                f"extraction.{name_of(model)}_choice_undone",
                subject(study, model, tool),
                study=study.pk,
                chosen={line.key: line.taken_from for line in undone},
                said={line.key: told(line.answer) for line in undone},
                reasons={line.key: line.reason for line in undone if line.reason},
            )


def agree(
    member: Member,
    model: type[Own],
    study: Study,
    tool: str,
    choices: Mapping[str, Choice],
    seen: Marks | None = None,
) -> Own:
    """Sign. seen: as of choose; nothing is signed that the page did not show."""
    require_agreeing(member)
    count_ahead(study, (each.place for each in choices.values()))
    with transaction.atomic():
        study = locked_study(member, study)
        first, second = submitted_pair(member, model, study, tool)
        refuse_signed(model, study, tool)
        agreed = being_made(model, study, tool) or model(study=study, tool=tool, member=member, agreed=True)
        stood = list(agreed.lines.select_related("by__user")) if agreed.pk else []
        made = {line.key: choice_of(line) for line in stood}
        said = {line.key: line.answer for line in stood or said_last(model, study, tool)}
        pairs = to_be_settled(first, second, made | dict(choices))
        asked = {pair.field.key for pair in pairs}
        chosen = {key: each for key, each in (made | dict(choices)).items() if key in asked}
        chosen = worked(first, second, pairs, chosen, said)
        settled, problems = settle(pairs, chosen)
        if not problems and isinstance(agreed, Assessment):
            reasons, problems = departures_of(first, second, settled, chosen)
            settled |= reasons
        if problems:
            silent = any(each.key.endswith(asking.WHY) for each in problems)
            todo = (
                "A reason is given with the judgement, under “Another answer”. Then sign it."
                if silent
                else "Then sign it."
            )
            problems = [replace(each, key=each.key.removesuffix(asking.WHY)) for each in problems]
            raise Unsettled(problems, "This is not agreed yet.", todo=todo)
        settled = spelled_out(first, second, settled)
        if seen is not None:
            fields = {pair.field.key: pair.field for pair in pairs}
            if agreed.pk:
                refuse_taken_back(stood, said_last(model, study, tool), choices, fields, seen)
            refuse_overtaken(stood, settled, choices, fields, seen)
        refuse_foreign_third(study, said, settled, pairs)
        agreed.member, agreed.submitted_at = member, timezone.now()
        if isinstance(agreed, Sheet):
            agreed.form_number = max(first.form_number, second.form_number)
        else:
            agreed.tool_number = max(first.tool_number, second.tool_number)
        agreed.save()
        store(member, agreed, settled)
        facts = facts_of(settled)
        idle = agreed.lines.exclude(key__in=settled)  # what was chosen before other choices let it not be asked
        if isinstance(agreed, Assessment):
            idle.update(**UNSAID)
            if proposed := store_proposals(agreed):
                facts["proposed"] = proposed
        else:
            idle.filter(key__in=[pair.field.key for pair in pairs_of(first, second)]).update(**UNSAID)
        audit.record(
            member,
            f"extraction.{name_of(model)}_agreed",
            subject(study, model, tool),
            study=study.pk,
            first=first.member_id,
            second=second.member_id,
            **facts,
        )
    return agreed


def pairs_of(first: Own, second: Own) -> list[Pair]:
    return queries.pairs_of(first, second)


def to_be_settled(first: Own, second: Own, choices: Mapping[str, Choice]) -> list[Pair]:
    """The pairs that an agreement has to settle: without questions, or replies, to which the settled ones do not lead."""
    pairs = pairs_of(first, second)
    settled = agreeing.settled_by(pairs, choices)
    if isinstance(first, Sheet):
        return still_asked(pairs, settled)
    return agreeing.still_asked(queries.tool_for(queries.newest([first, second])), pairs, settled)


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


def settled_or_refused(pairs: Mapping[str, Pair], choices: Mapping[str, Choice]) -> dict[str, Settled]:
    """Each choice on its own. Raises BadInput for a question that is not there, and Unsettled."""
    if unknown := [key for key in choices if key not in pairs]:
        raise BadInput(
            f"There is no question “{unknown[0]}” to agree on.", todo="Load the page again to see what there is now."
        )
    found = {key: settle_one(pairs[key], choice) for key, choice in choices.items()}
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
        raise Unsettled([Problem(key, told_foreign(study, labels[key])) for key in wrong], todo=JOIN_FIRST)
    if told := beyond(study, sources_in(before), sources_in(third), labels):
        raise Unsettled([Problem(key, sentence) for key, sentence in told.items()], todo=COUNTED_FROM)


def refuse_signed(model: type[Own], study: Study, tool: str) -> None:
    signed = model.unblinded.signed().filter(study=study, tool=tool).select_related("member__user").first()
    if signed:
        raise Stale(
            f"{signed.member} has signed this agreement meanwhile. Yours was not stored.",
            todo="Look at what was agreed; it can be reopened there.",
        )


def being_made(model: type[Own], study: Study, tool: str) -> Own | None:
    """The agreement that is not signed yet, if somebody has chosen something."""
    return model.unblinded.standing().filter(study=study, tool=tool, agreed=True, submitted_at=None).first()


def begin(member: Member, model: type[Own], study: Study, tool: str) -> Own:
    """A new agreement, with the choices of the one that was reopened last."""
    agreement = model.unblinded.create(study=study, tool=tool, member=member, agreed=True)
    for line in chosen_last(model, study, tool):
        copied = agreement.new_line(line.key)
        copied.say(line.answer)
        copied.taken_from, copied.reason, copied.by_id, copied.at = line.taken_from, line.reason, line.by_id, line.at
        copied.save()
    return agreement


def said_last(model: type[Own], study: Study, tool: str) -> list[Line]:
    """What the agreement said that was reopened last."""
    reopened = model.unblinded.filter(study=study, tool=tool, agreed=True, withdrawn_at__isnull=False)
    before = reopened.order_by("withdrawn_at", "pk").last()
    return list(before.lines.all()) if before else []


def chosen_last(model: type[Own], study: Study, tool: str) -> list[Line]:
    """What of it was chosen, and is where the next agreement begins."""
    kept = (TakenFrom.FIRST, TakenFrom.SECOND, TakenFrom.THIRD)
    before = said_last(model, study, tool)
    return [line for line in before if line.taken_from in kept and not line.key.endswith(asking.WHY)]


def choice_of(line: Line) -> Choice:
    """The choice that a kept line stands for."""
    said = line.answer
    origin = None if said.origin is Origin.REPORTED else said.origin
    taken = TakenFrom(line.taken_from)
    return Choice(taken, said.value, said.text, line.reason, said.unit, said.working, origin, line.source, said)


def submitted_pair(member: Member, model: type[Own], study: Study, tool: str) -> tuple[Own, Own]:
    """The two submitted ones, the one begun first before the other. Raises WrongState, or Refused for who may not settle them.

    Told by what the member may see, so that a refusal is the same whether or not the other author has answered a new version of the form.
    """
    seen = model.blind.for_member(member).own().filter(study=study, tool=tool, submitted_at__isnull=False)
    pair = list(seen.order_by("pk"))
    if len(pair) < AUTHORS:
        versions = ", or not for the same version of the form" if model is Sheet else ""
        raise WrongState(
            f"There are not two submitted {name_of(model)}s for {study.label} yet{versions}.",
            todo="Come back when both authors have submitted.",
        )
    refuse_bystander(member, pair)
    return pair[0], pair[1]


def refuse_bystander(member: Member, pair: list[Own]) -> None:
    if not can(member, Can.ARBITRATE) and member.pk not in {own.member_id for own in pair}:
        raise Refused(
            "Only the two authors who extracted this study, and those who settle conflicts, agree on it.",
            todo="Ask one of them.",
        )


def store(member: Member, agreed: Blinded, settled: Mapping[str, Settled]) -> dict[str, Settled]:
    """Write what is settled; who and when stand on each answer that is new. What was new."""
    known = {line.key: line for line in agreed.lines.all()}
    new: list[Line] = []
    changed: dict[str, Settled] = {}
    now = timezone.now()
    for key, each in settled.items():
        line = known.get(key) or agreed.new_line(key)
        if line.pk and (line.answer, line.taken_from, line.reason) == (each.answer, each.taken_from, each.reason):
            continue
        line.say(each.answer)
        line.taken_from, line.reason, line.by, line.at = each.taken_from, each.reason, member, now
        changed[key] = each
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


def reopen_agreement(member: Member, model: type[Own], study: Study, tool: str) -> None:
    require_agreeing(member)
    with transaction.atomic():
        study = locked_study(member, study)
        submitted_pair(member, model, study, tool)
        signed = model.unblinded.signed().filter(study=study, tool=tool).first()
        if signed is None:
            raise WrongState("There is no signed agreement to reopen.", todo="Load the page again to see what stands.")
        signed.withdrawn_at = timezone.now()
        signed.save(update_fields=["withdrawn_at"])
        audit.record(
            member,
            f"extraction.{name_of(model)}_agreement_reopened",
            subject(study, model, tool),
            study=study.pk,
            signed_by=signed.member_id,
        )
