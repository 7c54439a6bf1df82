"""What does this floor show on the review's home?"""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Count, Q
from django.urls import reverse

from reviewapp.access import Can, can, may
from reviewapp.models import Member, Stage
from reviewapp.queries import Step
from screening.models import Pilot, Report
from screening.queries.conflicts import conflicts, to_settle_together
from screening.queries.desk import progress
from screening.queries.gate import gate
from screening.queries.reports import reports_sought
from screening.queries.searches import searches


def steps(member: Member) -> list[Step]:
    """This floor's part of the review's path."""
    slug = member.review.slug
    found = searches(member).filter(dropped_at=None)
    sources = list(found)
    searches_url = reverse("screening:searches", args=[slug])
    steps = [
        Step(
            "search",
            "Search",
            searches_url,
            done=sum(1 for each in sources if each.records),
            total=len(sources),
            mine=int(not sources and may(member, Can.IMPORT)),
            mine_url=reverse("screening:add-search", args=[slug]),
            mine_label="Add the first search",
            note=f"{sum(each.records for each in sources):,} records",
        )
    ]
    desks = {Stage.TITLE_ABSTRACT: "Screen titles and abstracts", Stage.FULL_TEXT: "Judge full texts"}
    for stage, title in desks.items():
        if stage == Stage.FULL_TEXT:
            steps.append(retrieval_step(member))
        state = progress(member, stage)
        clashes = conflicts(member, stage).count()
        desk, settle = (reverse(name, args=[slug, stage]) for name in ("screening:desk", "screening:conflicts"))
        noun = "citation" if stage == Stage.TITLE_ABSTRACT else "report"
        label = (
            f"{state.left:,} {noun}{'' if state.left == 1 else 's'} to {'screen' if noun == 'citation' else 'judge'}"
        )
        url = desk if may(member, Can.SCREEN) else reverse("screening:citations", args=[slug])
        steps.append(Step(stage, title, url, state.settled, state.total, state.left, desk, label))
        if stage == Stage.TITLE_ABSTRACT and state.total and not gate(member.review, stage).is_open:
            steps[-1] = replace(steps[-1], note="Waits for a pilot to reach the protocol’s level of agreement.")
            steps.append(pilot_step(member))
        if can(member, Can.ARBITRATE):
            label = f"{clashes:,} conflict{'' if clashes == 1 else 's'} to settle ({Stage(stage).label.lower()})"
            clash = Step(f"conflicts_{stage}", "Settle conflicts", settle, 0, 0, clashes, settle, label, on_path=False)
            steps.append(clash)
        if can(member, Can.SCREEN):
            ours, url = to_settle_together(member, stage).count(), reverse("screening:together", args=[slug, stage])
            label = f"{ours:,} conflict{'' if ours == 1 else 's'} to settle with who else voted ({Stage(stage).label.lower()})"
            steps.append(Step(f"together_{stage}", "Settle together", url, 0, 0, ours, url, label, on_path=False))
    return steps


def pilot_step(member: Member) -> Step:
    """A sample to draw, for who may: before it, or after a round that did not reach the level, nobody is offered anything."""
    stage = Stage.TITLE_ABSTRACT
    running = Pilot.objects.filter(review=member.review_id, stage=stage, dropped_at=None, completed_at=None).exists()
    url = reverse("screening:pilots", args=[member.review.slug, stage])
    mine = int(may(member, Can.MANAGE) and not running)
    return Step("pilot", "Pilot", url, mine=mine, mine_url=url, mine_label="Screening waits for a pilot", on_path=False)


def retrieval_step(member: Member) -> Step:
    """Reports: sought, and at hand or given up."""
    url = reverse("screening:reports", args=[member.review.slug])
    counts = reports_sought(member).aggregate(
        total=Count("pk"), sought=Count("pk", filter=Q(state=Report.State.SOUGHT))
    )
    mine = counts["sought"] if may(member, Can.IMPORT) else 0
    label = f"{mine:,} report{'' if mine == 1 else 's'} to retrieve"
    return Step(
        "retrieve", "Retrieve reports", url, counts["total"] - counts["sought"], counts["total"], mine, url, label
    )
