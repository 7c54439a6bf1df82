"""On which database do measurements write? One of their own, made for them and dropped after them."""

from __future__ import annotations

import os
from collections.abc import Callable


def as_served() -> None:
    """Load what a web process has loaded before its first request, and keep it out of the search for garbage as it does."""
    from reviewapp.gunicorn_config import when_ready

    when_ready(None)


def on_a_database_of_its_own(measure: Callable[[], int]) -> int:
    """What `measure` gives back, the code to leave with; run by the tests' settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # whatever the program that runs this has imported before
    import django
    from django.test.utils import get_runner

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]

    runner = get_runner(settings, "django.test.runner.DiscoverRunner")(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        return measure()
    finally:
        runner.teardown_databases(databases)
