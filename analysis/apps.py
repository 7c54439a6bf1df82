"""What does Django need to know of this floor, and to which events below does it listen?"""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "analysis"

    def ready(self) -> None:
        from analysis import sentences, tasks, workflow  # noqa: F401 - tasks registers the jobs of this floor
        from reviewapp import audit, telling

        telling.learn(sentences.SENTENCES, sentences.NAMES, sentences.KINDS, sentences.PARTS)
        for verb, handler in workflow.SUBSCRIPTIONS.items():
            audit.listen(verb, handler)
