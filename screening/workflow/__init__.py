"""The verbs of the screening floor, by what they work on: searches and imports, links, votes, reports.

Each is check, lock, change, record. `standing.settle` is the one place that writes where a citation stands.
"""

from screening.workflow.audits import draw_audit, drop_audit, judge_link, restore_audit, withdraw_judgement
from screening.workflow.batches import apply_batch, perform_matching, start_batch, undo_batch
from screening.workflow.by_hand import add_record, import_again, paste, read_again, sample
from screening.workflow.conflicts import (
    discuss,
    propose,
    resolve,
    withdraw_proposal,
    withdraw_remark,
    withdraw_resolution,
)
from screening.workflow.corrections import correct_citation, withdraw_correction
from screening.workflow.desk import arrange, put_off, set_terms, take_up
from screening.workflow.documents import attach, attach_again, detach
from screening.workflow.duplicates import perform_deduplication, start_deduplication
from screening.workflow.following import perform_following
from screening.workflow.intake import perform_import
from screening.workflow.labels import (
    change_label,
    create_label,
    drop_label,
    merge_label,
    put_label,
    restore_label,
    split_label,
    take_label,
)
from screening.workflow.links import split_record
from screening.workflow.pairs import decide_pair, link_citations, link_record, reopen_pair
from screening.workflow.pilots import override_gate, start_pilot, stop_pilot, withdraw_override
from screening.workflow.reasons import (
    add_reason,
    group_reason,
    merge_reason,
    move_reason,
    order_reasons,
    rename_reason,
    restore_reason,
    retire_reason,
    undo_reason_change,
)
from screening.workflow.removals import put_back, remove_before_screening
from screening.workflow.reports import (
    log_attempt,
    mark_retrieved,
    not_retrieved,
    restore_attempt,
    seek_again,
    withdraw_attempt,
)
from screening.workflow.resettling import perform_resettling
from screening.workflow.returns import return_to_screening, undo_return
from screening.workflow.searches import (
    AlreadyHere,
    add_search,
    change_search,
    drop_search,
    map_columns,
    restore_import,
    restore_search,
    start_import,
    table_head,
    undo_import,
)
from screening.workflow.sharing import (
    apply_votes_needed,
    end_partners,
    end_share,
    join_partners,
    perform_following_of_votes,
    perform_votes_needed,
    set_sharing,
    share_out,
)
from screening.workflow.standing import settle
from screening.workflow.votes import add_note, vote, withdraw_note, withdraw_vote
from screening.workflow.words import Objected, Objection, against_record, answered, objections

__all__ = [
    "AlreadyHere",
    "Objected",
    "Objection",
    "add_note",
    "add_reason",
    "add_record",
    "add_search",
    "against_record",
    "answered",
    "apply_batch",
    "apply_votes_needed",
    "arrange",
    "attach",
    "attach_again",
    "change_label",
    "change_search",
    "correct_citation",
    "create_label",
    "decide_pair",
    "detach",
    "discuss",
    "draw_audit",
    "drop_audit",
    "drop_label",
    "drop_search",
    "end_partners",
    "end_share",
    "group_reason",
    "import_again",
    "join_partners",
    "judge_link",
    "link_citations",
    "link_record",
    "log_attempt",
    "map_columns",
    "mark_retrieved",
    "merge_label",
    "merge_reason",
    "move_reason",
    "not_retrieved",
    "objections",
    "order_reasons",
    "override_gate",
    "paste",
    "perform_deduplication",
    "perform_following",
    "perform_following_of_votes",
    "perform_import",
    "perform_matching",
    "perform_resettling",
    "perform_votes_needed",
    "propose",
    "put_back",
    "put_label",
    "put_off",
    "read_again",
    "remove_before_screening",
    "rename_reason",
    "reopen_pair",
    "resolve",
    "restore_attempt",
    "restore_audit",
    "restore_import",
    "restore_label",
    "restore_reason",
    "restore_search",
    "retire_reason",
    "return_to_screening",
    "sample",
    "seek_again",
    "set_sharing",
    "set_terms",
    "settle",
    "share_out",
    "split_label",
    "split_record",
    "start_batch",
    "start_deduplication",
    "start_import",
    "start_pilot",
    "stop_pilot",
    "table_head",
    "take_label",
    "take_up",
    "undo_batch",
    "undo_import",
    "undo_reason_change",
    "undo_return",
    "vote",
    "withdraw_attempt",
    "withdraw_correction",
    "withdraw_judgement",
    "withdraw_note",
    "withdraw_override",
    "withdraw_proposal",
    "withdraw_remark",
    "withdraw_resolution",
    "withdraw_vote",
]
