"""How are risk-of-bias judgements shown? As a table of traffic lights, and as bars of their shares.

The table has a row for each study (or result) and a column for each domain; the bars show for each domain which
share of the studies has which judgement, weighted as the caller decides. Nothing is counted here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose

from analysis.plots.judgements import Domain, Judgement, draw_dot, judgement_key
from analysis.plots.layout import Band, Place, paginate, space, stack, text_band
from analysis.plots.svg import Drawing, Face, wrap

BODY = Face(11)
BOLD = Face(11, bold=True)
NOTE = Face(10)
TITLE = Face(13, bold=True)

MARGIN = 14.0
PADDING = 3.0
GRID = "#bdbdbd"
LABEL_WIDTHS = (90.0, 260.0)  # least and most
COLUMN_WIDTHS = (30.0, 90.0)
LEGEND_LEAST = 420.0  # a narrow table is still wide enough for its legend
RADIUS = 8.5
BAR_WIDTH = 420.0
BAR_HEIGHT = 20.0
PAGE_HEIGHT = 1010.0


@dataclass(frozen=True, slots=True)
class BiasRow:
    """A study or result with a judgement key for each domain; "" where none was made."""

    label: str
    judgements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrafficLight:
    """A traffic-light table. An overall judgement is one more domain."""

    title: str
    domains: tuple[Domain, ...]
    rows: tuple[BiasRow, ...]
    judgements: Mapping[str, Judgement]
    study_heading: str = "Study"
    footnotes: tuple[str, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.judgements) != len(self.domains):
                raise ValueError(f"{row.label!r} has {len(row.judgements)} judgements for {len(self.domains)} domains")
            for key in row.judgements:
                _must_be_known(row.label, key, self.judgements)


@dataclass(frozen=True, slots=True)
class BiasBar:
    """A domain and the share of each judgement key in it; the shares add up to 1."""

    label: str
    shares: Mapping[str, float]

    def __post_init__(self) -> None:
        if any(share < 0 for share in self.shares.values()):
            raise ValueError(f"{self.label!r}: a share is below 0")
        total = sum(self.shares.values())
        if not isclose(total, 1.0, abs_tol=1e-6):
            raise ValueError(f"{self.label!r}: the shares add up to {total:g}, not to 1")


@dataclass(frozen=True, slots=True)
class BiasSummary:
    """Bars, one below the other, each as long as all studies together."""

    title: str
    bars: tuple[BiasBar, ...]
    judgements: Mapping[str, Judgement]
    footnotes: tuple[str, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        for bar in self.bars:
            for key in bar.shares:
                _must_be_known(bar.label, key or "(empty)", self.judgements)


def _must_be_known(label: str, key: str, judgements: Mapping[str, Judgement]) -> None:
    if key and key not in judgements:
        raise ValueError(f"{label!r}: judgement {key!r} is not one of: {', '.join(judgements)}")


def traffic_light(data: TrafficLight) -> str:
    """The whole table as one picture."""
    return _Table(data).pages(None)[0]


def traffic_light_pages(data: TrafficLight, height: float = PAGE_HEIGHT) -> tuple[str, ...]:
    """The table over pages of at most `height` pixels, the headings on each, the legend on the last."""
    return tuple(_Table(data).pages(height))


class _Table:
    def __init__(self, data: TrafficLight) -> None:
        self.data = data
        self.label = Place(MARGIN, _label_width([data.study_heading, *(row.label for row in data.rows)]))
        self.columns: list[Place] = []
        left = self.label.right + 10
        for domain in data.domains:
            least, most = COLUMN_WIDTHS
            self.columns.append(Place(left, min(most, max(least, BOLD.width(domain.letter) + 10))))
            left = self.columns[-1].right
        self.right = left
        self.inner = Place(MARGIN, max(left - MARGIN, LEGEND_LEAST))

    def pages(self, height: float | None) -> list[str]:
        rows, legend = [self._row(row) for row in self.data.rows], self._legend()
        if height is None:
            sheets = [[*rows, legend]]
        else:
            sheets = paginate([*rows, legend], height - self._top("(page 99 of 99)").height - 2 * MARGIN)
        pages = []
        for i, sheet in enumerate(sheets, start=1):
            which = f"(page {i} of {len(sheets)})" if len(sheets) > 1 else ""
            drawing, whole = Drawing(), stack([self._top(which), *sheet])
            whole.draw(drawing, MARGIN)
            title = " ".join(filter(None, (self.data.title, which)))
            width = self.inner.right + MARGIN
            pages.append(drawing.document(width, whole.height + 2 * MARGIN, title, _describe_table(self.data)))
        return pages

    def _top(self, which: str) -> Band:
        title = wrap(" ".join(filter(None, (self.data.title, which))), self.inner.width, TITLE)
        places = [self.label, *self.columns]
        names = [self.data.study_heading, *(domain.letter for domain in self.data.domains)]
        blocks = [wrap(name, place.width - 4, BOLD) for name, place in zip(names, places, strict=True)]
        height = max(block.height for block in blocks)

        def draw(drawing: Drawing, top: float) -> None:
            drawing.text(MARGIN, top, title)
            base = top + title.height + 8 + height
            for i, (block, place) in enumerate(zip(blocks, places, strict=True)):
                align = "middle" if i else "start"
                drawing.text(place.at(align), base - block.height, block, align)
            drawing.line(MARGIN, base + 3, self.right, base + 3)

        return Band(title.height + 8 + height + 4, draw)

    def _row(self, row: BiasRow) -> Band:
        block = wrap(row.label, self.label.width, BODY)
        height = max(2 * RADIUS + 4, block.height + 2 * PADDING)

        def draw(drawing: Drawing, top: float) -> None:
            drawing.text(MARGIN, top + (height - block.height) / 2, block)
            for place, key in zip(self.columns, row.judgements, strict=True):
                if key:
                    draw_dot(drawing, self.data.judgements[key], place.at("middle"), top + height / 2, RADIUS)
            drawing.line(MARGIN, top + height, self.right, top + height, stroke=GRID, stroke_width=0.5)

        return Band(height, draw)

    def _legend(self) -> Band:
        named = [domain for domain in self.data.domains if domain.name != domain.letter]
        lines = [f"{domain.letter}: {domain.name}" for domain in named]
        bands = [text_band(wrap(line, self.inner.width, NOTE), MARGIN) for line in lines]
        key = judgement_key(tuple(self.data.judgements.values()), self.inner)
        foot = [text_band(wrap(note, self.inner.width, NOTE), MARGIN) for note in self.data.footnotes]
        return stack([space(8), *bands, key, *foot])


def bias_summary(data: BiasSummary) -> str:
    """The bars as one picture, with a scale from 0 to 100 %."""
    label = Place(MARGIN, _label_width([bar.label for bar in data.bars]))
    bars = Place(label.right + 12, BAR_WIDTH)
    inner = Place(MARGIN, bars.right + 16 - MARGIN)
    whole = stack(
        [
            text_band(wrap(data.title, inner.width, TITLE), MARGIN),
            space(8),
            *(_bar(bar, data.judgements, label, bars) for bar in data.bars),
            _percentages(bars),
            space(4),
            judgement_key(tuple(data.judgements.values()), inner),
            *(text_band(wrap(note, inner.width, NOTE), MARGIN) for note in data.footnotes),
        ]
    )
    drawing = Drawing()
    whole.draw(drawing, MARGIN)
    description = data.description or _describe_bars(data)
    return drawing.document(inner.right + MARGIN, whole.height + 2 * MARGIN, data.title, description)


def _bar(bar: BiasBar, judgements: Mapping[str, Judgement], label: Place, bars: Place) -> Band:
    block = wrap(bar.label, label.width, BODY)
    height = max(BAR_HEIGHT, block.height) + 2 * PADDING

    def draw(drawing: Drawing, top: float) -> None:
        drawing.text(MARGIN, top + (height - block.height) / 2, block)
        left, y = bars.left, top + (height - BAR_HEIGHT) / 2
        for key, judgement in judgements.items():
            width = bars.width * bar.shares.get(key, 0.0)
            if width > 0:
                _segment(drawing, judgement, left, y, width)
            left += width

    return Band(height, draw)


def _segment(drawing: Drawing, judgement: Judgement, left: float, top: float, width: float) -> None:
    """A part of a bar; its sign stands in it if there is room."""
    drawing.rect(left, top, width, BAR_HEIGHT, fill=judgement.colour, stroke="#424242", stroke_width=0.5)
    sign = wrap(judgement.sign, width, BOLD)
    if len(sign.lines) == 1 and sign.width + 4 <= width:
        drawing.text(left + width / 2, top + (BAR_HEIGHT - sign.height) / 2, sign, "middle", judgement.ink)


def _percentages(bars: Place) -> Band:
    def draw(drawing: Drawing, top: float) -> None:
        drawing.line(bars.left, top + 2, bars.right, top + 2)
        for quarter in range(5):
            x = bars.left + bars.width * quarter / 4
            drawing.line(x, top + 2, x, top + 6)
            drawing.text(x, top + 8, wrap(f"{25 * quarter}%", 60, NOTE), "middle")

    return Band(8 + NOTE.line, draw)


def _label_width(labels: list[str]) -> float:
    least, most = LABEL_WIDTHS
    return min(most, max([least, *(BOLD.width(label) for label in labels)]))


def _describe_table(data: TrafficLight) -> str:
    if data.description:
        return data.description
    said = []
    for row in data.rows:
        pairs = zip(data.domains, row.judgements, strict=True)
        parts = [f"{domain.letter} {data.judgements[key].meaning.lower()}" for domain, key in pairs if key]
        said.append(f"{row.label}: {', '.join(parts) or 'no judgement'}.")
    return " ".join(said)


def _describe_bars(data: BiasSummary) -> str:
    said = []
    for bar in data.bars:
        parts = [f"{data.judgements[key].meaning.lower()} {share:.0%}" for key, share in bar.shares.items()]
        said.append(f"{bar.label}: {', '.join(parts)}.")
    return " ".join(said)
