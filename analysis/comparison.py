"""Which arms of a study stand on which side, where a review makes several comparisons? Pure.

Without a comparison the arms' own roles say it. With one, the agreed answers to a question that is asked of each arm do, such as "Kind of
treatment": arms with one of these answers are the experimental side, arms with one of those the control, all others are not used.
A plan of which one group enters may have answers for that side alone.
A plan keeps it as a line of JSON: {"by": question, "control": [[answer, its words]], "experimental": ...}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST = 800  # characters
Answers = tuple[tuple[str, str], ...]  # as stored, and in words


@dataclass(frozen=True, slots=True)
class Comparison:
    """by: the id of the question on the form."""

    by: str
    experimental: Answers
    control: Answers

    @property
    def sides(self) -> tuple[str, str]:
        """What the two sides are called."""
        return " or ".join(words for _, words in self.experimental), " or ".join(words for _, words in self.control)

    @property
    def words(self) -> str:
        """ "CBT v waiting list or usual care"; of one side its own."""
        return " v ".join(side for side in self.sides if side)

    @property
    def text(self) -> str:
        """As a plan keeps it: the same comparison is the same text."""
        sides = {"by": self.by, "experimental": sorted(self.experimental), "control": sorted(self.control)}
        return json.dumps(sides, ensure_ascii=False, sort_keys=True)

    def role(self, answer: object) -> str:
        """The side of an arm with this answer."""
        if any(answer == value for value, _ in self.experimental):
            return "experimental"
        return "control" if any(answer == value for value, _ in self.control) else "other"


def comparison_of(text: str) -> Comparison | None:
    """What a plan has; None where the arms' own roles hold. Raises ValueError, in words, for what is none."""
    if not text:
        return None
    try:
        found = json.loads(text)
        sides = [
            tuple((str(value), str(words)) for value, words in found[side]) for side in ("experimental", "control")
        ]
        made = Comparison(str(found["by"]), *sides)
    except (ValueError, TypeError, KeyError):
        raise ValueError(f"“{text[:60]}” is no comparison.") from None
    return checked(made)


def chosen(experimental: Iterable[str], control: Iterable[str], words: Mapping[str, str]) -> Comparison | None:
    """What is chosen in a form as "question=answer" for each side; None where nothing is. Raises ValueError, in words."""
    sides = [list(experimental), list(control)]
    if not any(sides):
        return None
    questions = {each.partition("=")[0] for side in sides for each in side}
    if len(questions) > 1:
        raise ValueError("Both sides are told apart by one question.")
    made = (tuple((each.partition("=")[2], words[each]) for each in side) for side in sides)
    return checked(Comparison(questions.pop(), *made))


def checked(made: Comparison) -> Comparison:
    if not made.experimental and not made.control:
        raise ValueError("A comparison has sides: choose at least one answer.")
    if both := {value for value, _ in made.experimental} & {value for value, _ in made.control}:
        raise ValueError(f"“{dict(made.control)[both.pop()]}” cannot stand on both sides.")
    if len(made.text) > LONGEST:
        raise ValueError("These are more answers than a plan can hold: let the form ask in fewer groups.")
    return made


def sides(options: Mapping[str, str], otherwise: Mapping[str, str]) -> dict[str, str]:
    """What the two groups of a run are called, by role; otherwise: where its plan has no comparison of its own."""
    found = comparison_of(options.get("comparison", ""))
    return dict(zip(otherwise, found.sides, strict=True)) if found else dict(otherwise)


def in_words(text: str) -> str:
    """A plan's comparison in words; "" where it has none."""
    found = comparison_of(text)
    return found.words if found else ""
