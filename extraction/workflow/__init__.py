"""The verbs of the extraction floor, by what they work on: studies and their reports, arms and outcomes, sheets, agreement.

Each is check, lock, change, record. A sheet and a risk-of-bias assessment go the same way, so `sheets` and `agreement` serve both.
"""

from extraction.workflow.agreement import (
    agree_assessment,
    agree_sheet,
    reopen_assessment_agreement,
    reopen_sheet_agreement,
)
from extraction.workflow.forms import (
    LARGEST_FILE,
    begin_form,
    drop_form_draft,
    edit_form,
    import_form,
    plan_extraction,
    restore_form_draft,
    take_pack,
    undo_edit,
    use_form,
)
from extraction.workflow.sheets import (
    reopen_assessment,
    reopen_sheet,
    save_entries,
    save_judgements,
    start_assessment,
    start_sheet,
    submit_assessment,
    submit_sheet,
    withdraw_assessment,
    withdraw_sheet,
)
from extraction.workflow.structure import (
    add_arm,
    change_arm,
    change_outcome,
    define_outcome,
    drop_arm,
    drop_outcome,
    restore_arm,
    restore_outcome,
)
from extraction.workflow.studies import (
    change_study,
    drop_study,
    join_report,
    make_study,
    restore_study,
    split_report,
)

__all__ = [
    "LARGEST_FILE",
    "begin_form",
    "drop_form_draft",
    "edit_form",
    "import_form",
    "plan_extraction",
    "restore_form_draft",
    "take_pack",
    "undo_edit",
    "use_form",
    "add_arm",
    "agree_assessment",
    "agree_sheet",
    "change_arm",
    "change_outcome",
    "change_study",
    "define_outcome",
    "drop_arm",
    "drop_outcome",
    "drop_study",
    "join_report",
    "make_study",
    "reopen_assessment",
    "reopen_assessment_agreement",
    "reopen_sheet",
    "reopen_sheet_agreement",
    "restore_arm",
    "restore_outcome",
    "restore_study",
    "save_entries",
    "save_judgements",
    "split_report",
    "start_assessment",
    "start_sheet",
    "submit_assessment",
    "submit_sheet",
    "withdraw_assessment",
    "withdraw_sheet",
]
