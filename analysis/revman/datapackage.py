"""How is RevMan Web's data package (version 1) read and written? Settings with overall estimates, data rows, and risk of bias.

Packages made until 23 September 2024: documentation.cochrane.org/revman-kb, "Version 1 data package". Unused numbers stand as 0 there, so the
data type decides which columns count; an analysis that was not pooled has zeros where estimates stand, and is read as having none.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from analysis.revman.records import (
    CONTINUOUS,
    DICHOTOMOUS,
    GENERIC,
    MEASURE_IN_WORDS,
    O_E,
    RATIOS,
    BadRevman,
    Comparison,
    Data,
    Judged,
    Outcome,
    Result,
    Review,
    Study,
    Totals,
    finite,
    plain,
)
from screening.formats.table import guarded, unguarded

ROWS, SETTINGS = "data-rows.csv", "overall-estimates-and-settings.csv"
SUBGROUPS, BIAS = "subgroup-estimates.csv", "risk-of-bias.csv"
LARGEST = 50_000_000  # bytes of one table, unpacked
KINDS = {"Dichotomous": DICHOTOMOUS, "Continuous": CONTINUOUS, "Contrast level": GENERIC, "O-E and variance": O_E}
MEASURES = {words: measure for measure, words in MEASURE_IN_WORDS.items()} | {"Standardized Mean Difference": "SMD"}
# Methods stand by their names in RevMan 5, as R's meta (read.cdir) has them from packages; what its menus call them is read too.
METHODS = {each: each for each in ("MH", "IV", "PETO", "EXP_O_E_VAR")}
METHODS_IN_WORDS = {
    "Mantel-Haenszel": "MH",
    "Inverse Variance": "IV",
    "Exp[(O-E) / Var]": "EXP_O_E_VAR",
}
COLUMNS = {
    DICHOTOMOUS: {
        "Experimental cases": "events_1",
        "Experimental N": "total_1",
        "Control cases": "events_2",
        "Control N": "total_2",
    },
    CONTINUOUS: {
        "Experimental mean": "mean_1",
        "Experimental SD": "sd_1",
        "Experimental N": "total_1",
        "Control mean": "mean_2",
        "Control SD": "sd_2",
        "Control N": "total_2",
    },
    GENERIC: {"GIV Mean": "effect", "GIV SE": "se", "Experimental N": "total_1", "Control N": "total_2"},
    O_E: {
        "O-E": "o_e",
        "Variance": "var",
        "Experimental cases": "events_1",
        "Experimental N": "total_1",
        "Control cases": "events_2",
        "Control N": "total_2",
    },
}
TOTALS = {
    "Experimental cases": "events_1",
    "Experimental N": "total_1",
    "Control cases": "events_2",
    "Control N": "total_2",
    "Mean": "effect",
    "CI start": "ci_start",
    "CI end": "ci_end",
    "Heterogeneity Tau²": "tau2",
    "Heterogeneity Chi²": "chi2",
    "Heterogeneity df": "df",
    "Heterogeneity P": "p_chi2",
    "Heterogeneity I²": "i2",
    "Effect Z": "z",
    "Effect P": "p_z",
}
ROW_HEAD = (
    "Analysis group", "Analysis number", "Analysis name", "Subgroup", "Applicability", "Study", "Study year", "GIV Mean",
    "GIV SE", "Experimental mean", "Experimental SD", "Experimental cases", "Experimental N", "Control mean", "Control SD",
    "Control cases", "Control N", "O-E", "Variance", "Weight", "Mean", "CI start", "CI end", "Footnotes",
)  # fmt: skip
SETTING_HEAD = (
    "Analysis group", "Analysis number", "Analysis name", "Analysis group name", "Data source", "Data source eligibility",
    "Data type", "Log-scale data", "Outcome", "Intervention grouping", "Experimental intervention", "Control intervention",
    "Subgroup by", "Filter criteria", "Experimental group label", "Control group label", "Statistical method",
    "Effect measure", "Unit of effect measure", "Analysis model", "Subgroup estimates", "Overall estimates",
    "Test for subgroup differences", "Swap event and non-event", "Study CI", "Estimate CI", *TOTALS, "Subgroup Chi²",
    "Subgroup df", "Subgroup P", "Subgroup I²", "ID",
)  # fmt: skip
SUBGROUP_HEAD = (
    "Analysis group", "Analysis number", "Subgroup", "Subgroup number", "Experimental cases", "Experimental N", "Control cases",
    "Control N", "Weight", "Mean", "CI start", "CI end", "Heterogeneity Tau²", "Heterogeneity Chi²", "Heterogeneity df",
    "Heterogeneity P", "Heterogeneity I²", "Effect Z", "Effect P", "ID",
)  # fmt: skip
# Of the table of risk of bias, two columns for each domain, named by it and by the group of outcomes that it is judged for.
JUDGED, SUPPORTED = "Domain (judgement): ", "Domain (support): "
RESULTS = {"Low risk": "YES", "High risk": "NO", "Unclear risk": "UNKNOWN"}


# --- reading -----------------------------------------------------------------------------------------------------


def read(content: bytes) -> Review:
    """The analyses of a data package: the archive, or the archive that it holds. Raises BadRevman."""
    tables: dict[str, list[dict[str, str]]] = {}
    for name, inside in tables_of(content):
        tables[name] = rows_of(name, inside)
    if missing := [name for name in (SETTINGS, ROWS) if name not in tables]:
        raise BadRevman(f"There is no table whose name ends in {missing[0]}: this is no RevMan data package.")
    rows: dict[tuple[int, int], list[dict[str, str]]] = defaultdict(list)
    for row in tables[ROWS]:
        rows[group_of(row), number_of(row)].append(row)
    years = {row["Study"]: row.get("Study year", "").removesuffix(".0") for row in tables[ROWS]}
    comparisons = []
    keyed = sorted(tables[SETTINGS], key=lambda row: (group_of(row), number_of(row)))
    for group, settings in groupby(keyed, key=group_of):
        found = list(settings)
        outcomes = [outcome(row, rows[group, number_of(row)]) for row in found]
        comparisons.append(Comparison(group, found[0].get("Analysis group name", ""), tuple(outcomes)))
    bias = tuple(judged(tables.get(BIAS, ())))
    names = dict.fromkeys([*years, *(each.study for each in bias)])
    return Review("", tuple(Study(name, years.get(name, "")) for name in names), tuple(comparisons), bias)


def judged(rows: Sequence[Mapping[str, str]]) -> Iterator[Judged]:
    """The table of risk of bias, domain by domain; judgements that RevMan does not know stay as they are written."""
    for column in rows[0] if rows else ():
        if column.startswith(JUDGED):
            place = column.removeprefix(JUDGED)
            domain, _, group = place.partition(": ")
            for row in rows:
                if said := row[column].strip():
                    support = unguarded(row.get(SUPPORTED + place, "").strip().replace("\r\n", "\n"))
                    yield Judged(row.get("Study", ""), domain, group, RESULTS.get(said, said), support)


def tables_of(content: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The tables of an archive, or of one archive inside it. What is asked of it is bounded: few files, each of a size."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [each for each in archive.infolist() if named(each.filename, depth)]
            tables = [named(each.filename, 1) for each in wanted]
            if len(tables) > MOST_TABLES or len(set(tables)) < len(tables):
                raise BadRevman("The archive holds several data packages. Choose that of one review.")
            for member in wanted:
                with archive.open(member) as file:
                    inside = file.read(LARGEST + 1)
                if len(inside) > LARGEST:
                    raise BadRevman(f"{member.filename} unpacks to more than {LARGEST // 1_000_000} MB.")
                if name := named(member.filename, 1):
                    yield name, inside
                else:
                    yield from tables_of(inside, depth + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        if isinstance(error, BadRevman):
            raise
        if not zipfile.is_zipfile(io.BytesIO(content)):
            raise BadRevman("This is no zip archive. Choose the data package as RevMan downloaded it.") from None
        raise BadRevman("The archive is damaged, or locked by a password. Download the data package again.") from None


TABLES = (ROWS, SETTINGS, BIAS)
MOST_TABLES = len(TABLES)


def named(path: str, depth: int) -> str:
    """Which table a file of an archive is, or, outermost, that it is the archive inside; empty for what is not asked for."""
    inside = path if depth == 0 and path.endswith("-data.zip") else ""
    return next((name for name in TABLES if path.endswith(name)), inside)


def rows_of(name: str, content: bytes) -> list[dict[str, str]]:
    """The rows of a table; cells that a row lacks are empty. Raises BadRevman."""
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text:
            raise BadRevman(f"The table {name} holds a character that no text has (NUL).")
        table = csv.DictReader(io.StringIO(text))
        if name in (ROWS, BIAS) and "Study" not in (table.fieldnames or ()):
            raise BadRevman(f"The table {name} has no column “Study”.")
        return [{key: value or "" for key, value in row.items() if key} for row in table]
    except UnicodeDecodeError:
        raise BadRevman(f"The table {name} is not in UTF-8, as RevMan writes it.") from None
    except csv.Error as error:
        raise BadRevman(f"The table {name} cannot be read: {error}.") from None


def group_of(row: Mapping[str, str]) -> int:
    return int(number(row, "Analysis group") or 0)


def number_of(row: Mapping[str, str]) -> int:
    return int(number(row, "Analysis number") or 0)


def outcome(row: Mapping[str, str], data: list[dict[str, str]]) -> Outcome:
    """One analysis of the settings table with its rows."""
    name = row.get("Analysis name", "")
    kind = word(row, "Data type", KINDS, name)
    pooled = row.get("Overall estimates", "true").casefold() == "true" and bool(
        number(row, "CI end") or number(row, "CI start")
    )
    found = {ours: used(row, theirs, kind) for theirs, ours in TOTALS.items()} if pooled else {}
    if "df" in found:
        found["df"] = None if found["df"] is None else int(found["df"])
    return Outcome(
        number=number_of(row),
        name=name,
        kind=kind,
        measure=MEASURES.get(row.get("Effect measure", ""), row.get("Effect measure", "")),
        method=word(row, "Statistical method", METHODS | METHODS_IN_WORDS, name),
        random=row.get("Analysis model", "").casefold().startswith("random"),
        group_1=row.get("Experimental group label", ""),
        group_2=row.get("Control group label", ""),
        left=row.get("Graph label (left)", ""),  # this and the next but one: of later packages
        right=row.get("Graph label (right)", ""),
        level=number(row, "Estimate CI") or number(row, "CI/PI level") or 95.0,
        log=kind in (GENERIC, O_E) and row.get("Log-scale data", "").casefold() == "true",
        data=tuple(
            Data(
                each["Study"],
                each.get("Subgroup", "") if each.get("Subgroup", "") not in ("#N/A", "") else "",
                **{ours: used(each, theirs, kind) for theirs, ours in COLUMNS[kind].items()},
                result=result(each),
            )
            for each in data
        ),
        totals=Totals(studies=len(data), **found),  # type: ignore[arg-type]
    )


def result(row: Mapping[str, str]) -> Result | None:
    """What came out for a study; zeros say that nothing was computed."""
    effect, low, high, weight = (number(row, name) for name in ("Mean", "CI start", "CI end", "Weight"))
    if effect is None or low is None or high is None or not (low or high):
        return None
    return Result(effect, low, high, weight=weight)


def word(row: Mapping[str, str], name: str, known: Mapping[str, str], where: str) -> str:
    said = row.get(name, "")
    found = {words.casefold(): meant for words, meant in known.items()}.get(said.casefold())
    if found is None:
        raise BadRevman(f"{where}: {name} is “{said}”. Known are {', '.join(known)}.")
    return found


def used(row: Mapping[str, str], name: str, kind: str) -> float | None:
    """A number, if outcomes of this kind have one in that column: people are optional beside generic effects, and 0 says none."""
    found = number(row, name)
    counts = name.endswith((" cases", " N"))
    if counts and (name not in COLUMNS[kind] or (kind == GENERIC and not found)):
        return None
    return found


def number(row: Mapping[str, str], name: str) -> float | None:
    said = (row.get(name) or "").strip().rstrip("%")
    if said in ("", "#N/A"):
        return None
    return finite(said, f"{row.get('Analysis name', '')}: {name}")


# --- writing -------------------------------------------------------------------------------------------------------


def write(review: Review, name: str = "review") -> bytes:
    """A data package with these analyses, as RevMan Web laid it out. Its name loses hyphens, at the first of which readers cut it."""
    inside, name = io.BytesIO(), name.replace("-", "_")
    folder = f"{name}-analysis-data"
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as archive:
        settings = [setting_row(*each) for each in review.outcomes()]
        years = {study.name: study.year for study in review.studies}
        rows = [data_row(c, o, row, years) for c, o in review.outcomes() for row in o.data]
        archive.writestr(zipfile.ZipInfo(f"{folder}/{name}-{SETTINGS}"), table(SETTING_HEAD, settings))
        archive.writestr(zipfile.ZipInfo(f"{folder}/{name}-{ROWS}"), table(ROW_HEAD, rows))
        groups = [each for of in review.outcomes() for each in subgroup_rows(*of)]
        archive.writestr(zipfile.ZipInfo(f"{folder}/{name}-{SUBGROUPS}"), table(SUBGROUP_HEAD, groups))
        if review.bias:
            head, found = bias_table(review)
            archive.writestr(zipfile.ZipInfo(f"{name}-study-data/{name}-{BIAS}"), table(head, found))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}-files/{name}-data.zip"), inside.getvalue())
    return out.getvalue()


def setting_row(comparison: Comparison, of: Outcome) -> dict[str, str]:
    kinds = {ours: theirs for theirs, ours in KINDS.items()}
    pooled = of.totals.effect is not None
    return {
        "Analysis group": str(comparison.number),
        "Analysis number": str(of.number),
        "Analysis name": of.name,
        "Analysis group name": comparison.name,
        "Data source": "Custom input",
        "Data source eligibility": "#N/A",
        "Data type": kinds[of.kind],
        "Log-scale data": truth(of.log or of.measure in RATIOS),
        "Outcome": of.name,
        "Experimental group label": of.group_1,
        "Control group label": of.group_2,
        "Statistical method": of.method,
        "Effect measure": MEASURE_IN_WORDS.get(of.measure, of.measure),
        "Analysis model": "Random effect" if of.random else "Fixed effect",  # so, or meta takes it for neither
        "Subgroup estimates": "false",
        "Overall estimates": truth(pooled),
        "Test for subgroup differences": "false",
        "Swap event and non-event": "false",
        "Study CI": f"{of.level:g}%",
        "Estimate CI": f"{of.level:g}%",
        **{theirs: plain(getattr(of.totals, ours)) for theirs, ours in TOTALS.items()},
        "ID": id_of(comparison, of),
    }


def id_of(comparison: Comparison, of: Outcome) -> str:
    return f"CMP-{comparison.number:03d}.{of.number:02d}"


def data_row(comparison: Comparison, of: Outcome, row: Data, years: Mapping[str, str]) -> dict[str, str]:
    return {
        "Analysis group": str(comparison.number),
        "Analysis number": str(of.number),
        "Analysis name": of.name,
        "Subgroup": row.subgroup or "#N/A",
        "Applicability": "SUBGROUP_AND_OVERALL" if row.subgroup else "OVERALL",
        "Study": row.study,
        "Study year": years.get(row.study, ""),
        **{theirs: plain(getattr(row, ours)) for theirs, ours in COLUMNS[of.kind].items()},
        **(came_out(row.result) if row.result else {}),
    }


def came_out(of: Result) -> dict[str, str]:
    ends = {"Mean": of.effect, "CI start": of.ci_start, "CI end": of.ci_end, "Weight": of.weight}
    return {name: plain(value) for name, value in ends.items()}


def subgroup_rows(comparison: Comparison, of: Outcome) -> Iterator[dict[str, str]]:
    """The subgroups of an analysis with their numbers; nobody pooled them apart."""
    for number, group in enumerate(dict.fromkeys(row.subgroup for row in of.data if row.subgroup), start=1):
        yield {
            "Analysis group": str(comparison.number),
            "Analysis number": str(of.number),
            "Subgroup": group,
            "Subgroup number": str(number),
            "ID": f"{id_of(comparison, of)}.{number:02d}",
        }


def bias_table(review: Review) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns of the table of risk of bias, and a row for each study that was judged."""
    words = {theirs: ours for ours, theirs in RESULTS.items()}
    found: dict[str, dict[str, str]] = {}
    places: dict[str, None] = {}
    for each in review.bias:
        place = f"{each.domain}: {each.group}" if each.group else each.domain
        places[place] = None
        row = found.setdefault(each.study, {"Study": each.study})
        row |= {JUDGED + place: words.get(each.result, each.result), SUPPORTED + place: guarded(each.support)}
    head = ("Study", *(kind + place for place in places for kind in (JUDGED, SUPPORTED)))
    return head, list(found.values())


def table(head: tuple[str, ...], rows: list[dict[str, str]]) -> bytes:
    """A table as RevMan Web writes it: UTF-8 with byte-order mark; 0 where a number is not used, as it does."""
    out = io.StringIO()
    sheet = csv.DictWriter(out, head, lineterminator="\r\n")
    sheet.writeheader()
    numbers = {name for each in (*COLUMNS.values(), TOTALS) for name in each} | {"Weight"}
    for row in rows:
        sheet.writerow({name: row.get(name) or ("0" if name in numbers else "") for name in head})
    return out.getvalue().encode("utf-8-sig")


def truth(value: bool) -> str:
    return "true" if value else "false"
