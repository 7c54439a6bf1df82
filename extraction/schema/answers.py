"""What is an answer on a sheet, and what is a settled one?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Value = str | int | float | None  # None: not answered


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. text: on a sheet, where it stands in the report; on an assessment, what supports the judgement."""

    value: Value = None
    text: str = ""


BLANK = Answer()


class TakenFrom(StrEnum):
    """Where an agreed answer comes from: both gave it, one of the two did, or it is a third one."""

    BOTH = "both"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen where two answers differ. value and text are for a third answer, which needs a reason."""

    taken_from: TakenFrom
    value: object = None
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """One answer of an agreement, where it comes from, and why."""

    answer: Answer
    taken_from: TakenFrom
    reason: str = ""
