"""What may a member see of searches, citations, votes and reports? Every reading page of this floor begins here.

Blind rules: until the verdict on a citation stands, nobody sees another's vote or note on it, nor whether it is in conflict;
a conflict shows as "waiting" to all but those who may settle it.
"""

from screening.queries.cards import Card, cards
from screening.queries.citations import (
    Place,
    citation,
    citations,
    correction,
    corrections,
    events,
    links,
    may_return,
    one_return,
    places,
    record,
    returns,
    sources,
)
from screening.queries.common import one
from screening.queries.conflicts import conflicts, notes_to_settle, settled_by, votes_to_settle
from screening.queries.desk import (
    Progress,
    at_stage,
    last_vote,
    own_note,
    own_vote,
    own_votes,
    progress,
    reasons,
)
from screening.queries.duplicates import deduplication, last_pair, links_without_pair, open_pairs, pairs
from screening.queries.found import STATES, found
from screening.queries.import_reports import (
    looking_for_duplicates,
    other_readings,
    records_known,
    report_counts,
    report_rows,
)
from screening.queries.labels import label, labels, marker, merged_labels, terms
from screening.queries.queue import Wish, ahead, arrangement, by_number, matches, numbers, queue, waiting
from screening.queries.reason_list import all_reasons, any_reason, reason_change, reason_changes
from screening.queries.reports import (
    attachment,
    attempt,
    document,
    report,
    report_of,
    reports,
    reports_by_state,
    with_history,
)
from screening.queries.searches import import_, imports, records_with_problems, search, searches, sources_to_choose
from screening.queries.steps import steps

__all__ = [
    "Card",
    "Place",
    "Progress",
    "STATES",
    "Wish",
    "ahead",
    "all_reasons",
    "any_reason",
    "arrangement",
    "by_number",
    "at_stage",
    "attachment",
    "attempt",
    "cards",
    "citation",
    "citations",
    "conflicts",
    "correction",
    "corrections",
    "deduplication",
    "document",
    "events",
    "found",
    "import_",
    "imports",
    "label",
    "labels",
    "last_pair",
    "last_vote",
    "links",
    "links_without_pair",
    "looking_for_duplicates",
    "marker",
    "matches",
    "numbers",
    "merged_labels",
    "may_return",
    "notes_to_settle",
    "one",
    "one_return",
    "open_pairs",
    "other_readings",
    "own_note",
    "own_vote",
    "own_votes",
    "pairs",
    "places",
    "progress",
    "queue",
    "reason_change",
    "reason_changes",
    "reasons",
    "record",
    "records_known",
    "records_with_problems",
    "report",
    "report_counts",
    "report_of",
    "report_rows",
    "reports",
    "reports_by_state",
    "returns",
    "search",
    "searches",
    "sources_to_choose",
    "settled_by",
    "sources",
    "steps",
    "terms",
    "votes_to_settle",
    "waiting",
    "with_history",
]
