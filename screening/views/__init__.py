"""What does each page and button of the screening floor do? Form in, verb called, page out."""

from screening.views.citations import citation, citations, link_record, split_record
from screening.views.conflicts import conflict, conflicts, resolve, withdraw_resolution
from screening.views.desk import ahead, desk, note, own_votes, undo, vote, withdraw_note, withdraw_vote
from screening.views.documents import attach, attach_again, detach, document
from screening.views.reports import (
    log_attempt,
    mark_retrieved,
    not_retrieved,
    reports,
    restore_attempt,
    seek_again,
    withdraw_attempt,
)
from screening.views.searches import (
    add_search,
    change_search,
    columns,
    drop_search,
    import_,
    restore_import,
    restore_search,
    search,
    searches,
    start_import,
    undo_import,
)

__all__ = [
    "add_search",
    "ahead",
    "attach",
    "attach_again",
    "change_search",
    "citation",
    "citations",
    "columns",
    "conflict",
    "conflicts",
    "desk",
    "detach",
    "document",
    "drop_search",
    "import_",
    "link_record",
    "log_attempt",
    "mark_retrieved",
    "not_retrieved",
    "note",
    "own_votes",
    "reports",
    "resolve",
    "restore_attempt",
    "restore_import",
    "restore_search",
    "search",
    "searches",
    "seek_again",
    "split_record",
    "start_import",
    "undo",
    "undo_import",
    "vote",
    "withdraw_attempt",
    "withdraw_note",
    "withdraw_resolution",
    "withdraw_vote",
]
