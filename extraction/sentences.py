"""In which words is an event of extraction told, and how are its things called? See reviewapp/telling.py for how a sentence is made."""

from __future__ import annotations

from extraction.queries import names, trail

SENTENCES = {
    # studies and what they are made of
    "extraction.study_made": "made the study {label}[ of {reports}]",
    "extraction.study_changed": "changed the study {thing}",
    "extraction.study_dropped": "dropped the study {label}",
    "extraction.study_restored": "restored the study {label}",
    "extraction.study_taken_over": "took over the study {label} with its numbers from {file}",
    "extraction.study_taken_back": "took back what {file} had brought of the study {label}",
    "extraction.report_joined": "joined a report to {thing}: {report}",
    "extraction.report_split": "split a report off {thing}: {report}",
    "extraction.report_moved": "moved a report from {before} to {thing}: {report}",
    "extraction.arm_added": "added the arm {name} to {thing}",
    "extraction.arm_changed": "changed an arm of {thing}",
    "extraction.arm_dropped": "dropped the arm {name} of {thing}",
    "extraction.arm_restored": "restored the arm {name} of {thing}",
    "extraction.outcome_defined": "defined the outcome {thing}",
    "extraction.outcome_changed": "changed the outcome {thing}",
    "extraction.outcome_dropped": "dropped the outcome {name}",
    "extraction.outcome_restored": "restored the outcome {name}",
    "extraction.time_point_added": "added the time point {name}",
    "extraction.time_point_changed": "changed a time point",
    "extraction.time_point_dropped": "dropped the time point {name}",
    "extraction.time_point_restored": "restored the time point {name}",
    "extraction.previous_version_stated": "said what the previous version of the review had included",
    "extraction.previous_version_withdrawn": "took back what was said of the previous version",
    # the form
    "extraction.form_begun": "began version {number} of the form",
    "extraction.form_edited": "edited the draft of the form",
    "extraction.form_edit_undone": "undid an edit of the draft of the form",
    "extraction.form_used": "took version {number} of the form into use[: {note}]",
    "extraction.form_draft_dropped": "dropped the draft of version {number} of the form",
    "extraction.form_draft_restored": "restored the draft of version {number} of the form",
    "extraction.planned": "planned how data are extracted: {mode}[, because {reason}]",
    "extraction.bias_planned": "chose the tools for risk of bias, version {number}[: {note}]",
    "extraction.tool_begun": "began version {number} of the tool for risk of bias {name}[ from {file}]",
    "extraction.tool_edited": "edited the draft of the tool for risk of bias {name}[ from {file}]",
    "extraction.tool_used": "took version {number} of the tool for risk of bias {name} into use[: {note}]",
    "extraction.tool_dropped": "discarded the draft of version {number} of the tool for risk of bias {name}",
    "extraction.tool_restored": "brought the draft of version {number} of the tool for risk of bias {name} back",
    "extraction.results_chosen": "chose which results of {thing} are judged[, now also {added}][, no longer {removed}]",
    # two sheets and two assessments, and what the two agreed
    "extraction.sheet_started": "began the sheet of {thing}",
    "extraction.sheet_saved": "wrote on the sheet of {thing}",
    "extraction.sheet_submitted": "submitted the sheet of {thing}",
    "extraction.sheet_reopened": "took the sheet of {thing} up again",
    "extraction.sheet_withdrawn": "withdrew the sheet of {thing}",
    "extraction.sheet_verified": "began to verify the sheet of {thing}[ by {copied_from}]",
    "extraction.sheet_renewed": "moved the sheet of {thing} to version {form} of the form",
    "extraction.sheet_chosen": "chose answers for the agreed sheet of {thing}",
    "extraction.sheet_choice_undone": "took back choices for the agreed sheet of {thing}",
    "extraction.sheet_agreed": "signed the agreed sheet of {thing}[, of {first} and {second}]",
    "extraction.sheet_agreement_reopened": "opened the agreed sheet of {thing} again[, signed by {signed_by}]",
    "extraction.number_converted": "converted a number on the sheet of {thing}: {working}",
    "extraction.doubt_answered": "said why a doubted number of {thing} stands: {reason}",
    "extraction.doubt_asked_again": "took back why a doubted number of {thing} stands",
    "extraction.assessment_started": "began to judge the risk of bias of {thing}",
    "extraction.assessment_saved": "judged the risk of bias of {thing}",
    "extraction.assessment_submitted": "submitted the judgements on risk of bias of {thing}",
    "extraction.assessment_reopened": "took the judgements on risk of bias of {thing} up again",
    "extraction.assessment_withdrawn": "withdrew the judgements on risk of bias of {thing}",
    "extraction.assessment_chosen": "chose judgements for the agreed risk of bias of {thing}",
    "extraction.assessment_choice_undone": "took back choices for the agreed risk of bias of {thing}",
    "extraction.assessment_agreed": "signed the agreed risk of bias of {thing}[, of {first} and {second}]",
    "extraction.assessment_agreement_reopened": "opened the agreed risk of bias of {thing} again[, signed by {signed_by}]",
}

NAMES = {"study": names.studies, "outcome": names.outcomes}

KINDS = {
    "study": "study",
    "extraction.report_moved:before": "study",
    "outcome": "outcome",
    "extraction.sheet_agreed:first": "member",
    "extraction.sheet_agreed:second": "member",
    "extraction.assessment_agreed:first": "member",
    "extraction.assessment_agreed:second": "member",
}

PARTS: dict[str, str] = {}

FACTS = dict.fromkeys(
    (
        "extraction.sheet_saved",
        "extraction.sheet_chosen",
        "extraction.sheet_choice_undone",
        "extraction.sheet_agreed",
        "extraction.number_converted",
        "extraction.doubt_answered",
        "extraction.doubt_asked_again",
        "extraction.assessment_saved",
        "extraction.assessment_chosen",
        "extraction.assessment_choice_undone",
        "extraction.assessment_agreed",
    ),
    trail.facts_in_words,
)
