"""Is the risk-of-bias table of a RevMan 5 file read as RoB 1, whatever RevMan called its domains, and is said what is not?"""

from __future__ import annotations

import pytest

from analysis.revman import rm5
from analysis.revman.bias import cells, domain_of, table
from analysis.revman.records import Judged
from extraction.rob import ROB1

pytestmark = pytest.mark.pure

ITEMS = """<QUALITY_ITEMS>
<QUALITY_ITEM ID="QIT-01" LEVEL="STUDY" NO="1"><NAME>Random sequence generation (selection bias)</NAME><DESCRIPTION><P>x</P></DESCRIPTION>
<QUALITY_ITEM_DATA>
<QUALITY_ITEM_DATA_ENTRY RESULT="YES" STUDY_ID="STD-Murray-2003"><DESCRIPTION><P>A <I>computer</I> drew lots</P></DESCRIPTION></QUALITY_ITEM_DATA_ENTRY>
<QUALITY_ITEM_DATA_ENTRY RESULT="UNKNOWN" STUDY_ID="STD-Lenze-2020"/>
</QUALITY_ITEM_DATA></QUALITY_ITEM>
<QUALITY_ITEM ID="QIT-04" LEVEL="GROUP" NO="4"><NAME>Blinding of outcome assessment (detection bias)</NAME>
<QUALITY_ITEM_DATA_ENTRY_GROUP ID="QIG-01"><NAME>Objective</NAME></QUALITY_ITEM_DATA_ENTRY_GROUP>
<QUALITY_ITEM_DATA_ENTRY_GROUP ID="QIG-02"><NAME>Reported</NAME></QUALITY_ITEM_DATA_ENTRY_GROUP>
<QUALITY_ITEM_DATA>
<QUALITY_ITEM_DATA_ENTRY GROUP_ID="QIG-01" RESULT="NO" STUDY_ID="STD-Murray-2003"><DESCRIPTION>Open</DESCRIPTION></QUALITY_ITEM_DATA_ENTRY>
<QUALITY_ITEM_DATA_ENTRY GROUP_ID="QIG-02" RESULT="NO" STUDY_ID="STD-Murray-2003"><DESCRIPTION>Mothers knew</DESCRIPTION></QUALITY_ITEM_DATA_ENTRY>
</QUALITY_ITEM_DATA></QUALITY_ITEM>
</QUALITY_ITEMS>"""


def with_items(content: bytes, items: str = ITEMS) -> bytes:
    """A RevMan 5 file with this risk-of-bias table."""
    return content.replace(b"</COCHRANE_REVIEW>", items.encode() + b"</COCHRANE_REVIEW>")


def cell(domain: str, result: str, group: str = "", study: str = "Murray 2003") -> Judged:
    return Judged(study, domain, group, result, "")


def test_the_table_is_read_with_what_supports_each_judgement() -> None:
    content = (
        b'<COCHRANE_REVIEW><STUDIES_AND_REFERENCES><STUDIES><INCLUDED_STUDIES><STUDY ID="STD-Murray-2003" NAME="Murray 2003"/>'
        b'<STUDY ID="STD-Lenze-2020" NAME="Lenze 2020"/></INCLUDED_STUDIES></STUDIES></STUDIES_AND_REFERENCES></COCHRANE_REVIEW>'
    )
    told = table(rm5.read(with_items(content)).bias, ["Murray 2003", "Lenze 2020"])
    assert told.found == {
        "Murray 2003": {
            "sequence_generation": ("low", "A computer drew lots"),
            "blinding_assessment": ("high", "Objective: Open\nReported: Mothers knew"),
        },
        "Lenze 2020": {"sequence_generation": ("unclear", "")},
    }
    assert told.left_out == []


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("Adequate sequence generation?", "sequence_generation"),
        ("Allocation concealment (selection bias)", "allocation_concealment"),
        ("Blinding of participants and personnel (performance bias)", "blinding_participants"),
        ("Incomplete outcome data addressed?", "incomplete_data"),
        ("Free of selective reporting?", "selective_reporting"),
        ("Free of other bias?", "other_bias"),
        ("Blinding?", None),
        ("", None),
    ],
)
def test_domains_are_known_by_the_names_of_both_versions(name: str, domain: str | None) -> None:
    assert domain_of(name) == domain


def test_every_domain_of_the_tool_can_be_found() -> None:
    assert {domain_of(f"{domain.title} (some bias)") for domain in ROB1.domains} == {each.id for each in ROB1.domains}


RESULTS = ("low", "unclear", "high", "low", "high", "unclear", "low")


def test_what_is_judged_here_is_found_again_under_revmans_names() -> None:
    judged = {each.id: (result, f"Why {n}") for n, (each, result) in enumerate(zip(ROB1.domains, RESULTS, strict=True))}
    assert table(cells([("Murray 2003", judged)]), ["Murray 2003"]).found == {"Murray 2003": judged}


def test_what_cannot_be_taken_is_said() -> None:
    found = [
        cell("Blinding?", "YES"),
        cell("Other bias", "MAYBE"),
        cell("Selective reporting (reporting bias)", "YES", "Short"),
        cell("Selective reporting (reporting bias)", "NO", "Long"),
        cell("Other bias", "YES", study="Of no study here"),
    ]
    told = table(found, ["Murray 2003"])
    assert told.found == {}
    assert told.left_out == [
        "Risk of bias, “Blinding?”: RoB 1 as it is asked here has no such domain.",
        "Murray 2003, risk of bias, “Other bias”: “MAYBE” is no judgement.",
        "Murray 2003, risk of bias, “Selective reporting (reporting bias)”: groups of outcomes are judged differently.",
    ]
