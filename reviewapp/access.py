"""Who may do what in a review? One enum, one table, one decorator; nothing else names a role."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from reviewapp.errors import NotHere, Refused, WrongState
from reviewapp.models import Member, Review, Role
from reviewapp.signed_out import signed_in


class Can(StrEnum):
    """One capability; the value completes the sentence "your role does not let you ..."."""

    READ = "read this review"
    MANAGE = "change the protocol or the team"
    REOPEN = "open a closed review again"
    ARCHIVE = "take an archive of the whole review"
    IMPORT = "add searches, import or link records, and attach reports"
    SCREEN = "vote on citations"
    ARBITRATE = "settle conflicts"
    EXTRACT = "extract data or judge risk of bias"
    ANALYSE = "plan or run analyses"


OWN, REV, ARB, OBS = Role.OWNER, Role.REVIEWER, Role.ARBITER, Role.OBSERVER

TABLE: dict[Can, frozenset[Role]] = {
    Can.READ: frozenset({OWN, REV, ARB, OBS}),
    Can.MANAGE: frozenset({OWN}),
    Can.REOPEN: frozenset({OWN}),
    Can.ARCHIVE: frozenset({OWN}),
    Can.IMPORT: frozenset({OWN, REV}),
    Can.SCREEN: frozenset({OWN, REV, ARB}),
    Can.ARBITRATE: frozenset({OWN, ARB}),
    Can.EXTRACT: frozenset({OWN, REV, ARB}),
    Can.ANALYSE: frozenset({OWN, REV}),
}
EVEN_WHEN_CLOSED = frozenset({Can.READ, Can.REOPEN, Can.ARCHIVE})
AUTHORS_ONLY = frozenset({Can.SCREEN, Can.EXTRACT})  # members who are not review authors do not vote or extract


def by_role() -> list[tuple[Role, list[Can]]]:
    """What each role may do, for the team page."""
    return [(role, [need for need in Can if role in TABLE[need]]) for role in Role]


def can(member: Member, need: Can) -> bool:
    """Does the member's role, and being a review author where it matters, give this capability?"""
    if member.left_at or member.role not in TABLE[need]:
        return False
    return member.is_author or need not in AUTHORS_ONLY


def may(member: Member, need: Can) -> bool:
    """Whether to show the member a control or a link that needs this capability: `require` would let them pass."""
    return can(member, need) and (member.review.is_open or need in EVEN_WHEN_CLOSED)


def require(member: Member, need: Can) -> None:
    """The first line of every verb: refuse who may not (Refused), and refuse changes to a closed review (WrongState)."""
    if not can(member, need):
        raise Refused(
            f"Your role in this review does not let you {need.value}.",
            todo="An owner of the review can change roles on the team page.",
        )
    if need not in EVEN_WHEN_CLOSED and not member.review.is_open:
        raise WrongState(
            "This review is closed: it can be read, but not changed.",
            todo="An owner can open it again on the protocol page.",
        )


# Every request waits for these. For Django to spell them takes longer than for the database to answer.
REVIEW = "SELECT * FROM reviewapp_review WHERE slug = %s"
MEMBER = "SELECT * FROM reviewapp_member WHERE review_id = %s AND user_id = %s AND left_at IS NULL"


def member_of(user: Any, slug: str) -> Member:
    """The user as a member of the review with this slug. Raises NotHere for outsiders and for reviews that do not exist."""
    for review in Review.objects.raw(REVIEW, [slug]):
        for member in Member.objects.raw(MEMBER, [review.pk, user.pk]):
            member.review, member.user = review, user
            return member
    raise NotHere


View = Callable[..., HttpResponse]


def for_member(need: Can) -> Callable[[View], View]:
    """Hand the view a member who has this capability, instead of a slug.

    Not signed in: to the sign-in page, a form back to who sent it. Outsider: 404. Member without the capability: 403. Closed review: 409.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @signed_in
        def wrapped(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
            member = member_of(request.user, slug)
            require(member, need)
            request.member = member
            return view(request, member, **kwargs)

        wrapped.need = need
        return wrapped

    return decorate
