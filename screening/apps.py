"""What does Django need to know of this floor, and to which events below does it listen?"""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ScreeningConfig(AppConfig):
    name = "screening"

    def ready(self) -> None:
        from reviewapp import audit, telling
        from screening import sentences, tasks, text  # noqa: F401 - tasks registers the jobs of this floor
        from screening.workflow.pilots import pilots_without
        from screening.workflow.reasons import agreement_changed, reasons_set
        from screening.workflow.sharing import votes_needed_changed, votes_no_more
        from screening.workflow.standing import conflicts_opened

        telling.learn(sentences.SENTENCES, sentences.NAMES, sentences.KINDS, sentences.PARTS, sentences.COUNTED)
        post_migrate.connect(text.install, sender=self)
        audit.listen("review.amended", votes_needed_changed)
        audit.listen("review.amended", agreement_changed)
        audit.listen("review.amended", conflicts_opened)
        audit.listen("review.reasons_set", reasons_set)
        audit.listen("team.left", votes_no_more)
        audit.listen("team.role_changed", votes_no_more)
        audit.listen("team.left", pilots_without)
        audit.listen("team.role_changed", pilots_without)
