"""What does a RevMan 5 file say? Studies, risk of bias, analyses with their data, and the results that RevMan had stored.

What is not an analysis, such as the review's text, is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from analysis.revman.records import (
    GENERIC,
    MEASURE_IN_WORDS,
    BadRevman,
    Comparison,
    Data,
    Judged,
    Outcome,
    Result,
    Review,
    Study,
    Totals,
    finite,
)
from analysis.revman.rm5.names import KIND_OF, PREFIX_OF, TOTALS, VALUES, WHOLE, name_of

MEASURES = {words.casefold(): measure for measure, words in MEASURE_IN_WORDS.items()}
LARGEST = 50_000_000  # bytes; the whole file is held in memory


def read(content: bytes) -> Review:
    """The analyses of a RevMan 5 file. Raises BadRevman."""
    if len(content) > LARGEST:
        raise BadRevman(f"The file is larger than {LARGEST // 1_000_000} MB, which no review is.")
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise BadRevman("The file declares entities, which RevMan never does, so it is not read.") from None
    except ElementTree.ParseError as error:
        line, _ = error.position
        raise BadRevman(f"Line {line}: this is not well-formed XML. Save the review in RevMan again.") from None
    except (LookupError, ValueError):
        raise BadRevman(
            "The file says that it is in an encoding that nobody knows. Save the review in RevMan again."
        ) from None
    if root.tag != "COCHRANE_REVIEW":
        raise BadRevman(f"This is XML, but no RevMan 5 file: it begins with {root.tag}, not with COCHRANE_REVIEW.")
    studies = tuple(read_studies(root))
    names = {study.id: study.name for study in studies}
    title = " ".join((root.findtext("COVER_SHEET/TITLE") or "").split())
    comparisons = tuple(read_comparison(each, names) for each in root.iter("COMPARISON"))
    return Review(title, studies, comparisons, tuple(read_bias(root, names)))


def read_studies(root: Element) -> Iterator[Study]:
    for each in root.findall("STUDIES_AND_REFERENCES/STUDIES/INCLUDED_STUDIES/STUDY"):
        name = each.get("NAME") or name_of(each.get("ID", ""))
        yield Study(name, each.get("YEAR", ""), each.get("ID", ""))


def read_bias(root: Element, names: dict[str, str]) -> Iterator[Judged]:
    """The risk-of-bias table, cell by cell."""
    for item in root.iter("QUALITY_ITEM"):
        groups = {each.get("ID", ""): text(each, "NAME") for each in item.findall("QUALITY_ITEM_DATA_ENTRY_GROUP")}
        for each in item.findall("QUALITY_ITEM_DATA/QUALITY_ITEM_DATA_ENTRY"):
            id, group = each.get("STUDY_ID", ""), each.get("GROUP_ID", "")
            yield Judged(
                names.get(id) or name_of(id),
                text(item, "NAME"),
                groups.get(group, group),
                each.get("RESULT", ""),
                paragraphs(each, "DESCRIPTION"),
            )


def read_comparison(element: Element, names: dict[str, str]) -> Comparison:
    outcomes = [
        read_outcome(each, kind, names)
        for each in element
        for prefix, kind in KIND_OF.items()
        if each.tag == f"{prefix}_OUTCOME"
    ]
    return Comparison(whole(element, "NO") or 0, text(element, "NAME"), tuple(outcomes))


def read_outcome(element: Element, kind: str, names: dict[str, str]) -> Outcome:
    prefix = PREFIX_OF[kind]
    rows = [read_row(row, kind, "", names) for row in element.findall(f"{prefix}_DATA")]
    for group in element.findall(f"{prefix}_SUBGROUP"):
        rows += [read_row(row, kind, text(group, "NAME"), names) for row in group.findall(f"{prefix}_DATA")]
    found = {
        ours: (whole if ours in WHOLE else number)(element, theirs)
        for theirs, ours in TOTALS.items()
        if element.get("ESTIMABLE", "YES") == "YES" or ours in ("studies", "total_1", "total_2")
    }
    return Outcome(
        number=whole(element, "NO") or 0,
        name=text(element, "NAME"),
        kind=kind,
        measure=element.get("EFFECT_MEASURE") or MEASURES.get(text(element, "EFFECT_MEASURE").casefold(), ""),
        method=element.get("METHOD", "IV"),
        random=element.get("RANDOM") == "YES",
        group_1=text(element, "GROUP_LABEL_1"),
        group_2=text(element, "GROUP_LABEL_2"),
        left=text(element, "GRAPH_LABEL_1"),
        right=text(element, "GRAPH_LABEL_2"),
        level=number(element, "CI_TOTAL") or 95.0,
        log=element.get("LOG_DATA") == "YES",
        data=tuple(rows),
        totals=Totals(**found),  # type: ignore[arg-type]
    )


def read_row(element: Element, kind: str, subgroup: str, names: dict[str, str]) -> Data:
    id = element.get("STUDY_ID", "")
    values = {ours: number(element, theirs) for theirs, ours in VALUES[kind].items()}
    if kind == GENERIC and values["effect"] is None:
        values["effect"] = number(element, "EFFECT_SIZE")
    return Data(names.get(id) or name_of(id), subgroup, **values, result=read_result(element))


def read_result(element: Element) -> Result | None:
    """What RevMan had computed for a study; None where it had not, or where nothing can be estimated."""
    found = [stored(element, name) for name in ("EFFECT_SIZE", "CI_START", "CI_END")]
    effect, low, high = found
    if effect is None or low is None or high is None or element.get("ESTIMABLE", "YES") == "NO":
        return None
    return Result(effect, low, high, stored(element, "SE"), stored(element, "WEIGHT"))


def stored(element: Element, name: str) -> float | None:
    """A number that RevMan computed: it may be infinite, or none, which is no fault of the data."""
    try:
        value = float(element.get(name, ""))
    except ValueError:
        return None
    return value if isfinite(value) else None


def text(element: Element, tag: str) -> str:
    """The words of a child element, its markup left out."""
    found = element.find(tag)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def paragraphs(element: Element, tag: str) -> str:
    """The words of a child element, a line for each of its paragraphs."""
    found = element.find(tag)
    lines = [] if found is None else [" ".join("".join(each.itertext()).split()) for each in found.iter("P")]
    return "\n".join(each for each in lines if each) or text(element, tag)


def number(element: Element, name: str) -> float | None:
    value = element.get(name, "").strip()
    if not value:
        return None
    where = element.get("ID") or element.get("STUDY_ID") or element.tag
    return finite(value, f"{where}: {name}")


def whole(element: Element, name: str) -> int | None:
    value = number(element, name)
    return None if value is None else int(value)
