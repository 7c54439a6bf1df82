"""Is the review conducted as MECIR asks? Standards of selection, extraction and risk of bias, checked against what stands now.

MECIR: Higgins et al., Methodological Expectations of Cochrane Intervention Reviews. The sentences are our own, shorter.
What is checked is open to every member: settled verdicts, the list of reasons, the sums of the flow diagram, the studies, and what is
agreed. C39 to C42 are checked here, C45, C46, C53 and C54 in queries/conduct.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from analysis.flow.numbers import ARMS, PENDING
from analysis.models import Override
from analysis.queries import conduct
from analysis.queries.conduct import Found, State
from analysis.queries.flow import Flow, flow
from analysis.queries.flow_lists import listed
from extraction.models import Study
from reviewapp.errors import NotHere
from reviewapp.models import ExclusionReason, Member, Stage
from screening.formats.printed import Table
from screening.models import SETTLED, Citation, Standing, Vote
from screening.queries.excluded import excluded

EXAMPLES = 10
DATA_WORDS = re.compile(r"\b(outcomes?|usable|data|not reported|results?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """One standard: what it asks, how it stands, what was found, the first citations or studies concerned, and a written override."""

    id: str
    asks: str
    state: State
    found: str
    citations: tuple[Citation, ...] = ()
    override: Override | None = None
    studies: tuple[Study, ...] = ()


def standards(member: Member) -> list[Check]:
    """The standards as they stand now, with their overrides."""
    overrides = {each.standard: each for each in all_overrides(member).filter(withdrawn_at=None)}
    now = flow(member)
    checks = []
    for name, (asks, check) in CHECKS.items():
        found = check(member, now)
        checks.append(Check(name, asks, found.state, found.told, found.citations, overrides.get(name), found.studies))
    return checks


def all_overrides(member: Member) -> QuerySet[Override]:
    """The review's overrides, those taken back too."""
    return Override.objects.filter(review=member.review_id).select_related("member__user")


def known(standard: str) -> str:
    """The standard's id, if it is checked here. Raises NotHere."""
    if standard not in CHECKS:
        raise NotHere
    return standard


def two_people(member: Member, now: Flow) -> Found:
    """C39: each full text that is decided was judged by two people."""
    voters = (
        Vote.unblinded.standing()
        .filter(citation=OuterRef("citation"), stage=OuterRef("stage"))
        .order_by()
        .values("citation")
        .annotate(n=Count("member", distinct=True))
        .values("n")
    )
    decided = Standing.objects.filter(review=member.review_id, state__in=SETTLED, citation__live=True)
    alone = decided.annotate(voters=Coalesce(Subquery(voters), 0)).filter(voters__lt=2)
    at_full_text = alone.filter(stage=Stage.FULL_TEXT)
    count, early = at_full_text.count(), alone.filter(stage=Stage.TITLE_ABSTRACT).count()
    total = decided.filter(stage=Stage.FULL_TEXT).count()
    told = f"{counted(total, 'full text')} decided, {count:,} of them by fewer than two people. "
    told += (
        f"At title and abstract, where it is desirable, {early:,} {'was' if early == 1 else 'were'} decided by one. "
    )
    together = ", or together by those who voted" if member.review.settle_together else ""
    told += f"Disagreements are settled by an arbiter or owner{together}."
    if count:
        concerned = Citation.objects.filter(pk__in=at_full_text.values("citation")).defer("abstract").order_by("pk")
        return Found(State.ATTENTION, told, tuple(concerned[:EXAMPLES]))
    return Found(progress(now, total), told)


