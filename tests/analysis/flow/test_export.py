"""The CSV for the R package PRISMA2020 and the JSON say the very numbers of the diagram."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from analysis.flow.counts import count
from analysis.flow.export import to_json, to_prisma2020_csv
from analysis.flow.numbers import FlowCounts
from analysis.flow.sets import FlowSets, Kind, Search
from tests.analysis.flow.reviews import consistent, small
from tests.analysis.plots.figures import words

pytestmark = pytest.mark.pure

# The rows that PRISMA2020 1.1.4 reads, with box and node, from its inst/extdata/PRISMA.csv and PRISMA_data().
TEMPLATE = """
NA node4 prevstud | previous_studies node5 box1 | previous_reports NA box1 | NA node6 newstud
database_results node7 box2 | database_specific_results NA box2 | register_results NA box2
register_specific_results NA box2 | NA node16 othstud | website_results node17 box11
organisation_results NA box11 | citations_results NA box11 | duplicates node8 box3 | excluded_automatic NA box3
excluded_other NA box3 | records_screened node9 box4 | records_excluded node10 box5
dbr_sought_reports node11 box6 | dbr_notretrieved_reports node12 box7 | other_sought_reports node18 box12
other_notretrieved_reports node19 box13 | dbr_assessed node13 box8 | dbr_excluded node14 box9
other_assessed node20 box14 | other_excluded node21 box15 | new_studies node15 box10 | new_reports NA box10
total_studies node22 box16 | total_reports NA box16 | identification node1 identification
screening node2 screening | included node3 included | total_studies_ma node23 box17 | total_reports_ma NA box17
"""

Rows = dict[str, dict[str, str]]


def rows(counts: FlowCounts) -> Rows:
    read = csv.DictReader(io.StringIO(to_prisma2020_csv(counts)))
    assert read.fieldnames == ["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"]
    return {row["box"] if row["data"] == "NA" else row["data"]: row for row in read}


def parts(text: str) -> list[tuple[str, int]]:
    """As the package reads a list: at semicolons, then the label before the comma and the digits after it."""
    found = (item.split(",") for item in text.split(";"))
    return [(label.strip(), int(re.sub(r"\D", "", n))) for label, n in found]


def test_rows_boxes_and_nodes_are_those_the_package_reads() -> None:
    wanted = [tuple(row.split()) for row in re.split(r"[|\n]", TEMPLATE.strip())]
    text = to_prisma2020_csv(count(small()))
    found = [(row["data"], row["node"], row["box"]) for row in csv.DictReader(io.StringIO(text))]
    assert found == wanted


def test_the_small_review_by_hand() -> None:
    read = rows(count(small()))
    numbers = {key: row["n"] for key, row in read.items()}
    assert numbers["database_results"] == "13"
    assert parts(numbers["database_specific_results"]) == [("MEDLINE", 10), ("Embase", 3)]
    assert parts(numbers["register_specific_results"]) == [("ClinicalTrials.gov", 2)]
    assert (numbers["duplicates"], numbers["records_screened"], numbers["records_excluded"]) == ("3", "10", "3")
    assert parts(numbers["dbr_excluded"]) == [("Not a randomised trial", 2), ("Other population", 1)]
    assert (numbers["new_studies"], numbers["total_studies"], numbers["total_studies_ma"]) == ("2", "3", "2")


def test_other_methods_take_the_rows_that_are_free() -> None:
    read = rows(count(small()))
    assert (read["citations_results"]["boxtext"], read["citations_results"]["n"]) == ("Reference lists", "4")
    assert (read["website_results"]["boxtext"], read["website_results"]["n"]) == ("Experts", "2")
    assert (read["organisation_results"]["boxtext"], read["organisation_results"]["n"]) == ("Organisations", "0")


def test_other_methods_beyond_three_rows_are_added_up() -> None:
    sets = small()
    more = tuple(Search(Kind.OTHER, f"Method {i}", (f"x{i}",)) for i in range(3))
    citations = {**sets.citation_of, **{f"x{i}": 100 + i for i in range(3)}}
    read = rows(count(replace(sets, searches=(*sets.searches, *more), citation_of=citations)))
    assert (read["website_results"]["boxtext"], read["website_results"]["n"]) == ("Experts", "2")
    assert (read["organisation_results"]["boxtext"], read["organisation_results"]["n"]) == ("Method 0", "1")
    assert (read["citations_results"]["boxtext"], read["citations_results"]["n"]) == ("Other methods", "6")


def test_a_new_review_has_nothing_in_the_boxes_of_an_update_and_its_own_total() -> None:
    read = rows(count(replace(small(), previous=None, studies_in_meta_analysis=None)))
    assert read["previous_studies"]["n"] == read["total_studies_ma"]["n"] == "0"
    assert read["total_studies"]["n"] == read["new_studies"]["n"] == "2"
    assert read["newstud"]["boxtext"] == "Identification of studies via databases and registers"


def test_reports_that_are_not_known_are_not_said_to_be_none() -> None:
    read = rows(count(replace(small(), reports_in_meta_analysis=None)))
    assert (read["total_studies_ma"]["n"], read["total_reports_ma"]["n"]) == ("2", "NA")


def test_labels_cannot_break_the_lists_of_the_package() -> None:
    sets = small()
    reasons = (replace(sets.reasons[0], label="No trial, or a trial; but\nnot randomised,"), sets.reasons[1])
    read = rows(count(replace(sets, reasons=reasons)))
    assert parts(read["dbr_excluded"]["n"])[0] == ("No trial / or a trial / but not randomised", 2)


def test_no_cell_acts_as_a_formula_in_a_spreadsheet() -> None:
    sets = small()
    reasons = (replace(sets.reasons[0], label="=HYPERLINK(0)"), *sets.reasons[1:])
    cells = [cell for row in rows(count(replace(sets, reasons=reasons))).values() for cell in row.values()]
    assert any("=HYPERLINK(0)" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_unfinished_work_is_said_in_the_heading() -> None:
    read = rows(count(small(finished=False)))
    assert read["newstud"]["boxtext"].endswith("(provisional: work unfinished)")
    assert "records awaiting screening (n = 1)" in read["newstud"]["tooltips"]


def test_addresses_go_into_the_url_column() -> None:
    text = to_prisma2020_csv(count(small()), lambda number: f"https://reviews.example/flow/{number.key}")
    read = {row["data"]: row["url"] for row in csv.DictReader(io.StringIO(text))}
    assert read["records_screened"] == "https://reviews.example/flow/dbr_screened"
    assert read["identification"] == "NA"


@settings(max_examples=40, deadline=None)
@given(consistent(words))
def test_the_csv_has_the_diagrams_numbers_whatever_the_names(sets: FlowSets) -> None:
    counts = count(sets)
    read = rows(counts)
    for data, key in (("duplicates", "dbr_duplicates"), ("records_screened", "dbr_screened"), ("new_reports",) * 2):
        assert int(read[data]["n"]) == counts.n(key)
    three = ("website_results", "organisation_results", "citations_results")
    assert sum(int(read[data]["n"]) for data in three) == counts.n("other_identified")
    for arm in ("dbr", "other"):
        listed = read[f"{arm}_excluded"]["n"]
        if listed != "0":
            assert sum(n for _, n in parts(listed)) == counts.n(f"{arm}_reports_excluded")


@settings(max_examples=40, deadline=None)
@given(consistent(words))
def test_the_json_has_every_number(sets: FlowSets) -> None:
    counts = count(sets)
    read = json.loads(to_json(counts))
    assert {key: entry["n"] for key, entry in read["numbers"].items()} == {
        key: number.n for key, number in counts.numbers.items()
    }
    assert read["finished"] == counts.finished
    assert bool(read["open"]) != counts.finished
