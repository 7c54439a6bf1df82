"""What does Django need to know of the ground floor?"""

from django.apps import AppConfig


class ReviewappConfig(AppConfig):
    name = "reviewapp"
