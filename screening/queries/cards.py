"""What does the desk show of a citation? Asked for several at once, in the same number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from reviewapp.models import Member, Stage
from screening.models import Citation, Label, Labelling, Later, Link, Note, Report, Standing, StandingState, Vote
from screening.queries.citations import seen_state


@dataclass(slots=True)
class Card:
    """A citation on the desk, with what this member may see of it and has said of it."""

    citation: Citation
    state: str = StandingState.UNREACHED
    sources: list[str] = field(default_factory=list)
    own: Vote | None = None
    notes: list[Note] = field(default_factory=list)
    report: Report | None = None
    labels: dict[Label, bool] = field(default_factory=dict)  # and whether the member put it there
    put_off: bool = False

    @property
    def state_label(self) -> str:
        return StandingState(self.state).label

    @property
    def is_settled(self) -> bool:
        return self.state in (StandingState.INCLUDE, StandingState.EXCLUDE)


def cards(member: Member, stage: str, citations: Sequence[Citation]) -> list[Card]:
    """The cards of these citations of the member's review, in their order."""
    ids = [each.pk for each in citations]
    found = {each.pk: Card(each) for each in citations}
    live = Link.objects.filter(citation__in=ids, undone_at=None, record__source__undone_at=None).order_by("pk")
    names = defaultdict(dict)
    for pk, source in live.values_list("citation", "record__source__search__source"):
        names[pk][source] = None
    votes = Vote.blind.own(member).filter(citation__in=ids, stage=stage).select_related("reason")
    for vote in votes:
        found[vote.citation_id].own = vote
    notes = Note.blind.for_member(member).filter(citation__in=ids, stage=stage, withdrawn_at=None)
    for note in notes.select_related("member__user").order_by("pk"):
        found[note.citation_id].notes.append(note)
    put = Labelling.blind.for_member(member).filter(citation__in=ids, stage=stage, withdrawn_at=None)
    for each in put.select_related("label__merged_into").order_by("label__name", "pk"):
        shown, mine = each.label.merged_into or each.label, each.member_id == member.pk
        labels = found[each.citation_id].labels
        labels[shown] = labels.get(shown, False) or mine
    later = Later.objects.filter(member=member, stage=stage, citation__in=ids, ended_at=None)
    for pk in later.values_list("citation", flat=True):
        found[pk].put_off = True
    for standing in Standing.objects.filter(citation__in=ids, stage=stage):
        card = found[standing.citation_id]
        card.state = seen_state(member, standing, [card.own] if card.own else [])
    if stage == Stage.FULL_TEXT:
        for report in Report.objects.filter(citation__in=ids).select_related("document"):
            found[report.citation_id].report = report
    for pk, card in found.items():
        card.sources = list(names[pk])
    return [found[pk] for pk in ids]
