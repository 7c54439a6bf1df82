"""How does a summary of findings come about? Outcomes are chosen, two authors rate each blind to the other, and agree.

A rating is one act: made again, it takes the place of the one before, which is kept. With the second of two both are opened; from
then on only the agreement can change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils import timezone

from analysis.grade.certainty import BY_ID, Rating, problems
from analysis.models import Analysis, CertaintyRating, Finding, Run
from analysis.queries import shown_analysis
from analysis.queries.findings import findings
from extraction.workflow.common import change, locked
from extraction.workflow.opening import require_agreeing
from reviewapp import audit
from reviewapp.access import Can, can, require
from reviewapp.errors import BadInput, Refused, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review

RATERS = 2
Verb = Callable[[Member, Finding, str, Mapping[str, int], Mapping[str, str]], None]


# --- which outcomes -----------------------------------------------------------------------------------------------


def add_finding(member: Member, analysis: Analysis) -> Finding:
    """Take an analysis into the summary; one that was there comes back with its ratings. Raises WrongState for an eighth."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        analysis = locked(Analysis, analysis.pk, review=member.review_id)
        if analysis.dropped_at:
            raise WrongState("This analysis has been dropped.", todo="Restore it first, on the page of analyses.")
        finding = Finding.objects.filter(analysis=analysis).first()
        if finding is not None and finding.dropped_at is None:
            return finding
        if findings(member).count() >= Finding.MOST:
            raise WrongState(
                f"A summary of findings has at most {Finding.MOST} outcomes.",
                todo="Take one out first: those that matter most to the people who decide should stay.",
            )
        if finding is None:
            finding = Finding.objects.create(analysis=analysis)
        else:
            change(finding, {"dropped_at": None})
        audit.record(member, "analysis.finding_added", analysis)
    return finding


def drop_finding(member: Member, finding: Finding) -> None:
    """Take an outcome out of the summary. Its ratings stay; add_finding brings all back."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        finding = locked(Finding, finding.pk, analysis__review=member.review_id)
        if change(finding, {"dropped_at": finding.dropped_at or timezone.now()}):
            audit.record(member, "analysis.finding_dropped", finding.analysis)


def leave_if_full(member: Member, analysis: Analysis) -> bool:
    """Of an analysis that comes back with its place in the summary: give the place up where others have taken all. Say whether it was.

    For who restores the analysis, whose review is locked; add_finding brings the place back with its ratings.
    """
    finding = Finding.objects.filter(analysis=analysis, dropped_at=None).first()
    if finding is None or findings(member).exclude(pk=finding.pk).count() < Finding.MOST:
        return False
    drop_finding(member, finding)
    return True


def assume_risk(member: Member, finding: Finding, risk: float | None, source: str) -> Finding:
    """Say what risk people have without the intervention, of 1000, and where that is from; None: the median of the control groups."""
    require(member, Can.ANALYSE)
    source = source.strip()
    if risk is not None and not 0 <= risk <= 1000:
        raise BadInput("The assumed risk is of 1000 people.", todo="Give a number from 0 to 1000.")
    if risk is not None and not source:
        raise BadInput("An assumed risk needs its source.", todo="Say which study, register or judgement it is from.")
    if len(source) > 200:
        raise BadInput("The source has at most 200 characters.", todo="Shorten it.")
    with transaction.atomic():
        finding = locked(Finding, finding.pk, analysis__review=member.review_id, dropped_at=None)
        if facts := change(finding, {"assumed_risk": risk, "risk_source": source if risk is not None else ""}):
            audit.record(member, "analysis.risk_assumed", finding.analysis, **facts)
    return finding


# --- two ratings, blind -----------------------------------------------------------------------------------------


def rate(member: Member, finding: Finding, start: str, steps: Mapping[str, int], reasons: Mapping[str, str]) -> None:
    """Hand one's rating in, or another in its place as long as the other author's is not in.

    Raises BadInput for a rating that is not complete, WrongState when two authors have rated or nothing was pooled.
    """
    require(member, Can.EXTRACT)
    said = checked(start, steps, reasons)
    with transaction.atomic():
        finding = locked(Finding, finding.pk, analysis__review=member.review_id, dropped_at=None)
        run = run_of(member, finding)
        standing = list(CertaintyRating.unblinded.own().filter(finding=finding))
        mine = next((each for each in standing if each.member_id == member.pk), None)
        if mine is not None and mine.rating == said and mine.run_id == run.pk:
            return
        if len(standing) >= RATERS:
            raise WrongState("Two review authors have rated this outcome.", todo="What is agreed can be changed.")
        if mine is not None:
            change(mine, {"withdrawn_at": timezone.now()})
        made = stored(member, finding, run, said)
        both = len(standing) + (mine is None) == RATERS
        audit.record(
            member,
            "analysis.certainty_rated",
            subject(finding),
            sealed=not both,
            unseals=both,
            **facts_of(made),
        )


def withdraw_rating(member: Member, finding: Finding) -> None:
    """Take one's rating back, as long as the other author's is not in."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        finding = locked(Finding, finding.pk, analysis__review=member.review_id)
        standing = list(CertaintyRating.unblinded.own().filter(finding=finding))
        mine = next((each for each in standing if each.member_id == member.pk), None)
        if mine is None:
            return
        if len(standing) >= RATERS:
            raise WrongState("Both ratings are in and open to both authors.", todo="What is agreed can be changed.")
        change(mine, {"withdrawn_at": timezone.now()})
        audit.record(member, "analysis.rating_withdrawn", subject(finding), sealed=True)


