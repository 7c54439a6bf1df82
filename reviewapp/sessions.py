"""Who asks? Django's sessions and users, read in plain SQL: every request waits for them, and spelling the question took the longest."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.utils import timezone

from reviewapp.models import User

SESSION = "SELECT * FROM django_session WHERE session_key = %s"
USER = "SELECT * FROM reviewapp_user WHERE id = %s"


class SessionStore(db.SessionStore):
    """Sessions in Django's own table."""

    def load(self) -> dict[str, Any]:
        for kept in self.model.objects.raw(SESSION, [self.session_key]):
            if kept.expire_date > timezone.now():
                return self.decode(kept.session_data)
        self._session_key = None  # as Django does: a key that is unknown or too old is not used again
        return {}


class Backend(AuthenticationBackend):
    """Signs in as allauth does."""

    def get_user(self, user_id: int) -> User | None:
        found = next(iter(User.objects.raw(USER, [user_id])), None)
        return found if found and self.user_can_authenticate(found) else None
