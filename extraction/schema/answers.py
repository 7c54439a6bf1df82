"""What is an answer on a sheet, and what is a settled one?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

from extraction.schema.whole import whole
from extraction.schema.workings import told

Value = str | int | float | None  # None: not answered. Several choices are one text, their values joined by semicolons
LONGEST_QUOTE = 2_000
BOX_DIGITS = 5  # of a page's width: finer than any letter, and the same number when it has been to a page and back


class Misplaced(ValueError):
    """A place that cannot be stored: a sentence, and which part of it is to be given otherwise: document, page, quote, box."""

    def __init__(self, sentence: str, part: str) -> None:
        super().__init__(sentence)
        self.part = part


@dataclass(frozen=True, slots=True)
class Source:
    """Where in which document an answer was read. box: left, top, right, bottom of a rectangle, as parts (0 to 1) of the page."""

    document: int | None = None
    page: int | None = None
    quote: str = ""
    box: tuple[float, float, float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        found = {"document": self.document, "page": self.page, "quote": self.quote, "box": self.box and list(self.box)}
        return {name: value for name, value in found.items() if value}

    @property
    def typed(self) -> dict[str, str]:
        """As the fields of a page have it."""
        parts = {"document": self.document, "page": self.page, "quote": self.quote, "box": box_words(self.box)}
        return {name: str(value or "") for name, value in parts.items()}

    @property
    def fragment(self) -> str:
        """What the end of an address says of the place, for the viewer that shows it: page, rectangle, quote."""
        parts = {"page": self.page, "box": box_words(self.box), "quote": self.quote}
        return urlencode({name: value for name, value in parts.items() if value}, quote_via=quote)

    @property
    def is_shown(self) -> bool:
        """Whether a viewer can be led to it."""
        return bool(self.document and (self.page or self.quote))


def box_words(box: tuple[float, float, float, float] | None) -> str:
    """A rectangle as fields and addresses have it; empty for none."""
    return ",".join(f"{each:g}" for each in box) if box else ""


def read_anchor(given: Mapping[str, Any] | None) -> Source | None:
    """The source in plain values; None when nothing is in it. Raises Misplaced."""
    if not given:
        return None
    quote = str(given.get("quote") or "").replace("\r\n", "\n").strip()
    if len(quote) > LONGEST_QUOTE or "\0" in quote:
        raise Misplaced(f"a quote has at most {LONGEST_QUOTE} plain characters", "quote")
    page = _whole(given.get("page"), "page")
    if page is not None and page > 100_000:
        raise Misplaced("the page is a whole number, such as 4", "page")
    source = Source(_whole(given.get("document"), "document"), page, quote, _box(given.get("box")))
    return source if source.to_json() else None


def _whole(typed: object, part: str) -> int | None:
    text = "" if typed is None else str(typed).strip()
    if not text:
        return None
    number = whole(text)
    if number is None or not 0 < number < 2**53:
        raise Misplaced(f"the {part} is a whole number, such as 4", part)
    return number


def _box(typed: object) -> tuple[float, float, float, float] | None:
    if typed is None or typed == "":
        return None
    parts = typed.split(",") if isinstance(typed, str) else typed
    try:
        left, top, right, bottom = (round(float(each), BOX_DIGITS) for each in parts)  # type: ignore[attr-defined]
    except (TypeError, ValueError, OverflowError):
        raise Misplaced("a rectangle has four numbers: left, top, right, bottom", "box") from None
    if (
        not all(math.isfinite(each) and 0 <= each <= 1 for each in (left, top, right, bottom))
        or left >= right
        or top >= bottom
    ):
        raise Misplaced(
            "a rectangle lies on its page: left before right, top before bottom, each from 0 to 1, and not too narrow to be seen",
            "box",
        )
    return left, top, right, bottom


class Origin(StrEnum):
    """How a number was had: it stands in a report; it follows from numbers that do; or it rests on an assumption beside what is reported."""

    REPORTED = "reported"
    CONVERTED = "converted"
    IMPUTED = "imputed"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. text: on a sheet, where it stands in the report; on an assessment, what supports the judgement.

    unit: in which the number was given; empty for the question's own. source: the place in a document. working: of a number that was
    converted here, the formula with the numbers that the paper gives. origin: of a number, how it was had; basis: where a person says that
    it was converted or imputed, from what and how, in their words.
    """

    value: Value = None
    text: str = ""
    unit: str = ""
    source: Source | None = None
    working: str = ""
    origin: Origin = Origin.REPORTED
    basis: str = ""

    @property
    def told_how(self) -> str:
        """How a number was had that is not as reported: the formula in words, what a person says of it, or both."""
        return ". ".join(filter(None, (told(self.working).rstrip("."), self.basis)))


BLANK = Answer()


class TakenFrom(StrEnum):
    """Where an agreed answer comes from: both gave it, one of the two did, or it is a third one."""

    BOTH = "both"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen where two answers differ. value, text, unit and place (as Source has it) are for a third answer, which needs a reason.

    working: how a third answer was had that no paper gives; the verb says so, never who chooses. origin: of a third answer, by who
    chooses, whose reason then is its basis; None: reported, unless it has a working. before: what was settled so far; a number that
    stands there may stay in a unit that its question does not know any more.
    """

    taken_from: TakenFrom
    value: object = None
    text: str = ""
    reason: str = ""
    unit: str = ""
    working: str = ""
    origin: Origin | None = None
    place: Mapping[str, Any] | None = None
    before: Answer = BLANK


@dataclass(frozen=True, slots=True)
class Settled:
    """One answer of an agreement, where it comes from, and why."""

    answer: Answer
    taken_from: TakenFrom
    reason: str = ""
