"""How does a member arrange their own desk? Nothing here touches a vote, or another's desk."""

from __future__ import annotations

from django.db import transaction

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput
from reviewapp.models import Member
from screening.models import Desk


def arrange(member: Member, order: str) -> Desk:
    """Choose the order in which one's citations come. A random order stays the same however often it is chosen; its start is recorded."""
    require(member, Can.SCREEN)
    if order not in Desk.Order.values:
        raise BadInput("Choose one of the orders that are offered.")
    with transaction.atomic():
        desk, _ = Desk.objects.select_for_update().get_or_create(member=member)
        if desk.order != order:
            desk.order = order
            desk.save(update_fields=["order"])
            seed = {"seed": desk.seed} if order == Desk.Order.RANDOM else {}
            audit.record(member, "screening.desk_arranged", member, order=order, **seed)
    return desk
