"""Are data extracted and risk of bias judged as MECIR asks? Standards C45, C46, C53 and C54, checked against what is agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from extraction import queries
from extraction.models import Assessment, Entry, Judgement, Sheet, Study
from extraction.rob.asking import OVERALL
from reviewapp.models import Member
from screening.models import Citation

EXAMPLES = 10
SINGLE = "the second verified a copy of the first, or the numbers came with a file"


class State(StrEnum):
    """How a standard stands; the value is the word for it."""

    MET = "met"
    SO_FAR = "met so far, work is under way"
    NOT_YET = "nothing to check yet"
    ATTENTION = "needs attention"


@dataclass(frozen=True, slots=True)
class Found:
    """How a standard stands, what was found in words, and the first citations or studies concerned."""

    state: State
    told: str
    citations: tuple[Citation, ...] = ()
    studies: tuple[Study, ...] = ()


def named(member: Member, ids: Collection[int]) -> tuple[Study, ...]:
    return tuple(Study.objects.filter(review=member.review_id, pk__in=list(ids)[: EXAMPLES * 10])[:EXAMPLES])


def progress(done: int, total: int) -> State:
    if not done:
        return State.NOT_YET
    return State.MET if done >= total else State.SO_FAR


def agreed_sheets(member: Member) -> tuple[set[int], set[int]]:
    """The included studies with an agreed sheet, and those among them that do not come from two independent sheets here: one was begun
    as a copy of the other, or what is agreed came with a file."""
    included = queries.included_studies(member.review)
    signed = set(Sheet.unblinded.signed().filter(study__in=included, tool=queries.FORM).values_list("study", flat=True))
    alone = Sheet.unblinded.own().filter(
        study__in=signed, tool=queries.FORM, submitted_at__isnull=False, verifies=False
    )
    independent = Counter(alone.values_list("study", flat=True))
    return signed, {study for study in signed if independent[study] < 2}


def left_of(member: Member, signed: set[int]) -> tuple[Study, ...]:
    """The first studies without an agreed sheet, once there is one: where work is under way."""
    if not signed:
        return ()
    return named(member, set(queries.included_studies(member.review).values_list("pk", flat=True)) - signed)


def characteristics_by_two(member: Member) -> Found:
    """C45: each agreed sheet comes from two that were filled in independently."""
    signed, single = agreed_sheets(member)
    total = queries.included_studies(member.review).count()
    told = f"Agreed: {len(signed):,} of {total:,} studies"
    if single:
        told += f"; {len(single):,} of them not from two independent sheets: {SINGLE}."
        return Found(State.ATTENTION, told, studies=named(member, single))
    told += ", each from two sheets that were filled in independently." if signed else "."
    return Found(progress(len(signed), total), told, studies=left_of(member, signed))


def data_by_two(member: Member) -> Found:
    """C46: the same of outcome data, which are mandatory."""
    signed, single = agreed_sheets(member)
    lines = Entry.unblinded.filter(
        sheet__in=Sheet.unblinded.signed().filter(study__in=signed, tool=queries.FORM),
        key__startswith="outcome/",
        value__isnull=False,
    )
    data = set(lines.values_list("sheet__study", flat=True))
    total = queries.included_studies(member.review).count()
    told = f"Studies with agreed outcome data: {len(data):,}"
    if alone := data & single:
        told += f"; {len(alone):,} of them not from two independent extractions: {SINGLE}."
        return Found(State.ATTENTION, told, studies=named(member, alone))
    told += ", all from two independent extractions; no analysis uses numbers that are not agreed."
    if not data:
        return Found(State.NOT_YET, "Studies with agreed outcome data: 0.")
    return Found(progress(len(signed), total), told, studies=left_of(member, signed))


def bias_by_two(member: Member) -> Found:
    """C53: everything that the plan asks for is agreed from two independent assessments, and each study has something to judge, with every
    tool that is for its design."""
    included = queries.included_studies(member.review)
    studies = queries.with_appraisals(member, queries.studies(member).filter(pk__in=included))
    wanted = [(study.pk, each) for study in studies for each in study.appraisals if each.planned]
    done = {(pk, each.judged.key) for pk, each in wanted if each.state == queries.AGREED}
    filed = done & set(
        Judgement.unblinded.filter(
            assessment__in=Assessment.unblinded.signed().filter(study__in=included), taken_from=Judgement.IMPORTED
        ).values_list("assessment__study", "assessment__tool")
    )
    without = {each.pk for each in studies if each.needs_results or not any(other.planned for other in each.appraisals)}
    told = f"{len(done):,} of {len(wanted):,} assessments are agreed"
    told += f"; {len(filed):,} came with a file. " if filed else ", each from two that were made independently. "
    if without:
        whose = "1 study has" if len(without) == 1 else f"{len(without):,} studies have"
        told += f"{whose} no tool for the design, or no result chosen to be judged."
    if lacking := without | {pk for pk, _ in filed}:
        return Found(State.ATTENTION, told.strip(), studies=named(member, lacking))
    left = {pk for pk, each in wanted if (pk, each.judged.key) not in done} if done else set()
    if left:
        told += f"Not agreed yet: of {len(left):,} stud{'y' if len(left) == 1 else 'ies'}."
    return Found(progress(len(done), len(wanted)), told.strip(), studies=named(member, left))


def judgements_supported(member: Member) -> Found:
    """C54: each agreed judgement has what supports it, and each that is not as proposed has its reason."""
    agreed = queries.agreed_assessments(member.review)
    judged = [(each.study_id, key, said) for each in agreed for key, said in each.judgements.items()]
    bare = {study for study, key, said in judged if key != OVERALL and not said.support.strip()}
    silent = {study for study, _, said in judged if said.departs and not said.why}
    departing = sum(said.departs for _, _, said in judged)
    told = f"Judgements agreed: {len(judged):,}; not as the tool proposed: {departing:,}."
    if bare or silent:
        told += f" Without support: in {len(bare):,} studies; without a reason for departing: in {len(silent):,}."
        return Found(State.ATTENTION, told, studies=named(member, bare | silent))
    return Found(
        progress(len(judged), len(judged)), f"{told} Each has its support, and its reason." if judged else told
    )
