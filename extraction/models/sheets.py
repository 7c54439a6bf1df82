"""What did each author fill in, blind to the other, and what is agreed? Sheets and assessments, with their answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from extraction.models.studies import Study
from extraction.schema import Answer, Source
from extraction.schema.answers import Origin, read_anchor
from reviewapp.access import TABLE as ROLES
from reviewapp.access import Can
from reviewapp.models import Member


class BlindPair(models.QuerySet):
    """Sheets or assessments of which each study has two, blind to each other, and one agreed."""

    def standing(self) -> BlindPair:
        """Those that count: not withdrawn."""
        return self.filter(withdrawn_at=None)

    def own(self) -> BlindPair:
        """Members' own standing ones: at most two for a study and tool."""
        return self.standing().filter(agreed=False)

    def signed(self) -> BlindPair:
        """The standing agreement: at most one for a study and tool. Not one that is still being made."""
        return self.standing().filter(agreed=True, submitted_at__isnull=False)

    def holding(self) -> BlindPair:
        """Own ones that take one of the two places: submitted, or of a member who may still go on with it."""
        return self.own().filter(present() | Q(submitted_at__isnull=False))

    def for_member(self, member: Member) -> BlindPair:
        """Own ones; agreed ones; and another author's once both are submitted."""
        return self.filter(study__review=member.review_id).filter(Q(member=member) | Q(agreed=True) | self.both_in())

    def both_in(self) -> Q:
        """Those that are open to others: of a pair that is submitted, for the same version of the form."""
        pair = self.model.unblinded.filter(
            study=OuterRef("study"), agreed=False, withdrawn_at=None, tool=OuterRef("tool")
        )
        others = pair.exclude(member=OuterRef("member")).exclude(submitted_at=None)
        found = Q(submitted_at__isnull=False) & Q(Exists(others)) & ~Q(Exists(pair.filter(submitted_at=None)))
        return found & ~self.half_answered(pair)

    def half_answered(self, pair: BlindPair) -> Q:
        """Of a form that has changed since: those whose pair has answered it by half, as long as who has not may still take their sheet up."""
        return Q(pk__in=[])


def present() -> Q:
    """Of members who may go on with what they began."""
    roles = [str(role) for role in ROLES[Can.EXTRACT]]
    return Q(member__left_at=None, member__is_author=True, member__role__in=roles)


class BlindSheets(BlindPair):
    """The same of sheets, whose form may change after they were submitted."""

    def half_answered(self, pair: BlindPair) -> Q:
        behind = pair.filter(present(), form_number__lt=OuterRef("form_number"))
        ahead = pair.filter(form_number__gt=OuterRef("form_number"))
        return Q(may_verify=False) & (Q(Exists(behind)) | (Q(Exists(ahead)) & present()))


