"""Is a number read by the form that asked for it, when the form changes in the moment in which it is saved?

SQLite has one writer at a time, so this is PostgreSQL's.
"""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from extraction import queries, workflow
from extraction.models import Study
from extraction.schema import Answer
from extraction.workflow.common import locked_study
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_units import KEY, asked_in
from tests.screening.test_locks import PATIENCE, Start, start, until_it_waits

__all__ = ["start"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
]


@pytest.mark.parametrize("before", [{}, {KEY: "11"}])
def test_a_form_with_another_unit_waits_for_who_saves_a_number_and_spells_its_unit_out(
    before: dict[str, str], first: Member, second: Member, study: Study, start: Start
) -> None:
    asked_in(first, "weeks")
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), before)
    with transaction.atomic():
        workflow.save_entries(first, sheet, {KEY: "12"})
        used = start(asked_in, second, "days", "weeks = 7")
        until_it_waits()
    used.result(PATIENCE)
    assert queries.own_sheet(first, study).answers()[KEY] == Answer(12.0, unit="weeks")


def test_who_saves_a_number_waits_for_a_form_with_another_unit_and_keeps_what_it_spelled_out(
    first: Member, second: Member, study: Study, start: Start
) -> None:
    asked_in(first, "weeks")
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), {KEY: "12"})
    with transaction.atomic():
        asked_in(second, "days", "weeks = 7")
        saved = start(workflow.save_entries, first, sheet, {KEY: "13"})
        until_it_waits()
    saved.result(PATIENCE)
    assert queries.own_sheet(first, study).answers()[KEY] == Answer(13.0, unit="weeks")


def test_a_form_with_another_unit_and_who_holds_a_later_study_do_not_wait_for_each_other_without_end(
    first: Member, second: Member, pair: tuple[Member, Member], study: Study, start: Start
) -> None:
    later = build.study(pair, "Later 2004")
    asked_in(first, "weeks")
    with transaction.atomic():
        locked_study(first, study)
        used = start(asked_in, second, "days")
        until_it_waits()
        locked_study(first, later)
    used.result(PATIENCE)
