"""What must be known of a review to report it? Plain values, of which none tells more than its reader may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SearchRun:
    """One search. systematic: of a database or register. hits: as the source reported them; records: as they came in."""

    source: str
    platform: str
    systematic: bool
    searched_on: date | None
    hits: int | None
    records: int


@dataclass(frozen=True, slots=True)
class Records:
    """What came in. duplicates: records beyond the first of each publication; by_person: those that a member found to be one.

    audits: sentences on judged samples of automatic links.
    by_tool, otherwise: removed before screening, as an automation tool marked them or for other reasons.
    """

    identified: int
    duplicates: int
    by_person: int
    audits: tuple[str, ...] = ()
    by_tool: int = 0
    otherwise: int = 0


@dataclass(frozen=True, slots=True)
class Kappa:
    """How far two people agreed on what both judged blind. of: how many pairs of people; None: not defined."""

    cases: int
    raw: float | None
    value: float | None
    lower: float | None
    upper: float | None
    pairs: int


@dataclass(frozen=True, slots=True)
class Selection:
    """One stage of selection. votes: how many each publication needs. open: without a verdict. pilots: sentences on the rounds."""

    stage: str
    votes: int
    decided: int
    excluded: int
    open: int
    agreement: Kappa | None
    pilots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FullText:
    """Reports from sought to included. reasons: label and number, as the flow diagram has them, none of them zero."""

    sought: int
    not_retrieved: int
    awaited: int
    assessed: int
    excluded: int
    reasons: tuple[tuple[str, int], ...]
    reports: int
    studies: int
    without_study: int


@dataclass(frozen=True, slots=True)
class Previous:
    """What the version that is updated had included, and where that stands."""

    studies: int
    reports: int
    source: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """How data came about. agreed of included studies; tools: name, where it is published, studies with an agreed judgement.

    taken_over: file, and how many studies came with it, selected and agreed elsewhere. combined: studies of which arms were combined into one.
    """

    verified: bool
    reason: str
    agreed: int
    included: int
    tools: tuple[tuple[str, str, int], ...]
    taken_over: tuple[tuple[str, int], ...] = ()
    combined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pooled:
    """One planned analysis with the run that stands for it; every number is text, rounded once where it left the house.

    measure to intervals say how it is pooled. told: something that must be known of the result. effect and limits: empty without one.
    times: the rule that chooses one result of a study that measured several times, "" without one; measured: at which times, with numbers of studies.
    thing: what its number is, "effect" or, of one group, such as "proportion"; entering: which arms of a study are its one group, "" where two are compared.
    split: whether the control group of a study with several arms is split among them, else they are combined; comparisons: more than the
    studies where that was done. run is 0 where none has finished. prediction: two limits, or empty. participants: None where the data do not tell.
    turned, converted, imputed: the pooled studies whose scale runs the other way, or whose numbers were not reported as they are pooled; combined: those of which
    several groups stand on one side, with these groups.
    asymmetry: each test of the funnel plot, with its result; beside: what was looked at beside the pooled effect, with its result.
    """

    id: int
    outcome: str
    measure: str
    method: str
    model: str
    variance: str
    interval: str
    prediction_by: str
    conventions: str
    times: str = ""
    measured: str = ""
    thing: str = "effect"
    entering: str = ""
    split: bool = False
    turned: tuple[str, ...] = ()
    combined: tuple[str, ...] = ()
    converted: tuple[str, ...] = ()
    imputed: tuple[str, ...] = ()
    run: int = 0
    studies: int = 0
    comparisons: int = 0
    participants: int | None = 0
    effect: str = ""
    limits: tuple[str, str] = ("", "")
    level: str = "95%"
    test: str = ""
    heterogeneity: str = ""
    prediction: tuple[str, str] | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    asymmetry: tuple[tuple[str, str], ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    told: str = ""
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything. together: whether who differ may settle it between them, or have done so. software: name and version of what computed."""

    searches: tuple[SearchRun, ...]
    records: Records
    title_abstract: Selection
    full_text_stage: Selection
    full_text: FullText
    previous: Previous | None
    extraction: Extraction
    analyses: tuple[Pooled, ...]
    software: tuple[tuple[str, str], ...]
    together: bool = False
