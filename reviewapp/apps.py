"""What does Django need to know of the ground floor?"""

from django.apps import AppConfig


class ReviewappConfig(AppConfig):
    name = "reviewapp"

    def ready(self) -> None:
        from reviewapp import tasks  # noqa: F401 - registers the job
