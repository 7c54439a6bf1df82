"""What stands on the ground floor? People, reviews with their protocol, members, invitations, events, jobs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """People sign in by e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person with an account. Superusers manage people and reviews; they see no votes."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("name", max_length=150, help_text="As the other members of your reviews will see it.")
    keys = models.JSONField(default=dict, help_text="{a page's key: one's own}, and off: true where none shall work")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Stage(models.TextChoices):
    """The two stages of selection."""

    TITLE_ABSTRACT = "title_abstract", "Title and abstract"
    FULL_TEXT = "full_text", "Full text"


class ReasonAgreement(models.TextChoices):
    """When two exclusions of a report for different reasons agree. The one that stands higher in the list counts then."""

    STRICT = "strict", "Only for the same reason: different ones are a conflict"
    BY_GROUP = "by_group", "For reasons of the same group: of these the first in the list counts"
    IGNORE = "ignore", "For any reasons: the first of them in the list counts"


class Sharing(models.TextChoices):
    """How the citations of a stage are shared among those who vote."""

    ANY = "any", "Any two: everybody is offered everything"
    PAIRS = "pairs", "Fixed pairs: what one has voted on, only the partner is offered"
    SHARES = "shares", "Shares: what is shared out is offered to whom it was given"


class GateMeasure(models.TextChoices):
    """By which coefficient of agreement a pilot is judged."""

    KAPPA = "kappa", "Cohen’s kappa"
    AC1 = "ac1", "Gwet’s AC1"
    PABAK = "pabak", "PABAK"
    RAW = "raw", "Raw agreement"


