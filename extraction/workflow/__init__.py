"""The verbs of the extraction floor, by what they work on: studies and their reports, arms and outcomes, sheets, agreement, risk of bias.

Each is check, lock, change, record. A sheet and a risk-of-bias assessment go the same way, so `sheets` and `agreement` serve both.
"""

from extraction.workflow.agreement import (
    agree_assessment,
    agree_sheet,
    choose_on_sheet,
    reopen_assessment_agreement,
    reopen_sheet_agreement,
)
from extraction.workflow.bias import describe_studies, plan_bias
from extraction.workflow.bias_fill import carry_domain, import_judgements
from extraction.workflow.conversions import convert
from extraction.workflow.domains import choose_domain
from extraction.workflow.doubts import ask_again, let_stand_in_agreement, let_stand_on_sheet
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
from extraction.workflow.previous import state_previous_version, withdraw_previous_version
from extraction.workflow.sheets import (
    renew_sheet,
    reopen_assessment,
    reopen_sheet,
    save_entries,
    save_judgements,
    start_assessment,
    start_sheet,
    submit_assessment,
    submit_sheet,
    verify_sheet,
    withdraw_assessment,
    withdraw_sheet,
)
from extraction.workflow.structure import (
    add_arm,
    change_arm,
    change_outcome,
    define_outcome,
    define_outcomes,
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
    move_report,
    restore_study,
    split_report,
)
from extraction.workflow.taking import Taken, take_back_study, take_over_study
from extraction.workflow.times import add_time_point, change_time_point, drop_time_point, restore_time_point
from extraction.workflow.tools import begin_tool, change_tool, drop_tool, import_tool, restore_tool, save_tool, use_tool

__all__ = [
    "Taken",
    "take_back_study",
    "take_over_study",
    "begin_tool",
    "change_tool",
    "drop_tool",
    "import_tool",
    "restore_tool",
    "save_tool",
    "use_tool",
    "carry_domain",
    "import_judgements",
    "describe_studies",
    "plan_bias",
    "add_time_point",
    "change_time_point",
    "drop_time_point",
    "move_report",
    "restore_time_point",
    "choose_domain",
    "choose_on_sheet",
    "renew_sheet",
    "verify_sheet",
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
    "convert",
    "ask_again",
    "let_stand_in_agreement",
    "let_stand_on_sheet",
    "agree_assessment",
    "agree_sheet",
    "change_arm",
    "change_outcome",
    "change_study",
    "define_outcome",
    "define_outcomes",
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
    "state_previous_version",
    "start_assessment",
    "start_sheet",
    "submit_assessment",
    "submit_sheet",
    "withdraw_assessment",
    "withdraw_previous_version",
    "withdraw_sheet",
]
