"""How does gunicorn serve the site? `manage.py serve` gives it the socket and the number of workers and threads."""

from __future__ import annotations

import gc
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


def when_ready(server: Any) -> None:
    """Before the workers are forked: do once what each of them would do at its first requests."""
    from django.conf import settings
    from django.template.loader import get_template
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 (loads all views)
    for folder in settings.TEMPLATES[0]["DIRS"]:
        for path in folder.rglob("*.html"):
            get_template(str(path.relative_to(folder)))
    # Nobody is served while the whole of a process is searched for garbage, 0.1 s: what is loaded by now never is any.
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    die_with_parent(worker.ppid)
    # A vote waits for its database a dozen times, and each time for its turn after that: at Python's own 5 ms, beside a page that is
    # being made, it would wait for longer than it works.
    sys.setswitchinterval(TURN)