class Review(models.Model):
    """One systematic review: its protocol, and the root of everything below."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    question = models.TextField("review question", help_text="One sentence that the review answers.")
    population = models.TextField(blank=True)
    intervention = models.TextField(blank=True)
    comparison = models.TextField(blank=True)
    outcomes = models.TextField(blank=True)
    include_criteria = models.TextField("included are", blank=True)
    exclude_criteria = models.TextField("excluded are", blank=True)
    votes_title_abstract = models.PositiveSmallIntegerField("votes per citation, title and abstract", default=2)
    votes_full_text = models.PositiveSmallIntegerField("votes per report, full text", default=2)
    reason_agreement = models.CharField(
        "two exclusions of a report agree",
        max_length=10,
        choices=ReasonAgreement.choices,
        default=ReasonAgreement.STRICT,
    )
    sharing_title_abstract = models.CharField(max_length=10, choices=Sharing.choices, default=Sharing.ANY)
    sharing_full_text = models.CharField(max_length=10, choices=Sharing.choices, default=Sharing.ANY)
    blind_resolver = models.BooleanField(
        "conflicts are settled blind",
        default=False,
        help_text="Who settles a conflict sees the citation, not the votes.",
    )
    voter_may_resolve = models.BooleanField(
        "who voted may settle",
        default=False,
        help_text="Also owners and arbiters who voted on a citation may settle its conflict.",
    )
    settle_together = models.BooleanField(
        "the voters may settle together",
        default=False,
        help_text="Once all votes are in, those who voted see their conflict, and end it when all give the same answer.",
    )
    gate_measure = models.CharField(
        "agreement of a pilot is judged by", max_length=10, choices=GateMeasure.choices, default=GateMeasure.KAPPA
    )
    gate_level = models.FloatField(
        "screening waits until it reaches",
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="Between 0 and 1, for the pair that agrees least. Left empty, screening does not wait for a pilot.",
    )
    small_study_tests_from = models.PositiveSmallIntegerField(
        "small-study tests from",
        default=10,
        validators=[MinValueValidator(3), MaxValueValidator(1000)],
        help_text="Studies in an analysis. With fewer than ten, a test of the funnel plot’s asymmetry tells little (Cochrane Handbook, 13.3.5.4).",
    )
    note = models.TextField(blank=True, help_text="Shown on the review's home, e.g. where its data come from.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="review_votes_one_or_two", condition=Q(votes_title_abstract__in=[1, 2], votes_full_text__in=[1, 2])
            ),
            models.CheckConstraint(
                name="review_reason_agreement_known", condition=Q(reason_agreement__in=ReasonAgreement.values)
            ),
            models.CheckConstraint(name="review_state_known", condition=Q(state__in=["open", "closed"])),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def sharing(self, stage: str) -> str:
        """How the work of this stage is shared."""
        return self.sharing_title_abstract if stage == Stage.TITLE_ABSTRACT else self.sharing_full_text

    @property
    def voters_see_conflicts(self) -> bool:
        """Whether some who voted are told of a conflict: their votes are open to each other from then on."""
        return self.settle_together or self.voter_may_resolve

    def votes_needed(self, stage: str) -> int:
        """How many votes a citation needs at this stage."""
        return self.votes_title_abstract if stage == Stage.TITLE_ABSTRACT else self.votes_full_text


class ExclusionReason(models.Model):
    """One reason for exclusion at full text. Position gives the order: the first that applies is chosen.

    A merged reason is counted as the one that it was merged into; votes keep the reason that was chosen.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="exclusion_reasons")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    group = models.CharField(max_length=100, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, related_name="merged", null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="reason_merged_is_retired", condition=Q(merged_into=None) | Q(retired_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.text


class Role(models.TextChoices):
    """What a member is in a review. What a role may do stands in access.py and nowhere else."""

    OWNER = "owner", "Owner"
    REVIEWER = "reviewer", "Reviewer"
    ARBITER = "arbiter", "Arbiter"
    OBSERVER = "observer", "Observer"


class Member(models.Model):
    """A person in a review, with a role. Everything a person does in a review, a member does."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    is_author = models.BooleanField(
        "review author", default=True, help_text="Votes on citations, extracts data and judges risk of bias."
    )
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="member_once_per_review", fields=["review", "user"]),
            models.CheckConstraint(name="member_role_known", condition=Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Invitation(models.Model):
    """A link that lets one person join a review. It needs no mail server: the owner passes it on."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="invitations")
    token = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    is_author = models.BooleanField("review author", default=True)
    for_whom = models.CharField("for whom", max_length=150, blank=True, help_text="A reminder for you; not checked.")
    created_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.review}"

    @property
    def is_usable(self) -> bool:
        return not self.accepted_at and not self.revoked_at and self.expires_at > timezone.now()


# --- the audit trail -------------------------------------------------------------------------------------------


class AppendOnly(models.QuerySet):
    """Rows that are written once. The database refuses the same by triggers."""

    def update(self, **fields: Any) -> int:
        raise TypeError(f"{self.model.__name__} rows are append-only.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} rows are append-only.")


class AppendOnlyModel(models.Model):
    """A row that can be inserted, and nothing else."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} rows are append-only.")


class EventQuerySet(AppendOnly):
    def for_member(self, member: Member) -> EventQuerySet:
        """What this member may read: open events, own events, and sealed ones whose seal is off."""
        unsealed_later = Event.unblinded.filter(
            review=OuterRef("review"), subject=OuterRef("subject"), unseals=True, pk__gt=OuterRef("pk")
        )
        return self.filter(review=member.review_id).filter(
            Q(sealed=False) | Q(actor=member.user_id) | Exists(unsealed_later)
        )


class Event(AppendOnlyModel):
    """One line of the audit trail: who did which verb to what, and the facts of it.

    A sealed event is shown to its actor at once and to others once a later event on the same subject unseals it. Its facts
    enter the chain through `digest`, salted, so that the visible hash of a vote does not tell the vote.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    sealed = models.BooleanField(default=False)
    unseals = models.BooleanField(default=False)
    salt = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64)

    unblinded = EventQuerySet.as_manager()
    blind = EventQuerySet.as_manager()

    class Meta:
        base_manager_name = "unblinded"
        ordering = ["pk"]
        indexes = [
            models.Index(name="event_by_subject", fields=["review", "subject", "unseals", "id"]),
            models.Index(name="event_by_review", fields=["review", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"


class ChainLink(AppendOnlyModel):
    """The place of one event in its review's hash chain. Written in small batches behind the verbs, in order of sealing."""

    event = models.OneToOneField(Event, models.PROTECT, related_name="link")
    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    position = models.PositiveBigIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_link_per_position", fields=["review", "position"])]


# --- jobs ------------------------------------------------------------------------------------------------------


class Job(models.Model):
    """One slow piece of work: what it is, how far it is, and whether anyone is at it."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    attempt = models.PositiveIntegerField(default=0)
    falls = models.JSONField(
        default=list, help_text="How far each attempt came that broke off since one last did something that lasts."
    )
    created_at = models.DateTimeField(default=timezone.now)
    heartbeat = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="job_unfinished", fields=["state", "heartbeat"])]
        constraints = [
            models.CheckConstraint(
                name="job_state_known", condition=Q(state__in=["queued", "running", "done", "failed"])
            )
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def is_finished(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def is_given_up(self) -> bool:
        """Whether it broke off again and again and waits for a person to start it again."""
        return self.state == self.State.FAILED and bool(self.falls)

    @property
    def percent(self) -> int:
        return 100 if self.state == self.State.DONE else (100 * self.done // self.total if self.total else 0)
