"""How does gunicorn serve the site? `manage.py serve` gives it the socket and the number of workers and threads."""

from __future__ import annotations

import sys
from typing import Any

from reviewapp.processes import die_with_parent

wsgi_app = "reviewapp.wsgi"
worker_class = "gthread"
workers = 4  # more than processors: a page that is long in the making holds up one in four
threads = 2
preload_app = True  # loaded once, shared by the workers
keepalive = 5
timeout = 60
graceful_timeout = 10
loglevel = "warning"
control_socket_disable = True  # its default place is one for all installations of a user

TURN = 0.0005  # seconds that a thread computes before another one's turn


def post_fork(server: Any, worker: Any) -> None:
    die_with_parent(worker.ppid)
    # A vote waits for its database a dozen times, and each time for its turn after that: at Python's own 5 ms, beside a page that is
    # being made, it would wait for longer than it works.
    sys.setswitchinterval(TURN)
