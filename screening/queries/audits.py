"""What did judging samples of automatic links come to, and which link of a sample is looked at next?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from reviewapp.models import Member
from screening.dedupe.audit import Estimate, estimate
from screening.models import RULES, Audit, Judged, Link
from screening.queries.common import one

Answer = Judged.Answer
OPEN = (Answer.OPEN, Answer.LATER)


def links_by_rules(member: Member) -> QuerySet[Link]:
    """The links that rules made by comparing fields and that stand: each brought one record to others that are in view."""
    standing = Link.objects.filter(undone_at=None, record__source__undone_at=None)
    company = standing.filter(citation=OuterRef("citation")).exclude(record=OuterRef("record"))
    return standing.filter(Exists(company), record__review=member.review_id, rule__in=RULES)


def under_way(member: Member) -> Audit | None:
    """The sample that is not judged to the end."""
    waiting = Judged.objects.filter(audit=OuterRef("pk"), answer__in=OPEN)
    return Audit.objects.filter(Exists(waiting), review=member.review_id, dropped_at=None).first()


def audit(member: Member, pk: int) -> Audit:
    return one(Audit.objects.filter(review=member.review_id), pk=pk)


# --- judging ----------------------------------------------------------------------------------------------------


def judged(member: Member, audit: Audit) -> QuerySet[Judged]:
    """The links of a sample, with the two records that are looked at."""
    found = Judged.objects.filter(audit=audit, audit__review=member.review_id)
    return found.select_related("link__record__source__search", "other__source__search", "link__pair", "member__user")


def to_judge(member: Member, audit: Audit) -> QuerySet[Judged]:
    """The links of a sample that wait, in the order in which they were drawn; at the end what was put off, longest ago first."""
    return judged(member, audit).filter(answer__in=OPEN).order_by("answer", "at", "place")


def last_judged(member: Member, audit: Audit) -> Judged | None:
    """The answer that undo takes back."""
    return judged(member, audit).filter(member=member).exclude(answer=Answer.OPEN).order_by("-at", "-place").first()


# --- what it came to --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What one sample came to so far. since: links that rules made after it was drawn and that stand; told of the latest alone."""

    audit: Audit
    right: int
    wrong: int
    waiting: int
    judges: tuple[str, ...]
    begun: date | None
    ended: date | None
    since: int

    @property
    def judged(self) -> int:
        return self.right + self.wrong

    @property
    def estimate(self) -> Estimate:
        return estimate(self.wrong, self.judged)

    @property
    def state(self) -> str:
        return "put away" if self.audit.dropped_at else "under way" if self.waiting else "complete"


def audits(member: Member) -> list[Found]:
    """All samples of the review, the latest first, each with what it came to."""
    counts = {
        "right": Count("sample", filter=Q(sample__answer=Answer.RIGHT)),
        "wrong": Count("sample", filter=Q(sample__answer=Answer.WRONG)),
        "waiting": Count("sample", filter=Q(sample__answer__in=OPEN)),
        "begun": Min("sample__at"),
        "ended": Max("sample__at"),
    }
    rows = list(
        Audit.objects.filter(review=member.review_id).select_related("member__user").order_by("-pk").annotate(**counts)
    )
    judges: defaultdict[int, list[str]] = defaultdict(list)
    said = Judged.objects.filter(audit__in=rows, answer__in=(Answer.RIGHT, Answer.WRONG)).order_by("member")
    for pk, name in said.values_list("audit", "member__user__name").distinct():
        judges[pk].append(name)
    latest = next((each for each in rows if not each.dropped_at), None)
    since = made_since(member, latest) if latest else 0
    return [
        Found(
            audit=each,
            **{name: getattr(each, name) for name in ("right", "wrong", "waiting")},
            judges=tuple(judges[each.pk]),
            begun=each.begun and each.begun.date(),
            ended=each.ended and each.ended.date(),
            since=since if each == latest else 0,
        )
        for each in rows
    ]


def made_since(member: Member, audit: Audit) -> int:
    """How many links rules have made since a sample was drawn, but for those that taking an answer back has restored."""
    own = audit.sample.values("link__record")
    return links_by_rules(member).filter(pk__gt=audit.newest).exclude(record__in=own).count()


# --- for the report ---------------------------------------------------------------------------------------------


def audit_methods(member: Member, found: list[Found] | None = None) -> list[str]:
    """What the methods section says of the samples that were judged to the end, in sentences, the earliest first."""
    told = found if found is not None else audits(member)
    return [in_words(each) for each in reversed(told) if each.state == "complete"]


def in_words(found: Found) -> str:
    drawn, rate = found.audit, found.estimate
    when = days(found.begun, found.ended)
    part = (
        f"all {drawn.pool:,}"
        if drawn.size == drawn.pool
        else f"a random sample of {drawn.size:,} (seed {drawn.seed}) of the {drawn.pool:,}"
    )
    wrong = (
        "None was wrong"
        if not rate.wrong
        else f"{rate.wrong:,} {'was' if rate.wrong == 1 else 'were'} wrong and undone"
    )
    since = (
        f" Since then rules have made {found.since:,} more, of which the sample says nothing." if found.since else ""
    )
    return (
        f"To estimate how often automatic de-duplication linked records that are not duplicates, {part} links that rules had made by "
        f"{drawn.at:%-d %B %Y} {'was' if drawn.size < drawn.pool else 'were'} judged by {' and '.join(found.judges)} with both records "
        f"side by side ({when}). {wrong}: an estimated false-link rate of {percent(rate.rate)} (exact 95% confidence interval "
        f"{percent(rate.lower)} to {percent(rate.upper)}, Clopper-Pearson).{since}"
    )


def days(begun: date | None, ended: date | None) -> str:
    if begun is None or ended is None or begun == ended:
        return f"{ended:%-d %B %Y}" if ended else ""
    return f"{begun:%-d %B %Y} to {ended:%-d %B %Y}"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"
