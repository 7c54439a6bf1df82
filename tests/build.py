"""How do tests come by reviews, citations and studies? By the verbs that the views call, with values filled in."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify

from reviewapp import workflow
from reviewapp.models import Member, User

PASSWORD = "correct horse battery"
REASONS = ("Wrong population", "Wrong intervention", "Wrong comparison", "Not randomised")


def user(name: str) -> User:
    """A person with an account; the address follows from the name."""
    return User.objects.create_user(f"{slugify(name)}@example.org", PASSWORD, name=name)


def review(owner: User | None = None, *, is_author: bool = False, **protocol: Any) -> Member:
    """A review with a protocol; returns its owner."""
    protocol.setdefault("title", "Parent-infant psychotherapy")
    protocol.setdefault("question", "Does parent-infant psychotherapy help parents and infants?")
    reasons = protocol.pop("reasons", REASONS)
    return workflow.create_review(owner or user("Olga Owner"), reasons=reasons, is_author=is_author, **protocol)


def member(owner: Member, role: str, name: str, *, is_author: bool = True) -> Member:
    """A new person who joins the owner's review in this role, by an invitation."""
    invitation = workflow.invite(owner, role, is_author=is_author)
    return workflow.accept(user(name), invitation.token)
