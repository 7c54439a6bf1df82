"""How is a RevMan 5 file read and written? XML with a study for each name, its risk of bias, and comparisons with outcomes and their data.

The elements and attributes are those of files that RevMan 5 wrote (5.0 to 5.4). What is not an analysis, such as the review's text, is
neither read nor written: such a file is for taking data along, not a whole review.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from analysis.revman.records import (
    CONTINUOUS,
    DICHOTOMOUS,
    GENERIC,
    O_E,
    BadRevman,
    Comparison,
    Data,
    Judged,
    Outcome,
    Review,
    Study,
    Totals,
    finite,
    plain,
)

KIND_OF = {"DICH": DICHOTOMOUS, "CONT": CONTINUOUS, "IV": GENERIC, "IPD": O_E}
PREFIX_OF = {kind: prefix for prefix, kind in KIND_OF.items()}
# Attributes of a row by kind: RevMan's name -> ours.
VALUES = {
    DICHOTOMOUS: {"EVENTS_1": "events_1", "TOTAL_1": "total_1", "EVENTS_2": "events_2", "TOTAL_2": "total_2"},
    CONTINUOUS: {
        "MEAN_1": "mean_1",
        "SD_1": "sd_1",
        "TOTAL_1": "total_1",
        "MEAN_2": "mean_2",
        "SD_2": "sd_2",
        "TOTAL_2": "total_2",
    },
    GENERIC: {"ESTIMATE": "effect", "SE": "se", "TOTAL_1": "total_1", "TOTAL_2": "total_2"},
    O_E: {
        "EVENTS_1": "events_1",
        "TOTAL_1": "total_1",
        "EVENTS_2": "events_2",
        "TOTAL_2": "total_2",
        "O_E": "o_e",
        "VAR": "var",
    },
}
TOTALS = {
    "STUDIES": "studies",
    "EVENTS_1": "events_1",
    "TOTAL_1": "total_1",
    "EVENTS_2": "events_2",
    "TOTAL_2": "total_2",
    "EFFECT_SIZE": "effect",
    "CI_START": "ci_start",
    "CI_END": "ci_end",
    "Z": "z",
    "P_Z": "p_z",
    "CHI2": "chi2",
    "DF": "df",
    "P_CHI2": "p_chi2",
    "I2": "i2",
    "TAU2": "tau2",
}
WHOLE = ("studies", "df")
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
LARGEST = 50_000_000  # bytes; the whole file is held in memory


# --- reading -----------------------------------------------------------------------------------------------------


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
        measure=element.get("EFFECT_MEASURE", ""),
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
    return Data(names.get(id) or name_of(id), subgroup, **values)


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


# --- ids -----------------------------------------------------------------------------------------------------------


def id_of(name: str) -> str:
    """A study's id in RevMan: its name, with every other character than letters and digits written as _xHHHH_."""
    return "STD-" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_x{ord(found[0]):04x}_", name)


def name_of(id: str) -> str:
    """The name that such an id was made of."""
    return re.sub(r"_x([0-9a-fA-F]{4,6})_", lambda found: chr(int(found[1], 16)), id.removeprefix("STD-"))


# --- writing -------------------------------------------------------------------------------------------------------


def write(review: Review) -> bytes:
    """A RevMan 5 file with these studies and analyses, their results stored, in UTF-8."""
    root = Element("COCHRANE_REVIEW", TYPE="INTERVENTION", STAGE="R", STATUS="A", REVMAN_VERSION="5", VERSION_NO="0.0")
    SubElement(SubElement(root, "COVER_SHEET"), "TITLE").text = review.title
    included = SubElement(SubElement(SubElement(root, "STUDIES_AND_REFERENCES"), "STUDIES"), "INCLUDED_STUDIES")
    ids = {}
    for study in review.studies:
        ids[study.name] = study.id or id_of(study.name)
        SubElement(included, "STUDY", ID=ids[study.name], NAME=study.name, YEAR=study.year, DATA_SOURCE="PUB")
    if review.bias:
        write_bias(root, review.bias, ids)
    analyses = SubElement(root, "ANALYSES_AND_DATA", CALCULATED_DATA="YES")
    for comparison in review.comparisons:
        code = f"CMP-{comparison.number:03d}"
        element = SubElement(analyses, "COMPARISON", ID=code, NO=str(comparison.number))
        SubElement(element, "NAME").text = comparison.name
        for outcome in comparison.outcomes:
            write_outcome(element, outcome, f"{code}.{outcome.number:02d}", ids)
    ElementTree.indent(root, "")
    for each in root.iter():
        each.text = None if each.text is None else NOT_IN_XML.sub("", each.text)
    out = BytesIO()
    ElementTree.ElementTree(root).write(out, encoding="UTF-8", xml_declaration=True)
    return out.getvalue() + b"\n"


