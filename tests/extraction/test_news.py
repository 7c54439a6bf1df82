"""Does an author learn on the list of studies that the form has changed since the sheet was filled in?"""

from __future__ import annotations

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extraction import queries, workflow
from extraction.models import Study
from extraction.workflow.said import Said
from extraction.workflow.sheets import save_own
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_views import browser, page, url
from tests.extraction.test_workflow_forms import changed

pytestmark = pytest.mark.django_db


def told(member: Member, study: Study) -> str:
    """What the list and the study's page say, which is the same."""
    words = "The form has changed"
    texts = [html.unescape(page(member, *where)) for where in (("studies",), ("study", study.pk))]
    found = [words + text.partition(words)[2].partition("<")[0] if words in text else "" for text in texts]
    assert found[0] == found[1]
    return found[0]


def test_an_open_sheet_is_said_to_have_answers_to_look_at_again_until_they_were(
    first: Member, second: Member, study: Study
) -> None:
    for_arms = {"label": "Dose", "kind": "number", "unit": "mg"}
    changed(first, ("add_section", {"of": "Arms", "per": "arm"}), ("add_question", {"of": "arms", **for_arms}))
    arms = list(study.arms.all())
    sheet = workflow.start_sheet(first, study)
    answers = {"study/funding": "State", "study/notes": "Twins", **{f"arm/{arm.pk}/dose": "5" for arm in arms}}
    workflow.save_entries(first, sheet, answers)
    changed(first, ("change_question", {"of": "notes", "help": "Anything else"}))
    assert told(first, study) == "", "that is no other question"
    changed(
        first,
        ("change_question", {"of": "funding", "asks_anew": True}),
        ("change_question", {"of": "dose", **for_arms, "unit": "g"}),
    )
    workflow.drop_arm(first, arms[1])
    assert told(first, study) == "The form has changed: 2 answers to look at again"
    assert len(queries.opened(sheet).carried.again) == 2
    assert told(second, study) == "", "it is the first author's sheet"
    said = Said({f"arm/{arms[0].pk}/dose": "5"}, units={f"arm/{arms[0].pk}/dose": "g"}, confirmed=["study/funding"])
    save_own(first, sheet, said, None)
    assert told(first, study) == ""


def test_a_submitted_sheet_is_said_to_be_there_to_be_taken_up_again(
    first: Member, observer: Member, study: Study
) -> None:
    build.submitted(first, study)
    changed(first, ("change_question", {"of": "notes", "label": "Remarks"}))
    assert told(first, study) == ""
    changed(first, ("add_question", {"of": "on_study", "label": "Country"}))
    assert told(first, study) == "The form has changed since you submitted"
    assert told(observer, study) == ""


def test_the_list_asks_the_database_no_more_for_three_sheets_than_for_one(
    first: Member, pair: tuple[Member, Member], study: Study
) -> None:
    numbers = []
    for count in (0, 2):
        studies = [study, *(build.study(pair, f"Study {number}") for number in range(count))]
        for each in studies:
            workflow.save_entries(first, workflow.start_sheet(first, each), {"study/funding": "State"})
        changed(first, ("change_question", {"of": "funding", "asks_anew": True}))
        client = browser(first)
        client.get(url(first, "studies"))
        with CaptureQueriesContext(connection) as seen:
            client.get(url(first, "studies"))
        numbers.append(len(seen))
    assert numbers[1] <= numbers[0] + 1, "and one for each version for which something was answered"
