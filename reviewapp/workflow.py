"""How does a review come to be and change? The verbs of the ground floor: each is check, lock, change, record."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from reviewapp import audit, jobs, states
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, NotHere, WrongState
from reviewapp.keys import bindings
from reviewapp.models import ExclusionReason, Invitation, Job, Member, Review, Role, User

REVIEW_MOVES = {"open": {"closed"}, "closed": {"open"}}
INVITATION_LASTS = timedelta(days=14)
DOUBLE_CLICK = timedelta(
    seconds=5
)  # within which the same invitation, still open, is a second click and no second wish
PROTOCOL = (
    "title",
    "question",
    "population",
    "intervention",
    "comparison",
    "outcomes",
    "include_criteria",
    "exclude_criteria",
    "votes_title_abstract",
    "votes_full_text",
    "reason_agreement",
    "sharing_title_abstract",
    "sharing_full_text",
    "blind_resolver",
    "voter_may_resolve",
    "settle_together",
    "gate_measure",
    "gate_level",
    "small_study_tests_from",
    "note",
)


def lock_review(member: Member) -> Review:
    """The member's review, locked for what must be one at a time in it.

    Rows that point at it can still be added: with a full lock no vote could be committed meanwhile on PostgreSQL, and who
    holds the review and waits for a citation, and who holds the citation and votes, would wait for each other.
    """
    return Review.objects.select_for_update(no_key=True).get(pk=member.review_id)


def lock_user(user: User) -> User:
    """The person, locked for what must be one at a time for them, such as starting a review."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def introduce(user: User, name: str) -> None:
    """Keep the name by which a new person goes. It touches no review, so no trail tells of it."""
    user.name = name
    user.save(update_fields=["name"])


def set_keys(user: User, asked: Mapping[str, str], *, on: bool) -> None:
    """Keep the single keys that a person uses on pages. They touch no review, so no trail tells of them."""
    user.keys = {**bindings(asked), **({} if on else {"off": True})}
    user.save(update_fields=["keys"])


def create_review(user: User, *, reasons: Iterable[str] = (), is_author: bool = True, **protocol: Any) -> Member:
    """Start a review with its protocol; the user becomes its owner, and a review author if so chosen."""
    unknown = set(protocol) - set(PROTOCOL)
    if unknown:
        raise TypeError(f"not in a protocol: {sorted(unknown)}")
    with transaction.atomic():
        review = _stored(protocol)
        owner = Member.objects.create(review=review, user=user, role=Role.OWNER, is_author=is_author)
        audit.record(owner, "review.created", review, **protocol)
        set_reasons(owner, reasons)
    return owner


def _stored(protocol: Mapping[str, Any]) -> Review:
    """A new review at a readable address, with a short random ending where another has the plain one, also since a moment ago."""
    slug = slugify(protocol["title"])[:60].strip("-") or "review"
    try:
        with transaction.atomic():
            return Review.objects.create(slug=slug, **protocol)
    except IntegrityError:
        return Review.objects.create(slug=f"{slug}-{secrets.token_hex(3)}", **protocol)


def amend_protocol(member: Member, *, why: str = "", **changes: Any) -> None:
    """Change parts of the protocol, and say why. The trail keeps what stood before.

    What follows from other votes needed, or another rule on reasons, is heard by the floor of the votes ("review.amended").
    """
    require(member, Can.MANAGE)
    with transaction.atomic():
        review = lock_review(member)
        before = {name: getattr(review, name) for name in changes if name in PROTOCOL}
        changed = {name: value for name, value in changes.items() if before[name] != value}
        if not changed:
            return
        for name, value in changed.items():
            setattr(review, name, value)
        review.save(update_fields=list(changed))
        member.review = review
        told = {"before": {name: before[name] for name in changed}, "after": changed, "why": why.strip()}
        audit.record(member, "review.amended", review, **told)


def set_reasons(member: Member, texts: Iterable[str]) -> None:
    """Set the exclusion reasons in their order. One that is gone from the list is retired; what used it keeps it.

    What follows for reports is heard by the floor of the votes ("review.reasons_set").
    """
    require(member, Can.MANAGE)
    wanted = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    with transaction.atomic():
        lock_review(member)
        known = {reason.text: reason for reason in member.review.exclusion_reasons.all()}
        before = [reason.text for reason in known.values() if not reason.retired_at]
        if wanted == before:
            return
        for position, text in enumerate(wanted, start=1):
            reason = known.pop(text, None) or ExclusionReason(review=member.review, text=text)
            reason.position, reason.retired_at, reason.merged_into = position, None, None
            reason.save()
        for reason in known.values():
            reason.retired_at = reason.retired_at or timezone.now()
            reason.save(update_fields=["retired_at"])
        audit.record(member, "review.reasons_set", member.review, before=before, after=wanted)


