"""Which extracted numbers should be looked at again, before agreement and before pooling?

Each rule looks at rows of numbers and gives findings: a sentence, the key of the cell it is about, and how bad it is.
`check_study` looks at one study's sheet, `check_sheets` at two sheets of one study, `check_outcomes` at one outcome of
several studies, `check_estimates` at the effects about to be pooled. Columns are those of `tables`. A finding is a doubt:
whoever lets the number stand gives a reason.
"""

from extraction.schema.lint.across import Estimate, check_estimates, check_outcomes
from extraction.schema.lint.rows import Contrast, Finding, Outcome, Row, Severity, Study
from extraction.schema.lint.sheets import check_sheets
from extraction.schema.lint.study import check_study

__all__ = [
    "Contrast",
    "Estimate",
    "Finding",
    "Outcome",
    "Row",
    "Severity",
    "Study",
    "check_estimates",
    "check_outcomes",
    "check_sheets",
    "check_study",
]
