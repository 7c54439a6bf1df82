"""How is a forest plot drawn?

After the manner of RevMan: study, numbers of both arms, weight, effect with interval, the plot with squares sized
by weight and diamonds for pooled effects, and the risk-of-bias judgements of each study. Input is `forest_data`;
nothing is computed here but positions. Widths come from the texts themselves: what is long is wrapped, and rows
grow, so nothing overlaps or is cut.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from analysis.plots import numbers
from analysis.plots.axis import Axis, linear_axis, ratio_axis
from analysis.plots.forest_data import Column, Forest, Group, Prediction, StudyRow, SummaryRow
from analysis.plots.forest_marks import LIGHT, AxisTexts, Marks, axis_texts, draw_axis, overhang
from analysis.plots.judgements import draw_dot, judgement_key
from analysis.plots.layout import Band, Place, paginate, space, stack, text_band
from analysis.plots.svg import Block, Drawing, Face, longest_word, wrap

BODY = Face(11)
BOLD = Face(11, bold=True)
NOTE = Face(10)
TITLE = Face(13, bold=True)

MARGIN = 14.0
GAP = 12.0  # between columns
GROUP_GAP = 22.0  # between groups of columns
PADDING = 2.5  # above and below the text of a row
LABEL_WIDTHS = (90.0, 210.0)  # least and most
CELL_WIDTH = 175.0  # most; longer texts wrap
HEADING_WIDTH = 140.0
GROUP_LINES = 3  # a shared heading may have so many lines before it widens its columns
PLOT_WIDTH = 250.0
JOINED = "\u00a0"  # a space at which no line breaks, as wide as a common one
DOT = 15.0  # least width of a risk-of-bias column
BIAS_LEAST = 84.0  # room for the words above the columns
PAGE_HEIGHT = 1010.0  # an upright A4 page at 96 dpi, less its margins


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column, and the one above it that it may share with its neighbours."""

    place: Place
    block: Block
    align: str
    over: Place
    group: Block


def forest(data: Forest) -> str:
    """The whole plot as one picture, however high."""
    return _Layout(data).pages(None)[0]


def forest_pages(data: Forest, height: float = PAGE_HEIGHT) -> tuple[str, ...]:
    """The plot over as many pages as it needs, each at most `height` pixels high if the longest row allows it."""
    return tuple(_Layout(data).pages(height))


