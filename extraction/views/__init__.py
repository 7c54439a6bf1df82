"""What does each page and button of the extraction floor do? Form in, verb called, page out."""

from extraction.views.sheets import agreement, own, reopen, reopen_agreement, start, submit, withdraw
from extraction.views.structure import (
    add_arm,
    change_arm,
    change_outcome,
    define_outcome,
    drop_arm,
    drop_outcome,
    outcomes,
    restore_arm,
    restore_outcome,
)
from extraction.views.studies import (
    change_study,
    drop_study,
    join_report,
    make_study,
    restore_study,
    split_report,
    studies,
    study,
)

__all__ = [
    "add_arm",
    "agreement",
    "change_arm",
    "change_outcome",
    "change_study",
    "define_outcome",
    "drop_arm",
    "drop_outcome",
    "drop_study",
    "join_report",
    "make_study",
    "outcomes",
    "own",
    "reopen",
    "reopen_agreement",
    "restore_arm",
    "restore_outcome",
    "restore_study",
    "split_report",
    "start",
    "studies",
    "study",
    "submit",
    "withdraw",
]