def not_for_lack_of_data(member: Member, now: Flow) -> Found:
    """C40: no report is excluded for a reason that may mean "no usable outcome data"."""
    reasons = ExclusionReason.objects.filter(review=member.review_id)
    doubtful = [each for each in reasons if DATA_WORDS.search(each.text)]
    names = "; ".join(f"“{each}”" for each in doubtful)
    if not doubtful:
        return Found(
            progress(now, amount(now, "identified")), "No reason in the review's list speaks of outcomes or data."
        )
    concerned = [each.citation for each in excluded(member) if each.reason in {reason.text for reason in doubtful}]
    told = f"Reasons that speak of outcomes or data: {names}; {counted(len(concerned), 'report')} excluded for them. "
    told += "A study is not to be left out because it reports no usable data; one that did not measure any of the outcomes may be."
    if concerned:
        return Found(State.ATTENTION, told, tuple(concerned[:EXAMPLES]))
    return Found(progress(now, 1), told)


def numbers_kept(member: Member, now: Flow) -> Found:
    """C41: the numbers of the flow diagram add up, and each excluded report has its reason."""
    if now.breaches:
        return Found(State.ATTENTION, "The flow diagram does not add up: " + "; ".join(b.message for b in now.breaches))
    rows = excluded(member)
    without = [each.citation for each in rows if not each.reason]
    told = f"The flow diagram's sums hold; {counted(len(rows), 'excluded report')} listed, each with its reason."
    if without:
        return Found(
            State.ATTENTION, f"{counted(len(without), 'excluded report')} without a reason.", tuple(without[:EXAMPLES])
        )
    return Found(progress(now, amount(now, "identified")), told)


def reports_joined(member: Member, now: Flow) -> Found:
    """C42: each included report belongs to a study; several reports of a study are counted as one."""
    reports, studies, alone = (now.counts[key].n for key in ("new_reports", "new_studies", "included_without_study"))
    told = f"{counted(reports, 'included report')} of {studies:,} stud{'y' if studies == 1 else 'ies'}"
    if alone:
        concerned = tuple(listed(member, "included_without_study")[:EXAMPLES])
        return Found(
            State.ATTENTION,
            f"{told}; {alone:,} report{' is' if alone == 1 else 's are'} not joined to a study yet.",
            concerned,
        )
    return Found(progress(now, reports), f"{told}; each report is joined to its study.")


def counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def progress(now: Flow, count: int) -> State:
    """What can be said of a standard with which nothing is wrong: by whether there is anything, and whether work is left."""
    if not count:
        return State.NOT_YET
    return State.SO_FAR if amount(now, *PENDING) else State.MET


def amount(now: Flow, *names: str) -> int:
    """The sum of these numbers of the flow diagram, over both of its arms."""
    found = (now.counts.get(f"{arm}_{name}") for arm in ARMS for name in names)
    return sum(number.n for number in found if number is not None)


CHECKS: dict[str, tuple[str, Callable[[Member, Flow], Found]]] = {
    "C39": (
        "Two people, independently, decide whether a study is eligible; how they settle disagreements is set beforehand.",
        two_people,
    ),
    "C40": ("No study is excluded because its report has no usable data on the outcomes.", not_for_lack_of_data),
    "C41": (
        "The numbers for the flow diagram and the list of excluded studies, with reasons, are kept as selection goes on.",
        numbers_kept,
    ),
    "C42": ("Several reports of one study are brought together; the study is what is counted.", reports_joined),
    "C45": (
        "Two people, independently, extract the characteristics of studies (desirable).",
        lambda member, now: conduct.characteristics_by_two(member),
    ),
    "C46": ("Two people, independently, extract outcome data.", lambda member, now: conduct.data_by_two(member)),
    "C53": ("Two people, independently, judge the risk of bias.", lambda member, now: conduct.bias_by_two(member)),
    "C54": (
        "Each judgement on risk of bias says what supports it; one that is not as the tool proposes says why.",
        lambda member, now: conduct.judgements_supported(member),
    ),
}


def standards_table(member: Member) -> Table:
    """The standards as they are printed with the review."""
    rows = [
        (
            each.id,
            each.asks,
            each.state.value,
            each.found,
            f"{each.override.reason} ({each.override.member}, {each.override.at:%d %B %Y})" if each.override else "",
        )
        for each in standards(member)
    ]
    return Table("Standards of conduct (MECIR)", ("Standard", "Asks", "State", "Found", "Departed from, because"), rows)
