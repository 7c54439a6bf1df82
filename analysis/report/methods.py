"""How was the review done? Searches, selection, extraction, risk of bias, synthesis."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

from analysis.report.facts import Extraction, Facts, Pooled, SearchRun, Selection
from analysis.report.grammar import capital, count, day, listed, was
from analysis.report.said import Sentence


def paragraphs(facts: Facts) -> Iterator[tuple[str, Iterator[Sentence]]]:
    yield "Searches", searches(facts)
    yield "Selection of studies", selection(facts)
    yield "Extraction of data", extraction(facts.extraction)
    yield "Risk of bias", bias(facts.extraction)
    yield "Synthesis", synthesis(facts)


# --- searches ----------------------------------------------------------------------------------------------------


def searches(facts: Facts) -> Iterator[Sentence]:
    systematic = [each for each in facts.searches if each.systematic]
    others = [each for each in facts.searches if not each.systematic]
    if systematic:
        yield Sentence(f"We searched {listed(searched(systematic))}.", "searches")
    if others:
        also = "We also looked for studies" if systematic else "We looked for studies"
        yield Sentence(f"{also} by other methods: {listed(searched(others))}.", "searches")
    if undated := dict.fromkeys(named(each) for each in systematic if each.searched_on is None):
        yield Sentence(f"[To be added: the date of the search of {listed(list(undated))}.]", "searches")
    if facts.previous:
        yield Sentence(
            f"This review updates an earlier version ({facts.previous.source}); "
            "what that had included was not selected anew.",
            "previous",
        )
    if facts.records.identified:
        yield Sentence(
            "Records of one publication were brought together by rules that compare DOI, PubMed number, title, authors, year and place of "
            "publication; where the rules could not tell, a member of the team decided.",
            "duplicates",
        )
    for told in facts.records.audits:
        yield Sentence(told, "audits")


def named(each: SearchRun) -> str:
    return f"{each.source} ({each.platform})" if each.platform else each.source


def searched(found: Iterable[SearchRun]) -> list[str]:
    """Each source once, with the days on which it was searched: a review that is brought up to date searches the same again."""
    days: dict[str, list[str]] = {}
    for each in found:
        days.setdefault(named(each), []).extend([day(each.searched_on)] if each.searched_on else [])
    return [f"{name} on {' and on '.join(dict.fromkeys(on))}" if on else name for name, on in days.items()]


# --- selection ---------------------------------------------------------------------------------------------------


def selection(facts: Facts) -> Iterator[Sentence]:
    first, second = facts.title_abstract, facts.full_text_stage
    if not (first.decided or second.decided or facts.full_text.sought):
        yield Sentence(f"Selection has not begun. Planned: {planned(first, second)}", "protocol")
        return
    if first.votes == second.votes:
        yield Sentence(f"{who(first)} judged titles and abstracts, and then full texts.", "protocol")
    else:
        yield Sentence(f"{who(first)} judged titles and abstracts; {lower(who(second))}, full texts.", "protocol")
    if max(first.votes, second.votes) > 1:
        settled = "between those who differed, or by a third person" if facts.together else "by a third person"
        yield Sentence(
            f"Until the judgements on a record were complete, nobody saw another’s. Differences were settled {settled}.",
            "protocol",
        )
    for stage in (first, second):
        for told in stage.pilots:
            yield Sentence(told, "pilots")
    yield Sentence("At full text one reason was recorded for each exclusion, the first that applied.", "excluded")


def planned(first: Selection, second: Selection) -> str:
    def will(stage: Selection) -> str:
        return "two review authors will independently" if stage.votes > 1 else "one review author will"

    if first.votes == second.votes:
        return f"{will(first)} judge titles and abstracts, and then full texts."
    return f"{will(first)} judge titles and abstracts, and {will(second)} judge full texts."


def who(stage: Selection) -> str:
    return "Two review authors independently" if stage.votes > 1 else "One review author"


def lower(text: str) -> str:
    return text[:1].lower() + text[1:]


# --- data --------------------------------------------------------------------------------------------------------


def extraction(facts: Extraction) -> Iterator[Sentence]:
    yield from taken(facts)
    if facts.included and facts.included == sum(studies for _, studies in facts.taken_over):
        return  # nothing was extracted here
    if not facts.agreed and not facts.taken_over:
        how = "one review author extracts and a second verifies" if facts.verified else "two review authors extract"
        yield Sentence(f"[To be added once data are agreed. Planned: {how} the data of each study.]", "form")
        return
    rest = " from the other studies" if facts.taken_over else ""
    if facts.verified:
        told = f"One review author extracted data{rest} into a form, and a second verified every answer against the reports"
        yield Sentence(f"{told}; differences were settled with a reason.", "form")
        if facts.reason:
            yield Sentence(f"The reason for not extracting twice: {facts.reason.strip().rstrip('.')}.", "form")
    else:
        told = f"Two review authors independently extracted data{rest} into the same form without sight of each other’s answers"
        yield Sentence(f"{told}; they then agreed on one answer to each question.", "form")
    if facts.combined:
        yield Sentence(
            f"Of {listed(list(facts.combined))}, groups that were reported apart were combined into one when data were extracted.",
            "studies",
        )


def taken(facts: Extraction) -> Iterator[Sentence]:
    for file, studies in facts.taken_over:
        yield Sentence(
            f"{capital(count(studies, 'study', 'studies'))} {was(studies)} taken over from {file} with the numbers as they were agreed there.",
            "takeovers",
        )


def bias(facts: Extraction) -> Iterator[Sentence]:
    for name, source, studies in facts.tools:
        yield Sentence(
            f"Risk of bias in {count(studies, 'study', 'studies')} was judged with {name}{f' ({source})' if source else ''}, "
            "by two review authors independently, who then agreed.",
            "studies",
        )


# --- synthesis ---------------------------------------------------------------------------------------------------


def synthesis(facts: Facts) -> Iterator[Sentence]:
    for found, of in told_apart(facts.analyses, way):
        yield Sentence(how(found[0], f" of {of}" if of else ""), place(found))
    for each in facts.analyses:
        if each.times:
            yield Sentence(
                f"Of a study that had measured “{each.outcome.removesuffix(f', {each.times}')}” at several times, one result entered, "
                f"{each.times}, so that nobody was counted twice.",
                f"analysis/{each.id}",
            )
    for found, of in told_apart(facts.analyses, lambda each: (each.split, each.entering)):
        yield Sentence(arms(found[0], f" (of {of})" if of else ""), place(found))
    yield from prepared(facts)
    for found, of in told_apart(facts.analyses, lambda each: each.conventions):
        rest = f" for {of}" if of else ""
        yield Sentence(
            f"What else had to be chosen{rest} follows the conventions of {found[0].conventions}.", place(found)
        )
    if facts.analyses:
        made = listed([f"{name} {version}" for name, version in facts.software])
        yield Sentence(
            f"Analyses were computed with {made}; a script for R and metafor that recomputes the pooled effect of each of them is part of the reproduction package.",
            "package",
        )


CONVERSIONS = "Cochrane Handbook, chapters 6.4 to 6.8"


def prepared(facts: Facts) -> Iterator[Sentence]:
    """What was done to a study's numbers before they were pooled."""
    for found, of in told_apart(facts.analyses, lambda each: each.turned):
        if names := found[0].turned:
            runs = "measured with a scale that runs" if len(names) == 1 else "measured with scales that run"
            yield Sentence(
                f"{capital(listed(list(names)))} {runs} the other way{for_(of)}: means were multiplied by −1, standard deviations left as they are.",
                place(found),
            )
    for found, of in told_apart(facts.analyses, lambda each: each.combined):
        if names := found[0].combined:
            yield Sentence(f"Groups that stand together on one side{for_(of)}: {listed(list(names))}.", place(found))
    for found, of in told_apart(facts.analyses, lambda each: each.converted):
        if names := found[0].converted:
            yield Sentence(
                f"Numbers that were not reported{for_(of)} were converted from others that were ({CONVERSIONS}): {listed(list(names))}.",
                place(found),
            )
    for found, of in told_apart(facts.analyses, lambda each: each.imputed):
        if names := found[0].imputed:
            yield Sentence(
                f"Numbers were imputed{for_(of)}, on an assumption beside what was reported (Cochrane Handbook, chapter 6.5.2): {listed(list(names))}.",
                place(found),
            )


