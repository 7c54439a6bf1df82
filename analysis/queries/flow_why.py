"""Why is each thing on a list behind a number of the flow diagram there? What was done to it, as far as the member may know that.

Asked for a page of a list at once, in the same number of queries however long it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.flow.numbers import Unit
from analysis.queries.flow_lists import Row, by_id
from extraction.models import StudyReport
from reviewapp import telling
from reviewapp.models import Event, Member, Stage
from screening.models import Link, Removed

MOST = 40  # events of one thing that a list tells; its own page has all


@dataclass(frozen=True, slots=True)
class Why:
    """link: of a record, by which rule or person it is of its citation. events: the last of those about it, and how many came before."""

    link: Link | None
    events: tuple[Event, ...]
    earlier: int


def explained(member: Member, unit: Unit, ids: Sequence[int]) -> tuple[list[tuple[Row, Why]], telling.Names]:
    """The rows of a page of a list, each with why it is there; and how the things in these events are called."""
    rows = by_id(member, unit, ids)
    links = links_of(ids) if unit is Unit.RECORD else {}
    about = dict(subjects(unit, ids, links))
    events = events_by_subject(member, {name for names in about.values() for name in names})
    found = []
    for pk in ids:
        if pk in rows:
            of_it = sorted((each for name in about.get(pk, ()) for each in events[name]), key=lambda event: event.pk)
            found.append((rows[pk], Why(links.get(pk), tuple(of_it[-MOST:]), max(0, len(of_it) - MOST))))
    return found, telling.names_of(member, [event for _, why in found for event in why.events])


def links_of(records: Sequence[int]) -> dict[int, Link]:
    found = Link.objects.filter(record__in=records, undone_at=None).select_related("member__user")
    return {each.record_id: each for each in found}


def subjects(unit: Unit, ids: Sequence[int], links: dict[int, Link]) -> Iterator[tuple[int, list[str]]]:
    """Under which names the trail tells of each thing: of its citation, of what removed that, of the study and of its reports."""
    citations = {pk: [links[pk].citation_id] if pk in links else [] for pk in ids} if unit is Unit.RECORD else {}
    if unit is Unit.STUDY:
        told = defaultdict(list)
        reports = StudyReport.objects.filter(study__in=ids, undone_at=None).order_by("pk")
        for study, citation in reports.values_list("study", "citation"):
            told[study].append(citation)
        citations = {pk: told[pk] for pk in ids}
    citations = citations or {pk: [pk] for pk in ids}
    removals = defaultdict(list)
    removed = Removed.objects.filter(citation__in={each for of_it in citations.values() for each in of_it})
    for citation, removal in removed.values_list("citation", "removal"):
        removals[citation].append(f"removal/{removal}")
    for pk, of_it in citations.items():
        own = [f"study/{pk}"] if unit is Unit.STUDY else []
        stages = [f"citation/{each}{stage}" for each in of_it for stage in ("", *(f"/{name}" for name in Stage.values))]
        yield pk, [*own, *stages, *(name for each in of_it for name in removals[each])]


def events_by_subject(member: Member, names: set[str]) -> dict[str, list[Event]]:
    found = defaultdict(list)
    seen = Event.blind.for_member(member).filter(subject__in=names).select_related("actor").order_by("pk")
    for each in seen:
        found[each.subject].append(each)
    return found
