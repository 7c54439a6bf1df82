"""Which of the review's citations does a list show, or an export hold?"""

from __future__ import annotations

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from reviewapp.models import Member, Stage
from screening import text
from screening.models import GONE, Citation, Link, Search, Standing, StandingState
from screening.queries.citations import citations

# What everybody may know of where a citation stands: a conflict is told as waiting.
STANDS = {
    "waiting": (StandingState.WAITING, StandingState.CONFLICT),
    "include": (StandingState.INCLUDE,),
    "exclude": (StandingState.EXCLUDE,),
    "removed": GONE,
}
LONGEST_NUMBER = 12  # digits; what is longer is no number of a citation
STATES = [
    (f"{stage}-{state}", f"{label} {Stage(stage).label.lower()}")
    for stage in Stage.values
    for state, label in (("waiting", "Waiting at"), ("include", "Included at"), ("exclude", "Excluded at"))
]
STATES.append((f"{Stage.TITLE_ABSTRACT}-removed", "Removed before screening"))


def found(member: Member, *, q: str = "", search: Search | None = None, stands: str = "") -> QuerySet[Citation]:
    """The citations in view with these words, from this search, that stand so (a key of STATES)."""
    which = citations(member, q)
    if search:
        live = Link.objects.filter(citation=OuterRef("pk"), undone_at=None, record__source__undone_at=None)
        which = which.filter(Exists(live.filter(record__source__search=search)))
    if stands:
        stage, _, state = stands.partition("-")
        at = Standing.objects.filter(review=member.review_id, stage=stage, state__in=STANDS[state])
        which = which.filter(pk__in=at.values("citation"))
    return which


def others_like(member: Member, citation: Citation, words: str) -> QuerySet[Citation]:
    """Other citations in view with these words or this number; the one of that number first."""
    number = int(words) if words.isascii() and words.isdecimal() and len(words) < LONGEST_NUMBER else 0
    having = Citation.objects.filter(Q(pk=number) | text.matching(words), review=member.review_id, live=True)
    is_it = Case(When(pk=number, then=0), default=1)
    return having.exclude(pk=citation.pk).defer("abstract").order_by(is_it, "pk")
