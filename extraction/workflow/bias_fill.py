"""How does an assessment come by what was judged elsewhere? From another result of the study, or from a CSV of robvis; always one's own."""

from __future__ import annotations

from django.db import transaction

from extraction import queries
from extraction.models import Assessment, Study
from extraction.rob import Tool, asking, robvis
from extraction.workflow.said import Said
from extraction.workflow.sheets import save_own, start_own
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, BadInput, WrongState
from reviewapp.models import Member

LARGEST_FILE = 1_000_000  # bytes


def carry_domain(member: Member, study: Study, key: str, source: str) -> Assessment:
    """Take over into one's open assessment what one's assessment of another result of the study says in the tool's first domain.

    How a trial was randomised is the same for all its results. Replies, judgement, reason, support and quote; others stay as they are.
    """
    require(member, Can.EXTRACT)
    with transaction.atomic():
        into, other = (queries.own(member, Assessment, study, each) for each in (key, source))
        if into is None or other is None or queries.tool_for(into).id != queries.tool_for(other).id:
            raise BadInput("There is no assessment of yours to take over from.", todo="Load the page again.")
        domain = queries.tool_for(into).domains[0]
        wanted = {domain.id, domain.id + asking.WHY, *(each.id for each in domain.questions)}
        said = {name: answer for name, answer in other.answers().items() if name in wanted and answer.value is not None}
        return save_own(
            member,
            into,
            Said(
                {name: answer.value for name, answer in said.items()},
                {name: answer.text for name, answer in said.items() if answer.text},
                places={name: answer.source.to_json() for name, answer in said.items() if answer.source},
            ),
            into.version,
        )


def import_judgements(member: Member, key: str, name: str, data: bytes) -> list[Assessment]:
    """Read a CSV of robvis into one's own open assessments, one for each of its studies; they are begun where that is still to be done.

    All or nothing; `replaced` of each names what was judged otherwise before. Refused: a file that is no such table, or names a study that
    the review does not have, or twice (BadFile); studies whose assessment is submitted, or which two others have (WrongState).
    """
    require(member, Can.EXTRACT)
    tool = queries.judged(member, key).tool
    rows = read_rows(tool, name, data)
    with transaction.atomic():
        studies = found_studies(member, name, rows)
        filled = []
        for row in sorted(rows, key=lambda each: studies[each.study].pk):
            study = studies[row.study]
            own = start_own(member, Assessment, study, key)
            if own.submitted_at:
                raise WrongState(
                    f"Your assessment of {study} is submitted. Nothing of {name} was stored.",
                    todo="Reopen it, or take the study out of the file.",
                )
            values = dict(row.judgements)
            if row.overall and tool.overall:
                values[asking.OVERALL] = row.overall
            stood = {each: answer.value for each, answer in own.answers().items()}
            saved = save_own(member, own, Said(values), own.version)
            saved.replaced = [each for each, value in values.items() if stood.get(each) not in (None, value)]
            filled.append(saved)
    return filled


def found_studies(member: Member, name: str, rows: list[robvis.Row]) -> dict[str, Study]:
    """The studies that the rows are of, by the name in the file; capitals and blanks do not matter where one study alone is meant.

    Raises BadFile for a name that no study has, and for two lines of one study.
    """
    exact: dict[str, Study] = {}
    alike: dict[str, list[Study]] = {}
    for study in Study.objects.filter(review=member.review_id, dropped_at=None):
        exact[study.label] = study
        alike.setdefault(folded(study.label), []).append(study)
    found: dict[str, Study] = {}
    unknown = []
    lines: dict[int, int] = {}
    for row in rows:
        meant = alike.get(folded(row.study), [])
        study = exact.get(row.study) or (meant[0] if len(meant) == 1 else None)
        if study is None:
            unknown.append(f"line {row.line}, “{row.study[:60]}”")
        elif study.pk in lines:
            raise BadFile(
                f"{name}: {study} stands there twice, in lines {lines[study.pk]} and {row.line}.",
                todo="Keep one line for each study.",
            )
        else:
            found[row.study], lines[study.pk] = study, row.line
    if unknown:
        more = f", and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise BadFile(
            f"{name}: the review has no study of this name: {'; '.join(unknown[:5])}{more}. Nothing was stored.",
            todo="Write the studies in the first column as they are called on the page of studies.",
        )
    return found


def folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def read_rows(tool: Tool, name: str, data: bytes) -> list[robvis.Row]:
    """The rows of the file. Raises BadFile."""
    if len(data) > LARGEST_FILE:
        raise BadFile(
            f"{name} has {len(data)} bytes; such a table has at most {LARGEST_FILE}.",
            todo="Keep one line for each study and the columns of the tool, as CSV, and choose the file again.",
        )
    try:
        rows = robvis.read(tool, data.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadFile(f"{name} is not UTF-8 text.", todo="Save it as “CSV UTF-8”.") from None
    except robvis.BadRobvis as error:
        raise BadFile(f"{name}: {error}", todo="Correct the file and read it again.") from None
    if not rows:
        raise BadFile(f"{name}: there is no study in it.", todo="Choose a file with a line for each study.")
    return rows
