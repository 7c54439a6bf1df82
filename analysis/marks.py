"""What was done to a study's numbers before they were pooled, as marks beside its name and in words?

Studies are rows of a run's result; see analysis.pooling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis.frozen import Frozen

CONVERTED, IMPUTED = "†", "‡"
MARKS = {
    CONVERTED: "With numbers converted from others that were reported.",
    IMPUTED: "With numbers imputed: they rest on an assumption beside what was reported, such as a normal distribution behind a median.",
}


def called(study: Frozen) -> str:
    """A study's name in a figure and its table, with its marks; where a rule chose among time points, with the time of its result."""
    name = f"{study['label']}, {study['time']['at']}" if study.get("time") else str(study["label"])
    return f"{name} {found}" if (found := marks_of(study)) else name


def marks_of(study: Frozen) -> str:
    """Whether a study's numbers are others than those that were reported, by MARKS."""
    converted = study.get("converted") or study.get("source")
    return (CONVERTED if converted else "") + (IMPUTED if study.get("imputed") else "")


def legend(studies: Iterable[Frozen]) -> list[str]:
    """What the marks of these studies mean, such as "† With numbers ..."; nothing where there is none."""
    used = {mark for study in studies for mark in marks_of(study)}
    return [f"{mark} {words}" for mark, words in MARKS.items() if mark in used]


def in_words(study: Frozen, sides: Mapping[str, str]) -> str:
    """The same in sentences, with the arms that stand behind the two groups, where that is more than one each."""
    arms = study["arms"]
    told = [f"{study['stated']}."] if study.get("stated") else []
    told += ["Its scale runs the other way: means times −1."] if study.get("turned") else []
    told += [f"{name} combines {' and '.join(arms[role])}." for role, name in sides.items() if len(arms[role]) > 1]
    told += [f"Converted from other numbers: {', '.join(study['converted'])}."] if study.get("converted") else []
    told += [f"Imputed: {', '.join(study['imputed'])}."] if study.get("imputed") else []
    if source := study.get("source"):
        told.append(f"Log hazard ratio {source}." if source.startswith("from") else f"{source.capitalize()}.")
    if arms["other"]:
        told.append(f"Not used: {', '.join(arms['other'])}.")
    return " ".join(told)
