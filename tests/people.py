"""Who takes part in the tests? One review with its team, made by the verbs that the views call.

owner     made the review; not a review author
first     review author
second    review author
arbiter   settles conflicts; not a review author
observer  may look
outsider  has an account, and no place in the review (a User: there is no member to speak of)
"""

from __future__ import annotations

import pytest

from reviewapp.models import Member, Review, Role, User
from tests import build


@pytest.fixture
def owner(db: None) -> Member:
    return build.review(owner=build.user("Olga Owner"))


@pytest.fixture
def review(owner: Member) -> Review:
    return owner.review


@pytest.fixture
def first(owner: Member) -> Member:
    return build.member(owner, Role.REVIEWER, "Fay First")


@pytest.fixture
def second(owner: Member) -> Member:
    return build.member(owner, Role.REVIEWER, "Sam Second")


@pytest.fixture
def arbiter(owner: Member) -> Member:
    return build.member(owner, Role.ARBITER, "Ari Arbiter", is_author=False)


@pytest.fixture
def observer(owner: Member) -> Member:
    return build.member(owner, Role.OBSERVER, "Oda Observer")


@pytest.fixture
def outsider(db: None) -> User:
    return build.user("Uwe Outsider")
