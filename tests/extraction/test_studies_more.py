"""Reports move between studies, time points have windows, labels have letters, and kin is suggested."""

from __future__ import annotations

import pytest

from extraction import queries, workflow
from extraction.models import Outcome, Study, StudyReport
from extraction.schema import Choice, TakenFrom
from extraction.schema.tables import TABLES
from reviewapp.errors import BadInput
from reviewapp.models import Event, Member
from screening import workflow as screening
from screening.models import Citation
from tests import build as screening_build
from tests.extraction import build
from tests.extraction.test_views import browser, page, post, url

pytestmark = pytest.mark.django_db
Pair = tuple[Member, Member]


def reports_of(study: Study) -> set[int]:
    return set(StudyReport.objects.filter(study=study, undone_at=None).values_list("citation", flat=True))


def test_the_second_of_two_studies_of_one_author_and_year_gives_the_first_its_letter(first: Member, pair: Pair) -> None:
    one, two, three = build.reports(pair, 3)
    Citation.objects.filter(pk__in=[one.pk, two.pk, three.pk]).update(authors=["Murray, L."], year=2003)
    made = [workflow.make_study(first, "", [Citation.objects.get(pk=each.pk)]) for each in (one, two, three)]
    labels = [Study.objects.get(pk=each.pk).label for each in made]
    assert labels == ["Murray 2003a", "Murray 2003b", "Murray 2003c"]
    changed = Event.blind.for_member(first).filter(verb="extraction.study_changed").get()
    assert changed.facts["after"] == {"label": "Murray 2003a"}


def test_a_report_moves_to_another_study_after_extraction_began_and_back(
    first: Member, second: Member, pair: Pair, outcome: Outcome
) -> None:
    one, two = build.study(pair, "One 2001"), build.study(pair, "Two 2002")
    extra = build.reports(pair)[0]
    workflow.join_report(first, one, extra)
    sheet = build.submitted(first, one)
    workflow.move_report(first, one, two, extra)
    assert extra.pk in reports_of(two)
    assert queries.own_sheet(first, one) == sheet, "what was extracted stays with its study"
    workflow.move_report(second, two, one, extra)
    assert extra.pk in reports_of(one)


def test_a_report_whose_records_were_linked_to_another_is_not_counted_and_says_so(first: Member, pair: Pair) -> None:
    study = build.study(pair, "One 2001")
    kept, gone = Citation.objects.get(pk=next(iter(reports_of(study)))), build.reports(pair)[0]
    workflow.join_report(first, study, gone)
    listed, own = (page(first, name, *place) for name, place in (("studies", ()), ("study", (study.pk,))))
    assert "2 reports" in listed
    assert "Out of view" not in own
    screening.link_citations(first, kept, gone)
    listed, own = (page(first, name, *place) for name, place in (("studies", ()), ("study", (study.pk,))))
    assert "1 report<" in listed
    assert own.count("Out of view: its records were linked to another citation") == 1
    assert "Not included any more" not in own


def test_moving_a_studys_only_report_drops_it_and_restoring_brings_all_back(first: Member, pair: Pair) -> None:
    one, two = build.study(pair, "One 2001"), build.study(pair, "Two 2002")
    report = Citation.objects.get(pk=next(iter(reports_of(one))))
    post(first, "report-move", one.pk, data={"report": report.pk, "to": two.pk})
    one.refresh_from_db()
    assert one.dropped_at is not None
    assert report.pk in reports_of(two)
    workflow.split_report(first, two, report)
    workflow.restore_study(first, one)
    assert report.pk in reports_of(one)


def test_a_registration_number_is_taken_from_the_report_and_suggests_its_sister(first: Member, pair: Pair) -> None:
    one, two = build.reports(pair, 2)
    Citation.objects.filter(pk__in=[one.pk, two.pk]).update(abstract="Registered as NCT01234567.")
    study = workflow.make_study(first, "Murray 2003", [Citation.objects.get(pk=one.pk)])
    assert study.registration == "NCT01234567"
    text = page(first, "studies")
    assert "May tell of <strong>Murray 2003</strong>: the same registration number, NCT01234567." in text
    assert f'<option value="{study.pk}" selected>' in text


def test_an_abstract_that_de_duplication_kept_apart_is_offered_with_its_article(
    first: Member, pair: Pair, jobs_now
) -> None:
    article = {"TI": "Massage of infants and their sleep in the first year of life", "AU": ["Murray, L.", "Cooper, P."]}
    article |= {"PY": "2003", "JO": "Development and Psychopathology", "VL": "18", "SP": "1006", "EP": "1016"}
    abstract = article | {
        "TI": f"{article['TI']} [abstract]",
        "JO": "Annual meeting of the society",
        "VL": "7",
        "SP": "2",
    }
    taken = screening_build.imported(first, screening_build.ris(article, abstract | {"EP": "2"}))
    jobs_now()
    whole, meeting = Citation.objects.filter(links__record__source=taken).order_by("pk")
    for report in (whole, meeting):
        screening_build.at_full_text(pair, first, report)
        screening_build.agreed(pair, report, "full_text")
    workflow.make_study(first, "Murray 2003", [whole])
    (suggestion,) = queries.suggestions(first, [meeting])[meeting.pk]
    assert suggestion.label == "Murray 2003"
    assert "de-duplication kept the two apart as different reports" in suggestion.reasons


