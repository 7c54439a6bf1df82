"""What does Django need to know of this floor, and to which events below does it listen?"""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "analysis"