class _Layout:
    """Columns, measured once for all pages, and the bands that fill them."""

    def __init__(self, data: Forest) -> None:
        self.data = data
        self.label = Place(MARGIN, _label_width(data))
        self.fits = [numbers.fit(column.align, _cells(data, i), CELL_WIDTH) for i, column in enumerate(data.columns)]
        self.columns = _places(data, self.label.right, self.fits)
        self.text = Place(MARGIN, (self.columns[-1] if self.columns else self.label).right - MARGIN)
        self.axis = data.axis or choose_axis(data)
        before, after = overhang(self.axis)
        self.plot = Place(self.text.right + max(GROUP_GAP, before + GAP / 2), PLOT_WIDTH)
        self.dot = min(2 * DOT, max([DOT, *(NOTE.width(domain.letter) + 3 for domain in data.domains)]))
        bias_width = max(self.dot * len(data.domains), BIAS_LEAST) if data.domains else 0.0
        self.bias = Place(self.plot.right + (max(GROUP_GAP, after + GAP / 2) if data.domains else after), bias_width)
        self.width = self.bias.right + MARGIN
        self.inner = Place(MARGIN, self.width - 2 * MARGIN)
        heaviest = max((study.weight for study in data.studies), default=0.0)
        self.marks = Marks(self.axis, self.plot.left, self.plot.width, heaviest)
        self.axis_texts: AxisTexts = axis_texts(self.axis, self.plot.width, data.null, data.axis_label, data.favours)

    def pages(self, height: float | None) -> list[str]:
        """SVG of each page; without a height, of the one page that holds everything."""
        body = list(self._body())
        if body:
            body[-1] = replace(body[-1], keep=True)  # axis and legend never stand alone
        body.append(self._closing())
        if height is None:
            return [self._page("", body)]
        room = height - self._top("(page 99 of 99)").height - self._axis().height - 2 * MARGIN
        sheets = paginate(body, room)
        of_pages = f"of {len(sheets)})" if len(sheets) > 1 else ""
        return [
            self._page(
                f"(page {i} {of_pages}" if of_pages else "",
                sheet if i == len(sheets) else [*sheet, self._axis()],
            )
            for i, sheet in enumerate(sheets, start=1)
        ]

    def _page(self, which: str, bands: list[Band]) -> str:
        """One page: title and headings, rows, and the axis as the last band."""
        drawing = Drawing()
        *rows, last = bands
        top = self._top(which)
        top.draw(drawing, MARGIN)
        y = MARGIN + top.height
        bottom = y + sum(row.height for row in rows)
        if self.data.null is not None and self.marks.holds(self.data.null):
            x = self.marks.x(self.data.null)
            drawing.line(x, y, x, bottom, stroke=LIGHT)
        for row in rows:
            row.draw(drawing, y)
            y += row.height
        last.draw(drawing, bottom)
        title = " ".join(filter(None, (self.data.title, which)))
        return drawing.document(self.width, bottom + last.height + MARGIN, title, describe(self.data))

    def _top(self, which: str) -> Band:
        """Title, then the headings of the columns, standing on a rule."""
        title = wrap(" ".join(filter(None, (self.data.title, which))), self.inner.width, TITLE)
        headings = list(self._headings())
        groups = max((heading.group.height for heading in headings), default=0.0)
        height = groups + max((heading.block.height for heading in headings), default=0.0)
        above = title.height + 8

        def draw(drawing: Drawing, top: float) -> None:
            drawing.text(MARGIN, top, title)
            base = top + above + height
            for heading in headings:
                drawing.text(heading.place.at(heading.align), base - heading.block.height, heading.block, heading.align)
                over = base - height + groups - heading.group.height
                drawing.text(heading.over.at("middle"), over, heading.group, "middle")
            drawing.line(MARGIN, base + 3, self.width - MARGIN, base + 3)

        return Band(above + height + 8, draw)

    def _headings(self) -> Iterator[Heading]:
        data, none = self.data, wrap("", 0, BOLD)
        yield Heading(self.label, wrap(data.study_heading, self.label.width, BOLD), "start", self.label, none)
        for indices in _clusters(data.columns):
            first, last = self.columns[indices[0]], self.columns[indices[-1]]
            over = Place(first.left, last.right - first.left)
            group = wrap(data.columns[indices[0]].group, over.width, BOLD)
            for i in indices:
                column, place = data.columns[i], self.columns[i]
                block = wrap(column.heading, place.width, BOLD)
                align = "end" if column.align in ("point", "interval") else column.align
                yield Heading(place, block, align, over, group if i == indices[0] else none)
        *upper, lower = data.plot_heading or ("",)
        block, group = (wrap(text, self.plot.width, BOLD) for text in (lower, " ".join(upper)))
        yield Heading(self.plot, block, "middle", self.plot, group)
        if data.domains:
            group = wrap(data.bias_heading, self.bias.width, BOLD)
            yield Heading(self.bias, none, "middle", self.bias, group)
        for i, domain in enumerate(data.domains):
            place = self._dot_place(i)
            yield Heading(place, wrap(domain.letter, place.width, NOTE), "middle", place, none)

    def _body(self) -> Iterator[Band]:
        for i, group in enumerate(self.data.groups):
            if i:
                yield space(6)
            yield from self._group(group)
        if self.data.total is not None:
            yield self._rule()
            yield from self._summary(self.data.total, keep=True)

    def _group(self, group: Group) -> Iterator[Band]:
        if group.heading:
            yield text_band(wrap(group.heading, self.text.width, BOLD), MARGIN, padding=PADDING, keep=True)
        for study in group.studies:
            yield self._study(study)
        if group.summary is not None:
            yield from self._summary(group.summary, keep=bool(group.summary.notes))
            for i, note in enumerate(group.summary.notes, start=1):
                yield text_band(wrap_note(note, self.text.width), MARGIN, keep=i < len(group.summary.notes))

    def _study(self, study: StudyRow) -> Band:
        def mark(drawing: Drawing, middle: float) -> None:
            if study.effect is not None:
                self.marks.study(drawing, middle, study.effect, study.weight)
            for i, key in enumerate(study.bias):
                if key:
                    draw_dot(drawing, self.data.judgements[key], self._dot_place(i).at("middle"), middle, DOT / 2 - 1)

        return self._row(study.label, study.cells, BODY, mark)

    def _summary(self, summary: SummaryRow, keep: bool) -> Iterator[Band]:
        def mark(drawing: Drawing, middle: float) -> None:
            if summary.effect is not None:
                self.marks.diamond(drawing, middle, summary.effect)

        prediction = summary.prediction
        yield self._row(summary.label, summary.cells, BOLD, mark, keep=keep or prediction is not None)
        if prediction is not None:
            yield self._prediction(prediction, keep)

    def _prediction(self, prediction: Prediction, keep: bool) -> Band:
        def mark(drawing: Drawing, middle: float) -> None:
            self.marks.prediction(drawing, middle, prediction.lower, prediction.upper)

        return self._row(prediction.label, prediction.cells, BODY, mark, keep=keep)

    def _row(
        self, label: str, cells: tuple[str, ...], face: Face, mark: Callable[[Drawing, float], None], keep: bool = False
    ) -> Band:
        """Label, cells and mark, all centred on the middle of the row."""
        named = wrap(label, self.label.width, face)
        blocks = [wrap(cell, place.width, face) for cell, place in zip(cells, self.columns, strict=True)]
        least = DOT if self.data.domains else face.line
        height = max(least, named.height, *(block.height for block in blocks)) + 2 * PADDING

        def draw(drawing: Drawing, top: float) -> None:
            drawing.text(self.label.left, top + (height - named.height) / 2, named)
            for cell, block, place, column, fit in zip(
                cells, blocks, self.columns, self.data.columns, self.fits, strict=True
            ):
                above = top + (height - block.height) / 2
                if fit.width:
                    numbers.draw(drawing, place, above, cell, face, column.align, fit)
                else:
                    align = column.align if column.align in ("start", "middle") else "end"
                    drawing.text(place.at(align), above, block, align)
            mark(drawing, top + height / 2)

        return Band(height, draw, keep)

    def _rule(self) -> Band:
        def draw(drawing: Drawing, top: float) -> None:
            drawing.line(MARGIN, top + 5, self.text.right, top + 5, stroke=LIGHT)

        return Band(8, draw, keep=True)

    def _axis(self) -> Band:
        def draw(drawing: Drawing, top: float) -> None:
            draw_axis(drawing, self.marks, top, self.data.null, self.axis_texts)

        return Band(self.axis_texts.height, draw)

    def _closing(self) -> Band:
        """The axis with the total's notes at its left, then legend and footnotes across the figure."""
        total_notes = self.data.total.notes if self.data.total is not None else ()
        notes = [wrap_note(note, self.text.width) for note in (*total_notes, *self.data.notes)]
        foot = [text_band(wrap(note, self.inner.width, NOTE), MARGIN) for note in self.data.footnotes]
        below = stack([*self._legend(), *([space(8)] if foot else []), *foot])
        axis = self._axis()
        upper = max(axis.height, sum(note.height for note in notes) + 2 * PADDING)

        def draw(drawing: Drawing, top: float) -> None:
            axis.draw(drawing, top)
            stack(text_band(note, MARGIN) for note in notes).draw(drawing, top + PADDING)
            below.draw(drawing, top + upper)

        return Band(upper + below.height, draw)

    def _legend(self) -> Iterator[Band]:
        if not self.data.domains:
            return
        yield space(8)
        yield text_band(wrap(f"{self.data.bias_heading} legend", self.inner.width, Face(NOTE.size, bold=True)), MARGIN)
        for domain in self.data.domains:
            yield text_band(wrap(f"({domain.letter}) {domain.name}", self.inner.width, NOTE), MARGIN)
        yield judgement_key(tuple(self.data.judgements.values()), self.inner)

    def _dot_place(self, i: int) -> Place:
        free = self.bias.width - self.dot * len(self.data.domains)
        return Place(self.bias.left + free / 2 + i * self.dot, self.dot)


