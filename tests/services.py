"""How do tests get the whole product, running? `service` is `manage.py serve` on the test database; it can be killed part by part.

    service.start()                      returns when the service is ready; service.address then leads to it
    service.kill_worker()                kill -9; the supervisor then ends the rest. Also: kill_web, kill_broker
    service.kill_supervisor()            kill -9; the kernel ends the rest
    service.stop()                       in order, as ^C does
    service.restart()                    start again on the same folder and the same database
    service.session(user)                a session cookie, without typing a password
    wait_until(lambda: ..., "what")      give up after a while, in words

The test's own process and the service share the database, the signing key, the kept files and the broker: a verb called in the test
queues a job that the service's worker does.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from reviewapp.models import User

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 90
STOP_SECONDS = 60


def wait_until(happened: Callable[[], object], what: str, *, seconds: float = 60, every: float = 0.05) -> None:
    """Wait until `happened()` is true; fail after so many seconds, saying what did not happen."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:.0f} s: {what}")
        time.sleep(every)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still do something; what has ended and only waits to be taken note of is not among them."""
    return [process for process in processes if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False


def database_url() -> str:
    """The DATABASE_URL of the test database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class Service:
    """`manage.py serve` on a data folder, under the eyes of a test."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = {
            name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "DATABASE_URL"}
        }
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "reviewapp.settings",
            "REVIEWAPP_DATA": str(folder),
            **environment,
        }
        self.log = folder / "serve.log"
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.address = ""

    def start(self, *options: str, port: int = 0) -> None:
        """Start the service; return when it is ready. Fails with what it said when it does not come up."""
        self.address = ""
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.supervisor = subprocess.Popen(
                [sys.executable, str(PROJECT / "manage.py"), "serve", "--port", str(port), *options],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

        def ready() -> bool:
            said = self.log.read_text()[before:]
            if self.supervisor.poll() is not None:
                pytest.fail(f"the service did not start: {said}")
            found = re.search(r"^ +(http://\S+)/$", said, re.MULTILINE)
            self.address = found[1] if found else ""
            return bool(found)

        wait_until(ready, "the service is ready", seconds=START_SECONDS)

    def restart(self, *, port: int = 0) -> None:
        """Start again what was stopped or killed; at this port, if one is given, for those who go on asking there."""
        self.ended()
        self.start(port=port)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask the service to stop; return its exit code when it has."""
        self.supervisor.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait until the supervisor has ended; its exit code."""
        return self.supervisor.wait(STOP_SECONDS)

    def processes(self) -> list[psutil.Process]:
        """The supervisor and all that descend from it."""
        supervisor = psutil.Process(self.supervisor.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def part(self, program: str) -> psutil.Process:
        """The child of the supervisor that runs this program."""
        children = psutil.Process(self.supervisor.pid).children()
        return next(child for child in children if any(program in word for word in child.cmdline()))

    def kill_worker(self) -> None:
        self._kill(self.part("celery"))

    def kill_web(self) -> None:
        self._kill(self.part("gunicorn"))

    def kill_broker(self) -> None:
        self._kill(self.part("valkey-server"))

    def _kill(self, process: psutil.Process) -> None:
        """kill -9 one part; return when the service has ended because of it."""
        process.kill()
        self.ended()

    def kill_supervisor(self) -> None:
        """kill -9 the supervisor; return when nothing of the service is left."""
        processes = self.processes()
        self.supervisor.kill()
        self.ended()
        wait_until(lambda: not alive(processes), "all processes have ended with the supervisor", seconds=10)

    def session(self, user: User) -> dict[str, str]:
        """A cookie by which this person is signed in, as a name and a value."""
        client = Client()
        client.force_login(user)
        return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command of manage.py on the same folder and database."""
        command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)


@pytest.fixture
def service(transactional_db: None) -> Iterator[Service]:
    """The whole product, running on the test database."""
    each = Service(Path(settings.DATA_FOLDER), DATABASE_URL=database_url(), REVIEWAPP_SECRET=settings.SECRET_KEY)
    each.start()
    yield each
    if each.supervisor.poll() is None:
        each.kill_supervisor()
    shutil.rmtree(settings.BROKER_FOLDER)


@pytest.fixture
def alone(db: None, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Call it for a service, not yet started, on a data folder and an SQLite database of its own.

    The database is a copy of one that is ready, as at every start but the very first; `new=True` leaves that to the service.
    On PostgreSQL there is none to copy.
    """
    made: list[Service] = []

    def make(name: str = "data", *, new: bool = False, **environment: str) -> Service:
        folder = tmp_path / name
        if not folder.exists():
            folder.mkdir()
            if connection.vendor == "sqlite" and not new:
                shutil.copyfile(settings.PREPARED, folder / "reviewapp.sqlite3")
        made.append(Service(folder, **environment))
        return made[-1]

    yield make
    for each in made:
        if each.supervisor is not None and each.supervisor.poll() is None:
            each.kill_supervisor()
