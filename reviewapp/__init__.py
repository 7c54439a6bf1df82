"""The ground floor: reviews, members, access, audit trail, states, jobs, settings."""

from reviewapp.celery import app as celery_app  # so that tasks queued by any process go to our broker

__all__ = ["celery_app"]
