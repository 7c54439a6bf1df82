"""The flow diagram: the right template, every number in it, each opening its list, and nothing cut or crossed."""

from dataclasses import replace
from io import BytesIO
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from analysis.flow.boxes import notes
from analysis.flow.counts import count
from analysis.flow.diagram import diagram, provisional, shown, template
from analysis.flow.numbers import FlowCounts, Number
from analysis.flow.sets import FlowSets, Reason
from analysis.plots.render import svg_to_pdf
from tests.analysis.flow.reviews import consistent, small
from tests.analysis.plots.figures import words
from tests.analysis.plots.shapes import Figure, flaws, read

pytestmark = pytest.mark.pure

slowly = settings(max_examples=30, deadline=None)


def _boxes(figure: Figure) -> list[object]:
    return [area for area in figure.areas if area.what == "rect"]


def crossings(figure: Figure) -> list[str]:
    """Boxes on boxes, and arrows that run into a box instead of ending at its edge."""
    found = [f"{a} on {b}" for a, b in combinations(figure.areas, 2) if a.overlaps(b)]
    return found + [f"{s} runs into {a}" for s in figure.strokes for a in figure.areas if s.overlaps(a)]


def _words(figure: Figure) -> str:
    """The text as it is read, lines joined."""
    return figure.words.replace("\u00a0", " ")


def _template(updated: bool, other: bool) -> FlowCounts:
    sets = small()
    searches = sets.searches if other else sets.searches[:3]
    return count(replace(sets, searches=searches, previous=sets.previous if updated else None))


@pytest.mark.parametrize(
    ("updated", "other", "name", "bars"),
    [
        (False, False, "new review, databases and registers only", 1),
        (False, True, "new review, databases, registers and other methods", 2),
        (True, False, "updated review, databases and registers only", 2),
        (True, True, "updated review, databases, registers and other methods", 3),
    ],
)
def test_the_template_follows_from_the_review(updated: bool, other: bool, name: str, bars: int) -> None:
    counts = _template(updated, other)
    assert template(counts) == name
    svg = diagram(counts)
    assert svg.count('rx="8"') == bars
    text = _words(read(svg))
    new = "new studies" if updated else "studies"
    assert f"Identification of {new} via databases and registers" in text
    assert (f"Identification of {new} via other methods" in text) == other
    assert ("Previous studies" in text) == ("Total studies included" in text) == updated
    assert ("New studies included in review" in text) == updated
    for stage in ("Identification", "Screening", "Included"):
        assert stage in [t.what for t in read(svg).texts]


def test_the_diagram_prints_the_published_boxes_with_their_numbers() -> None:
    text = _words(read(diagram(count(small()))))
    for line in (
        "Databases (n = 13)",
        "MEDLINE (n = 10)",
        "Registers (n = 2)",
        "Duplicate records removed (n = 3)",
        "Records marked as ineligible by automation tools (n = 1)",
        "Records removed for other reasons (n = 1)",
        "Records screened (n = 10)",
        "Records excluded** (n = 3)",
        "Excluded by people (n = 2)",
        "Reports sought for retrieval (n = 6)",
        "Reports not retrieved (n = 1)",
        "Reports assessed for eligibility (n = 5)",
        "Not a randomised trial (n = 2)",
        "Reference lists (n = 4)",
        "New studies included in review (n = 2)",
        "Reports of total included studies (n = 5)",
        "Studies included in meta-analysis (n = 2)",
        "Records from other methods that databases or registers also found, counted there only (n = 1)",
        "Records from other methods not sought for retrieval: excluded on title and abstract (n = 1)",
        "Further records of a report already counted, so not sought (n = 1)",
    ):
        assert line in text


def test_a_reason_that_nobody_used_is_not_printed() -> None:
    sets = small()
    counts = count(replace(sets, reasons=(*sets.reasons, Reason("late", "Published too late", frozenset()))))
    assert "Published too late" not in _words(read(diagram(counts)))


def test_what_is_pooled_from_elsewhere_is_said_below_the_boxes_and_in_none() -> None:
    counts = count(replace(small(), pooled_elsewhere=frozenset({"Toth", "Ulm"})))
    *_, elsewhere, _ = notes(counts)
    assert elsewhere.text.endswith("not selected here, in no box")
    assert (elsewhere.number.n, counts.n("total_studies_ma")) == (2, 2)
    assert "in no box (n = 2)" in _words(read(diagram(counts))).replace("\u00a0", " ")


