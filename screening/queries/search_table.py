"""What was searched, how, and what came of it? The search table of a review, and which items of PRISMA-S it answers.

PRISMA-S: Rethlefsen et al., Systematic Reviews 2021;10:39. The words for its items are our own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reviewapp.models import Member
from screening.formats.printed import Table
from screening.models import Link, Record, Search
from screening.queries.audits import audit_methods
from screening.queries.searches import searches


@dataclass(frozen=True, slots=True)
class Row:
    """One search. records: taken in by imports that stand; first: those that brought a citation nobody had brought before it."""

    search: Search
    records: int
    first: int

    @property
    def duplicates(self) -> int:
        return self.records - self.first


@dataclass(frozen=True, slots=True)
class Item:
    """One item of PRISMA-S: its number, what it asks for, whether it is answered here, and what is missing or where it stands."""

    number: int
    asks: str
    answered: bool
    told: str


def search_rows(member: Member) -> list[Row]:
    """The searches that stand. A citation's first record, in the order of import, counts for its search; its others are duplicates."""
    links = Link.objects.filter(undone_at=None, record__review=member.review_id, record__source__undone_at=None)
    search_of = dict(
        Record.objects.filter(review=member.review_id, source__undone_at=None).values_list("pk", "source__search")
    )
    first_of: dict[int, int] = {}
    for citation, record in links.order_by("record").values_list("citation", "record"):
        first_of.setdefault(citation, record)
    first = Counter(search_of[record] for record in first_of.values())
    return [Row(each, each.records, first[each.pk]) for each in searches(member).filter(dropped_at=None)]


def prisma_s(rows: list[Row]) -> list[Item]:
    """Each item of PRISMA-S, with what the searches as entered say to it."""
    found = [row.search for row in rows]
    kinds = {each.kind for each in found}
    databases = [each for each in found if each.kind == Search.Kind.DATABASE]
    others = [each for each in found if each.kind not in (Search.Kind.DATABASE, Search.Kind.REGISTER)]

    def for_each(number: int, asks: str, name: str) -> Item:
        missing = dict.fromkeys(str(each) for each in found if not getattr(each, name))
        which = "every search" if 1 < len(missing) == len(set(map(str, found))) else "; ".join(missing)
        told = f"for {which}" if missing else "for each search"
        return Item(number, asks, bool(found) and not missing, told if found else "no search is entered")

    def named(number: int, asks: str, which: list[Search], none: str) -> Item:
        return Item(number, asks, bool(which), "; ".join(dict.fromkeys(map(str, which))) or none)

    times = Counter((each.source, each.platform) for each in found)
    again = [each for each in found if times[each.source, each.platform] > 1]
    without_platform = [each for each in databases if not each.platform]
    return [
        Item(
            1,
            "Each database by name, with its platform",
            bool(databases) and not without_platform,
            f"the platform of {'; '.join(dict.fromkeys(each.source for each in without_platform))}"
            if without_platform
            else "; ".join(dict.fromkeys(map(str, databases))) or "no database is entered",
        ),
        Item(
            2,
            "Databases that were searched together on one platform",
            bool(found),
            "each search is entered by itself, with its platform",
        ),
        named(3, "Study registers", [each for each in found if each.kind == Search.Kind.REGISTER], "none is entered"),
        named(
            4,
            "Online sources, browsing, citation searching, people asked, other methods (items 4 to 7)",
            others,
            "none is entered; if none was used, say so in the report",
        ),
        for_each(8, "The full strategy of each search, as it was run", "strategy"),
        for_each(9, "Limits and restrictions, with the reason", "limits"),
        for_each(10, "Published search filters, with their source", "filters"),
        for_each(11, "Strategies of earlier work that were taken up", "prior_work"),
        named(
            12,
            "How the search was brought up to date",
            again,
            "no source was searched a second time; say in the report how the search is kept up to date",
        ),
        for_each(13, "The date of each search", "searched_on"),
        for_each(14, "Who reviewed the strategy", "peer_review"),
        Item(
            15,
            "Number of records from each source",
            bool(rows) and all(row.records for row in rows),
            f"{sum(row.records for row in rows):,} records"
            + "".join(f"; none from {row.search}" for row in rows if not row.records),
        ),
        Item(
            16,
            "How duplicates were found",
            bool(kinds),
            f"by rules on DOI, PubMed id, title, authors, year and place, and by people where no rule could tell: "
            f"{sum(row.duplicates for row in rows):,} duplicates",
        ),
    ]


HEADINGS = (
    "Source",
    "Kind",
    "Platform",
    "Date searched",
    "Hits reported",
    "Records",
    "Duplicates",
    "Limits",
    "Filters",
    "Built on",
    "Peer review",
    "Strategy",
)


def search_table(member: Member) -> Table:
    """The table as it is printed, with totals."""
    rows = search_rows(member)
    lines = [
        (
            row.search.source,
            row.search.get_kind_display(),
            row.search.platform,
            row.search.searched_on.isoformat() if row.search.searched_on else "",
            "" if row.search.hits is None else str(row.search.hits),
            str(row.records),
            str(row.duplicates),
            row.search.limits,
            row.search.filters,
            row.search.prior_work,
            row.search.peer_review,
            row.search.strategy,
        )
        for row in rows
    ]
    records, duplicates = sum(row.records for row in rows), sum(row.duplicates for row in rows)
    total = ("Total", "", "", "", "", str(records), str(duplicates), "", "", "", "", "")
    missing = [f"Item {each.number}, {each.asks}: {each.told}" for each in prisma_s(rows) if not each.answered]
    notes = (
        "Duplicates: records of a citation that an earlier record, in the order of import, had brought already.",
        *audit_methods(member),
        *([f"Not answered of PRISMA-S: {'. '.join(missing)}."] if missing else []),
    )
    return Table("Searches", HEADINGS, [*lines, total], notes)