def wrap_note(text: str, width: float) -> Block:
    """A note below a diamond; a statistic and its number stay on one line."""
    together = text.replace(" = ", f"{JOINED}={JOINED}").replace(" < ", f"{JOINED}<{JOINED}")
    return Block(tuple(line.replace(JOINED, " ") for line in wrap(together, width, NOTE).lines), NOTE)


def choose_axis(data: Forest) -> Axis:
    """The range that shows the plot best; very wide intervals are cut (see `analysis.plots.axis`)."""
    limits = [value for _, effect in data.effects for value in (effect.lower, effect.upper)]
    core = [effect.estimate for _, effect in data.effects]
    core += [v for row in data.summaries if row.effect for v in (row.effect.lower, row.effect.upper)]
    limits += [v for row in data.summaries if row.prediction for v in (row.prediction.lower, row.prediction.upper)]
    return ratio_axis(limits, core) if data.log else linear_axis(limits, core, data.null)


def describe(data: Forest) -> str:
    """The description for screen readers: the caller's, or the number of studies and each pooled line."""
    if data.description:
        return data.description
    count = len(data.studies)
    parts = [f"Forest plot of {count} {'study' if count == 1 else 'studies'}."]
    for summary in data.summaries:
        named = [
            f"{' '.join(filter(None, (column.group, column.heading)))} {cell}"
            for column, cell in zip(data.columns, summary.cells, strict=True)
            if cell
        ]
        parts.append(f"{summary.label}: {', '.join(named)}." if named else f"{summary.label}.")
    return " ".join(parts)


