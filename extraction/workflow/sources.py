"""Which documents may answers about a study name as their source?"""

from __future__ import annotations

from collections.abc import Mapping

from extraction import queries
from extraction.models import Study
from extraction.schema import Answer
from reviewapp.errors import BadInput


def refuse_foreign(
    study: Study, before: Mapping[str, Answer], after: Mapping[str, Answer], labels: Mapping[str, str]
) -> None:
    """Raise BadInput for an answer whose source is newly in a document that is no PDF of this study's reports, and was none."""
    named = {key: answer.source.document for key, answer in after.items() if answer.source and answer.source.document}
    stood = {key: answer.source.document for key, answer in before.items() if answer.source}
    new = {key: document for key, document in named.items() if document != stood.get(key)}
    foreign = queries.foreign_documents(study, new.values())
    wrong = [labels[key] for key, document in new.items() if document in foreign]
    if wrong:
        raise BadInput(
            f"No report of {study.label} has the document that is named as the source of: {'; '.join(wrong[:5])}.",
            todo="Choose one of the study's reports, or join the report to the study first.",
        )
