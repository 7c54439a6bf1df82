"""Reviews as sets: one small review with something in every box, and any consistent review."""

from collections import defaultdict

from hypothesis import strategies as st

from analysis.flow.sets import FlowSets, Kind, PreviousVersion, Reason, Search

# Citations 1 to 14; record r1a is the first record of citation 1.
MEDLINE = tuple(f"r{i}a" for i in range(1, 11))
EMBASE = ("r1b", "r2b", "r11a")
REGISTRY = ("r3c", "r12a")
REFERENCE_LISTS = ("r4d", "r13a", "r14a", "r14b", "r15a")
EXPERTS = ("r16a", "r17a")


def citation_of(record: str) -> int:
    return int(record.strip("rabcd"))


def small(finished: bool = True) -> FlowSets:
    """An update with both arms. Databases: 1 and 2 twice, 3 also in the register, 4 also found in reference lists.

    Citation 5 was removed by a tool, 6 for another reason; 7, 8, 9 excluded (9 by a tool); 1, 2, 3, 4, 10, 11, 12
    let through. Other methods: 13 to 17, of these 15 excluded on its title and 17 let through, but with nothing to seek.
    """
    records = (*MEDLINE, *EMBASE, *REGISTRY, *REFERENCE_LISTS, *EXPERTS)
    passed = {1, 2, 3, 4, 10, 11, 12, 13, 14, 16, 17}
    return FlowSets(
        searches=(
            Search(Kind.DATABASE, "MEDLINE", MEDLINE),
            Search(Kind.DATABASE, "Embase", EMBASE),
            Search(Kind.REGISTER, "ClinicalTrials.gov", REGISTRY),
            Search(Kind.CITATION, "Reference lists", REFERENCE_LISTS),
            Search(Kind.OTHER, "Experts", EXPERTS),
        ),
        citation_of={record: citation_of(record) for record in records},
        removed_by_automation=frozenset({5}),
        removed_other=frozenset({6}),
        awaiting_screening=frozenset(() if finished else {7}),
        screening_conflict=frozenset(() if finished else {8}),
        excluded=frozenset({7, 8, 9, 15} if finished else {9, 15}),
        excluded_by_tool=frozenset({9}),
        passed=frozenset(passed),
        report_of={2: 1, 17: None},  # the first two citations are one document
        sought=frozenset(passed - {2, 17}),
        not_retrieved=frozenset({3}),
        awaiting_retrieval=frozenset(() if finished else {10}),
        awaiting_assessment=frozenset(() if finished else {11}),
        assessment_conflict=frozenset(() if finished else {16}),
        assessed=frozenset({1, 4, 12, 13, 14} | ({10, 11, 16} if finished else set())),
        reports_excluded=frozenset({4, 13} | ({10, 11, 16} if finished else set())),
        reasons=(
            Reason("design", "Not a randomised trial", frozenset({4, 13} | ({10} if finished else set()))),
            Reason("people", "Other population", frozenset({11, 16} if finished else ())),
        ),
        reports_included=frozenset({1, 12, 14}),
        study_of={1: "Orme", 12: "Orme", 14: "Quill"} if finished else {1: "Orme", 12: "Orme"},
        studies_included=frozenset({"Orme", "Quill"} if finished else {"Orme"}),
        studies_in_meta_analysis=frozenset({"Orme", "Rask"}),
        reports_in_meta_analysis=frozenset({1, "old"}),
        previous=PreviousVersion(studies=frozenset({"Rask"}), reports=frozenset({"old", "older"})),
    )


SOURCES = (
    (Kind.DATABASE, "MEDLINE"),
    (Kind.DATABASE, "Embase"),
    (Kind.REGISTER, "ClinicalTrials.gov"),
    (Kind.WEBSITE, "Websites of agencies"),
    (Kind.ORGANISATION, "Organisations"),
    (Kind.CITATION, "Reference lists"),
    (Kind.OTHER, "Experts"),
    (Kind.OTHER, "Hand search"),
)
CITATION_STATES = (
    "removed_by_automation",
    "removed_other",
    "awaiting_screening",
    "screening_conflict",
    "excluded",
    "passed",
)
REPORT_STATES = (
    "awaiting_retrieval",
    "not_retrieved",
    "awaiting_assessment",
    "assessment_conflict",
    "reports_excluded",
    "reports_included",
)


@st.composite
def consistent(draw: st.DrawFn, labels: st.SearchStrategy[str] | None = None) -> FlowSets:
    """Any review, at any moment, whose sets agree with each other; with `labels` its sources and reasons are so named."""
    sources = [
        (kind, draw(labels) if labels is not None else name) for kind, name in SOURCES[: draw(st.integers(1, 8))]
    ]
    found: dict[int, list[str]] = defaultdict(list)
    citation_of: dict[str, int] = {}
    places: dict[str, set[int]] = defaultdict(set)
    report_of: dict[int, int | None] = {}
    for number in range(draw(st.integers(0, 25))):
        for copy, source in enumerate(draw(st.lists(st.integers(0, len(sources) - 1), min_size=1, max_size=4))):
            found[source].append(f"record {number}.{copy}")
            citation_of[f"record {number}.{copy}"] = number
        place = draw(st.sampled_from(CITATION_STATES))
        places[place].add(number)
        if place == "passed":  # its own report, none, or one that another citation has already
            report_of[number] = draw(st.sampled_from([number, number, None, *report_of.values()]))
    reports = {report for report in report_of.values() if report is not None}
    for report in sorted(reports):
        places[draw(st.sampled_from(REPORT_STATES))].add(report)
    reasons: dict[int, set[int]] = defaultdict(set)
    for report in sorted(places["reports_excluded"]):
        reasons[draw(st.integers(0, 3))].add(report)
    studies = {report: draw(st.sampled_from(["", "Orme", "Quill", "Rask"])) for report in places["reports_included"]}
    study_of = {report: study for report, study in studies.items() if study}
    previous = draw(st.none() | st.just(PreviousVersion(frozenset({"Rask", "Sand"}), frozenset({"old 1", "old 2"}))))
    pooled = frozenset(study_of.values()) if draw(st.booleans()) else None
    return FlowSets(
        searches=tuple(Search(kind, name, found[i]) for i, (kind, name) in enumerate(sources)),
        citation_of=citation_of,
        excluded_by_tool=frozenset(n for n in places["excluded"] if n % 3 == 0),
        report_of=report_of,
        sought=frozenset(reports),
        assessed=frozenset(places["reports_excluded"] | places["reports_included"]),
        reasons=tuple(
            Reason(str(i), draw(labels) if labels is not None else f"Reason {i}", frozenset(reasons[i]))
            for i in range(4)
        ),
        study_of=study_of,
        studies_included=frozenset(study_of.values()),
        studies_in_meta_analysis=pooled,
        reports_in_meta_analysis=None if pooled is None else frozenset(study_of),
        previous=previous,
        **{state: frozenset(places[state]) for state in (*CITATION_STATES, *REPORT_STATES)},
    )
