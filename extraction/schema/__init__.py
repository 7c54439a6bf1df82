"""What is asked of a study, what was answered, and where do two sheets differ? Pure: neither Django nor a database."""

from extraction.schema.answers import BLANK, Answer, Choice, Origin, Settled, Source, TakenFrom, Value, box_words
from extraction.schema.asked import ArmOf, Asked, Block, OutcomeOf, Row, Structure, Table, TimeOf, asked_of
from extraction.schema.clean import (
    LONGEST_SOURCE,
    Problem,
    Unreadable,
    check,
    read,
    read_origin,
    read_place,
    read_source,
    read_unit,
    show,
    spell,
)
from extraction.schema.compare import Match, Pair, compare, settle, settle_one
from extraction.schema.fields import Field, Kind, Option
from extraction.schema.form import Form, FormError, Question, Section
from extraction.schema.packs import STANDARD
from extraction.schema.tables import Column

__all__ = [
    "Answer",
    "ArmOf",
    "Asked",
    "BLANK",
    "Block",
    "Choice",
    "Column",
    "Field",
    "Form",
    "FormError",
    "Kind",
    "LONGEST_SOURCE",
    "Match",
    "Option",
    "Origin",
    "OutcomeOf",
    "Pair",
    "Problem",
    "Question",
    "Row",
    "STANDARD",
    "Section",
    "Settled",
    "Source",
    "Structure",
    "Table",
    "TakenFrom",
    "TimeOf",
    "Unreadable",
    "Value",
    "asked_of",
    "box_words",
    "check",
    "compare",
    "read",
    "read_origin",
    "read_place",
    "read_source",
    "read_unit",
    "settle",
    "settle_one",
    "show",
    "spell",
]
