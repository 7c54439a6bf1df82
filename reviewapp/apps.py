"""What does Django need to know of the ground floor?"""

from django.apps import AppConfig


class ReviewappConfig(AppConfig):
    name = "reviewapp"

    def ready(self) -> None:
        from reviewapp import sentences, tasks, telling  # noqa: F401 - tasks registers the job

        telling.learn(sentences.SENTENCES, sentences.NAMES, sentences.KINDS, sentences.PARTS)
