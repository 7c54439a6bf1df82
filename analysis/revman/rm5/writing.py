"""How is a RevMan 5 file written? With the elements and attributes of those that RevMan 5 wrote (5.0 to 5.4), all of them, for it may miss what is not there.

What is not an analysis is written as RevMan writes an empty review: such a file is for taking data along.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from math import floor, log10
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from defusedxml.ElementTree import fromstring

from analysis.revman.records import (
    CONTINUOUS,
    DICHOTOMOUS,
    GENERIC,
    MEASURE_IN_WORDS,
    O_E,
    RATIOS,
    Data,
    Judged,
    Outcome,
    Review,
    Totals,
    plain,
)
from analysis.revman.rm5.names import PREFIX_OF, TOTALS, VALUES, id_of

EMPTY = Path(__file__).with_name("empty.rm5")  # a review without anything in it
DATED = re.compile(
    r"STUDY|QUALITY_ITEM|COMPARISON|(DICH|CONT|IV|IPD)_(OUTCOME|SUBGROUP|DATA)"
)  # beside what is dated there
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
PEOPLE = ("events_1", "total_1", "events_2", "total_2")


def write(review: Review) -> bytes:
    """A RevMan 5 file with these studies and analyses, their results stored, in UTF-8."""
    root = fromstring(EMPTY.read_bytes())
    root.set("ID", str(int(hashlib.sha256(review.title.encode()).hexdigest(), 16))[:18])
    place(root, "COVER_SHEET/TITLE").text = review.title
    included = place(root, "STUDIES_AND_REFERENCES/STUDIES/INCLUDED_STUDIES")
    described = place(root, "CHARACTERISTICS_OF_STUDIES/CHARACTERISTICS_OF_INCLUDED_STUDIES")
    ids = {study.name: study.id or id_of(study.name) for study in review.studies}
    for number, study in enumerate(review.studies):
        id = ids[study.name]
        element = SubElement(included, "STUDY", ID=id, NAME=study.name, YEAR=study.year, DATA_SOURCE="PUB")
        SubElement(SubElement(element, "REFERENCE", PRIMARY="NO", TYPE="JOURNAL_ARTICLE"), "IDENTIFIERS")
        SubElement(element, "IDENTIFIERS")
        described.insert(number, Element("INCLUDED_CHAR", STUDY_ID=id))
        for name in ("METHODS", "PARTICIPANTS", "INTERVENTIONS", "OUTCOMES", "NOTES"):
            SubElement(described[number], f"CHAR_{name}")
    write_bias(place(root, "QUALITY_ITEMS"), review.bias, ids)
    analyses = place(root, "ANALYSES_AND_DATA")
    for comparison in review.comparisons:
        code = f"CMP-{comparison.number:03d}"
        element = SubElement(analyses, "COMPARISON", ID=code, NO=str(comparison.number))
        SubElement(element, "NAME").text = comparison.name
        for outcome in comparison.outcomes:
            write_outcome(element, outcome, f"{code}.{outcome.number:02d}", ids)
    modified = review.modified or datetime(2000, 1, 1, tzinfo=UTC)
    dated = {"MODIFIED": f"{modified:%Y-%m-%d %H:%M:%S %z}", "MODIFIED_BY": "[Empty name]"}
    for each in root.iter():
        each.text = None if each.text is None else NOT_IN_XML.sub("", each.text)
        attributes = {name: NOT_IN_XML.sub("", value) for name, value in each.attrib.items()}
        attributes |= dated if "MODIFIED" in attributes or DATED.fullmatch(each.tag) else {}
        each.attrib.clear()
        each.attrib.update(sorted(attributes.items()))
    ElementTree.indent(root, "")
    out = BytesIO()
    ElementTree.ElementTree(root).write(out, encoding="UTF-8", xml_declaration=True)
    return out.getvalue() + b"\n"


def place(root: Element, path: str) -> Element:
    """An element that every file has."""
    found = root.find(path)
    assert found is not None, path
    return found


def write_bias(items: Element, bias: Iterable[Judged], ids: dict[str, str]) -> None:
    """The risk-of-bias table: an item for each domain, with an entry for each study, or for each of its groups of outcomes."""
    domains: dict[str, list[Judged]] = {}
    for each in bias:
        domains.setdefault(each.domain, []).append(each)
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
    prefix, totals = PREFIX_OF[outcome.kind], outcome.totals
    groups = list(dict.fromkeys(row.subgroup for row in outcome.data if row.subgroup))
    pooled = totals.effect is not None
    attributes = {
        "ID": code,
        "NO": str(outcome.number),
        "RANDOM": yes(outcome.random),
        "SCALE": "100.0",
        "SORT_BY": "USER",
        "SUBGROUPS": yes(bool(groups)),
        "SUBGROUP_TEST": "YES",
        "TOTALS": "YES",
        "ESTIMABLE": "YES",  # what is not stays blank, as where RevMan has not computed yet
        "CI_STUDY": plain(outcome.level),
        "CI_TOTAL": plain(outcome.level),
        **{theirs: said(totals, ours, theirs) for theirs, ours in TOTALS.items() if kept(outcome, theirs)},
        **{name: "0.0" if pooled else "" for name in ("Q", "P_Q", "I2_Q")},
        "WEIGHT": "100.0" if pooled else "0.0",
    }
    if outcome.kind in (DICHOTOMOUS, CONTINUOUS):
        attributes["EFFECT_MEASURE"] = outcome.measure
    attributes |= {"UNITS": ""} if outcome.kind == CONTINUOUS else {"METHOD": outcome.method}
    if outcome.kind == DICHOTOMOUS:
        attributes["SWAP_EVENTS"] = "NO"
    if outcome.kind == GENERIC:
        attributes["LOG_DATA"] = yes(outcome.log)
    if outcome.kind != CONTINUOUS:
        attributes |= logarithms(outcome, "", totals.effect, totals.ci_start, totals.ci_end)
    element = SubElement(parent, f"{prefix}_OUTCOME", attributes)
    words = {
        "NAME": outcome.name,
        "GROUP_LABEL_1": outcome.group_1,
        "GROUP_LABEL_2": outcome.group_2,
        "GRAPH_LABEL_1": outcome.left,
        "GRAPH_LABEL_2": outcome.right,
    }
    if outcome.kind in (GENERIC, O_E):
        words["EFFECT_MEASURE"] = MEASURE_IN_WORDS.get(outcome.measure, outcome.measure)
    for tag, told in words.items():
        SubElement(element, tag).text = told
    number = 0
    for group in ["", *groups]:
        holder = write_subgroup(element, outcome, group, groups.index(group) + 1, code) if group else element
        for row in outcome.data:
            if row.subgroup == group:
                number += 1
                study = ids.get(row.study) or id_of(row.study)
                SubElement(holder, f"{prefix}_DATA", {"STUDY_ID": study, "ORDER": str(number), **of_row(outcome, row)})


def write_subgroup(parent: Element, outcome: Outcome, name: str, number: int, code: str) -> Element:
    """A subgroup, which nobody pooled apart: with what RevMan writes there before it computes."""
    studies = sum(row.subgroup == name for row in outcome.data)
    blank = {theirs: "0" if ours in PEOPLE else "0.0" for theirs, ours in TOTALS.items() if kept(outcome, theirs)}
    if outcome.kind != CONTINUOUS:
        blank |= dict.fromkeys((f"LOG_{end}" for end in ENDS), "-Infinity")
    attributes = {"ID": f"{code}.{number:02d}", "NO": str(number), "ESTIMABLE": "NO", "WEIGHT": "0.0", **blank}
    attributes |= {"DF": "0", "STUDIES": str(studies)}
    element = SubElement(parent, f"{PREFIX_OF[outcome.kind]}_SUBGROUP", attributes)
    SubElement(element, "NAME").text = name
    return element


ENDS = ("EFFECT_SIZE", "CI_START", "CI_END")


def kept(outcome: Outcome, name: str) -> bool:
    """Whether outcomes of its kind have such a number: only those with events count events."""
    return not name.startswith("EVENTS") or name in VALUES[outcome.kind]


def said(of: Totals | Data, ours: str, theirs: str) -> str:
    """A number as RevMan takes it: people are whole there, also where a control group was split; so are studies."""
    value = getattr(of, ours)
    return plain(value if value is None or ours not in PEOPLE else floor(value + 0.5))


def of_row(outcome: Outcome, row: Data) -> dict[str, str]:
    """What a study gave, and its result: blank where nobody computed, zeros where nothing can be estimated."""
    told = {theirs: said(row, ours, theirs) for theirs, ours in VALUES[outcome.kind].items()}
    result, pooled = row.result, any(each.result for each in outcome.data)
    nothing = "0.0" if pooled else ""
    found = {
        "EFFECT_SIZE": plain(result.effect) if result else nothing,
        "CI_START": plain(result.ci_start) if result else nothing,
        "CI_END": plain(result.ci_end) if result else nothing,
        "SE": plain(result.se) if result else nothing,
        "WEIGHT": plain(result.weight) if result else nothing,
        "ESTIMABLE": yes(result is not None or not pooled),
    }
    if outcome.kind != CONTINUOUS:
        limits = (result.effect, result.ci_start, result.ci_end) if result else (None, None, None)
        found |= logarithms(outcome, "-Infinity" if pooled else "", *limits)
    if outcome.kind == DICHOTOMOUS:
        found |= {"O_E": "0.0", "VAR": plain(result.se**2) if result and result.se is not None else nothing}
    return {**found, **told}


def logarithms(outcome: Outcome, nothing: str, *ends: float | None) -> dict[str, str]:
    """To the base of ten, of ratios; of anything else RevMan's sign that there is none. nothing: where there is no number."""
    found = {}
    for name, value in zip(ENDS, ends, strict=True):
        ratio = (outcome.measure in RATIOS or outcome.log) and value is not None and value > 0
        found[f"LOG_{name}"] = plain(log10(value)) if ratio and value else nothing if value is None else "-Infinity"
    return found


def yes(value: bool) -> str:
    return "YES" if value else "NO"
