"""How does one command run the whole product? Broker, worker with beat, and web server, in the foreground.

They start in this order and stop in the opposite one. Nothing is lost whichever of them is killed: after a new start
the jobs that were under way go on.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import socket
import time
from argparse import ArgumentParser
from contextlib import closing
from io import TextIOWrapper
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from reviewapp import broker, jobs
from reviewapp.celery import app
from reviewapp.management.supervisor import ChildEnded, Stopped, Supervisor, python

DATA_FOLDER_IN_USE = 3  # exit codes
PORT_IN_USE = 4

BROKER_SECONDS = 60  # to read a long append-only file
WORKER_SECONDS = 60
WEB_SECONDS = 60


class Command(BaseCommand):
    help = "Run the review manager: web server, worker and broker, until ^C."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for all (%(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 for any (%(default)s)")
        parser.add_argument("--workers", type=int, default=4, help="web processes (%(default)s)")
        parser.add_argument("--threads", type=int, default=2, help="threads of each web process (%(default)s)")
        parser.add_argument("--jobs", type=int, default=2, help="jobs done at the same time (%(default)s)")
        parser.add_argument("--seed", action="store_true", help="once ready, make the seed review if it is not there")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        with closing(locked_data_folder()) as lock, closing(listening(options["host"], options["port"])) as listener:
            address = address_of(listener)
            lock.write(f"process {os.getpid()}, {address}")
            lock.flush()
            self.supervise(listener, address, started, options)

    def supervise(self, listener: socket.socket, address: str, started: float, options: dict[str, Any]) -> None:
        supervisor = Supervisor()
        try:
            self.start(supervisor, listener, options)
            self.say(f"Ready after {time.monotonic() - started:.1f} s. Data folder: {settings.DATA_FOLDER}")
            if options["seed"]:
                self.seed(supervisor)
            self.say(f"\n    {address}/\n\nStop with ^C.")
            supervisor.watch()
        except Stopped:
            pass
        except ChildEnded as error:
            raise CommandError(f"Stopped, because {error}. Nothing is lost: start it again.") from None
        except broker.BrokerMissing as error:
            raise CommandError(str(error)) from None
        finally:
            listener.close()
            asked = time.monotonic()
            self.say("Stopping: first the web server, then the worker, then the broker.")
            supervisor.stop()
            self.say(f"Stopped after {time.monotonic() - asked:.1f} s.")

    def start(self, supervisor: Supervisor, listener: socket.socket, options: dict[str, Any]) -> None:
        """Start everything in order; return when all of it is ready."""
        if settings.EMBEDDED_BROKER:
            supervisor.start("broker", broker.command(), patience=10)
        self.migrate()
        supervisor.wait_until(broker.answers, broker_name(), seconds=BROKER_SECONDS)
        self.give_back_jobs()
        node = f"serve-{os.getpid()}@{socket.gethostname()}"
        supervisor.start("worker", worker_command(node, options["jobs"]), patience=10)
        fd = listener.fileno()
        supervisor.start("web server", web_command(fd, options), patience=15, pass_fds=(fd,))
        host, port = listener.getsockname()[:2]
        supervisor.wait_until(lambda: is_served(host, port), "the web server", seconds=WEB_SECONDS)
        supervisor.wait_until(lambda: is_at_work(node), "the worker", seconds=WORKER_SECONDS)

    def migrate(self) -> None:
        """Bring the database up to this version, if it is not."""
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from None
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database ...")
            call_command("migrate", verbosity=0, interactive=False)
        connection.close()

    def give_back_jobs(self) -> None:
        """Let the jobs that were broken off go on at once: the broker is ours alone, so their workers have ended with it."""
        if settings.EMBEDDED_BROKER:
            jobs.give_back()
            connection.close()

    def seed(self, supervisor: Supervisor) -> None:
        """Make the seed review, as a process of its own; what it prints is seen here."""
        status = supervisor.run("seed", python("-m", "django", "seed"))
        if status:
            raise CommandError("The seed review could not be made; what went wrong stands above.")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def locked_data_folder() -> TextIOWrapper:
    """Take the data folder for this service alone, for as long as the returned file is open. Refused in words."""
    lock = (settings.DATA_FOLDER / "serve.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise CommandError(
            f"The data folder {settings.DATA_FOLDER} is in use by another service ({lock.read() or 'just starting'})."
            " Stop that one, or choose another folder with REVIEWAPP_DATA.",
            returncode=DATA_FOLDER_IN_USE,
        ) from None
    lock.truncate(0)
    return lock


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to the address that the web server is going to answer on. Refused in words."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OverflowError as error:
        raise CommandError(f"{port} is not a port: choose one from 1 to 65535.") from error
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {error.strerror or error}."
            f" Stop what uses that port, or choose another one, such as --port {port + 1}.",
            returncode=PORT_IN_USE,
        ) from None


def address_of(listener: socket.socket) -> str:
    """The address to type into a browser."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def broker_name() -> str:
    if settings.EMBEDDED_BROKER:
        return f"the broker (its log is {broker.log_file()})"
    return "the broker at REDIS_URL"


def worker_command(node: str, jobs: int) -> list[str]:
    schedule = settings.DATA_FOLDER / "beat-schedule"
    options = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--concurrency", str(jobs)]
    options += ["--beat", "--schedule", str(schedule), "--hostname", node]
    # Celery warns of workers run by root, because some exchange pickled code; ours exchange numbers.
    quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
    return python(*quiet, "-m", "celery", "--quiet", "--app", "reviewapp", "worker", *options)


def web_command(fd: int, options: dict[str, Any]) -> list[str]:
    sizes = ["--workers", str(options["workers"]), "--threads", str(options["threads"])]
    return python("-m", "gunicorn", "--config", "python:reviewapp.gunicorn_config", "--bind", f"fd://{fd}", *sizes)


def is_served(host: str, port: int) -> bool:
    """Does the site answer?"""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    with closing(http.client.HTTPConnection(own, port, timeout=5)) as client:
        try:
            client.request("GET", "/healthz")
            return client.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def is_at_work(node: str) -> bool:
    """Does our own worker answer?"""
    return bool(app.control.ping(destination=[node], timeout=0.1, limit=1))
