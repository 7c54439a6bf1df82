"""What stands on the extraction floor? Studies with their reports and arms, outcomes, forms, sheets, assessments."""

from extraction.models.bias import AssessedResult, BiasPlan, OwnTool
from extraction.models.doubts import Reason
from extraction.models.forms import FormVersion, Plan
from extraction.models.sheets import Assessment, Blinded, BlindPair, Entry, Judgement, Line, Sheet
from extraction.models.studies import Arm, KnownStudy, Outcome, PreviousVersion, Study, StudyReport, TimePoint

__all__ = [
    "Arm",
    "AssessedResult",
    "Assessment",
    "BiasPlan",
    "BlindPair",
    "Blinded",
    "Entry",
    "FormVersion",
    "Judgement",
    "KnownStudy",
    "Line",
    "Outcome",
    "OwnTool",
    "Plan",
    "PreviousVersion",
    "Reason",
    "Sheet",
    "Study",
    "StudyReport",
    "TimePoint",
]
