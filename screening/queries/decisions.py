"""Who decided what? The team's votes and resolutions as rows, as far as the member who asks may see them.

What is not open yet is said to be so, row by row: a file that left it out in silence would look complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from reviewapp.models import ExclusionReason, Member, Stage
from screening.models import (
    GONE,
    SETTLED,
    Citation,
    Link,
    Removed,
    Resolution,
    Standing,
    StandingState,
    Vote,
)

HEADINGS = (
    "citation",
    "records",
    "title",
    "stage",
    "kind",
    "person",
    "vote",
    "reason",
    "counted_as",
    "time",
    "verdict",
    "open_to",
    "removed",
)
AT_ONCE = 500
EVERYBODY, YOU, SETTLERS = "everybody", "you alone, until the verdict", "you, to settle a conflict"
IN_SIGHT = "nobody yet: there is no verdict; the votes are open to you, to settle a conflict"
SEALED = "nobody yet: there is no verdict, and others' votes, if there are any, are not in this file"
ASIDE = (
    "you alone: the citation was removed before screening, and others' votes, if there are any, are not in this file"
)


def decisions(member: Member) -> Iterator[tuple[str, ...]]:
    """One row for each vote and resolution that the member may see, and one for each citation and stage without a verdict.

    What was removed before screening has a row that says by whom and why; votes that were cast on it before say so too, in the last column.
    """
    reasons = {each.pk: each for each in ExclusionReason.objects.filter(review=member.review_id)}
    for citations in parts(member):
        yield from rows(member, citations, reasons)


def parts(member: Member) -> Iterator[list[Citation]]:
    """The review's citations in view, so many at a time, in the order of their numbers."""
    last = 0
    live = Citation.objects.filter(review=member.review_id, live=True).only("pk", "title").order_by("pk")
    while found := list(live.filter(pk__gt=last)[:AT_ONCE]):
        last = found[-1].pk
        yield found


def rows(member: Member, citations: list[Citation], reasons: dict[int, ExclusionReason]) -> Iterator[tuple[str, ...]]:
    records: dict[int, list[str]] = defaultdict(list)
    links = Link.objects.filter(citation__in=citations, undone_at=None, record__source__undone_at=None)
    for citation, record in links.order_by("pk").values_list("citation", "record"):
        records[citation].append(str(record))
    standings: dict[int, list[Standing]] = defaultdict(list)
    for standing in Standing.objects.filter(citation__in=citations).exclude(state=StandingState.UNREACHED):
        standings[standing.citation_id].append(standing)
    votes: dict[tuple[int, str], list[Vote]] = defaultdict(list)
    seen = Vote.blind.for_member(member).standing().filter(citation__in=citations)
    for vote in seen.select_related("member__user").order_by("pk"):
        votes[vote.citation_id, vote.stage].append(vote)
    resolutions = {
        (each.citation_id, each.stage): each
        for each in Resolution.objects.filter(citation__in=citations, withdrawn_at=None).select_related("member__user")
    }
    gone = {
        each.citation_id: each.removal
        for each in Removed.objects.filter(citation__in=citations, undone_at=None).select_related(
            "removal__member__user"
        )
    }
    for citation in citations:
        head = (str(citation.pk), " ".join(records[citation.pk]), citation.title)
        for standing in sorted(standings[citation.pk], key=lambda each: Stage.values.index(each.stage)):
            here = (citation.pk, standing.stage)
            settled = standing.state in SETTLED
            verdict = standing.state if settled else ""
            stage = (*head, standing.stage)
            removal = gone.get(citation.pk) if standing.state in GONE else None
            why = removal.reason if removal else ""
            for vote in votes[here]:
                mine = ASIDE if removal else YOU
                open_to = EVERYBODY if settled else mine if vote.member_id == member.pk else SETTLERS
                yield (*stage, "vote", *said(vote, reasons), verdict, open_to, why)
            if settled and here in resolutions:
                yield (*stage, "resolution", *said(resolutions[here], reasons), verdict, EVERYBODY, why)
            if removal:
                yield (
                    *stage,
                    "removal",
                    str(removal.member),
                    "",
                    why,
                    "",
                    moment(removal.at),
                    removal.kind,
                    EVERYBODY,
                    why,
                )
            elif not settled:
                in_sight = any(vote.member_id != member.pk for vote in votes[here])
                yield (*stage, "waiting", "", "", "", "", "", "", IN_SIGHT if in_sight else SEALED, why)


def said(of: Vote | Resolution, reasons: dict[int, ExclusionReason]) -> tuple[str, ...]:
    """Person, answer, reason as it was chosen, reason as it is counted, and when."""
    chosen = counted = reasons.get(of.reason_id) if of.reason_id else None
    while counted and counted.merged_into_id:
        counted = reasons[counted.merged_into_id]
    return (str(of.member), of.answer, chosen.text if chosen else "", counted.text if counted else "", moment(of.at))


def moment(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def decided(member: Member) -> Iterator[tuple[Citation, list[str]]]:
    """Each citation in view with its decisions in words, for a reference manager's notes."""
    reasons = {each.pk: each for each in ExclusionReason.objects.filter(review=member.review_id)}
    for part in parts(member):
        full = {each.pk: each for each in Citation.objects.filter(pk__in=[each.pk for each in part])}
        notes: dict[int, list[str]] = defaultdict(list)
        for row in rows(member, part, reasons):
            number, _, _, stage, kind, person, vote, reason, counted, at, verdict, open_to, _ = row
            where = Stage(stage).label
            if kind == "waiting":
                notes[int(number)].append(f"{where}: no verdict yet; votes that are not open to you are not told here")
                continue
            if kind == "removal":
                notes[int(number)].append(f"Removed before screening by {person} on {at[:10]}: {reason}")
                continue
            why = f" ({reason}{f', counted as {counted}' if counted != reason else ''})" if reason else ""
            ending = f"; verdict: {verdict}" if verdict else f"; open to {open_to}"
            notes[int(number)].append(f"{where}, {kind} of {person} on {at[:10]}: {vote}{why}{ending}")
        for pk, citation in full.items():
            yield citation, notes[pk]
