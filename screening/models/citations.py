"""Citations, and which records are of them, by which rule or person."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reviewapp.models import Member, Review
from screening.models.searches import Bibliography, Record


class Year(models.Func):
    """The year, or 0. Written out, not given as a parameter: SQLite would not know its own index again."""

    template = "COALESCE(%(expressions)s, 0)"
    output_field = models.IntegerField()


class Beginning(models.Func):
    """By which titles are ordered: their first letters, large or small."""

    template = "LOWER(SUBSTR(%(expressions)s, 1, 60))"
    output_field = models.TextField()


def random_place() -> int:
    """A place in the random order, or where it starts."""
    return secrets.randbelow(2**31)


class Citation(Bibliography):
    """What is screened: one or more records that are the same publication. Shown fields are merged from its records."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="citations")
    live = models.BooleanField(
        default=True, help_text="Has at least one record whose import stands; written by `refresh` only."
    )
    created_at = models.DateTimeField(default=timezone.now)
    shuffle = models.PositiveIntegerField(default=random_place, help_text="Its place in the random order.")

    class Meta:
        ordering = ["pk"]
        indexes = [  # one for each order in which a desk can be arranged: queries/queue.py
            models.Index(name="citation_live", fields=["review", "live", "id"]),
            models.Index("review", Year("year").desc(), "id", name="citation_newest"),
            models.Index("review", Beginning("title"), "id", name="citation_by_title"),
            models.Index(name="citation_shuffled", fields=["review", "shuffle", "id"]),
        ]

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """That a record is (or was thought to be) of a citation, by which rule or person. Undone, never deleted."""

    class Rule(models.TextChoices):
        FIRST = "first", "First record of this citation"
        DOI = "doi", "Same DOI"
        PMID = "pmid", "Same PubMed id"
        FIELDS = "fields", "Same publication by its fields"
        PERSON = "person", "Linked by a member"
        SPLIT = "split", "Split off by a member"
        READING = "reading", "The same record, read anew"
        AGAIN = "again", "The very same record of the same source"
        BARE = "bare", "Same identifier, and nothing else is known of one of the two"

    record = models.ForeignKey(Record, models.PROTECT, related_name="links")
    citation = models.ForeignKey(Citation, models.PROTECT, related_name="links")
    rule = models.CharField(max_length=20, choices=Rule.choices)
    evidence = models.CharField(max_length=400, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True)
    pair = models.ForeignKey("Pair", models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="record_in_one_citation", fields=["record"], condition=Q(undone_at=None))
        ]
        indexes = [  # the flow diagram counts all of them, at every look
            models.Index(name="link_of_citation", fields=["citation", "record"], condition=Q(undone_at=None))
        ]


RULES = (Link.Rule.DOI, Link.Rule.PMID, Link.Rule.FIELDS)
"""Links that no person made. Those by an identifier alone are from imports before all fields were compared."""


class Pair(models.Model):
    """Two records that a rule took for one publication, for reports of one study, or asks about, with what a person said of them."""

    class State(models.TextChoices):
        LINKED = "linked", "Linked by a rule"
        ASKED = "asked", "Asked"
        LATER = "later", "Put off"
        SAME = "same", "The same publication"
        DIFFERENT = "different", "Not duplicates"
        REPORTS = "reports", "Perhaps reports of one study"
        WITHDRAWN = "withdrawn", "A person's word, taken back"

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    a = models.ForeignKey(Record, models.PROTECT, related_name="+")
    b = models.ForeignKey(Record, models.PROTECT, related_name="+")
    rule = models.CharField(max_length=60)
    score = models.FloatField(help_text="How likely the two are one publication, as far as the fields tell: 0 to 1.")
    evidence = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=State.choices)
    before = models.CharField(
        max_length=10,
        choices=State.choices,
        blank=True,
        help_text="What rules had made of it before persons spoke; it holds again when no word stands.",
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", help_text="Who decided, or whose import asks.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="pair_once", fields=["a", "b"]),
            models.CheckConstraint(name="pair_in_order", condition=Q(a__lt=models.F("b"))),
            models.CheckConstraint(
                name="pair_state_known",
                condition=Q(state__in=["linked", "asked", "later", "same", "different", "reports", "withdrawn"]),
            ),
        ]
        indexes = [models.Index(name="pair_queue", fields=["review", "state", "-score"])]

    def __str__(self) -> str:
        return f"records {self.a_id} and {self.b_id}"


class Word(models.Model):
    """What a person said of a pair. Each word stands beside the others' until it is taken back; the last that stands is the pair's state."""

    class Place(models.TextChoices):
        QUEUE = "queue", "In the queue of questions"
        HAND = "hand", "In linking two citations by hand"
        SAMPLE = "sample", "In judging a sample of links"

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="words")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    answer = models.CharField(
        max_length=10,
        choices=[(state.value, state.label) for state in (Pair.State.SAME, Pair.State.DIFFERENT, Pair.State.LATER)],
    )
    place = models.CharField(max_length=10, choices=Place.choices)
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="word_answer_known", condition=Q(answer__in=["same", "different", "later"])),
            models.CheckConstraint(name="word_place_known", condition=Q(place__in=["queue", "hand", "sample"])),
        ]
        indexes = [models.Index(name="word_standing", fields=["member", "-at"], condition=Q(withdrawn_at=None))]

    def __str__(self) -> str:
        return f"{self.member}: {self.get_answer_display().lower()}"
