"""How does a member arrange their own desk, and an owner what it marks for all? Nothing here touches a vote."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput
from reviewapp.models import Member
from reviewapp.workflow import lock_review
from screening.models import Citation, Desk, Later, Terms
from screening.workflow.standing import locked


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


def put_off(member: Member, citation: Citation, stage: str) -> None:
    """Come back to a citation later: it goes to the end of one's own queue. The event is sealed for ever, since it concerns nobody else."""
    require(member, Can.SCREEN)
    with transaction.atomic():
        citation = locked(member, citation)
        _, is_new = Later.objects.get_or_create(member=member, stage=stage, citation=citation, ended_at=None)
        if is_new:
            audit.record(member, "screening.put_off", f"later/{citation.pk}/{stage}", sealed=True)


def take_up(member: Member, citation: Citation, stage: str) -> None:
    """Undo putting off: the citation comes in its order again."""
    require(member, Can.SCREEN)
    with transaction.atomic():
        citation = locked(member, citation)
        for each in Later.objects.filter(member=member, stage=stage, citation=citation, ended_at=None):
            each.ended_at = timezone.now()
            each.save(update_fields=["ended_at"])
            audit.record(member, "screening.taken_up", f"later/{citation.pk}/{stage}", sealed=True)


def set_terms(member: Member, include: Iterable[str], exclude: Iterable[str]) -> None:
    """Set the words that the desk marks for everybody. The trail keeps what stood before."""
    require(member, Can.MANAGE)
    lists = {"include": listed(include), "exclude": listed(exclude)}
    both = {term.lower() for term in lists["include"]} & {term.lower() for term in lists["exclude"]}
    if both:
        raise BadInput(f"“{sorted(both)[0]}” stands in both lists.", todo="Leave it in one.")
    with transaction.atomic():
        review = lock_review(member)
        terms, _ = Terms.objects.get_or_create(review=review)
        before = {"include": terms.include, "exclude": terms.exclude}
        if before != lists:
            terms.include, terms.exclude = lists["include"], lists["exclude"]
            terms.save(update_fields=["include", "exclude"])
            audit.record(member, "screening.terms_set", review, before=before, after=lists)


def listed(terms: Iterable[str]) -> list[str]:
    """Each term once, without blanks around it. Raises BadInput for what could mark everything."""
    found = list(dict.fromkeys(" ".join(term.replace("\0", "").split()) for term in terms))
    found = [term for term in found if term]
    if bad := next((term for term in found if len(term.strip("*")) < 2 or len(term) > 100), None):
        raise BadInput(f"“{bad[:100]}” cannot be marked: a term has 2 to 100 letters; a * at its end stands for more.")
    if len(found) > 200:
        raise BadInput("More than 200 terms would mark everything.")
    return found
