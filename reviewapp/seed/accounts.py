"""Who plays the seed review? Four role accounts, not people, with one password that is made for each data folder."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings

from reviewapp import workflow
from reviewapp.models import Member, User
from reviewapp.seed.data import load

Team = dict[str, Member]


def password() -> str:
    """The role accounts' password: kept in the data folder, readable by its owner alone."""
    path = Path(settings.DATA_FOLDER) / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.token_hex(2) for _ in range(3)))
    return path.read_text()


def users() -> dict[str, User]:
    """The role accounts, made where they are not there yet."""
    found = {}
    for account in load("protocol.json")["accounts"]:
        user = User.objects.filter(email=account["email"]).first()
        found[account["id"]] = user or User.objects.create_user(account["email"], password(), name=account["name"])
    return found


def join(owner: Member) -> Team:
    """The owner's review with all role accounts in it, each by an invitation that the owner made."""
    team = {"first": owner}
    people = users()
    for account in load("protocol.json")["accounts"]:
        if account["id"] == "first":
            continue
        user = people[account["id"]]
        member = Member.objects.select_related("review", "user").filter(review=owner.review, user=user).first()
        if member is None:
            invitation = workflow.invite(owner, account["role"], is_author=account["is_author"], for_whom=user.name)
            member = workflow.accept(user, invitation.token)
        team[account["id"]] = member
    return team
