"""One command runs the whole product, and takes all of it along when it ends."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from django.conf import LazySettings
from django.core.management.base import CommandError

from reviewapp import broker
from reviewapp.management.commands import serve
from reviewapp.management.supervisor import ending
from reviewapp.processes import ends_with_me
from tests.services import Service, alive, wait_until

Alone = Callable[..., Service]


def answer(service: Service, path: str = "/healthz") -> str:
    with urlopen(service.address + path, timeout=10) as response:
        return response.read().decode().strip()


def programs(service: Service) -> list[str]:
    """What runs, one word for each process, sorted."""
    words = ("valkey-server", "celery", "gunicorn", "manage.py")
    return sorted(
        next((word for word in words if word in " ".join(each.cmdline())), "another") for each in service.processes()
    )


# the worker has its beat and two processes for jobs, the web server has four workers
WITHOUT_BROKER = ["celery"] * 4 + ["gunicorn"] * 5 + ["manage.py"]
EVERYTHING = [*WITHOUT_BROKER, "valkey-server"]


def all_run(service: Service, words: list[str] = EVERYTHING) -> list[psutil.Process]:
    """The processes, as soon as just these run: the first web worker answers before the last one is forked."""
    wait_until(lambda: programs(service) == words, f"there run just {words}", seconds=20)
    return service.processes()


@pytest.mark.once
@pytest.mark.services
def test_one_command_starts_everything_and_stops_it_in_order(alone: Alone) -> None:
    service = alone(new=True)
    service.start()
    assert "Preparing the database" in service.log.read_text(), "nothing was there, not even its tables"
    assert answer(service) == "ok"
    assert ".button" in answer(service, "/static/admin/css/base.css"), "static files are served without a further step"
    everything = all_run(service)
    last_to_first = [service.part(name) for name in ("valkey-server", "celery", "gunicorn")]
    service.supervisor.send_signal(signal.SIGINT)
    seen = set()
    while any(states := tuple(bool(alive([part])) for part in last_to_first)):
        seen.add(states)
    # looked at in this order, a part that still lives has all before it living, if they end web, worker, broker
    assert all(states == tuple(sorted(states, reverse=True)) for states in seen), seen
    assert (True, True, False) in seen, "the worker, which takes a second or two, went on after the web server"
    assert service.ended() == 0
    assert alive(everything) == []


@pytest.mark.once
@pytest.mark.services
def test_a_warm_start_says_how_long_it_took(alone: Alone) -> None:
    service = alone()
    service.start()
    service.stop()
    service.restart()
    said = re.findall(r"Ready after ([\d.]+) s", service.log.read_text())
    assert len(said) == 2
    assert 0 < float(said[1]) < 15, "3 s on a machine with nothing else to do; this one may be busy"


@pytest.mark.once
@pytest.mark.services
def test_a_data_folder_is_served_once_and_a_port_is_taken_once(alone: Alone) -> None:
    service = alone()
    service.start()
    port = service.address.rpartition(":")[2]

    second = service.manage("serve", "--port", "0")
    assert second.returncode == serve.DATA_FOLDER_IN_USE
    assert f"{service.folder} is in use by another service" in second.stderr
    assert f"process {service.supervisor.pid}, {service.address}" in second.stderr

    other = alone("other").manage("serve", "--port", port)
    assert other.returncode == serve.PORT_IN_USE
    assert f"port {port}: Address already in use" in other.stderr
    assert "Traceback" not in second.stderr + other.stderr

    assert answer(service) == "ok", "and the first goes on"


@pytest.mark.once
@pytest.mark.services
def test_nothing_outlives_a_supervisor_that_is_killed(alone: Alone) -> None:
    service = alone()
    service.start()
    everything = all_run(service)
    service.kill_supervisor()
    assert alive(everything) == []
    service.restart()
    assert answer(service) == "ok"


@pytest.mark.services
@pytest.mark.parametrize(
    ("kill", "name"), [("kill_web", "web server"), ("kill_worker", "worker"), ("kill_broker", "broker")]
)
@pytest.mark.once
def test_when_one_part_is_killed_the_others_stop_and_a_new_start_works(alone: Alone, kill: str, name: str) -> None:
    service = alone()
    service.start()
    everything = all_run(service)
    getattr(service, kill)()
    assert service.supervisor.returncode == 1
    assert f"Stopped, because the {name} was ended by SIGKILL" in service.log.read_text()
    assert alive(everything) == []
    service.restart()
    assert answer(service) == "ok"


@pytest.mark.once
@pytest.mark.services
def test_a_data_folder_can_be_moved(alone: Alone, tmp_path: Path) -> None:
    service = alone("before")
    service.start()
    assert "Preparing the database" not in service.log.read_text(), "it was there, up to date"
    count = "from reviewapp.models import User; print('people:', User.objects.count())"
    new = "from reviewapp.models import User; User.objects.create_user('ada@example.org', 'x', name='Ada')"
    assert service.manage("shell", "-c", new).returncode == 0
    secret = (service.folder / "secret").read_text()
    assert service.stop(signal.SIGTERM) == 0

    # a long name, with what means something in addresses: and too long for a Unix socket in it
    new_home = tmp_path / f"reviews 100% #1 {'of many ' * 8}"
    shutil.move(service.folder, new_home)
    moved = alone(new_home.name)
    moved.start()
    assert answer(moved) == "ok"
    assert "people: 1" in moved.manage("shell", "-c", count).stdout
    assert (moved.folder / "secret").read_text() == secret
    for path in moved.folder.rglob("*"):
        assert not path.is_file() or path.suffix == ".log" or b"/before" not in path.read_bytes(), path


@pytest.mark.once
@pytest.mark.services
def test_the_broker_and_the_data_are_open_to_nobody_else(alone: Alone) -> None:
    service = alone()
    service.start()
    assert service.part("valkey-server").net_connections("inet") == []
    socket_mode = (service.folder / "broker" / "valkey.sock").stat().st_mode
    for private in ("broker", "secret"):
        assert stat.S_IMODE((service.folder / private).stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(socket_mode) & 0o077 == 0


@pytest.mark.once
@pytest.mark.services
def test_a_redis_of_ones_own_takes_the_place_of_the_embedded_broker(alone: Alone, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = [broker.program(), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", tmp_path]
    redis = subprocess.Popen(own, stdout=subprocess.DEVNULL, preexec_fn=ends_with_me())
    try:
        service = alone(REDIS_URL=f"redis://127.0.0.1:{port}/0")
        service.start()
        all_run(service, WITHOUT_BROKER)
        assert not (service.folder / "broker").exists()
        clients = {peer.pid for peer in psutil.net_connections("tcp") if peer.raddr and peer.raddr.port == port}
        assert service.part("celery").pid in clients
        service.kill_supervisor()
    finally:
        redis.kill()
        redis.wait()


@pytest.mark.once
@pytest.mark.services
def test_a_database_that_does_not_answer_is_told_in_words(alone: Alone) -> None:
    refused = alone(DATABASE_URL="postgres://nobody@127.0.0.1:1/reviews").manage("serve", "--port", "0")
    assert refused.returncode == 1
    assert "The database does not answer" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.services
def test_the_service_works_on_the_database_that_it_is_given(service: Service, outsider: object) -> None:
    count = "from reviewapp.models import User; print('people:', User.objects.count())"
    assert "people: 1" in service.manage("shell", "-c", count).stdout
    assert not (service.folder / "reviewapp.sqlite3").exists()
    assert answer(service) == "ok"


# --- without starting anything ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("127.0.0.1", 70_000, "70000 is not a port"),
        ("no-such-host.invalid", 0, "Cannot listen on no-such-host.invalid"),
        ("192.0.2.1", 0, "Cannot listen on 192.0.2.1, port 0: Cannot assign requested address"),
    ],
)
def test_an_address_that_cannot_be_listened_on_is_refused_in_words(host: str, port: int, words: str) -> None:
    with pytest.raises(CommandError, match=re.escape(words)):
        serve.listening(host, port)


def test_the_address_can_be_typed_into_a_browser() -> None:
    with serve.listening("127.0.0.1", 0) as listener:
        assert serve.address_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
    with serve.listening("0.0.0.0", 0) as listener:
        assert serve.address_of(listener) == f"http://{socket.gethostname()}:{listener.getsockname()[1]}"


@pytest.mark.once
@pytest.mark.parametrize("embedded", [True, False])
def test_jobs_are_given_back_before_there_is_a_worker_where_no_other_service_can_be_at_them(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings, embedded: bool
) -> None:
    did = []

    class Acts:
        def start(self, name: str, *_: object, **__: object) -> None:
            did.append(name)

        def wait_until(self, *_: object, **__: object) -> None:
            pass

    settings.EMBEDDED_BROKER = embedded
    monkeypatch.setattr(serve.jobs, "give_back", lambda: did.append("jobs given back"))
    monkeypatch.setattr(serve.Command, "migrate", lambda self: None)
    with serve.listening("127.0.0.1", 0) as listener:
        serve.Command().start(Acts(), listener, {"jobs": 2, "workers": 2, "threads": 4})
    assert did == (["broker", "jobs given back"] if embedded else []) + ["worker", "web server"]


def test_how_a_process_ended_is_told_in_words() -> None:
    assert ending(-9) == "was ended by SIGKILL"
    assert ending(1) == "ended with exit code 1"


def test_where_no_broker_is_installed_we_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(broker.BrokerMissing, match="make setup.*REDIS_URL"):
        broker.program()


def test_a_broker_that_the_machine_has_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed = tmp_path / "redis-server"
    installed.touch(mode=0o755)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.program() == installed
