"""What do all tests share? The reference data, the people, jobs done at once, and a database that can be emptied."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from reviewapp import jobs
from reviewapp.models import Job

pytest_plugins = ["tests.people", "tests.services"]

PROJECT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is fast comes first: pure tests, then those with a database, those of the whole product, services, browsers.

    Where processes share the tests, a file to each, the other way round: the long files first, the short ones fill up.
    """

    def slowness(item: pytest.Item) -> int:
        marks = {mark.name for mark in item.iter_markers()}
        of_the_whole = item.path.parent == PROJECT / "tests"
        return 4 if "browser" in marks else 3 if "services" in marks else 0 if "pure" in marks else 1 + of_the_whole

    shared_out = hasattr(config, "workerinput")
    items.sort(key=slowness, reverse=shared_out)  # stable: pytest-django's order stays within each


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the project; it is no part of the project."""
    folder = Path(os.environ.get("SHARED_FOLDER", PROJECT.parent / "shared"))
    if not folder.is_dir():
        told = f"the reference data are not at {folder}; set SHARED_FOLDER to where they are"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    return folder


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database; before anything is written to it, services that are to have their own get a copy."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            connection.cursor().execute("VACUUM INTO %s", [settings.PREPARED])


@pytest.fixture
def jobs_now(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Call it to do, in this process, all jobs that wait, also those that they queue; it says how many they were."""
    monkeypatch.setattr(jobs, "HEARTBEAT_EVERY", 3600)  # its own connection would wait for the test's transaction
    return do_jobs


def do_jobs() -> int:
    """Do all jobs that wait, also those that they queue; how many they were."""
    done = 0
    while (job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first()) is not None:
        jobs.perform(job.pk)
        done += 1
    return done


@contextmanager
def append_only_lifted() -> Iterator[None]:
    """Take the triggers off that refuse changes to append-only tables, and put them on again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            refusing = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'"
            triggers = cursor.execute(refusing).fetchall()
            lift = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
            restore = [sql for _, sql in triggers]
        else:
            lift, restore = ["SET session_replication_role = replica"], ["SET session_replication_role = DEFAULT"]
        for statement in lift:
            cursor.execute(statement)
        yield
        for statement in restore:
            cursor.execute(statement)


@pytest.fixture
def lifted(db: None) -> Callable[[], object]:
    """`with lifted(): ...` can do what a person with the database's password could: change what is append-only."""
    return append_only_lifted


@pytest.fixture(scope="session", autouse=True)
def _empty_append_only_tables_too() -> Iterator[None]:
    """Tests with real transactions end in emptying all tables, which the append-only ones rightly refuse."""
    plain = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with append_only_lifted():
            plain(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
