"""What does the summary of findings say in each cell? The words of page and files; numbers are rounded here as everywhere in exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from analysis.exports import result_in_words, unusual_level
from analysis.grade.absolute import PEOPLE, Absolute
from analysis.grade.certainty import DOMAINS, LEVELS, MEANING, SIGNS, START_WORDS, Domain, Rating, explained
from analysis.measures import measure
from analysis.models import Run
from analysis.queries.findings import Line
from analysis.rounded import effect, minus, number
from analysis.run_figures import counted
from screening.formats.printed import Table, docx
from screening.formats.printed import csv_lines as csv

HEADINGS = (
    "Outcome",
    "Participants (studies)",
    "Effect (95% CI)",
    "Without the intervention",
    "With the intervention",
    "Difference",
    "Certainty (GRADE)",
    "Reasons",
)
OF_BOTH = slice(3, 6)  # those of them that say what is without and with the intervention
ESTIMATE = "Estimate (95% CI)"  # instead of an effect, where nothing has one
NOT_AGREED = "Not agreed yet"
STALE = "Agreed on an earlier run: the numbers have changed since."


@dataclass(frozen=True, slots=True)
class Cells:
    """One outcome in words, a text for each of HEADINGS but for the reasons, which are one text each. stale: what has changed."""

    outcome: str
    people: str
    effect: str
    without: str
    with_it: str
    difference: str
    certainty: str
    reasons: list[str]
    stale: list[str]

    @property
    def row(self) -> tuple[str, ...]:
        reasons = " ".join((*self.reasons, *self.stale))
        return (
            self.outcome,
            self.people,
            self.effect,
            self.without,
            self.with_it,
            self.difference,
            self.certainty,
            reasons,
        )


def cells(line: Line) -> Cells:
    run, absolute, rating = line.run, line.absolute, line.certainty
    stale = [STALE] if line.is_stale else []
    if line.shown.is_stale:
        stale.append("The agreed data or the plan have changed since the run that is shown.")
    if line.shown.is_provisional:
        stale.append(f"Provisional: data are agreed for {line.shown.agreed} of {line.shown.included} studies.")
    interval = unusual_level(run) if run else ""
    return Cells(
        outcome=str(line.finding),
        people=people(run),
        effect=relative(run),
        without=risk(absolute.without) + source(line) if absolute else mean(line),
        with_it=with_it(absolute, interval) if absolute else "–",
        difference=difference(absolute, interval) if absolute else of_means(run, interval),
        certainty=f"{rating.sign} {rating.certainty}" if rating else NOT_AGREED,
        reasons=explained(rating) if rating else [],
        stale=stale,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """Both ratings, and what is agreed, side by side. rows: the domain, a text for each rating, whether the two raters took one step."""

    raters: list[str]
    rows: list[tuple[str, list[str], bool]]


def compared(line: Line) -> Compared:
    ratings = [*line.pair, *([line.agreed] if line.agreed else [])]
    raters = [str(each.member) if not each.agreed else "Agreed" for each in ratings]
    starts = [each.start for each in line.pair]
    rows = [("Evidence from", [START_WORDS[each.start] for each in ratings], len(set(starts)) < 2)]
    for domain in DOMAINS:
        steps = [each.steps.get(domain.id, 0) for each in line.pair]
        texts = [step_in_words(domain, each.rating) for each in ratings]
        rows.append((domain.name, texts, len(set(steps)) < 2))
    levels = [each.rating.certainty for each in line.pair]
    certainties = [f"{each.rating.sign} {each.rating.certainty}" for each in ratings]
    return Compared(raters, [*rows, ("Certainty", certainties, len(set(levels)) < 2)])


def step_in_words(domain: Domain, rating: Rating) -> str:
    words, reason = domain.steps[rating.steps.get(domain.id, 0)], rating.reasons.get(domain.id, "")
    return f"{words}: {reason}" if reason else words


def people(run: Run | None) -> str:
    if run is None:
        return "Nothing pooled"
    participants = run.result["participants"]
    return counted(run) if participants is None else f"{participants} ({counted(run)})"


def relative(run: Run | None) -> str:
    """The pooled effect; for means, which are no relative effect, with the name of the measure all the same."""
    if run is None:
        return "–"
    return result_in_words(run)


def whole(value: float) -> str:
    return minus(f"{value:.0f}")


def risk(value: float) -> str:
    return f"{whole(value)} per {PEOPLE}"


def source(line: Line) -> str:
    """Where the assumed risk is from."""
    if line.finding.assumed_risk is not None:
        return f" ({line.finding.risk_source})"
    return " (median of the control groups)"


def with_it(absolute: Absolute, interval: str) -> str:
    """Such as "140 per 1000 (120 to 170)". interval: "90% CI " where it is not the usual one."""
    return f"{risk(absolute.with_it)} ({interval}{whole(absolute.lower)} to {whole(absolute.upper)})"


def difference(absolute: Absolute, interval: str = "") -> str:
    """Such as "12 fewer per 1000 (20 fewer to 4 more)"."""
    estimate, lower, upper = absolute.difference
    return f"{more(estimate)} per {PEOPLE} ({interval}{more(lower)} to {more(upper)})"


def more(value: float) -> str:
    size = whole(abs(value))
    return "0" if size == "0" else f"{size} {'more' if value > 0 else 'fewer'}"


def mean(line: Line) -> str:
    """The mean without the intervention, where there is one."""
    if line.usual_mean is None:
        return "–"
    unit = line.finding.analysis.outcome.unit
    return f"mean {effect(line.usual_mean)} ({f'{unit}; ' if unit else ''}median of the control groups)"


def of_means(run: Run | None, interval: str = "") -> str:
    """What a difference of means says: such as "2.10 lower (3.40 lower to 0.80 lower)"."""
    if run is None or (unit := measure(run.options["measure"]).higher_in) is None:
        return "–"
    estimate, *limits = (number(run.result[name]) or 0.0 for name in ("estimate", "lower", "upper"))
    low, high = (higher(value) for value in limits)
    return f"{higher(estimate, unit)} ({interval}{low} to {high})"


def higher(value: float, unit: str = "") -> str:
    return f"{effect(abs(value))}{unit} {'higher' if value > 0 else 'lower'}" if value else f"0{unit}"


def compares(lines: Sequence[Line]) -> bool:
    """Whether columns for both sides have a place: not where every outcome is a proportion or a rate of one group."""
    return not lines or any(line.compares for line in lines)


def of_one(row: tuple[str, ...]) -> tuple[str, ...]:
    """A row without what compares two sides."""
    return row[: OF_BOTH.start] + row[OF_BOTH.stop :]


def printed(title: str, lines: Sequence[Line]) -> Table:
    """The summary as a table for files, with what the signs mean below it."""
    headings, rows = HEADINGS, [cells(line).row for line in lines]
    risks = (
        "The risk with the intervention (and its confidence interval, of 95% where no other is said) is the risk without it, changed by the effect. "
        "Risks by a hazard ratio are those by the time that the risk without the intervention is for."
    )
    both = compares(lines)
    if not both:
        headings, rows = of_one((*HEADINGS[:2], ESTIMATE, *HEADINGS[3:])), [of_one(row) for row in rows]
    notes = [
        *([risks] if both else []),
        *(
            f"{sign} {level}: {means}."
            for sign, level, means in zip(SIGNS[::-1], LEVELS[::-1], MEANING[::-1], strict=True)
        ),
        "Evidence of randomised trials begins at high, of other studies at low.",
    ]
    return Table(f"Summary of findings: {title}", headings, rows, notes)


def file(title: str, lines: Sequence[Line], kind: str) -> bytes:
    """The summary as "docx", "csv" or "html"."""
    table = printed(title, lines)
    if kind == "docx":
        return docx(table)
    if kind == "csv":
        return b"".join(csv(table.headings, table.rows))
    return render_to_string("analysis/findings_file.html", {"table": table}).encode()
