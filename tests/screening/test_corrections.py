"""What does a citation show when a person corrects it, takes that back, and when more records are linked to it later?"""

from __future__ import annotations

import pytest
from django.test import Client

from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Event
from screening import workflow
from screening.models import Citation, Correction, Record
from tests import build

pytestmark = pytest.mark.django_db

ONE = {"TI": "Toddler-parent psychoterapy", "AU": ["Toth, S. L."], "PY": "2006"}


@pytest.fixture
def citation(owner) -> Citation:
    build.imported(owner, build.ris(ONE))
    return Citation.objects.get()


def correct(member, citation, **changes):
    citation.refresh_from_db()
    workflow.correct_citation(member, citation, changes, {name: getattr(citation, name) for name in changes})
    citation.refresh_from_db()


def test_the_citation_shows_the_correction_and_the_record_stays(owner, citation):
    correct(owner, citation, title="Toddler-parent psychotherapy", year=2005)
    assert (citation.title, citation.year) == ("Toddler-parent psychotherapy", 2005)
    assert Record.objects.get().title == ONE["TI"]
    told = Event.unblinded.get(verb="screening.citation_corrected").facts
    assert told["before"] == {"title": ONE["TI"], "year": 2006}
    assert told["after"] == {"title": "Toddler-parent psychotherapy", "year": 2005}


def test_taken_back_the_record_shows_again_and_the_history_stays(owner, first, citation):
    correct(owner, citation, title="Once")
    correct(first, citation, title="Twice")
    once, twice = citation.corrections.all()
    assert (once.undone_by, once.value, twice.before) == (first, "Once", "Once")
    workflow.withdraw_correction(owner, twice)
    workflow.withdraw_correction(owner, twice)
    citation.refresh_from_db()
    assert citation.title == ONE["TI"]
    assert Correction.objects.count() == 2
    assert Event.unblinded.filter(verb="screening.correction_withdrawn").count() == 1


def test_a_record_that_is_linked_later_does_not_undo_it(owner, citation):
    correct(owner, citation, title="Mine", abstract="")
    taken = build.imported(owner, build.ris({"TI": "Theirs", "AB": "An abstract", "JO": "J"}))
    workflow.link_record(owner, taken.records.get(), citation)
    citation.refresh_from_db()
    assert (citation.title, citation.journal, citation.abstract) == ("Mine", "J", "An abstract")


def test_it_goes_along_with_records_that_are_linked_elsewhere_and_comes_back_with_them(owner, citation):
    correct(owner, citation, title="Mine")
    taken = build.imported(owner, build.ris({"TI": "Theirs"}))
    other = taken.records.get().links.get(undone_at=None).citation
    record = citation.links.get().record
    workflow.link_record(owner, record, other)
    other.refresh_from_db()
    assert other.title == "Mine"
    workflow.link_record(owner, record, citation)
    other.refresh_from_db()
    citation.refresh_from_db()
    assert (other.title, citation.title) == ("Theirs", "Mine")


def test_it_holds_after_its_import_was_undone_and_brought_back(owner, citation):
    correct(owner, citation, title="Mine")
    taken = citation.links.get().record.source
    workflow.undo_import(owner, taken)
    with pytest.raises(WrongState):
        correct(owner, citation, title="Out of view")
    workflow.restore_import(owner, taken)
    citation.refresh_from_db()
    assert (citation.live, citation.title) == (True, "Mine")


def test_two_who_correct_one_field_at_once_are_told(owner, first, citation):
    seen = {"title": citation.title}
    workflow.correct_citation(owner, citation, {"title": "Mine"}, seen)
    with pytest.raises(Stale):
        workflow.correct_citation(first, citation, {"title": "Yours"}, seen)
    workflow.correct_citation(first, citation, {"title": "Mine"}, seen)  # the same again is no quarrel
    assert Correction.objects.count() == 1


def test_observers_correct_nothing_and_no_field_is_invented(owner, observer, citation):
    with pytest.raises(Refused):
        correct(observer, citation, title="x")
    with pytest.raises(BadInput):
        workflow.correct_citation(owner, citation, {"live": False}, {"live": True})


# --- the page ---------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(owner) -> Client:
    found = Client()
    found.force_login(owner.user)
    return found


def filled(browser, page: str, **changes: object) -> dict[str, object]:
    """What the form of a page would send: its fields as shown, with these changed."""
    form = browser.get(page).context["form"]
    sent = {bound.html_name: bound.value() if bound.value() is not None else "" for bound in form}
    return sent | {f"initial-{name}": value for name, value in sent.items()} | changes


def test_a_page_that_carries_along_no_year_is_answered_in_words(owner, citation, browser):
    page = f"/reviews/{owner.review.slug}/citations/{citation.pk}/correct/"
    for nonsense in ("a\0b", "9" * 5000):
        answer = browser.post(page, filled(browser, page, **{"initial-year": nonsense}))
        assert answer.status_code in (302, 409, 422)
    citation.refresh_from_db()
    assert citation.year == 2006


def test_from_the_form_to_the_citation_and_back(owner, citation, browser):
    page = f"/reviews/{owner.review.slug}/citations/{citation.pk}/correct/"
    sent = filled(
        browser, page, title="Mine", authors="Toth, S. L.\nManly, J.\n", doi="https://doi.org/10.5555/X", year=""
    )
    answer = browser.post(page, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    citation.refresh_from_db()
    assert (citation.title, citation.authors, citation.doi) == ("Mine", ["Toth, S. L.", "Manly, J."], "10.5555/x")
    assert citation.year is None
    assert set(citation.corrections.values_list("field", flat=True)) == {"title", "authors", "doi", "year"}
    shown = browser.get(answer["Location"]).content.decode()
    assert "Corrected by hand" in shown
    assert ONE["TI"] in shown
    one = citation.corrections.get(field="title")
    assert browser.post(f"/reviews/{owner.review.slug}/corrections/{one.pk}/withdraw/").status_code == 302
    citation.refresh_from_db()
    assert citation.title == ONE["TI"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("doi", "see the web", "no DOI"),
        ("year", "20006", "year"),
        ("pmid", "PMC12", "PubMed id"),
        ("title", " ", "required"),
    ],
)
def test_wrong_input_is_told_at_its_field(owner, citation, browser, field, value, told):
    page = f"/reviews/{owner.review.slug}/citations/{citation.pk}/correct/"
    answer = browser.post(page, filled(browser, page, **{field: value}))
    assert answer.status_code == 200
    assert told in str(answer.context["form"].errors[field])
    assert not Correction.objects.exists()
