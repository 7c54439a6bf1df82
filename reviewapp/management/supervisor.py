"""How do several processes run as one? They start in order, are watched, and stop in the opposite order.

Each child has a session of its own, so that ^C in the terminal reaches only the supervisor, and dies with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from django.conf import settings

from reviewapp.processes import ends_with_me

GLANCE = 0.05  # seconds between two looks at the children


class ChildEnded(Exception):
    """A process that should go on has ended, or was not ready in time; the message says which and how."""


class Stopped(Exception):  # noqa: N818 - not an error: it is what was asked for
    """Somebody asked the service to stop while it was waiting for something."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running process. name: as people are told; patience: seconds that it may take to stop in order."""

    name: str
    process: subprocess.Popen[bytes]
    patience: float


class Supervisor:
    """Starts children, waits for them, watches them, stops them."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.asked_to_stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_asked)

    def _stop_asked(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop.set()

    def start(self, name: str, command: list[str], *, patience: float, pass_fds: tuple[int, ...] = ()) -> Child:
        """Start a process that is to run for as long as the service does."""
        process = subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=ends_with_me(),
            pass_fds=pass_fds,
        )
        child = Child(name, process, patience)
        self.children.append(child)
        return child

    def wait_until(self, ready: Callable[[], bool], what: str, *, seconds: float) -> None:
        """Wait until `ready()`. Raises ChildEnded when a child ends or the time is over, Stopped when asked to stop."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.look()
            if time.monotonic() > deadline:
                raise ChildEnded(f"{what} was not ready within {seconds:.0f} s")

    def look(self) -> None:
        """Wait for a moment. Raises ChildEnded when a child has ended, Stopped when asked to stop."""
        if self.asked_to_stop.wait(GLANCE):
            raise Stopped
        for child in self.children:
            status = child.process.poll()
            if status is not None:
                raise ChildEnded(f"the {child.name} {ending(status)}")

    def run(self, name: str, command: list[str]) -> int:
        """Run a process to its end beside the others; its exit status."""
        child = self.start(name, command, patience=5)
        self.children.remove(child)
        try:
            while child.process.poll() is None:
                self.look()
        finally:
            end(child)
        return child.process.returncode

    def watch(self) -> None:
        """Go on until somebody asks to stop. Raises ChildEnded when a child ends by itself."""
        try:
            while True:
                self.look()
        except Stopped:
            return

    def stop(self) -> None:
        """Stop all children, the last started first."""
        while self.children:
            end(self.children.pop())


def end(child: Child) -> None:
    """Stop one child in order if it can, by force when its patience is over."""
    if child.process.poll() is not None:
        return
    child.process.terminate()
    try:
        child.process.wait(child.patience)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()


def ending(status: int) -> str:
    """An exit status in words."""
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit code {status}"


def environment() -> dict[str, str]:
    """The environment of the children: the same data folder, and our packages found, wherever they are started."""
    packages = os.pathsep.join(filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ,
        "REVIEWAPP_DATA": str(settings.DATA_FOLDER),
        "PYTHONPATH": packages,
        "PYTHONUNBUFFERED": "1",
    }


def python(*arguments: str) -> list[str]:
    """A command for the interpreter that runs now."""
    return [sys.executable, *arguments]