def write_bias(root: Element, bias: Iterable[Judged], ids: dict[str, str]) -> None:
    """The risk-of-bias table: an item for each domain, with an entry for each study, or for each of its groups of outcomes."""
    domains: dict[str, list[Judged]] = {}
    for each in bias:
        domains.setdefault(each.domain, []).append(each)
    items = SubElement(root, "QUALITY_ITEMS")
    for number, (domain, cells) in enumerate(domains.items(), start=1):
        groups = {group: f"QIG-{n:02d}" for n, group in enumerate(dict.fromkeys(each.group for each in cells), start=1)}
        level = "GROUP" if any(groups) else "STUDY"
        item = SubElement(items, "QUALITY_ITEM", ID=f"QIT-{number:02d}", NO=str(number), LEVEL=level, CORE_ITEM="YES")
        SubElement(item, "NAME").text = domain
        SubElement(item, "DESCRIPTION")
        for group, id in groups.items() if level == "GROUP" else ():
            SubElement(SubElement(item, "QUALITY_ITEM_DATA_ENTRY_GROUP", ID=id), "NAME").text = group
        data = SubElement(item, "QUALITY_ITEM_DATA")
        for each in cells:
            said = {"GROUP_ID": groups[each.group]} if level == "GROUP" else {}
            said |= {"RESULT": each.result, "STUDY_ID": ids.get(each.study) or id_of(each.study)}
            description = SubElement(SubElement(data, "QUALITY_ITEM_DATA_ENTRY", said), "DESCRIPTION")
            for line in each.support.splitlines():
                SubElement(description, "P").text = line


def write_outcome(parent: Element, outcome: Outcome, code: str, ids: dict[str, str]) -> None:
    prefix = PREFIX_OF[outcome.kind]
    groups = list(dict.fromkeys(row.subgroup for row in outcome.data if row.subgroup))
    attributes = {
        "ID": code,
        "NO": str(outcome.number),
        "EFFECT_MEASURE": outcome.measure,
        "METHOD": outcome.method,
        "RANDOM": yes(outcome.random),
        "SUBGROUPS": yes(bool(groups)),
        "SUBGROUP_TEST": "YES",
        "TOTALS": "YES",
        "SWAP_EVENTS": "NO",
        "ESTIMABLE": "YES",  # what is not stays blank
        "CI_STUDY": plain(outcome.level),
        "CI_TOTAL": plain(outcome.level),
        **{theirs: plain(getattr(outcome.totals, ours)) for theirs, ours in TOTALS.items()},
    }
    if outcome.kind == GENERIC:
        attributes["LOG_DATA"] = yes(outcome.log)
    element = SubElement(parent, f"{prefix}_OUTCOME", attributes)
    for tag, words in (
        ("NAME", outcome.name),
        ("GROUP_LABEL_1", outcome.group_1),
        ("GROUP_LABEL_2", outcome.group_2),
        ("GRAPH_LABEL_1", outcome.left),
        ("GRAPH_LABEL_2", outcome.right),
    ):
        SubElement(element, tag).text = words
    place = 0
    for group in ["", *groups]:
        holder = element
        if group:
            holder = SubElement(element, f"{prefix}_SUBGROUP", ID=f"{code}.{groups.index(group) + 1:02d}")
            SubElement(holder, "NAME").text = group
        for row in outcome.data:
            if row.subgroup == group:
                place += 1
                said = {theirs: plain(getattr(row, ours)) for theirs, ours in VALUES[outcome.kind].items()}
                study = ids.get(row.study) or id_of(row.study)
                SubElement(holder, f"{prefix}_DATA", {"STUDY_ID": study, "ORDER": str(place), **said})


def yes(value: bool) -> str:
    return "YES" if value else "NO"
