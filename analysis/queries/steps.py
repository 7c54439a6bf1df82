"""How far are the analyses and the flow diagram, and what in them waits for this member?"""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse

from analysis.queries.analyses import Shown, shown_analyses, to_pool
from reviewapp.access import Can, can
from reviewapp.models import Member, Stage
from reviewapp.queries import Step
from screening.models import Citation, Report, Standing, StandingState
from screening.queries.reports import reports_sought

OPEN = (StandingState.WAITING, StandingState.CONFLICT)  # one to the reader: a conflict would tell of votes


def steps(member: Member) -> list[Step]:
    """Analyse and Flow diagram, for the review's home."""
    return [analyse(member), flow_diagram(member)]


def analyse(member: Member) -> Step:
    """Done is an analysis whose numbers rest on today's data, with all included studies agreed; without a study none is."""
    slug = member.review.slug
    found = shown_analyses(member)
    url = reverse("analysis:analyses", args=[slug])
    done = sum(is_done(each) for each in found)
    step = Step("analyse", "Analyse", url, done=done, total=len(found), note=note(found))
    if not can(member, Can.ANALYSE) or not member.review.is_open:
        return step
    waiting = [each for each in found if needs_a_hand(each)]
    if waiting:
        which = "1 analysis" if len(waiting) == 1 else f"{len(waiting)} analyses"
        return replace(step, mine=len(waiting), mine_url=url, mine_label=f"{which} to run again")
    if not found and to_pool(member).exists():
        return replace(step, mine=1, mine_url=reverse("analysis:plan", args=[slug]), mine_label="Plan an analysis")
    return step


def is_done(shown: Shown) -> bool:
    return shown.is_current and not shown.is_provisional and bool(shown.included)


def needs_a_hand(shown: Shown) -> bool:
    """Whether nothing runs by itself here: the run was given up, or there is none on today's data."""
    return shown.has_failed or (not shown.is_current and shown.job is None)


def note(found: list[Shown]) -> str:
    if any(each.is_provisional for each in found):
        return f"Provisional: {found[0].agreed} of {found[0].included} studies agreed."
    return ""


def flow_diagram(member: Member) -> Step:
    """Done is a citation that has its last place in the diagram. Counted, not listed: three queries on any number of citations."""
    live = Citation.objects.filter(review=member.review_id, live=True)
    waiting = Standing.objects.filter(review=member.review_id, stage__in=Stage.values, state__in=OPEN)
    sought = reports_sought(member).filter(state=Report.State.SOUGHT)
    total = live.count()
    done = total - waiting.count() - sought.count()
    return Step("flow", "Flow diagram", reverse("analysis:flow", args=[member.review.slug]), done=done, total=total)
