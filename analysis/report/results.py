"""What came out? Records, agreement, full texts, studies, and each analysis."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.report.facts import Facts, Kappa, Pooled, Selection
from analysis.report.grammar import capital, count, listed, was
from analysis.report.said import Sentence


def paragraphs(facts: Facts) -> Iterator[tuple[str, Iterator[Sentence]]]:
    yield "Results of the searches", records(facts)
    yield "Screening of titles and abstracts", screening(facts)
    yield "Full texts", full_text(facts)
    yield "Data", data(facts)
    for each in facts.analyses:
        yield f"{capital(each.thing)}: {each.outcome}", effect(each)


# --- records -----------------------------------------------------------------------------------------------------


def records(facts: Facts) -> Iterator[Sentence]:
    found = facts.records
    if not facts.searches:
        return
    brought: dict[str, int] = {}
    for each in facts.searches:
        brought[each.source] = brought.get(each.source, 0) + each.records
    of = f"{len(brought)} sources" if len(brought) > 1 else next(iter(brought))
    many = "searches" if len(brought) == len(facts.searches) else f"{len(facts.searches)} searches"
    searches = "search" if len(facts.searches) == 1 else f"{many} of {of}"
    yield Sentence(f"The {searches} brought {count(found.identified, 'record')}.", "flow")
    if len(brought) > 1 and found.identified:
        yield Sentence(f"They came from {listed([f'{name} ({n:,})' for name, n in brought.items()])}.", "searches")
    if differing := [each for each in facts.searches if each.hits is not None and each.hits != each.records]:
        told = [f"{each.source} (reported {each.hits:,}, taken in {each.records:,})" for each in differing]
        yield Sentence(f"Not as many records came in as the source had reported: {listed(told)}.", "searches")
    if found.identified > 1:
        yield Sentence(duplicates(found.duplicates, found.by_person), "duplicates")
    for n, which, why in (
        (found.by_tool, " that an automation tool had marked as ineligible", ""),
        (found.otherwise, "", " for other reasons"),
    ):
        if n:
            gone = f"{capital(count(n, 'record'))}{which} {was(n)} removed before screening{why}."
            yield Sentence(gone, "removals")


def duplicates(all: int, by_person: int) -> str:
    if not all:
        return "No record was a duplicate of another."
    by_rule = all - by_person
    if not by_person:
        how = "found by rules"
    elif not by_rule:
        how = "found by a member of the team"
    else:
        how = f"{by_rule:,} found by rules and {by_person:,} by members of the team"
    return (
        f"{capital(count(all, 'record'))} {was(all)} removed as {'a duplicate' if all == 1 else 'duplicates'}, {how}."
    )


# --- selection ---------------------------------------------------------------------------------------------------


def screening(facts: Facts) -> Iterator[Sentence]:
    stage = facts.title_abstract
    if not stage.decided and not stage.open:
        return
    if stage.decided:
        gone = "it" if stage.decided == stage.excluded == 1 else f"{stage.excluded:,}" if stage.excluded else "none"
        yield Sentence(
            f"{capital(count(stage.decided, 'record'))} {was(stage.decided)} screened by title and abstract; "
            f"{gone} {was(stage.excluded or 1)} excluded.",
            "flow",
        )
    yield from undecided(stage, "record")
    if stage.agreement:
        yield agreed(stage.agreement, "agreement/title_abstract")


def undecided(stage: Selection, unit: str) -> Iterator[Sentence]:
    if stage.open > 1 and not stage.decided:
        yield Sentence(f"Provisional: none of the {count(stage.open, unit)} has a verdict yet.", "flow")
    elif stage.open:
        wait = "has" if stage.open == 1 else "have"
        yield Sentence(f"Provisional: {count(stage.open, unit)} {wait} no verdict yet.", "flow")


def agreed(found: Kappa, source: str) -> Sentence:
    """Raw agreement, and kappa with its interval as far as it is defined."""
    who = "The two review authors" if found.pairs == 1 else f"The review authors, in {found.pairs} pairs,"
    one = f" {'agreed' if found.raw else 'disagreed'} on the one judgement that was made blind by both"
    raw = (
        ""
        if found.raw is None
        else one
        if found.cases == 1
        else f" agreed on {100 * found.raw:.0f}% of the {count(found.cases, 'judgement')} that {was(found.cases)} made blind by both"
    )
    if found.value is None and found.cases == 1 and raw:
        return Sentence(f"{who}{raw}.", source)
    if found.value is None:
        return Sentence(f"{who}{raw}; kappa is not defined, because only one answer was given.", source)
    name = "Cohen’s kappa" if found.pairs == 1 else "kappa over all pairs (Scott’s pi)"
    limits = (
        ""
        if found.lower is None or found.upper is None
        else f" (95% confidence interval {signed(found.lower)} to {signed(found.upper)})"
    )
    return Sentence(f"{who}{raw}; {name} was {signed(found.value)}{limits}.", source)


def signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


# --- full texts --------------------------------------------------------------------------------------------------


def full_text(facts: Facts) -> Iterator[Sentence]:
    found = facts.full_text
    if not found.sought:
        return
    missing = [f"{found.not_retrieved:,} could not be retrieved"] if found.not_retrieved else []
    missing += (
        [f"{found.awaited:,} {'is' if found.awaited == 1 else 'are'} still being sought"] if found.awaited else []
    )
    told = listed(missing) or ("all were retrieved" if found.sought > 1 else "it was retrieved")
    yield Sentence(
        f"{capital(count(found.sought, 'report'))} {was(found.sought)} sought as full text; {told}.", "reports"
    )
    if found.assessed:
        yield Sentence(
            f"{capital(count(found.assessed, 'report'))} {was(found.assessed)} assessed, and {excluded(found.excluded, found.reasons)}.",
            "excluded",
        )
    yield from undecided(facts.full_text_stage, "report")
    if facts.full_text_stage.agreement:
        yield agreed(facts.full_text_stage.agreement, "agreement/full_text")
    if found.studies or found.reports:
        yield Sentence(f"{included(facts)}.", "flow")
    elif found.assessed and not found.awaited and not facts.full_text_stage.open and not facts.title_abstract.open:
        yield Sentence(f"No {'new ' if facts.previous else ''}study met the criteria.", "flow")
    if found.without_study:
        yield Sentence(
            f"Provisional: {count(found.without_study, 'included report')} {'is' if found.without_study == 1 else 'are'} not assigned to a study yet.",
            "studies",
        )


def excluded(n: int, reasons: tuple[tuple[str, int], ...]) -> str:
    if not n:
        return "none was excluded"
    why = listed([f"{label[:1].lower() + label[1:]} ({many:,})" for label, many in reasons])
    return f"{n:,} {was(n)} excluded" + (f": {why}" if why else "")


def included(facts: Facts) -> str:
    found = facts.full_text
    new = "new " if facts.previous else ""
    told = f"We included {count(found.studies, new + 'study', new + 'studies')} ({count(found.reports, 'report')})"
    if facts.previous:
        told += (
            f", in addition to the {count(facts.previous.studies, 'study', 'studies')} "
            f"({count(facts.previous.reports, 'report')}) of the previous version"
        )
    return told


# --- data --------------------------------------------------------------------------------------------------------


def data(facts: Facts) -> Iterator[Sentence]:
    found = facts.extraction
    if not found.included:
        return
    if found.agreed == found.included:
        told = "Data are agreed for " + (
            "the one study." if found.included == 1 else f"all {found.included:,} studies."
        )
    else:
        told = f"Provisional: data are agreed for {found.agreed:,} of {count(found.included, 'study', 'studies')}."
    yield Sentence(told, "studies")


def effect(each: Pooled) -> Iterator[Sentence]:
    source = f"analysis/{each.id}"
    if not each.run:
        yield Sentence(f"The analysis of “{each.outcome}” has not been run yet.", source)
        return
    if each.is_stale:
        yield Sentence(f"Not current: data or plan have changed since run {each.run}, whose numbers follow.", source)
    if not each.effect:
        yield Sentence(each.told or f"Nothing could be pooled for “{each.outcome}”.", source)
        return
    people = "" if each.participants is None else f" ({count(each.participants, 'participant')})"
    low, high = each.limits
    interval = f"{each.level} confidence interval {low} to {high}"
    over = count(each.studies, "study", "studies")
    if each.comparisons > each.studies:
        over = f"{each.comparisons:,} comparisons of {over}"
    if each.comparisons <= 1 and each.studies == 1:
        yield Sentence(f"One study{people} reported it: {each.effect} ({interval}); nothing was pooled.", source)
    else:
        tested = f"; {each.test}" if each.test else ""
        yield Sentence(
            f"Pooled over {over}{people}: {each.effect} ({interval}{tested}).",
            source,
        )
        if each.heterogeneity:
            yield Sentence(f"Heterogeneity: {each.heterogeneity}.", source)
    if each.measured:
        yield Sentence(f"What was pooled had been measured at {each.measured}.", source)
    if each.prediction:
        low, high = each.prediction
        yield Sentence(
            f"The {each.thing} in a further setting like these is predicted to lie between {low} and {high} ({each.level} prediction interval).",
            source,
        )
    if each.asymmetry:
        told = listed([f"{name}: {result}" for name, result in each.asymmetry])
        yield Sentence(f"The funnel plot was tested for asymmetry ({told}).", source)
    for words, found in each.beside:
        yield Sentence(f"{words}: {found.rstrip('. ')}.", source)
    if each.left_out:
        told = listed([f"{label} ({reason})" for label, reason in each.left_out])
        yield Sentence(f"Not in the pooled effect: {told}.", source)
