"""Which Celery application runs the jobs?"""

import os

from celery import Celery
from celery.signals import beat_embedded_init, worker_init, worker_process_init

from reviewapp.processes import ends_with_me

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
app = Celery("reviewapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def keep_children(**_: object) -> None:
    """See to it that the worker's own processes end with it, also when it is killed: they would work on unseen."""
    end = ends_with_me()
    worker_process_init.connect(end, weak=False)
    beat_embedded_init.connect(end, weak=False)