def _label_width(data: Forest) -> float:
    """As wide as the longest name, within limits."""
    widths = [BOLD.width(data.study_heading), *(BODY.width(study.label) for study in data.studies)]
    for summary in data.summaries:
        widths.append(BOLD.width(summary.label))
        if summary.prediction is not None:
            widths.append(BODY.width(summary.prediction.label))
    least, most = LABEL_WIDTHS
    return min(most, max([least, *widths]))


def _places(data: Forest, left: float, fits: Sequence[numbers.Fit]) -> list[Place]:
    """The columns of text, each as wide as its longest text up to a limit, side by side."""
    widths = [max(_column_width(data, i), fit.width) for i, fit in enumerate(fits)]
    for indices in _clusters(data.columns):
        present = sum(widths[i] for i in indices) + GAP * (len(indices) - 1)
        group = data.columns[indices[0]].group
        wanted = min(HEADING_WIDTH, BOLD.width(group)) if len(indices) == 1 else _group_width(group)
        missing = wanted - present
        for i in indices:
            widths[i] += max(0.0, missing / len(indices))
    starts = {indices[0] for indices in _clusters(data.columns)}
    places = []
    for i, width in enumerate(widths):
        left += GROUP_GAP if i in starts else GAP
        places.append(Place(left, width))
        left += width
    return places


def _column_width(data: Forest, i: int) -> float:
    widths = [face.width(cell) for cell, face in _cells(data, i)]
    heading = min(BOLD.width(data.columns[i].heading), HEADING_WIDTH)
    return max(heading, min(CELL_WIDTH, max(widths, default=0.0)), BODY.size)


def _cells(data: Forest, i: int) -> Iterator[tuple[str, Face]]:
    """The texts of a column from above, each with its face."""
    for study in data.studies:
        yield study.cells[i], BODY
    for summary in data.summaries:
        yield summary.cells[i], BOLD
        if summary.prediction is not None:
            yield summary.prediction.cells[i], BODY


def _group_width(text: str) -> float:
    """What a shared heading asks of its columns: room for its longest word, and few lines."""
    return min(HEADING_WIDTH, max(longest_word(text, BOLD), BOLD.width(text) / GROUP_LINES))


def _clusters(columns: Sequence[Column]) -> list[list[int]]:
    """Neighbouring columns under one heading, as indices; a column without a group stands alone."""
    keys = [column.group or f"alone {i}" for i, column in enumerate(columns)]
    return [[i for i, _ in members] for _, members in groupby(enumerate(keys), key=lambda pair: pair[1])]