class Blinded(models.Model):
    """One member's own filled-in thing for one study, or the agreed one that stands beside the two."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="+")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="+", help_text="Who filled it in, or signed the agreed one."
    )
    tool = models.CharField(max_length=40, help_text="The form or risk-of-bias tool.")
    agreed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="For an agreed one: signed off.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0, help_text="Grows by one with each save.")
    stood: int  # of what was just saved: its version before

    unblinded = BlindPair.as_manager()
    blind = BlindPair.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "unblinded"
        ordering = ["pk"]

    def answers(self) -> dict[str, Answer]:
        """What it says, by key of the question."""
        return {line.key: line.answer for line in self.lines.all()}


class Line(models.Model):
    """One answer of a sheet or an assessment, under the stable key of its question."""

    key = models.CharField(max_length=120, help_text="Of the field, such as `outcome/3/arm/7/events`; or the domain.")
    value = models.JSONField(null=True, help_text="The answer or the judgement; null when not answered.")
    text = models.TextField(blank=True, help_text="Where it stands in the report; or what supports the judgement.")
    version = models.PositiveIntegerField(default=0, help_text="The version in which this answer last changed.")
    taken_from = models.CharField(
        max_length=10,
        blank=True,
        help_text="In an agreement: both, first, second or third; or imported, agreed elsewhere.",
    )
    reason = models.TextField(blank=True, help_text="In an agreement: why this one; always for a third answer.")
    unit = models.CharField(max_length=40, blank=True, help_text="Of a number that was given in another unit.")
    source = models.JSONField(null=True, blank=True, help_text="Document, page, quote, rectangle; see schema.Source.")
    working = models.TextField(blank=True, help_text="Of a converted number: what was given, the formula, its source.")
    origin = models.CharField(
        max_length=10,
        default=Origin.REPORTED,
        help_text="Of a number: reported, converted or imputed; see schema.Origin.",
    )
    basis = models.TextField(
        blank=True, help_text="Of a number that a person marked so: from what it was had, and how."
    )
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", help_text="In an agreement: who settled it."
    )
    at = models.DateTimeField(null=True, help_text="In an agreement: when it was settled.")

    unblinded = models.Manager()

    IMPORTED = "imported"  # with a file, as agreed elsewhere; `text` says with which

    class Meta:
        abstract = True
        ordering = ["pk"]

    @property
    def answer(self) -> Answer:
        return Answer(self.value, self.text, self.unit, self.place, self.working, Origin(self.origin), self.basis)

    @property
    def place(self) -> Source | None:
        return read_anchor(self.source)

    @property
    def mark(self) -> str:
        """In an agreement: of the choice that stands, another one as soon as somebody chooses anew."""
        return self.at.isoformat() if self.at else ""

    def say(self, answer: Answer) -> None:
        """Take over an answer; not saved."""
        self.value, self.text, self.unit = answer.value, answer.text, answer.unit
        self.source = answer.source.to_json() if answer.source else None
        self.working, self.origin, self.basis = answer.working, answer.origin, answer.basis


class Sheet(Blinded):
    """One member's filled-in extraction form for one study; the agreed sheet stands beside the two."""

    form_number = models.PositiveSmallIntegerField(
        default=0, help_text="Version of the form on which it was submitted or agreed."
    )
    may_verify = models.BooleanField(
        default=False, help_text="Begun for verification by a second author, not for blind pairs."
    )
    renews = models.PositiveSmallIntegerField(
        null=True, help_text="Reopened for a new version of the form; the version on which both had submitted."
    )
    verifies = models.BooleanField(default=False, help_text="Begun as a copy of another's sheet, to verify it.")

    unblinded = BlindSheets.as_manager()
    blind = BlindSheets.as_manager()

    class Meta(Blinded.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_sheet_per_member",
                fields=["study", "tool", "member"],
                condition=Q(withdrawn_at=None, agreed=False),
            ),
            models.UniqueConstraint(
                name="one_agreed_sheet", fields=["study", "tool"], condition=Q(withdrawn_at=None, agreed=True)
            ),
        ]

    @property
    def asked_number(self) -> int:
        """The version of what asks."""
        return self.form_number

    def new_line(self, key: str) -> Entry:
        return Entry(sheet=self, key=key)


class Entry(Line):
    """One answer on a sheet, with its source: page, table, quote."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="lines")
    form_number = models.PositiveSmallIntegerField(
        default=0, help_text="Version of the form for which it was answered, or looked at again."
    )

    class Meta(Line.Meta):
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(name="one_entry_per_key", fields=["sheet", "key"])]


class Assessment(Blinded):
    """One member's risk-of-bias judgement of one study with one tool; the agreed one stands beside the two.

    `tool` is the tool's id; of a tool that judges results, with the outcome's: `rob2_assignment-3`.
    """

    tool_number = models.PositiveSmallIntegerField(
        default=0, help_text="Version of a tool of the review's own on which it was submitted or agreed."
    )

    class Meta(Blinded.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_assessment_per_member",
                fields=["study", "tool", "member"],
                condition=Q(withdrawn_at=None, agreed=False),
            ),
            models.UniqueConstraint(
                name="one_agreed_assessment", fields=["study", "tool"], condition=Q(withdrawn_at=None, agreed=True)
            ),
        ]

    @property
    def asked_number(self) -> int:
        """The version of what asks."""
        return self.tool_number

    def new_line(self, key: str) -> Judgement:
        return Judgement(assessment=self, key=key)

    def proposals(self) -> dict[str, str]:
        """What was proposed of the replies, by key of the judgement, as it is stored."""
        return {line.key: line.proposal for line in self.lines.all()}


class Judgement(Line):
    """The judgement of one domain with its support and what was proposed, a reply to a question, or a reason for departing."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="lines")
    proposal = models.CharField(
        max_length=40, blank=True, help_text="What the tool's algorithm made of the replies as they are stored."
    )

    class Meta(Line.Meta):
        constraints = [models.UniqueConstraint(name="one_judgement_per_domain", fields=["assessment", "key"])]
