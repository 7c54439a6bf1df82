"""What may a member see of the review itself? Team, trail, jobs, and the steps that the review's home shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from reviewapp.errors import NotHere
from reviewapp.models import Event, Invitation, Job, Member, User


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the review's path: how far it is, and what in it waits for the member who looks.

    done and total count whole things (citations, studies ...); total 0 means that nothing has arrived here yet.
    mine counts what waits for this member; mine_url leads there; mine_label says it, such as "12 citations to screen".
    """

    key: str
    title: str
    url: str
    done: int = 0
    total: int = 0
    mine: int = 0
    mine_url: str = ""
    mine_label: str = ""
    note: str = ""

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def state(self) -> str:
        if not self.total:
            return "not started"
        return "done" if self.done >= self.total else "under way"


def memberships(user: User) -> QuerySet[Member]:
    """The reviews this person is in."""
    return (
        Member.objects.filter(user=user, left_at=None).select_related("review", "user").order_by("-review__created_at")
    )


def team(member: Member) -> QuerySet[Member]:
    """The members of the review, those who left included."""
    return Member.objects.filter(review=member.review_id).select_related("user").order_by("left_at", "pk")


def colleague(member: Member, pk: int) -> Member:
    """A present member of the same review, by id. Raises NotHere."""
    found = team(member).filter(pk=pk, left_at=None).first()
    if found is None:
        raise NotHere
    return found


def invitations(member: Member) -> QuerySet[Invitation]:
    """The review's invitations, newest first."""
    return Invitation.objects.filter(review=member.review_id).select_related("accepted_by__user").order_by("-pk")


def invitation(member: Member, pk: int) -> Invitation:
    """One invitation of the review, by id. Raises NotHere."""
    found = invitations(member).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def trail(member: Member) -> QuerySet[Event]:
    """The events this member may see, newest first."""
    return Event.blind.for_member(member).select_related("actor", "link").order_by("-pk")


def job(member: Member, pk: int) -> Job:
    """One job of the review, by id. Raises NotHere."""
    found = Job.objects.filter(review=member.review_id, pk=pk).first()
    if found is None:
        raise NotHere
    return found
