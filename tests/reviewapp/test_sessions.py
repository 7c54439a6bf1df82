"""Who is still signed in, and who is not any more?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from reviewapp.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(owner: Member) -> Client:
    found = Client()
    found.force_login(owner.user)
    return found


def signed_in(client: Client, owner: Member) -> bool:
    answer = client.get(f"/reviews/{owner.review.slug}/")
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def test_who_signed_in_stays_so(client: Client, owner: Member) -> None:
    assert signed_in(client, owner)


def test_a_session_that_ran_out_is_none(client: Client, owner: Member) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not signed_in(client, owner)


def test_a_session_that_was_taken_away_is_none(client: Client, owner: Member) -> None:
    Session.objects.all().delete()
    assert not signed_in(client, owner)


def test_who_is_no_longer_active_is_not_signed_in(client: Client, owner: Member) -> None:
    owner.user.is_active = False
    owner.user.save()
    assert not signed_in(client, owner)


def test_a_new_password_ends_the_sessions_of_the_old_one(client: Client, owner: Member) -> None:
    owner.user.set_password("a new one, and long")
    owner.user.save()
    assert not signed_in(client, owner)