# --- agreement --------------------------------------------------------------------------------------------------


def agree_rating(
    member: Member, finding: Finding, start: str, steps: Mapping[str, int], reasons: Mapping[str, str]
) -> None:
    """Sign the agreed rating, by one of the two raters or who settles conflicts. Signed again, it takes the place of the one before."""
    require_agreeing(member)
    said = checked(start, steps, reasons)
    with transaction.atomic():
        finding = locked(Finding, finding.pk, analysis__review=member.review_id, dropped_at=None)
        run = run_of(member, finding)
        raters = set(CertaintyRating.unblinded.own().filter(finding=finding).values_list("member", flat=True))
        if len(raters) < RATERS:
            raise WrongState("Two review authors have to rate this outcome before it can be agreed on.")
        if member.pk not in raters and not can(member, Can.ARBITRATE):
            raise Refused("The two authors who rated, and who settles conflicts, agree on the certainty.")
        before = CertaintyRating.unblinded.standing().filter(finding=finding, agreed=True).first()
        if before is not None:
            if before.rating == said and before.run_id == run.pk:
                return
            change(before, {"withdrawn_at": timezone.now()})
        made = stored(member, finding, run, said, agreed=True)
        audit.record(member, "analysis.certainty_agreed", finding.analysis, **facts_of(made))


def reopen_rating(member: Member, finding: Finding) -> None:
    """Take the agreement back; both ratings stand."""
    require_agreeing(member)
    with transaction.atomic():
        finding = locked(Finding, finding.pk, analysis__review=member.review_id)
        signed = CertaintyRating.unblinded.standing().filter(finding=finding, agreed=True).first()
        if signed is None:
            return
        raters = set(CertaintyRating.unblinded.own().filter(finding=finding).values_list("member", flat=True))
        if member.pk not in raters and not can(member, Can.ARBITRATE):
            raise Refused("The two authors who rated, and who settles conflicts, take an agreement back.")
        change(signed, {"withdrawn_at": timezone.now()})
        audit.record(member, "analysis.certainty_reopened", finding.analysis)


# --- steps ------------------------------------------------------------------------------------------------------


def checked(start: str, steps: Mapping[str, int], reasons: Mapping[str, str]) -> Rating:
    """A complete rating, with reasons where a step was taken. Raises BadInput."""
    if unknown := [each for each in (*steps, *reasons) if each not in BY_ID]:
        raise BadInput(f"There is no domain “{unknown[0]}”.", todo="Load the page again.")
    taken = {domain: step for domain, step in steps.items() if step}
    said = Rating(start, taken, {domain: reasons.get(domain, "").strip() for domain in taken})
    if wrong := problems(said):
        raise BadInput(" ".join(wrong), todo="Complete the rating.")
    return said


def run_of(member: Member, finding: Finding) -> Run:
    """The run whose numbers are rated. Raises WrongState without one."""
    run = shown_analysis(member, finding.analysis_id).run
    if run is None or run.state != Run.State.DONE:
        raise WrongState("Nothing is pooled for this outcome yet, so there is nothing to rate.")
    return run


def stored(member: Member, finding: Finding, run: Run, said: Rating, *, agreed: bool = False) -> CertaintyRating:
    return CertaintyRating.unblinded.create(
        finding=finding,
        member=member,
        run=run,
        agreed=agreed,
        start=said.start,
        steps=dict(said.steps),
        reasons=dict(said.reasons),
    )


def facts_of(made: CertaintyRating) -> dict[str, object]:
    return {
        "certainty": made.rating.certainty,
        "run": made.run.number,
        "start": made.start,
        "steps": made.steps,
        "reasons": made.reasons,
    }


def subject(finding: Finding) -> str:
    """One subject for both raters, so that the second rating unseals the first."""
    return audit.subject_of(finding.analysis, "certainty")
