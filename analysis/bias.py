"""How is risk of bias shown? Agreed judgements as a table of traffic lights, as weighted bars, as dots of a forest plot, and for robvis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from extraction.queries import AgreedAssessment, Judged
from extraction.rob import Tool, asking, robvis
from extraction.rob.overall import STARS
from extraction.rob.tones import TONES, tone_of

if TYPE_CHECKING:
    from analysis.plots.judgements import Domain, Judgement
    from analysis.plots.traffic_light import BiasSummary, TrafficLight

LETTERS = "ABCDEFG"  # of the domains of RoB 1, as RevMan has them
KINDS = ("svg", "png", "pdf")


def keys_shown(tool: Tool) -> list[str]:
    """The judgements that have a dot: each domain's, and the one over all unless it is a number of stars."""
    return [key for key in asking.judged_keys(tool) if key != asking.OVERALL or tool.overall != STARS]


def domains(tool: Tool, overall: str = "Overall") -> tuple[Domain, ...]:
    """The heads of the columns: D1, D2 ... as robvis has them; for RoB 1 letters; for applicability A1, A2 ..."""
    from analysis.plots.judgements import Domain

    biases = [domain.id for domain in robvis.columns(tool)]
    heads = dict(zip(biases, LETTERS if tool.id == "rob1" else robvis.heads(tool), strict=False))
    fits = [domain.id for domain in tool.domains if domain.applicability]
    heads |= {id: f"A{n}" for n, id in enumerate(fits, start=1)} | {asking.OVERALL: overall}
    return tuple(Domain(heads[key], asking.title_of(tool, key)) for key in keys_shown(tool))


def judgements(tool: Tool) -> dict[str, Judgement]:
    """How each judgement of the tool is drawn, by its value: its sign and tone."""
    from analysis.plots.judgements import Judgement

    found = {}
    for key in keys_shown(tool):
        for option in asking.options_of(tool, key):
            _, colour, ink = TONES[tone_of(option)]
            sign = option.sign or option.label[:1].upper()
            found.setdefault(option.value, Judgement(sign, option.label, colour, ink))
    return found


def said(tool: Tool, of: Mapping[str, str]) -> tuple[str, ...]:
    """The judgements of a row, in the order of the columns; "" where there is none, or none that the tool knows now."""
    known = judgements(tool)
    return tuple(value if (value := of.get(key, "")) in known else "" for key in keys_shown(tool))


def values(each: AgreedAssessment) -> dict[str, str]:
    return {key: judged.judgement for key, judged in each.judgements.items()}


def label(tool: Tool, each: AgreedAssessment) -> str:
    """What a row is called: the study, with its stars where the tool counts them."""
    total = each.judgements.get(asking.OVERALL)
    stars = tool.overall == STARS and total is not None
    return f"{each.study} ({asking.label_of(tool, asking.OVERALL, total.judgement)})" if stars and total else each.study


def traffic_light(judged: Judged, agreed: Sequence[AgreedAssessment]) -> TrafficLight:
    """The table, a row for each study or result."""
    from analysis.plots import traffic_light as plot

    tool = judged.tool
    lights = [said(tool, values(each)) for each in agreed]
    rows = tuple(plot.BiasRow(label(tool, each), given) for each, given in zip(agreed, lights, strict=True))
    return plot.TrafficLight(
        f"Risk of bias, {judged.name}",
        domains(tool),
        rows,
        judgements(tool),
        footnotes=(
            *of_gaps(lights, "Blank: not judged, for example before the tool asked for this domain."),
            *notes(tool),
        ),
    )


def summary(judged: Judged, rows: Sequence[robvis.Row], weighted_by: str = "") -> BiasSummary:
    """The bars: of each domain the share of each judgement, studies counted by their weight."""
    from analysis.plots import traffic_light as plot

    tool = judged.tool
    bars = [
        plot.BiasBar(f"{domain.letter}: {domain.name}" if domain.letter != domain.name else domain.name, found)
        for key, domain in zip(keys_shown(tool), domains(tool), strict=True)
        if (found := shares(rows, key, judgements(tool)))
    ]
    how = f"Studies count by their weight in {weighted_by}." if weighted_by else "Every study counts the same."
    lights = [said(tool, row.judgements | {asking.OVERALL: row.overall}) for row in rows]
    told = of_gaps(lights, "In each domain the studies are counted that are judged in it.")
    return plot.BiasSummary(
        f"Risk of bias, {judged.name}", tuple(bars), judgements(tool), footnotes=(how, *told, *notes(tool))
    )


def shares(rows: Sequence[robvis.Row], key: str, known: Mapping[str, object]) -> dict[str, float]:
    """Which share of the weight has which judgement under a key, of those that have one; empty when none has."""
    weights: dict[str, float] = {}
    for row in rows:
        value = row.overall if key == asking.OVERALL else row.judgements.get(key, "")
        if value in known:
            weights[value] = weights.get(value, 0.0) + row.weight
    total = sum(weights.values())
    return {value: weights.get(value, 0.0) / total for value in known if weights.get(value)} if total else {}


def of_gaps(lights: Sequence[Sequence[str]], told: str) -> tuple[str, ...]:
    """What is told where a study has no judgement in a domain."""
    return (told,) if any("" in given for given in lights) else ()


def notes(tool: Tool) -> tuple[str, ...]:
    return (f"{tool.name}: {tool.source}",)


def rows_of(agreed: Sequence[AgreedAssessment], weights: Mapping[int, float]) -> list[robvis.Row]:
    """The rows of robvis's CSV. weights: by study; without any, every study weighs 1; else one that is not in it weighs 0."""
    found = []
    for each in agreed:
        given = values(each)
        weight = weights.get(each.study_id, 0.0) if weights else 1.0
        found.append(robvis.Row(each.study, given, given.pop(asking.OVERALL, ""), weight))
    return found
