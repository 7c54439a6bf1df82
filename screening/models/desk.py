"""How one member has arranged their desk."""

from __future__ import annotations

from django.db import models

from reviewapp.models import Member
from screening.models.citations import random_place


class Desk(models.Model):
    """The order in which a member's citations come. Nobody else's desk follows from it."""

    class Order(models.TextChoices):
        IMPORTED = "imported", "As imported"
        NEWEST = "newest", "Newest first"
        TITLE = "title", "By title"
        RANDOM = "random", "In random order"

    member = models.OneToOneField(Member, models.PROTECT, related_name="+")
    order = models.CharField(max_length=10, choices=Order.choices, default=Order.IMPORTED)
    seed = models.PositiveIntegerField(default=random_place, help_text="Where this member's random order starts.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="desk_order_known", condition=models.Q(order__in=["imported", "newest", "title", "random"])
            )
        ]
