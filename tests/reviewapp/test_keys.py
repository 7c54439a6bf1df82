"""Which single keys does a person use?"""

from __future__ import annotations

import pytest
from django.test import Client

from reviewapp.errors import BadInput
from reviewapp.keys import KEYS, bindings
from tests import build


@pytest.mark.pure
def test_only_what_differs_is_kept_and_swapping_two_keys_is_fine():
    assert bindings({}) == {}
    assert bindings(dict.fromkeys(KEYS, "")) == {}
    assert bindings({"i": "E", "e": "i"}) == {"i": "e", "e": "i"}


@pytest.mark.pure
@pytest.mark.parametrize("asked", [{"i": "e"}, {"i": "1"}, {"i": "?"}, {"i": "ab"}])
def test_keys_that_could_not_be_told_apart_are_refused(asked):
    with pytest.raises(BadInput):
        bindings(asked)


@pytest.mark.django_db
def test_a_person_keeps_keys_switches_them_off_and_takes_them_as_they_came():
    user, client = build.user("Fay First"), Client()
    client.force_login(user)
    client.post("/keys/", {"on": "on", "i": "y"})
    page = client.get("/keys/").content.decode()
    assert 'data-keys="iy "' in page
    assert "data-keys-off" not in page
    client.post("/keys/", {"i": "y"})
    assert "data-keys-off" in client.get("/keys/").content.decode()
    client.post("/keys/", {"reset": "1"})
    user.refresh_from_db()
    assert user.keys == {}
    assert client.post("/keys/", {"on": "on", "i": "e"}).status_code == 422