def test_unfinished_work_is_said_above_and_shown_in_its_box() -> None:
    counts = count(small(finished=False))
    assert provisional(counts).replace("\u00a0", " ") == (
        "Provisional: the review is not finished. Still open: records awaiting screening (n = 1); "
        "records in conflict at screening (n = 1); reports awaiting retrieval (n = 1); reports awaiting assessment "
        "(n = 1); reports in conflict at assessment (other methods) (n = 1); "
        "included reports not yet linked to a study (n = 1)."
    )
    text = _words(read(diagram(counts)))
    assert text.startswith("Provisional: the review is not finished.")
    for line in ("Records awaiting screening (n = 1)", "Reports awaiting retrieval (n = 1)"):
        assert line in text
    assert provisional(count(small())) == ""
    assert "Provisional" not in diagram(count(small()))
    assert "awaiting" not in diagram(count(small()))


def test_each_number_opens_its_list_when_there_is_an_address_for_it() -> None:
    counts = count(small(finished=False))
    figure = read(diagram(counts, link=lambda number: f"/list?key={number.key}"))
    assert figure.role == "group"
    for href, written in figure.links.items():
        number = counts[href.removeprefix("/list?key=")]
        assert written.replace("\u00a0", " ").endswith(f"(n = {number.n})")
    opened = {href.removeprefix("/list?key=") for href in figure.links}
    assert {"dbr_duplicates", "dbr_screened", "dbr_awaiting_screening", "new_studies", "other_sought"} <= opened
    in_boxes_and_notes = figure.words.count("(n\u00a0=") - provisional(counts).count("(n\u00a0=")
    assert len(figure.links) == in_boxes_and_notes


def test_without_addresses_there_are_no_links_and_the_diagram_is_an_image() -> None:
    figure = read(diagram(count(small())))
    assert (figure.links, figure.role) == ({}, "img")
    some = read(diagram(count(small()), link=lambda n: "/x" if n.key == "new_studies" else None))
    assert list(some.links) == ["/x"]


def test_a_screen_reader_hears_every_number() -> None:
    counts = count(small())
    description = read(diagram(counts, title="Flow of studies")).description.replace("\u00a0", " ")
    assert description.startswith("Template: updated review, databases, registers and other methods.")
    assert "Records screened (n = 10)" in description
    assert "Records excluded (n = 3)" in description
    assert read(diagram(counts, title="Flow of studies")).title == "Flow of studies"


def test_large_numbers_are_printed_with_separators() -> None:
    number = Number("k", "Records", count(small())["dbr_screened"].unit, 12345)
    assert shown(number) == "(n\u00a0=\u00a012,345)"


def test_a_long_list_of_reasons_grows_its_box_and_moves_the_rest_down() -> None:
    sets = small()
    long = "Reported in a way from which no effect could be computed even after its authors had been asked twice"
    longer = count(replace(sets, reasons=tuple(replace(reason, label=long * 3) for reason in sets.reasons)))
    before, after = read(diagram(count(sets))), read(diagram(longer))
    assert after.canvas.bottom > before.canvas.bottom + 100
    assert after.canvas.right == before.canvas.right
    assert (flaws(after), crossings(after)) == ([], [])


@slowly
@given(consistent(words), st.booleans())
def test_nothing_overlaps_is_cut_or_crossed_whatever_the_names_and_numbers(sets: FlowSets, linked: bool) -> None:
    figure = read(diagram(count(sets), link=(lambda number: "/" + number.key) if linked else None))
    assert flaws(figure) == []
    assert crossings(figure) == []


@slowly
@given(consistent())
def test_the_diagram_prints_the_numbers_that_were_counted(sets: FlowSets) -> None:
    counts = count(sets)
    text = _words(read(diagram(counts)))
    for key in ("dbr_screened", "dbr_sought", "dbr_assessed", "dbr_duplicates", "new_reports"):
        assert f"{counts[key].label} (n = {counts.n(key)})" in text


@pytest.mark.parametrize(("updated", "other", "upright"), [(False, False, True), (True, True, False)])
def test_it_prints_on_one_sheet_of_a4(updated: bool, other: bool, upright: bool) -> None:
    pdf = PdfReader(BytesIO(svg_to_pdf(diagram(_template(updated, other)), a4=True)))
    assert len(pdf.pages) == 1
    box = pdf.pages[0].mediabox
    assert (box.height > box.width) == upright
    assert "Reports assessed for eligibility" in pdf.pages[0].extract_text()


def test_the_same_counts_give_the_same_bytes() -> None:
    assert diagram(count(small())) == diagram(count(small()))
