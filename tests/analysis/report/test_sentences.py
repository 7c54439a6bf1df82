"""Does the report read as a person would write it, for none, one and many?"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from docx import Document

from analysis.report import (
    Extraction,
    Facts,
    FullText,
    Kappa,
    Pooled,
    Previous,
    Records,
    SearchRun,
    Selection,
    compose,
    plain,
)
from analysis.report.document import docx
from analysis.report.grammar import count, listed
from analysis.report.said import PLACES, Sentence

pytestmark = pytest.mark.pure

MEDLINE = SearchRun("MEDLINE", "Ovid", True, date(2025, 3, 1), 2000, 1998)
CENTRAL = SearchRun("CENTRAL", "", True, date(2025, 3, 2), 300, 300)
HANDS = SearchRun("Citation searching", "", False, None, None, 1)
EFFECT = Pooled(
    id=7,
    outcome="Secure attachment",
    measure="risk ratios (RR)",
    method="inverse variance",
    model="random effects",
    variance="restricted maximum likelihood (REML)",
    interval="Hartung-Knapp",
    prediction_by="with k − 1 degrees of freedom",
    conventions="RevMan 2025",
    run=3,
    studies=2,
    participants=168,
    effect="RR 8.93",
    limits=("1.25", "63.70"),
    test="t = 2.18, P = 0.03",
    heterogeneity="Tau² = 0.89, Chi² = 1.50, df = 1, P = 0.22, I² = 33%",
    prediction=("0.50", "160.00"),
)
FACTS = Facts(
    searches=(MEDLINE, CENTRAL, HANDS),
    records=Records(2299, 299, 4),
    title_abstract=Selection("title_abstract", 2, 2000, 1990, 0, Kappa(2000, 0.985, 0.81, 0.74, 0.88, 1)),
    full_text_stage=Selection("full_text", 2, 9, 5, 0, None),
    full_text=FullText(10, 1, 0, 9, 5, (("Wrong population", 3), ("Not randomised", 2)), 4, 3, 0),
    previous=None,
    extraction=Extraction(False, "", 3, 3, (("RoB 1", "Higgins 2011", 3),)),
    analyses=(EFFECT,),
    software=(("NumPy", "2.3"), ("SciPy", "1.16")),
)
NOTHING = Facts(
    searches=(),
    records=Records(0, 0, 0),
    title_abstract=Selection("title_abstract", 2, 0, 0, 0, None),
    full_text_stage=Selection("full_text", 2, 0, 0, 0, None),
    full_text=FullText(0, 0, 0, 0, 0, (), 0, 0, 0),
    previous=None,
    extraction=Extraction(False, "", 0, 0, ()),
    analyses=(),
    software=(),
)


def told(facts: Facts) -> str:
    return plain(compose(facts))


def test_a_judged_sample_of_automatic_links_is_told_and_leads_to_it() -> None:
    facts = replace(FACTS, records=replace(FACTS.records, audits=("Of 200 links none was wrong.",)))
    (sentence,) = (
        each for part in compose(facts) for text in part.paragraphs for each in text.sentences if "200" in each.text
    )
    assert (sentence.text, sentence.link) == ("Of 200 links none was wrong.", "judged samples")


def test_a_source_that_was_searched_again_is_named_once_with_its_days() -> None:
    """As a review is that is brought up to date every year."""
    first, *others = FACTS.searches
    again = replace(first, searched_on=date(2026, 4, 2), hits=None, records=52)
    text = told(replace(FACTS, searches=(first, *others, again)))
    assert "We searched MEDLINE (Ovid) on 1 March 2025 and on 2 April 2026 and CENTRAL on 2 March 2025." in text
    assert "The 4 searches of 3 sources brought 2,299 records. " in text
    assert "They came from MEDLINE (2,050); " in text
    assert "The 2 searches of MEDLINE brought 2,299 records. " in told(replace(FACTS, searches=(first, again)))


def test_a_finished_review_is_told_with_its_numbers() -> None:
    text = told(FACTS)
    for sentence in (
        "We searched MEDLINE (Ovid) on 1 March 2025 and CENTRAL on 2 March 2025.",
        "We also looked for studies by other methods: Citation searching.",
        "The searches of 3 sources brought 2,299 records.",
        "Not as many records came in as the source had reported: MEDLINE (reported 2,000, taken in 1,998).",
        "299 records were removed as duplicates, 295 found by rules and 4 by members of the team.",
        "2,000 records were screened by title and abstract; 1,990 were excluded.",
        "The two review authors agreed on 98% of the 2,000 judgements that were made blind by both; "
        "Cohen’s kappa was 0.81 (95% confidence interval 0.74 to 0.88).",
        "10 reports were sought as full text; 1 could not be retrieved.",
        "9 reports were assessed, and 5 were excluded: wrong population (3) and not randomised (2).",
        "We included 3 studies (4 reports).",
        "Data are agreed for all 3 studies.",
        "Risk of bias in 3 studies was judged with RoB 1 (Higgins 2011)",
        "Effects are expressed as risk ratios (RR), pooled by inverse variance with random effects.",
        "The variance between studies was estimated by restricted maximum likelihood (REML).",
        "Pooled over 2 studies (168 participants): RR 8.93 (95% confidence interval 1.25 to 63.70; t = 2.18, P = 0.03).",
        "Heterogeneity: Tau² = 0.89, Chi² = 1.50, df = 1, P = 0.22, I² = 33%.",
        "between 0.50 and 160.00 (95% prediction interval)",
        "NumPy 2.3 and SciPy 1.16; a script for R and metafor that recomputes the pooled effect of each of them",
    ):
        assert sentence in text
    assert "Provisional" not in text
    assert "To be added" not in text


def test_of_an_empty_review_only_the_plan_is_told() -> None:
    methods, results = compose(NOTHING)
    assert [each.heading for each in methods.paragraphs] == ["Selection of studies", "Extraction of data"]
    assert results.paragraphs == ()
    assert "None" not in told(NOTHING)


def test_what_has_not_been_done_is_not_told_as_done() -> None:
    begun = replace(
        NOTHING,
        searches=(MEDLINE,),
        records=Records(1200, 0, 0),
        title_abstract=Selection("title_abstract", 2, 0, 0, 1200, None),
    )
    text = told(begun)
    assert "Selection has not begun. Planned: two review authors will independently judge titles and abstracts" in text
    assert "[To be added once data are agreed. Planned: two review authors extract the data of each study.]" in text
    assert "Provisional: none of the 1,200 records has a verdict yet." in text
    assert "judged" not in text
    assert "screened by" not in text


def test_a_review_that_includes_nothing_says_so() -> None:
    none = replace(
        NOTHING,
        title_abstract=Selection("title_abstract", 2, 9, 8, 0, None),
        full_text_stage=Selection("full_text", 2, 1, 1, 0, Kappa(1, 1.0, None, None, None, 1)),
        full_text=FullText(1, 0, 0, 1, 1, (("Not randomised", 1),), 0, 0, 0),
    )
    text = told(none)
    assert (
        "The two review authors agreed on the one judgement that was made blind by both. No study met the criteria."
        in text
    )
    still = replace(none, full_text=FullText(3, 1, 1, 1, 1, (), 0, 0, 0))
    assert "3 reports were sought as full text; 1 could not be retrieved and 1 is still being sought." in told(still)
    assert "No study met" not in told(still)
    assert "9 records were screened by title and abstract; none was excluded." in told(
        replace(none, title_abstract=Selection("title_abstract", 2, 9, 0, 0, None))
    )


def test_one_of_everything_is_singular() -> None:
    text = told(
        replace(
            FACTS,
            searches=(replace(MEDLINE, hits=2, records=2),),
            records=Records(2, 1, 1, by_tool=1, otherwise=2),
            title_abstract=Selection("title_abstract", 1, 1, 1, 1, None),
            full_text_stage=Selection("full_text", 2, 1, 1, 1, None),
            full_text=FullText(1, 0, 0, 1, 1, (("Not randomised", 1),), 1, 1, 1),
            extraction=Extraction(False, "", 1, 1, ()),
            analyses=(replace(EFFECT, studies=1, participants=1, test="", heterogeneity="", prediction=None),),
        )
    )
    for sentence in (
        "We searched MEDLINE (Ovid) on 1 March 2025.",
        "The search brought 2 records.",
        "1 record was removed as a duplicate, found by a member of the team.",
        "1 record that an automation tool had marked as ineligible was removed before screening.",
        "2 records were removed before screening for other reasons.",
        "1 record was screened by title and abstract; it was excluded.",
        "Provisional: 1 record has no verdict yet.",
        "1 report was sought as full text; it was retrieved.",
        "1 report was assessed, and 1 was excluded: not randomised (1).",
        "We included 1 study (1 report).",
        "Provisional: 1 included report is not assigned to a study yet.",
        "Data are agreed for the one study.",
        "One study (1 participant) reported it: RR 8.93 (95% confidence interval 1.25 to 63.70); nothing was pooled.",
        "One review author judged titles and abstracts; two review authors independently, full texts.",
    ):
        assert sentence in text
    assert "1 records" not in text
    assert "1 studies" not in text
    assert "1 reports" not in text


def test_what_is_not_finished_is_said_so() -> None:
    stale = replace(EFFECT, is_stale=True, left_out=(("Murray 2003", "no events in either group"),))
    never = replace(EFFECT, id=8, outcome="Depression", run=0)
    empty = replace(EFFECT, id=9, outcome="Stress", effect="", told="No study has agreed numbers for this outcome yet.")
    facts = replace(FACTS, extraction=replace(FACTS.extraction, agreed=2), analyses=(stale, never, empty))
    text = told(facts)
    assert "Provisional: data are agreed for 2 of 3 studies." in text
    assert "Not current: data or plan have changed since run 3, whose numbers follow." in text
    assert "Not in the pooled effect: Murray 2003 (no events in either group)." in text
    assert "The analysis of “Depression” has not been run yet." in text
    assert "No study has agreed numbers for this outcome yet." in text


def test_a_split_control_group_is_told_as_comparisons() -> None:
    text = told(replace(FACTS, analyses=(replace(EFFECT, split=True, studies=1, comparisons=2),)))
    assert "were compared one by one, the other side split among them, so that nobody was counted twice" in text
    assert "Pooled over 2 comparisons of 1 study (168 participants)" in text


def test_studies_that_came_with_a_file_are_told() -> None:
    text = told(replace(FACTS, extraction=replace(FACTS.extraction, taken_over=(("old.rm5", 2), ("older.rm5", 1)))))
    assert "2 studies were taken over from old.rm5 with the numbers as they were agreed there." in text
    assert "1 study was taken over from older.rm5" in text


def test_where_all_came_with_a_file_nobody_is_said_to_have_extracted() -> None:
    came = replace(FACTS.extraction, taken_over=(("old.rm5", 3),), tools=())
    assert "extracted" not in told(replace(FACTS, extraction=came))
    some = replace(came, taken_over=(("old.rm5", 2),))
    assert "independently extracted data from the other studies" in told(replace(FACTS, extraction=some))


def test_what_differs_between_analyses_is_said_of_each_and_what_is_alike_once() -> None:
    other = replace(EFFECT, id=8, outcome="Stress", split=True, conventions="RevMan 5")
    text = told(replace(FACTS, analyses=(EFFECT, other)))
    assert text.count("pooled by inverse variance with random effects") == 1
    assert "Several groups of a study (of “Stress”) on one side of a comparison were compared one by one" in text
    assert "What else had to be chosen for “Secure attachment” follows the conventions of RevMan 2025." in text


def test_how_differences_are_settled_follows_the_protocol() -> None:
    assert "Differences were settled by a third person." in told(FACTS)
    assert "settled between those who differed, or by a third person." in told(replace(FACTS, together=True))


def test_without_a_number_of_people_none_is_told_and_tests_of_the_funnel_are() -> None:
    bare = replace(EFFECT, participants=None, asymmetry=(("Egger", "1.20 (t, df 9), P = 0.26"),))
    text = told(replace(FACTS, analyses=(bare,)))
    assert "Pooled over 2 studies: RR 8.93" in text
    assert "The funnel plot was tested for asymmetry (Egger: 1.20 (t, df 9), P = 0.26)." in text


def test_what_was_looked_at_beside_the_pooled_effect_is_told() -> None:
    looked = (
        ("Sensitivity analysis (only studies at low risk of bias)", "8.93 [1.25, 63.70], 1 study"),
        ("Subgroups by Design", "Too few."),
    )
    text = told(replace(FACTS, analyses=(replace(EFFECT, beside=looked),)))
    assert "Sensitivity analysis (only studies at low risk of bias): 8.93 [1.25, 63.70], 1 study." in text
    assert "Subgroups by Design: Too few." in text


def test_a_search_without_a_date_is_asked_for() -> None:
    text = told(replace(FACTS, searches=(replace(MEDLINE, searched_on=None), CENTRAL)))
    assert "[To be added: the date of the search of MEDLINE (Ovid).]" in text


def test_agreement_of_several_pairs_and_an_undefined_kappa_are_named_rightly() -> None:
    many = replace(FACTS.title_abstract, agreement=Kappa(30, 0.8, -0.1, -0.3, 0.1, 3))
    none = replace(FACTS.full_text_stage, agreement=Kappa(4, 1.0, None, None, None, 1))
    text = told(replace(FACTS, title_abstract=many, full_text_stage=none))
    assert "The review authors, in 3 pairs, agreed on 80% of the 30 judgements" in text
    assert "kappa over all pairs (Scott’s pi) was −0.10 (95% confidence interval −0.30 to 0.10)." in text
    assert "agreed on 100% of the 4 judgements that were made blind by both; kappa is not defined" in text


def test_an_update_names_its_previous_version_and_verification_its_reason() -> None:
    facts = replace(
        FACTS,
        previous=Previous(4, 6, "Barlow 2015"),
        extraction=Extraction(True, "Few people.", 3, 3, ()),
    )
    text = told(facts)
    assert "This review updates an earlier version (Barlow 2015)" in text
    assert (
        "We included 3 new studies (4 reports), in addition to the 4 studies (6 reports) of the previous version."
        in text
    )
    assert "a second verified every answer" in text
    assert "not extracting twice: Few people." in text


def test_what_was_done_to_numbers_before_they_were_pooled_is_said_of_each_study() -> None:
    other = replace(EFFECT, id=8, outcome="Mood")
    ready = replace(
        other,
        turned=("Rask 2011",),
        combined=("Abe 1999 (Talks and Talks with pills)",),
        converted=("Abe 1999", "Orme 2003"),
        imputed=("Orme 2003",),
    )
    extraction = replace(FACTS.extraction, combined=("Abe 1999",))
    text = told(replace(FACTS, analyses=(EFFECT, ready), extraction=extraction))
    for sentence in (
        "Rask 2011 measured with a scale that runs the other way for “Mood”: means were multiplied by −1, standard deviations left as they are.",
        "Groups that stand together on one side for “Mood”: Abe 1999 (Talks and Talks with pills).",
        "converted from others that were (Cochrane Handbook, chapters 6.4 to 6.8): Abe 1999 and Orme 2003.",
        "Numbers were imputed for “Mood”, on an assumption beside what was reported (Cochrane Handbook, chapter 6.5.2): Orme 2003.",
        "Of Abe 1999, groups that were reported apart were combined into one when data were extracted.",
    ):
        assert sentence in text
    assert "multiplied" not in told(replace(FACTS, analyses=(EFFECT, other)))


def test_analyses_pooled_in_different_ways_are_told_apart() -> None:
    fixed = replace(EFFECT, id=8, outcome="Stress", model="fixed effect", variance="", prediction_by="")
    text = told(replace(FACTS, analyses=(EFFECT, replace(EFFECT, id=9, outcome="Sleep"), fixed)))
    assert "Effects of “Secure attachment” and “Sleep” are expressed as" in text
    assert (
        "Effects of “Stress” are expressed as risk ratios (RR), pooled by inverse variance with fixed effect." in text
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a, x", "b"], "a, x; and b"),
        (["a", "b, x", "c"], "a; b, x; and c"),
    ],
)
def test_lists_are_joined(words: list[str], text: str) -> None:
    assert listed(words) == text


def test_counting() -> None:
    assert [count(n, "study", "studies") for n in (0, 1, 2, 12345)] == [
        "no studies", "1 study", "2 studies", "12,345 studies",
    ]  # fmt: skip


def test_each_sentence_has_a_place_that_is_known() -> None:
    sentences = [s for part in compose(FACTS) for each in part.paragraphs for s in each.sentences]
    assert len(sentences) > 20
    assert all(each.link in PLACES.values() for each in sentences)


def test_the_word_document_has_each_sentence_and_its_link() -> None:
    def address(sentence: Sentence) -> str:
        return f"https://example.org/{sentence.source}"

    content = docx("A review \x0b", compose(FACTS), address)
    document = Document(io.BytesIO(content))
    text = "\n".join(each.text for each in document.paragraphs)
    assert "We included 3 studies (4 reports)." in text
    links = {each.target_ref for each in document.part.rels.values() if each.is_external}
    assert "https://example.org/analysis/7" in links
    assert docx("A review \x0b", compose(FACTS), address) == content
