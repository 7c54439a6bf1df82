"""What does Django need to know of this floor, and to which events below does it listen?"""

from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "extraction"

    def ready(self) -> None:
        from extraction import sentences
        from reviewapp import telling

        telling.learn(sentences.SENTENCES, sentences.NAMES, sentences.KINDS, sentences.PARTS, facts=sentences.FACTS)
