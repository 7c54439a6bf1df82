"""What is asked of a study, what was answered, and where do two sheets differ? Pure: neither Django nor a database."""

from extraction.schema.answers import Answer, Choice, Settled, TakenFrom, Value
from extraction.schema.clean import LONGEST_SOURCE, Problem, Unreadable, check, read, read_source, show
from extraction.schema.compare import Match, Pair, compare, settle
from extraction.schema.fields import ArmOf, Column, Field, Form, Kind, Option, OutcomeOf, Row, Structure, Table, form_of

__all__ = [
    "Answer",
    "ArmOf",
    "Choice",
    "Column",
    "Field",
    "Form",
    "Kind",
    "LONGEST_SOURCE",
    "Match",
    "Option",
    "OutcomeOf",
    "Pair",
    "Problem",
    "Row",
    "Settled",
    "Structure",
    "Table",
    "TakenFrom",
    "Unreadable",
    "Value",
    "check",
    "compare",
    "form_of",
    "read",
    "read_source",
    "settle",
    "show",
]
