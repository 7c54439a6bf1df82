"""How do labels come, change, and get on citations? Nothing is lost: what is renamed or merged can be brought back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, can, require
from reviewapp.errors import BadInput, NotHere, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review
from screening.models import Citation, Label, Labelling
from screening.workflow.standing import Case, locked


def create_label(member: Member, name: str, colour: str = Label.Colour.GREY) -> Label:
    """A new label for all members. One of this name, large or small, is taken as it is, or brought back: no typo makes a second."""
    require(member, Can.SCREEN if can(member, Can.SCREEN) else Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        name = checked(member, name, colour)
        if there := same_name(member, name):
            bring_back(member, there)
            return there
        label = Label.objects.create(review_id=member.review_id, name=name, colour=colour)
        audit.record(member, "screening.label_created", label, name=name, colour=colour)
    return label


def change_label(member: Member, label: Label, name: str, colour: str) -> None:
    """Rename a label or give it another colour, wherever it is."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        label = held(member, label)
        name = checked(member, name, colour)
        other = same_name(member, name)
        if other and other.pk != label.pk:
            todo = (
                "Bring it back into the list instead." if other.dropped_at else "Merge the two, if they mean the same."
            )
            raise BadInput(f"There is a label “{other}” already.", todo=todo)
        before = {"name": label.name, "colour": label.colour}
        after = {"name": name, "colour": colour}
        if before != after:
            label.name, label.colour = name, colour
            label.save(update_fields=["name", "colour"])
            audit.record(member, "screening.label_changed", label, before=before, after=after)


def merge_label(member: Member, label: Label, into: Label) -> None:
    """Let a label show as another. Who put which of the two stays known, so that this can be undone."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        label, into = held(member, label), held(member, into)
        if into.merged_into_id or into.dropped_at or label.dropped_at or into.pk == label.pk:
            raise BadInput("A label is merged into another one of the list.")
        if label.merged_into_id == into.pk:
            return
        for each in Label.objects.filter(merged_into=label) | Label.objects.filter(pk=label.pk):
            each.merged_into = into
            each.save(update_fields=["merged_into"])
            audit.record(member, "screening.label_merged", each, name=each.name, into=into.name)


def split_label(member: Member, label: Label) -> None:
    """Undo a merge."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        label = held(member, label)
        if label.merged_into_id is None:
            return
        other = same_name(member, label.name)
        if other:
            raise WrongState(f"There is another label “{other}” meanwhile.", todo="Rename that one first.")
        label.merged_into = None
        label.save(update_fields=["merged_into"])
        audit.record(member, "screening.label_split", label, name=label.name)


def drop_label(member: Member, label: Label) -> None:
    """Take a label off the list: it cannot be put any more. Where it is, it stays."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        label = held(member, label)
        if label.dropped_at is None and label.merged_into_id is None:
            label.dropped_at = timezone.now()
            label.save(update_fields=["dropped_at"])
            audit.record(member, "screening.label_dropped", label, name=label.name)


def restore_label(member: Member, label: Label) -> None:
    """Undo taking it off the list."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        bring_back(member, held(member, label))


def bring_back(member: Member, label: Label) -> None:
    if label.dropped_at:
        label.dropped_at = None
        label.save(update_fields=["dropped_at"])
        audit.record(member, "screening.label_restored", label, name=label.name)


def put_label(member: Member, citation: Citation, stage: str, label: Label) -> None:
    """Put a label on a citation. The others see it once the verdict of the stage stands."""
    require(member, Can.SCREEN)
    with transaction.atomic():
        citation = locked(member, citation)
        label = Label.objects.filter(pk=label.pk, review=member.review_id).select_related("merged_into").first()
        if label is None:
            raise NotHere
        label = label.merged_into or label
        if label.dropped_at:
            raise WrongState(
                f"The label “{label}” is off the list.", todo="An owner can bring it back on the page of labels."
            )
        _, is_new = Labelling.unblinded.get_or_create(
            label=label, citation=citation, stage=stage, member=member, withdrawn_at=None
        )
        if is_new:
            record(member, "screening.labelled", citation, stage, label)


def take_label(member: Member, citation: Citation, stage: str, label: Label) -> None:
    """Take a label off that one put on oneself."""
    require(member, Can.SCREEN)
    with transaction.atomic():
        citation = locked(member, citation)
        mine = Labelling.unblinded.filter(citation=citation, stage=stage, member=member, withdrawn_at=None)
        shown_as = mine.filter(label=label) | mine.filter(label__merged_into=label)
        for each in shown_as.select_related("label"):
            each.withdrawn_at = timezone.now()
            each.save(update_fields=["withdrawn_at"])
            record(member, "screening.label_taken_off", citation, stage, each.label)


def record(member: Member, verb: str, citation: Citation, stage: str, label: Label) -> None:
    sealed = not Case(citation).stays_open(stage)
    audit.record(member, verb, audit.subject_of(citation, stage), sealed=sealed, label=label.name)


def held(member: Member, label: Label) -> Label:
    """The label as it is now; no other change of labels of this review happens meanwhile."""
    lock_review(member)
    found = Label.objects.filter(pk=label.pk, review=member.review_id).first()
    if found is None:
        raise NotHere
    return found


def same_name(member: Member, name: str) -> Label | None:
    return Label.objects.filter(review=member.review_id, merged_into=None, name__iexact=name).first()


def checked(member: Member, name: str, colour: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > 60:
        raise BadInput("Give the label a name of at most 60 letters.")
    if colour not in Label.Colour.values:
        raise BadInput("Choose one of the colours that are offered.")
    return name