def close(member: Member) -> None:
    """Close the review: from now on it can be read, but not changed."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        review = lock_review(member)
        states.move(review, Review.State.CLOSED, REVIEW_MOVES)
        audit.record(member, "review.closed", review)


def reopen(member: Member) -> None:
    """Open a closed review again."""
    require(member, Can.REOPEN)
    with transaction.atomic():
        review = lock_review(member)
        states.move(review, Review.State.OPEN, REVIEW_MOVES)
        audit.record(member, "review.reopened", review)


# --- the team --------------------------------------------------------------------------------------------------


def invite(member: Member, role: str, *, is_author: bool = True, for_whom: str = "") -> Invitation:
    """Make a link by which one person may join in this role, for two weeks. The second click of a double click makes none."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)  # of two clicks the second waits for the first
        now = timezone.now()
        wanted = {
            "review_id": member.review_id,
            "role": role,
            "is_author": is_author and role != Role.OBSERVER,
            "for_whom": for_whom,
            "created_by": member,
        }
        lately = Invitation.objects.filter(**wanted, created_at__gte=now - DOUBLE_CLICK)
        if twin := lately.filter(accepted_at=None, revoked_at=None).first():
            return twin
        invitation = Invitation.objects.create(
            **wanted, token=secrets.token_urlsafe(24), created_at=now, expires_at=now + INVITATION_LASTS
        )
        audit.record(member, "team.invited", invitation, role=role, for_whom=for_whom)
    return invitation


def revoke(member: Member, invitation: Invitation) -> None:
    """Take an invitation back before it is used."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk, review=member.review_id)
        if invitation.accepted_at:
            raise WrongState("This invitation has been accepted already.", todo="Change the member's role instead.")
        if invitation.revoked_at is None:
            invitation.revoked_at = timezone.now()
            invitation.save(update_fields=["revoked_at"])
            audit.record(member, "team.invitation_revoked", invitation)


def accept(user: User, token: str) -> Member:
    """Join the review that the invitation is for. Members stay what they are, whatever link they follow."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().filter(token=token).first()
        if invitation is None:
            raise NotHere("This invitation does not exist.", todo="Ask the person who sent it for a new link.")
        member = Member.objects.filter(review=invitation.review_id, user=user).first()
        if member and not member.left_at:
            return member
        if not invitation.is_usable:
            raise WrongState(
                "This invitation has been used, taken back, or is more than two weeks old.",
                todo="Ask the person who sent it for a new link.",
            )
        member = member or Member(review_id=invitation.review_id, user=user)
        member.role, member.is_author, member.left_at = invitation.role, invitation.is_author, None
        member.save()
        invitation.accepted_by, invitation.accepted_at = member, timezone.now()
        invitation.save(update_fields=["accepted_by", "accepted_at"])
        audit.record(member, "team.joined", member, role=member.role, is_author=member.is_author)
    return member


def change_role(member: Member, other: Member, role: str, *, is_author: bool) -> None:
    """Give another member another role, or make them a review author or not. A review keeps at least one owner."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        team = locked_team(member)
        other = still_there(team, other)
        keep_an_owner(team, other, leaves=role != Role.OWNER)
        before = {"role": other.role, "is_author": other.is_author}
        other.role, other.is_author = role, is_author and role != Role.OBSERVER
        other.save(update_fields=["role", "is_author"])
        after = {"role": other.role, "is_author": other.is_author}
        audit.record(member, "team.role_changed", other, before=before, after=after)


def leave(member: Member, other: Member) -> None:
    """A member leaves, by themselves or by an owner's hand. Votes, sheets and trail stay; an invitation brings them back."""
    require(member, Can.READ if other.pk == member.pk else Can.MANAGE)
    with transaction.atomic():
        team = locked_team(member)
        other = still_there(team, other)
        keep_an_owner(team, other, leaves=True)
        other.left_at = timezone.now()
        other.save(update_fields=["left_at"])
        audit.record(member, "team.left", other)


def locked_team(member: Member) -> Mapping[int, Member]:
    """The present members of the review, locked, by id."""
    lock_review(member)
    return {each.pk: each for each in Member.objects.filter(review=member.review_id, left_at=None)}


def still_there(team: Mapping[int, Member], other: Member) -> Member:
    """The member as locked. Raises NotHere for who has left meanwhile, and for members of other reviews."""
    if other.pk not in team:
        raise NotHere("This person is not in the review (any more).", todo="Look at the team page.")
    return team[other.pk]


def keep_an_owner(team: Mapping[int, Member], other: Member, *, leaves: bool) -> None:
    """Raise BadInput when the review would be left without an owner."""
    if leaves and not any(each.role == Role.OWNER and each.pk != other.pk for each in team.values()):
        raise BadInput("A review needs an owner.", todo="Make another member owner first.")


def start_again(member: Member, job: Job) -> None:
    """Let a job that was given up go on where it ended. By who started it, or an owner; twice is once."""
    require(member, Can.READ if job.member_id == member.pk else Can.MANAGE)
    if not member.review.is_open:
        raise WrongState("This review is closed.", todo="An owner can open it again on the protocol page.")
    with transaction.atomic():
        job = Job.objects.select_for_update(of=["self"]).get(pk=job.pk, review=member.review_id)
        if not job.is_given_up:
            return
        audit.record(member, "job.started_again", job, kind=job.kind, error=job.error)
        jobs.revive(job)
