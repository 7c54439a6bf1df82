"""Which Celery application runs the jobs?"""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_embedded_init, worker_init, worker_process_init

from reviewapp.processes import ends_with_me

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
app = Celery("reviewapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

MODESTY = 5  # added to a worker's niceness


@worker_init.connect
def keep_children(**_: object) -> None:
    """See to it that the worker's own processes end with it, also when it is killed: they would work on unseen."""
    end = ends_with_me()
    worker_process_init.connect(end, weak=False)
    beat_embedded_init.connect(end, weak=False)


@worker_process_init.connect
def let_people_first(**_: object) -> None:
    """A person waits for each page, for a job nobody needs to: where there is work for more processors than there are, a job gets a third."""
    os.nice(MODESTY)
