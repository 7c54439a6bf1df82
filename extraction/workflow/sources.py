"""Which documents, and which of their pages, may answers about a study name as their source?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from extraction import queries
from extraction.models import Study
from extraction.schema import Answer, Source
from extraction.schema.answers import read_anchor
from reviewapp.errors import BadInput
from screening.workflow.pages import counted

JOIN_FIRST = "Choose one of the study's reports, or join the report to the study first."
COUNTED_FROM = "Pages are counted from the first of the file."


def refuse_foreign(
    study: Study, before: Mapping[str, Answer], after: Mapping[str, Answer], labels: Mapping[str, str]
) -> None:
    """Raise BadInput for an answer whose source is newly in a document that is no PDF of this study's reports, and was none."""
    wrong = [labels[key] for key in foreign(study, before, after)]
    if wrong:
        raise BadInput(told_foreign(study, *wrong[:5]), todo=JOIN_FIRST)


def foreign(study: Study, before: Mapping[str, Answer], after: Mapping[str, Answer]) -> list[str]:
    """The keys of answers whose source is newly in a document that is no PDF of this study's reports, and was none."""
    named = {key: answer.source.document for key, answer in after.items() if answer.source and answer.source.document}
    stood = {key: answer.source.document for key, answer in before.items() if answer.source}
    new = {key: document for key, document in named.items() if document != stood.get(key)}
    documents = queries.foreign_documents(study, new.values())
    return [key for key, document in new.items() if document in documents]


def told_foreign(study: Study, *labels: str) -> str:
    return f"No report of {study.label} has the document that is named as the source of: {'; '.join(labels)}."


def count_ahead(study: Study, places: Iterable[Mapping[str, Any] | None]) -> None:
    """Count the pages of PDFs that are named, before anything is locked: for as long as that takes, nobody else could write."""
    named = set()
    for given in places:
        with suppress(ValueError):  # what cannot be read is refused where it is stored
            source = read_anchor(given)
            named |= {source.document} if source and source.document and source.page else set()
    counted(study.review_id, named)


def refuse_beyond(
    study: Study, before: Mapping[str, Answer], after: Mapping[str, Answer], labels: Mapping[str, str]
) -> None:
    """Raise BadInput for an answer whose source is newly on a page that its document does not have."""
    told = beyond(study, sources_in(before), sources_in(after), labels)
    if told:
        raise BadInput(" ".join(dict.fromkeys(told.values())), todo=COUNTED_FROM)


def sources_in(answers: Mapping[str, Answer]) -> dict[str, Source]:
    return {key: answer.source for key, answer in answers.items() if answer.source}


def beyond(
    study: Study, before: Mapping[str, Source], after: Mapping[str, Source], labels: Mapping[str, str]
) -> dict[str, str]:
    """What is to be said of sources that are newly on a page that their document does not have, by key. Nothing of another review's."""
    named = {key: (each.document, each.page) for key, each in after.items() if each.document and each.page}
    stood = {key: (each.document, each.page) for key, each in before.items()}
    new = {key: place for key, place in named.items() if place != stood.get(key)}
    documents = counted(study.review_id, {document for document, _ in new.values() if document})
    return {
        key: f"{labels[key]}: page {page} is named, but {documents[document]} has {documents[document].pages}."
        for key, (document, page) in new.items()
        if document in documents and page and 0 < (documents[document].pages or 0) < page
    }
