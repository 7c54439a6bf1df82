"""Which reports were excluded at full text, and why? The characteristics of excluded studies, as a review prints them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reviewapp.models import Member, Stage
from screening.formats.printed import Table
from screening.models import Citation, Report, Resolution, Standing, StandingState


@dataclass(frozen=True, slots=True)
class Excluded:
    """One report excluded at full text. label: first author and year, with a letter where two would have the same."""

    citation: Citation
    label: str
    reason: str
    comment: str


def excluded(member: Member) -> list[Excluded]:
    """The reports that stand excluded at full text, by their labels. Verdicts that stand are open to all, so it is the same for everybody."""
    at_hand = Report.objects.filter(citation__review=member.review_id, state=Report.State.RETRIEVED)
    passed = Standing.objects.filter(
        review=member.review_id, stage=Stage.TITLE_ABSTRACT, state=StandingState.INCLUDE, citation__live=True
    )
    found = (
        Standing.objects.filter(
            review=member.review_id,
            stage=Stage.FULL_TEXT,
            state=StandingState.EXCLUDE,
            citation__in=passed.values("citation"),
        )
        .filter(citation__in=at_hand.values("citation"))
        .select_related("citation", "reason")
        .defer("citation__abstract")
        .order_by("citation")
    )
    comments = dict(
        Resolution.objects.filter(
            citation__review=member.review_id, stage=Stage.FULL_TEXT, withdrawn_at=None
        ).values_list("citation", "comment")
    )
    standings = list(found)
    plain = [label(each.citation) for each in standings]
    shared = {name for name, n in Counter(plain).items() if n > 1}
    given: Counter[str] = Counter()
    rows = []
    for standing, name in zip(standings, plain, strict=True):
        letter = letters(given[name]) if name in shared else ""
        given[name] += 1
        reason = standing.reason.text if standing.reason else ""
        rows.append(Excluded(standing.citation, name + letter, reason, comments.get(standing.citation_id, "")))
    return sorted(rows, key=lambda row: (row.label.casefold(), row.citation.pk))


def label(citation: Citation) -> str:
    """First author and year, as studies are named; of what has neither, its number."""
    parts = [citation.first_author, str(citation.year or "")]
    return " ".join(part for part in parts if part) or f"No. {citation.pk}"


def letters(n: int) -> str:
    """a to z, then aa, ab ..."""
    text = ""
    n += 1
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def reference(citation: Citation) -> str:
    """The publication as a reference list has it."""
    place = citation.volume + (f"({citation.issue})" if citation.issue else "")
    place += f":{citation.pages}" if citation.pages else ""
    parts = [
        citation.short_authors,
        citation.title,
        f"{citation.journal} {citation.year or ''}".strip() + (f";{place}" if place else ""),
        f"doi:{citation.doi}" if citation.doi else "",
        f"PMID {citation.pmid}" if citation.pmid else "",
    ]
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip()) + "."


def excluded_table(member: Member) -> Table:
    """The table as it is printed."""
    rows = [(each.label, reference(each.citation), each.reason, each.comment) for each in excluded(member)]
    return Table(
        title="Characteristics of excluded studies",
        headings=("Study", "Report", "Reason for exclusion", "Comment"),
        rows=rows,
        notes=(
            "Reports excluded at full text. Of several reasons that apply, the first in the review's list is given.",
        ),
    )
