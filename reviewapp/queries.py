"""What may a member see of the review itself? Team, trail, jobs, and the steps that the review's home shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from reviewapp import telling
from reviewapp.access import Can, can
from reviewapp.errors import NotHere, WrongState
from reviewapp.models import Event, ExclusionReason, Invitation, Job, Member, User


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the review's path: how far it is, and what in it waits for the member who looks.

    done and total count whole things (citations, studies ...); total 0 means that nothing has arrived here yet.
    mine counts what waits for this member; mine_url leads there; mine_label says it, such as "12 citations to screen".
    on_path: a place on the review's path; else only something that may wait for the member, such as conflicts.
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
    on_path: bool = True

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


def reasons(member: Member) -> QuerySet[ExclusionReason]:
    """The exclusion reasons in use, in their order."""
    return ExclusionReason.objects.filter(review=member.review_id, retired_at=None)


def team(member: Member) -> QuerySet[Member]:
    """The members of the review, those who left at the end."""
    present_first = F("left_at").asc(nulls_first=True)
    return Member.objects.filter(review=member.review_id).select_related("user").order_by(present_first, "pk")


def colleague(member: Member, pk: int) -> Member:
    """A present member of the same review, by id. Raises NotHere."""
    found = team(member).filter(pk=pk, left_at=None).first()
    if found is None:
        raise NotHere
    return found


def invitations(member: Member) -> QuerySet[Invitation]:
    """The review's invitations, newest first, for those who manage the team: whoever has a link can join by it."""
    if not can(member, Can.MANAGE):
        return Invitation.objects.none()
    return Invitation.objects.filter(review=member.review_id).order_by("-pk")


def open_invitations(member: Member) -> QuerySet[Invitation]:
    """The invitations by which somebody may still join."""
    return invitations(member).filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


def invited(user: User | AnonymousUser, token: str) -> tuple[Invitation, Member | None]:
    """What a link invites to, and the member that its reader already is. Raises NotHere, and WrongState for a spent link."""
    found = Invitation.objects.select_related("review", "created_by__user").filter(token=token).first()
    if found is None:
        raise NotHere("This invitation does not exist.", todo="Ask the person who sent it for a new link.")
    member = memberships(user).filter(review=found.review_id).first() if user.is_authenticated else None
    if member is None and not found.is_usable:
        raise WrongState(
            "This invitation has been used, taken back, or is more than two weeks old.",
            todo="Ask the person who sent it for a new link.",
        )
    return found, member


def invitation(member: Member, pk: int) -> Invitation:
    """One invitation of the review, by id. Raises NotHere."""
    found = invitations(member).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def names_of_members(member: Member, ids: set[int]) -> dict[int, str]:
    """How members of the review are called, by id; those who left included."""
    return {each.pk: str(each) for each in team(member).filter(pk__in=ids)}


def names_of_invitations(member: Member, ids: set[int]) -> dict[int, str]:
    """How invitations are called, by id: by the role that each offers."""
    found = Invitation.objects.filter(review=member.review_id, pk__in=ids)
    return {each.pk: f"the invitation of {each.for_whom or each.get_role_display().lower()}" for each in found}


def trail(member: Member) -> QuerySet[Event]:
    """The events this member may see, newest first."""
    return Event.blind.for_member(member).select_related("actor", "link").order_by("-pk")


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page of the trail, newest first. names: of what it tells of. older: the id to ask for the next page with, or None on the last."""

    events: list[Event]
    names: telling.Names
    older: int | None


TRAIL_PAGE = 50


def trail_page(member: Member, *, verb: str = "", about: str = "", before: int | None = None) -> TrailPage:
    """The visible events before an id, only those of one verb or about one thing (`citation/12`) if asked.

    Each says by `is_sealed` whether others do not see it yet.
    """
    unsealing = Event.unblinded.filter(
        review=OuterRef("review"), subject=OuterRef("subject"), unseals=True, pk__gt=OuterRef("pk")
    )
    events = trail(member).annotate(is_sealed=Q(sealed=True) & ~Exists(unsealing))
    if verb:
        events = events.filter(verb=verb)
    if about:
        events = events.filter(Q(subject=about) | Q(subject__startswith=f"{about}/"))
    if before:
        events = events.filter(pk__lt=before)
    found = list(events[: TRAIL_PAGE + 1])
    older = found[TRAIL_PAGE - 1].pk if len(found) > TRAIL_PAGE else None
    shown = found[:TRAIL_PAGE]
    return TrailPage(shown, telling.names_of(member, shown), older)


def trail_verbs(member: Member) -> list[str]:
    """The verbs that occur in what this member may see."""
    return sorted(Event.blind.for_member(member).order_by().values_list("verb", flat=True).distinct())


def last_check(member: Member) -> Job | None:
    """The latest check of the review's hash chain, if there was one."""
    return Job.objects.filter(review=member.review_id, kind="reviewapp.check_trail").order_by("-pk").first()


def job(member: Member, pk: int) -> Job:
    """One job of the review, by id. Raises NotHere."""
    found = Job.objects.filter(review=member.review_id, pk=pk).first()
    if found is None:
        raise NotHere
    return found
