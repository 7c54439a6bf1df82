"""What do people enter on the extraction floor, and how is it checked? Forms validate; verbs save."""

from extraction.forms.agreed import earlier_versions, signed_rows, taken_rows
from extraction.forms.agreement import AgreementForm
from extraction.forms.bias import BiasForm, BiasPlanForm, StudiesForm, criteria_of
from extraction.forms.builder import ImportForm, NameForm, PlanForm, QuestionForm, SectionForm, UseForm
from extraction.forms.previous import PreviousVersionForm
from extraction.forms.sheets import SheetForm
from extraction.forms.structure import (
    ArmForm,
    JoinForm,
    MoveForm,
    OutcomeForm,
    ReportForm,
    StudyForm,
    TimePointForm,
)
from extraction.forms.tool import ToolForm

__all__ = [
    "AgreementForm",
    "ArmForm",
    "BiasForm",
    "BiasPlanForm",
    "ImportForm",
    "JoinForm",
    "MoveForm",
    "NameForm",
    "OutcomeForm",
    "PlanForm",
    "PreviousVersionForm",
    "QuestionForm",
    "ReportForm",
    "SectionForm",
    "SheetForm",
    "StudiesForm",
    "StudyForm",
    "TimePointForm",
    "ToolForm",
    "UseForm",
    "criteria_of",
    "earlier_versions",
    "signed_rows",
    "taken_rows",
]
