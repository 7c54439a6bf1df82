"""Risk of bias: one light for each judgement, bars as long as their shares, nothing cut or overlapping."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.plots.judgements import ROB1, ROB2, ROBINS_I, Domain
from analysis.plots.traffic_light import (
    BAR_WIDTH,
    BiasBar,
    BiasRow,
    BiasSummary,
    TrafficLight,
    bias_summary,
    traffic_light,
    traffic_light_pages,
)
from tests.analysis.plots.figures import DOMAINS, words
from tests.analysis.plots.shapes import flaws, read

pytestmark = pytest.mark.pure

TABLE = TrafficLight(
    "Risk of bias",
    DOMAINS,
    (BiasRow("Orme 1999", ("low", "unclear", "high")), BiasRow("Quill 2006", ("low", "", "low"))),
    ROB1,
)
SUMMARY = BiasSummary("Risk of bias", (BiasBar("Selection", {"low": 0.5, "unclear": 0.3, "high": 0.2}),), ROB1)


def test_each_judgement_is_a_light_in_its_studys_row_and_its_domains_column() -> None:
    figure = read(traffic_light(TABLE))
    assert figure.role == "img"
    lights = [area for area in figure.areas if area.right - area.left == 17]
    assert len(lights) == 5
    rows = {
        text.what: (text.top + text.bottom) / 2 for text in figure.texts if text.what in ("Orme 1999", "Quill 2006")
    }
    columns = {text.what: (text.left + text.right) / 2 for text in figure.texts if text.what in "ABC"}
    places = {(round((light.left + light.right) / 2), round((light.top + light.bottom) / 2)) for light in lights}
    orme, quill = (round(rows[name], 0) for name in ("Orme 1999", "Quill 2006"))
    a, b, c = (round(columns[name]) for name in "ABC")
    wanted = {(a, orme), (b, orme), (c, orme), (a, quill), (c, quill)}
    assert all(any(abs(x - u) <= 1 and abs(y - v) <= 1 for u, v in wanted) for x, y in places)


def test_the_description_tells_every_judgement() -> None:
    assert read(traffic_light(TABLE)).description == (
        "Orme 1999: A low risk of bias, B unclear risk of bias, C high risk of bias. "
        "Quill 2006: A low risk of bias, C low risk of bias."
    )
    assert read(bias_summary(SUMMARY)).description == (
        "Selection: low risk of bias 50%, unclear risk of bias 30%, high risk of bias 20%."
    )


def test_bars_are_as_long_as_their_shares_and_join() -> None:
    bars = [area for area in read(bias_summary(SUMMARY)).areas if area.what == "rect"]
    lengths = [round(bar.right - bar.left, 2) for bar in bars]
    assert lengths == [BAR_WIDTH * share for share in (0.5, 0.3, 0.2)]
    assert bars[0].right == pytest.approx(bars[1].left, abs=0.02)


def test_a_judgement_that_nobody_made_has_no_bar() -> None:
    svg = bias_summary(replace(SUMMARY, bars=(BiasBar("Selection", {"low": 1.0}),)))
    assert svg.count('stroke="#424242"') == 1 + len(ROB1)  # the bar, and the key's dots


@pytest.mark.parametrize("tool", [ROB1, ROB2, ROBINS_I])
def test_signs_and_colours_of_a_tool_are_all_different_in_lightness_too(tool: dict[str, object]) -> None:
    judgements = list(ROBINS_I.values()) if tool is ROBINS_I else list(tool.values())
    assert len({judgement.sign for judgement in judgements}) == len(judgements)
    greys = sorted(_lightness(judgement.colour) for judgement in judgements)
    assert all(later - earlier > 12 for earlier, later in zip(greys, greys[1:], strict=False))


def _lightness(colour: str) -> float:
    """Grey value, 0 to 255 (ITU-R BT.601)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


@st.composite
def tables(draw: st.DrawFn) -> TrafficLight:
    domains = tuple(draw(st.lists(st.builds(Domain, st.text(max_size=12), words), max_size=9)))
    row = st.builds(BiasRow, words, st.tuples(*(st.sampled_from(["", *ROBINS_I]) for _ in domains)))
    return TrafficLight(draw(words), domains, tuple(draw(st.lists(row, max_size=6))), ROBINS_I, draw(words))


@settings(max_examples=25, deadline=None)
@given(tables())
def test_no_table_has_a_flaw_whatever_the_texts(table: TrafficLight) -> None:
    assert flaws(read(traffic_light(table))) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(words, st.lists(st.integers(0, 9), min_size=3, max_size=3)), max_size=6), words)
def test_no_bars_have_a_flaw_whatever_the_texts(bars: list[tuple[str, list[int]]], title: str) -> None:
    summary = BiasSummary(
        title,
        tuple(
            BiasBar(label, dict(zip(ROB1, (n / sum(parts) for n in parts), strict=True)))
            for label, parts in bars
            if sum(parts)
        ),
        ROB1,
    )
    assert flaws(read(bias_summary(summary))) == []


def test_a_long_table_goes_over_pages_with_the_headings_on_each() -> None:
    table = replace(TABLE, rows=tuple(BiasRow(f"Study {i}", ("low", "low", "high")) for i in range(120)))
    figures = [read(page) for page in traffic_light_pages(table)]
    assert [t.what for f in figures for t in f.texts if t.what.startswith("Study ")] == [
        f"Study {i}" for i in range(120)
    ]
    for i, figure in enumerate(figures, start=1):
        assert figure.canvas.bottom <= 1010
        assert f"(page {i} of {len(figures)})" in figure.title
        assert "Study" in {text.what for text in figure.texts}
    assert traffic_light_pages(TABLE) == (traffic_light(TABLE),)


def test_input_that_does_not_fit_together_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'Orme 1999' has 1 judgements for 3 domains"):
        replace(TABLE, rows=(BiasRow("Orme 1999", ("low",)),))
    with pytest.raises(ValueError, match="'Orme 1999': judgement 'fine' is not one of: low, unclear, high"):
        replace(TABLE, rows=(BiasRow("Orme 1999", ("low", "fine", "low")),))
    with pytest.raises(ValueError, match="'Selection': the shares add up to 0.9, not to 1"):
        BiasBar("Selection", {"low": 0.4, "high": 0.5})
    with pytest.raises(ValueError, match="'Selection': a share is below 0"):
        BiasBar("Selection", {"low": 1.4, "high": -0.4})
    with pytest.raises(ValueError, match="'Selection': judgement 'fine' is not one of"):
        replace(SUMMARY, bars=(BiasBar("Selection", {"fine": 1.0}),))
