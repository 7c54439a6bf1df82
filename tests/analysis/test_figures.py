"""Do figures say what a run found, each with the table of the same numbers, and is none of sixty flawed?"""

from __future__ import annotations

from math import exp

import pytest

from analysis import figures
from analysis.measures import MEASURES
from analysis.plots import figure
from analysis.plots.forest_data import Forest
from analysis.stats import (
    baujat,
    cumulate,
    effects,
    fitted_line,
    influence,
    leave_one_out,
    pool,
    regress,
    subgroups,
    trim_and_fill,
)
from tests.analysis.gallery import FAVOURS, METHOD
from tests.analysis.gallery import figures as sixty
from tests.analysis.plots.shapes import flaws, read
from tests.analysis.stats.bcg import BCG

ES = effects("RR", BCG, preset="metafor")
POOLED = pool(ES).to_dict()


def test_sixty_figures_of_widely_varied_data_have_no_flaw() -> None:
    """To look at them: python -m tests.analysis.gallery FOLDER."""
    made = list(sixty())
    assert len(made) == 60
    found = {name: wrong for name, plot in made if (wrong := flaws(read(figure.svg(plot))))}
    assert found == {}


def printed(plot: figure.Plot) -> str:
    return read(figure.svg(plot)).words


def test_a_leave_one_out_plot_shows_the_result_without_each_study_and_with_all() -> None:
    """With all: −0.7145 [−1.0669, −0.3622] on the log scale (Viechtbauer 2010, J Stat Softw 36(3), section 3.1)."""
    series = leave_one_out(ES).to_dict()
    plot = figures.series_forest("TB", series, POOLED, METHOD, FAVOURS)
    table = figures.series_table(series, POOLED, METHOD)
    row = next(row for row in table.rows if row.label == "Comstock 1974")
    without = pool(ES.subset([i for i, study in enumerate(BCG["study"]) if study != "Comstock 1974"])).to_dict()
    assert row.cells == ("12", *figures.series_cells(without, MEASURES["RR"])[1:])
    assert table.total is not None
    assert table.total.cells[-1] == "0.49 [0.34, 0.70]"
    for row in [*table.rows, table.total]:
        assert all(cell in printed(plot) for cell in row.cells)
    assert "Each line is the pooled effect of all studies but the one named." in printed(plot)


def test_a_cumulative_plot_ends_where_the_pooled_effect_is() -> None:
    series = cumulate(ES, order=BCG["year"]).to_dict()
    table = figures.series_table(series, POOLED, METHOD)
    assert table.total is not None
    assert table.rows[0].label == "Aronson 1948"
    assert table.rows[-1].cells == table.total.cells


def test_a_study_without_an_estimate_keeps_its_line() -> None:
    es = effects("RR", ai=[0, 4, 6], n1i=[50, 60, 70], ci=[0, 9, 9], n2i=[50, 60, 70], study=["None", "A", "B"])
    series = leave_one_out(es).to_dict()
    row = figures.series_rows(series, MEASURES["RR"])[0]
    assert (row.cells[-1], bool(row.reason)) == (figures.NOT_ESTIMABLE, True)
    plot = figures.series_forest("TB", series, pool(es).to_dict(), METHOD, FAVOURS)
    assert "Not estimable" in printed(plot)


def test_subgroups_have_their_diamonds_and_the_test_between_them() -> None:
    found = subgroups(ES, BCG["alloc"], name="allocation").to_dict()
    plot = figures.subgroup_forest("TB", found, METHOD, FAVOURS)
    assert [group.heading for group in plot.groups] == ["random", "alternate", "systematic"]
    words = printed(plot)
    for group in found["groups"]:
        assert figures.shown_interval(figures.three(group), MEASURES["RR"]) in words
    assert "Test for subgroup differences: Chi² = " in words
    assert sum(float(group.summary.cells[0][:-1]) for group in plot.groups if group.summary) == pytest.approx(
        100, abs=0.2
    )


def test_a_funnel_shows_what_trim_and_fill_puts_in_and_its_table_names_it() -> None:
    filled = trim_and_fill(ES).to_dict()
    plot, table = figures.funnel_of("TB", POOLED, filled), figures.funnel_table(POOLED, filled)
    assert sum(point.filled for point in plot.points) == filled["k0"] == len(filled["filled_yi"])
    assert [row.label for row in table.rows] == [*BCG["study"], *(f"Filled {n + 1}" for n in range(filled["k0"]))]
    assert plot.limits == pytest.approx(1.959964, abs=1e-6)
    assert [contour.quantile for contour in plot.contours] == pytest.approx([1.644854, 1.959964, 2.575829], abs=1e-6)
    said = figures.filled_in_words(filled, MEASURES["RR"])
    assert said.startswith("Trim and fill (L0, weighted by inverse variance) puts in ")
    assert said in printed(plot)


def test_a_funnel_without_anything_missing_says_so() -> None:
    es = effects("GEN", yi=[-0.2, 0.0, 0.2, 0.0], vi=[0.1, 0.01, 0.1, 0.2])
    filled = trim_and_fill(es, method="EE").to_dict()
    assert (
        figures.filled_in_words(filled, "MD")
        == "Trim and fill (L0, weighted by inverse variance) finds no study missing."
    )


def test_a_bubble_plot_tells_the_slope_in_steps_that_can_be_read() -> None:
    fit = regress(ES, "~ ablat", {"ablat": BCG["ablat"]})
    plot = figures.bubble_of("TB", fit.to_dict(), fitted_line(fit).to_dict())
    ratio = exp(10 * fit.estimate[1])
    assert plot.line_label.startswith(f"Meta-regression: ratio per 10: {ratio:.2f} [")
    table = figures.bubble_table(fit.to_dict(), fitted_line(fit).to_dict())
    assert table.headings == ["ablat", "Risk ratio", "Weight"]
    assert [row.cells[0] for row in table.rows] == [str(each) for each in BCG["ablat"]]


def test_a_baujat_plot_and_its_table_name_every_study() -> None:
    found = baujat(ES).to_dict()
    assert [row.label for row in figures.baujat_table(found).rows] == BCG["study"]
    assert len(figures.baujat_of("TB", found).points) == 13
    more = influence(ES).to_dict()
    table = figures.baujat_table(found, more)
    assert table.headings[2:] == ["Studentised residual", "DFFITS", "Cook’s distance", "Leverage", "Tau² without it"]
    assert float(table.rows[0].cells[2].replace("−", "-")) == pytest.approx(more["rstudent"][0], abs=5e-4)
    assert set(figures.influential(more)) <= set(BCG["study"])


def test_a_forest_is_printed_on_a4_and_every_other_figure_on_a_page_of_its_own_size() -> None:
    from io import BytesIO

    from pypdf import PdfReader

    for name, plot in (("forest", next(sixty())[1]), ("funnel", figures.funnel_of("TB", POOLED))):
        page = PdfReader(BytesIO(figure.file(plot, "pdf"))).pages[0]
        sides = sorted((round(float(page.mediabox.width)), round(float(page.mediabox.height))))
        assert (sides == [595, 842]) == isinstance(plot, Forest), name
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        files = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
        assert all("/FontFile2" in each for each in files)