def test_time_points_have_windows_and_a_section_for_each_asks_of_it(first: Member, study: Study) -> None:
    post(first, "time-add", data={"name": "Short term", "begins": 0, "ends": 6, "unit": "months"})
    with pytest.raises(BadInput, match="ends before it begins"):
        workflow.add_time_point(first, name="Long", begins=9, ends=6)
    with pytest.raises(BadInput, match="called short term already"):
        workflow.add_time_point(first, name="short term")
    workflow.begin_form(first)
    workflow.edit_form(first, "add_section", "Each time", "time")
    workflow.edit_form(first, "add_question", "each_time", label="Lost to follow-up", kind="integer")
    workflow.use_form(first)
    time = queries.time_points(first).get()
    assert f"time/{time.pk}/lost_to_follow_up" in {field.key for field in queries.form_for(study).fields}
    assert "Short term (0 to 6 months): Lost to follow-up" in {field.label for field in queries.form_for(study).fields}
    post(first, "time-drop", time.pk)
    post(first, "time-restore", time.pk)
    post(first, "time", time.pk, data={"name": "Short", "begins": "", "ends": 6, "unit": "months"})
    assert "up to 6 months" in page(first, "outcomes")


def test_arms_of_a_study_say_their_size_and_how_they_enter_a_comparison(first: Member, study: Study) -> None:
    post(first, "arm-add", study.pk, data={"name": "Video", "role": "experimental", "size": 40, "note": ""})
    text = page(first, "study", study.pk)
    assert "Control, shared by 2" in text
    assert "Psychotherapy and Video combined v Usual care" in text
    assert "Usual care split in 2, so that nobody is counted twice" in text
    assert 'data-label="Size">40<' in text


@pytest.mark.parametrize("kind", list(TABLES))
def test_every_kind_of_outcome_is_asked_for_on_the_sheet_and_kept(kind: str, first: Member, study: Study) -> None:
    outcome = workflow.define_outcome(first, name="Mood", kind=kind, unit="EPDS")
    asked = [field for field in queries.form_for(study).fields if field.row]
    assert asked
    workflow.start_sheet(first, study)
    key = next(field.key for field in asked if not field.optional)
    assert f'name="{key}"' in page(first, "sheet", study.pk)
    number = {"r": "0.4"}.get(key.rsplit("/", 1)[-1], "7")
    post(first, "sheet", study.pk, data={"version": 0, key: number})
    assert queries.own_sheet(first, study).answers()[key].value == float(number)
    assert str(outcome.pk) in key


def test_moving_the_only_report_says_that_its_study_is_dropped_and_how_it_comes_back(first: Member, pair: Pair) -> None:
    one, two = build.study(pair, "One 2001"), build.study(pair, "Two 2002")
    (only,) = reports_of(one)

    def told(source: Study, target: Study) -> str:
        form = {"report": only, "to": target.pk}
        return browser(first).post(url(first, "report-move", source.pk), form, follow=True).content.decode()

    assert "One 2001 had no other and is dropped" in told(one, two)
    workflow.restore_study(first, one)
    assert "Move it back to Two 2002 if that was wrong." in told(two, one)
    workflow.drop_study(first, one)
    workflow.change_study(first, two, label="One 2001")
    with pytest.raises(BadInput, match="is called One 2001 by now") as refused:
        workflow.restore_study(first, one)
    assert refused.value.todo == "Rename that one, then restore this one."


def test_after_a_study_the_next_that_waits_is_one_press_away(
    first: Member, second: Member, arbiter: Member, observer: Member, pair: Pair
) -> None:
    alpha, beta, gamma = (build.study(pair, label) for label in ("Alpha 2001", "Beta 2002", "Gamma 2003"))
    assert queries.onward(first, alpha, "extract").study == beta
    build.submitted(first, beta)
    told = page(first, "study", beta.pk)
    assert "Next to extract: <strong>Gamma 2003</strong>" in told
    assert f'action="{url(first, "sheet-start", gamma.pk)}"' in told
    assert "Next to extract" not in page(first, "study", gamma.pk), "which has its own button"
    build.submitted(first, gamma)
    assert queries.onward(first, gamma, "extract").study == alpha, "from the last on to the first that was left out"
    assert queries.onward(second, gamma, "extract").study == alpha, "of what another has done nothing is told"
    assert queries.onward(observer, beta, "extract") is queries.onward(arbiter, beta, "extract") is None
    assert queries.onward(first, alpha, "agree") is None
    for study in (beta, gamma):
        build.submitted(second, study)
    workflow.agree_sheet(first, beta, dict.fromkeys(build.TEXTS, Choice(TakenFrom.BOTH)))
    assert "Next to agree on: <strong>Gamma 2003</strong>" in page(second, "sheet-agreement", beta.pk)


def test_a_study_that_is_left_out_or_dropped_says_so_and_offers_no_sheet(first: Member, pair: Pair) -> None:
    study = build.study(pair, "One 2001")
    workflow.start_sheet(first, study)
    (only,) = reports_of(study)
    workflow.drop_study(first, study)
    assert "This study is dropped" in page(first, "sheet", study.pk)
    workflow.make_study(first, "Two 2002", [Citation.objects.get(pk=only)])
    workflow.restore_study(first, study)
    assert "None of its reports is included any more" in page(first, "sheet", study.pk)
    labels = [
        queries.next_step(each, *queries.with_state(each, [queries.study(each, study.pk)])).label for each in pair
    ]
    assert labels == ["Go on", ""], "what is begun is kept, and nothing is begun"