def for_(of: str) -> str:
    return f" for {of}" if of else ""


def told_apart(analyses: Iterable[Pooled], by: Callable[[Pooled], Hashable]) -> Iterator[tuple[list[Pooled], str]]:
    """The analyses that are alike in something, each lot with the names of its outcomes; without names where all are alike."""
    lots: dict[Hashable, list[Pooled]] = {}
    for each in analyses:
        lots.setdefault(by(each), []).append(each)
    for found in lots.values():
        names = dict.fromkeys(f"“{each.outcome}”" for each in found)
        yield found, "" if len(lots) == 1 else listed(list(names))


def place(found: list[Pooled]) -> str:
    return "analyses" if len(found) > 1 else f"analysis/{found[0].id}"


def way(each: Pooled) -> tuple[str, ...]:
    return each.measure, each.method, each.model, each.variance, each.interval, each.prediction_by, each.level


def how(each: Pooled, of: str) -> str:
    """One way of pooling, as two or three sentences."""
    told = f"{'Results' if each.entering else 'Effects'}{of} are expressed as {each.measure}, pooled by {each.method} with {each.model}."
    if each.variance:
        told += f" The variance between studies was estimated by {each.variance}."
    told += (
        f" Confidence intervals: {each.interval}"
        if each.level == "95%"
        else f" {each.level} intervals; confidence: {each.interval}"
    )
    return told + (f"; prediction intervals: {each.prediction_by}." if each.prediction_by else ".")


def arms(each: Pooled, of: str) -> str:
    if each.entering:
        return f"Of each study{of} {each.entering} entered, combined into one group, so that nobody was counted twice."
    done = "compared one by one, the other side split among them" if each.split else "combined"
    return f"Several groups of a study{of} on one side of a comparison were {done}, so that nobody was counted twice."
