"""Awkward pairs, each with its verdict and the reason for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from screening.dedupe.normalise import Record
from screening.dedupe.rules import ANCHORED, CONTRADICTIONS, DOUBTS, LINKS, Outcome
from tests.screening.dedupe.records import ABSTRACT, ARTICLE, PEOPLE, TITLE, article, bare, verdict

pytestmark = pytest.mark.pure

LINK, ASK, APART = Outcome.LINK, Outcome.ASK, Outcome.APART

ONLINE = bare(journal="Journal of Bone and Gait")
LETTER = Record("letter", "Getting up after hip fracture", (), 2014, "Journal of Bone and Gait", "12", "3", "300-301")
ABSTRACT_PAGE = article(pages="S27", doi="", abstract="", volume="12 Suppl 1", title="Falls at night in old women")


def registered(number: str, **changed: Any) -> Record:
    """-> an entry of a register under this number."""
    said = {"title": TITLE, "authors": ("Hospital of the North",), "year": 2014, "journal": "ClinicalTrials.gov"}
    return Record(**{"id": number or "unnumbered", "accession": number, **said, **changed})


PAIRS: list[tuple[str, Record, Record, Outcome, str]] = [
    # Copies, as other databases write them.
    ("the same record twice", ARTICLE, article(), LINK, "same DOI"),
    ("a DOI in a link and in capitals", article(abstract=""), article(doi="https://doi.org/10.5555/JBG.2014.245"), LINK, "same DOI"),
    ("no DOI in one, short last page, abbreviated journal, initials",
     ARTICLE, article(doi="", pages="245-53", journal="J Bone Gait", authors=("Okonkwo AB", "Lindqvist P")), LINK, "same place in print"),
    ("an en dash in the pages, no abstract", article(doi=""), article(doi="", pages="245\u2013253", abstract=""), LINK, "same place in print"),
    ("a slip of the pen in the title", article(doi=""), article(doi="", title=TITLE.replace("fracture", "fractuer")), LINK, "same place in print"),
    ("American spelling", article(doi=""), article(doi="", title=TITLE.replace("mobilisation", "mobilization")), LINK, "same place in print"),
    ("two small words joined", article(doi=""), article(doi="", title=TITLE.replace("hip fracture", "hipfracture")), LINK, "same place in print"),
    ("names in the other order", article(doi=""), article(doi="", authors=("Ada B., Okonkwo", "Per, Lindqvist")), LINK, "same place in print"),
    ("given names taken for family names", ARTICLE, article(authors=("Ada B. O.", "Per L.", "Giulia M.")), LINK, "same DOI"),
    ("names run together", article(doi=""), article(doi="", authors=("Okonkwo A. B.Lindqvist P.Marchetti G.",)), LINK, "same place in print"),
    ("a journal named in another language", article(doi=""), article(doi="", journal="Zeitschrift der Knochen"), LINK, "same place in print"),
    ("a page with the prefix of the issue", article(doi="", pages="iii33-iii40"), article(doi="", pages="33-40"), LINK, "same place in print"),
    ("online in one year, in print in the next, by DOI",
     ARTICLE, bare(year=2013, doi="10.5555/jbg.2014.245"), LINK, "same DOI"),
    ("the volume of the online version is another, the DOI the same", article(pages=""), article(volume="11", issue="", pages="", year=2013), LINK, "same DOI"),
    ("the same PubMed id and no DOI", article(doi="", pmid="23456789"), bare(pmid="PMID: 23456789"), LINK, "same PMID"),
    ("no subtitle in one", article(doi=""), article(doi="", title="Early mobilisation after hip fracture"), LINK, "same place, longer title"),
    ("the name of a group behind the title", article(doi=""), article(doi="", title=TITLE + ". The Get Up Study Group"), LINK, "same place, longer title"),
    ("a note on an erratum behind the title",
     article(doi=""), article(doi="", title=TITLE + ".[Erratum appears in J Bone Gait. 2015 Jan;13(1):9]"), LINK, "same place in print"),
    ("the language behind the title", article(doi=""), article(doi="", title=f"[{TITLE}]. [Norwegian]"), LINK, "same place in print"),
    ("both titles in one field", article(doi=""), article(doi="", title=f"[{TITLE}] TO: Tidlig mobilisering etter hoftebrudd"), LINK, "same place in print"),
    ("a title that two translators worded, on the same pages",
     article(doi="", abstract=""), article(doi="", abstract="", title="[Hip fractures and the day on which patients are let out of bed]"), LINK, "same pages, translated title"),
    ("the pages left out", article(doi="", abstract=""), article(doi="", abstract="", pages="", issue=""), LINK, "same title and volume"),
    ("volume and pages left out", article(doi="", abstract=""), ONLINE, LINK, "same title and journal"),
    ("all but title, people and year left out", article(abstract=""), bare(), ASK, "alike"),
    ("all but title, people, year and abstract left out", ARTICLE, bare(abstract=ABSTRACT), LINK, "same abstract"),
    ("the same, but of the year before, as a preprint would be", ARTICLE, bare(abstract=ABSTRACT, year=2013), ASK, "alike"),
    ("the abstract book of a meeting, twice, with no author",
     Record("a", "Abstracts of the Nordic Gait Congress 2014", ("Anonymous",), 2014, "J Bone Gait", "12", "Suppl 1"),
     Record("b", "Abstracts of the Nordic Gait Congress 2014", (), 2014, "Journal of Bone and Gait", "12", "SUPPL. 1"), LINK, "same title, nobody named"),
    ("pages that a spreadsheet made a date of", article(doi="", pages="11-Sep"), article(doi="", pages="11-Sep", journal="J Bone Gait"), LINK, "same place in print"),
    ("a title and names whose letters were scrambled on the way",
     Record("a", "Educación física después de una fractura de cadera en niños", ("Núñez, José",), 2014, "Gait", "12", "3", "245-253"),
     Record("b", "EducaciÃ³n fÃ­sica despuÃ©s de una fractura de cadera en niÃ±os", ("NÃºÃ±ez, JosÃ©",), 2014, "Gait", "12", "3", "245-253"), LINK, "same place in print"),
    ("a trial as the register and as a library exports it", registered("NCT01234567"),
     article(doi="", authors=("NCT01234567",), journal="https://clinicaltrials.gov/show/NCT01234567", volume="", issue="", pages="", abstract=""),
     LINK, "same registration"),
    # Other reports of perhaps the same study: never duplicates.
    ("a preprint and its article", article(journal="medRxiv", volume="", pages="", doi="10.1101/2013.05.01.123456"), ARTICLE, APART, "other report"),
    ("a preprint whose server is named by the DOI alone", bare(doi="10.31234/osf.io/abc12", abstract=ABSTRACT), ARTICLE, APART, "other report"),
    ("a meeting's abstract and the article", article(journal="Gait. Conference: Nordic Gait Congress", volume="40", pages="S12", doi="", abstract=""), ARTICLE, APART, "other report"),
    ("one abstract at two meetings", article(pages="S12", doi="", journal="Gait", volume="40"), article(pages="A7", doi="", journal="Bones", volume="3"), APART, "other report"),
    ("a thesis and its article", bare(type="Doctoral thesis"), ARTICLE, APART, "other report"),
    ("a trial's registration and its article", bare(journal="https://clinicaltrials.gov/show/NCT00000000"), ARTICLE, APART, "other report"),
    ("an article printed again in another volume", article(doi=""), article(doi="", volume="19", year=2021, pages="1-9", issue="1"), APART, "other report"),
    ("an abstract in the journal and volume of the article, without pages",
     article(doi="", abstract="", type="Conference Abstract", pages=""), article(doi="", abstract=""), ASK, "perhaps another report"),
    ("a preprint and a record that says nothing of its place", bare(journal="medRxiv"), bare(), ASK, "perhaps another report"),
    # Other works that look like copies.
    ("two abstracts of a supplement under its DOI", article(pages="S12", title="Gait of left-handed men", abstract=""), article(pages="S13", title="Pain of right-handed men"), APART, "other pages"),
    ("part 1 and part 2", article(doi="", title=TITLE + ", part 1"), article(doi="", title=TITLE + ", part 2", pages="254-260"), APART, "other number"),
    ("phase II and phase III", article(doi="", title="Phase II trial of early mobilisation after hip fracture", pages=""),
     article(doi="", title="Phase III trial of early mobilisation after hip fracture", pages="", volume="14", year=2016), APART, "other number"),
    ("one word of the title is another", article(doi="", title=TITLE.replace("hip", "wrist"), pages="12-19", volume="11"), article(doi="", abstract=""), APART, "other place"),
    ("a comment on the article", article(doi="", title="Re: " + TITLE, authors=("Vogel, H.",), pages="412"), article(doi=""), APART, "notice"),
    ("an erratum on the page behind the article", article(doi="", abstract="", title="Erratum: " + TITLE, pages="254"), article(doi=""), APART, "notice"),
    ("an erratum that says nothing of its place", bare(year=None, title="Erratum. " + TITLE, journal="J Bone Gait"), ARTICLE, ASK, "notice"),
    ("an erratum under the DOI of the article", article(title="Erratum: " + TITLE, pages=""), ARTICLE, ASK, "notice"),
    ("two letters under one title on one page", article(doi="", authors=("Vogel, H.",), abstract=""), article(doi="", abstract=""), ASK, "other authors"),
    ("two PubMed ids", article(pmid="111111"), article(pmid="222222"), ASK, "other PMID"),
    ("two DOIs at one place in print", ARTICLE, article(doi="10.5555/jbg.2014.999"), ASK, "other DOI"),
    ("two DOIs and nothing of the place", bare(doi="10.5555/one"), bare(doi="10.5555/two", year=2011), APART, "other report"),
    ("two versions of a Cochrane review",
     bare(journal="Cochrane Database Syst Rev", doi="10.1002/14651858.CD000001.pub2"),
     bare(journal="Cochrane Database Syst Rev", doi="10.1002/14651858.CD000001.pub3"), ASK, "other version"),
    ("other pages in the same volume", article(doi=""), article(doi="", pages="412-420"), ASK, "other pages"),
    ("the same title and people, another journal, no place", bare(journal="Bone Letters"), ONLINE, ASK, "other journal"),
    ("online and in print a year apart, with the pages of the online version", article(doi="", abstract=""), bare(year=2013, journal="J Bone Gait", pages="1-9"), ASK, "alike"),
    ("a title cut off inside a note on an erratum, another first author",
     article(doi="", title=TITLE + ".[Erratum appears in J Bone", authors=("St Okonkwo, A.", *PEOPLE[1:])), article(doi=""), ASK, "cut title"),
    ("two editorials of one editor", bare(title="Editorial", journal="J Bone Gait"), bare(title="Editorial", journal="J Bone Gait", volume="12"), ASK, "alike"),
    ("two notices without an author", Record("a", "Correction", year=2014, journal="Bone"), Record("b", "Correction", year=2014, journal="Bone", volume="3"), APART, "alike"),
    ("two trials that one sponsor registered under one title", registered("NCT01234567"), registered("NCT01234568"), APART, "other report"),
    ("two entries of a register, of which one does not say its number", registered("NCT01234567"), registered("", year=2013), ASK, "number unsaid"),
    ("an editor's column of two issues, each on its first page",
     Record("a", "From the editor's desk", PEOPLE[:1], 2014, "Gait", "12", "1", "1"), Record("b", "From the editor's desk", PEOPLE[:1], 2014, "Gait", "12", "2", "1"), ASK, "other issue"),
    ("the introductions to two books of one editor",
     Record("a", "Introduction", PEOPLE[:1], 2014, "Handbook of Gait", "", "", "1-10", type="CHAP"),
     Record("b", "Introduction", PEOPLE[:1], 2014, "Textbook of Bones", "", "", "1-10", type="CHAP"), ASK, "alike"),
    ("an erratum that says so behind the title", bare(title=f"{TITLE} [Erratum]", journal="J Bone Gait"), article(doi="", abstract=""), ASK, "notice"),
    ("a plus and a minus", article(doi="", pages="", title="Gait in HER2+ breast cancer after hip fracture"),
     article(doi="", pages="", title="Gait in HER2\u2212 breast cancer after hip fracture", abstract=""), ASK, "other number"),
    ("two abstracts of a group on one page of a supplement", article(doi="", issue="Suppl 1", pages="S12", abstract=""),
     article(doi="", issue="Suppl 1", pages="S12", abstract="", title=TITLE + ": what it costs"), ASK, "alike"),
    ("a chapter in two editions of its book",
     bare(journal="Handbook of Gait", pages="9-15", type="CHAP"), bare(journal="Handbook of Gait, 2nd edition", pages="9-15", type="CHAP", year=2015), ASK, "other edition"),
    ("two things in one volume", ARTICLE, LETTER, APART, "other pages"),
    ("two records that say nothing", Record("a"), Record("b"), APART, "alike"),
    ("an abstract of the same people in the supplement", ABSTRACT_PAGE, article(doi="", abstract=""), APART, "other pages"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "outcome", "rule"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_each_awkward_pair_comes_to_its_verdict_by_its_rule(a: Record, b: Record, outcome: Outcome, rule: str) -> None:
    found = verdict(a, b)
    assert (found.outcome, found.rule) == (outcome, rule)


@pytest.mark.parametrize(("a", "b"), [pair[1:3] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_it_does_not_matter_which_of_two_records_comes_first(a: Record, b: Record) -> None:
    assert verdict(a, b) == verdict(b, a)


def test_every_rule_has_a_name_of_its_own_and_a_reason() -> None:
    rules = [*CONTRADICTIONS, *DOUBTS, *LINKS]
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.rests_on.endswith(".") and len(rule.rests_on) > 40 for rule in rules)


def test_the_documentation_tells_every_rule_and_its_reason() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "deduplication.md").read_text(encoding="utf-8")
    for rule in (*CONTRADICTIONS, *DOUBTS, *LINKS):
        assert f"| {rule.name} | {rule.rests_on} |" in text


def test_every_link_rule_links_a_pair_of_the_table() -> None:
    assert {rule.name for rule in LINKS} == {pair[4] for pair in PAIRS if pair[3] is LINK}


def test_a_link_says_whether_it_rests_on_identifier_or_place() -> None:
    anchored = {rule.name for rule in ANCHORED}
    for _, a, b, outcome, rule in PAIRS:
        if outcome is LINK:
            assert verdict(a, b).anchored == (rule in anchored)


def test_what_is_linked_contradicts_nothing_and_is_more_likely_than_not() -> None:
    for name, a, b, outcome, rule in PAIRS:
        if outcome is LINK and rule != "same pages, translated title":
            found = verdict(a, b)
            assert not found.contradicts, name
            assert found.score > 0.5, name


def test_the_very_title_counts_for_more_than_a_longer_one() -> None:
    longer = article(doi="", title=TITLE + " and elsewhere")
    assert (
        verdict(article(), article(doi="")).score > verdict(article(), longer).score > verdict(article(), LETTER).score
    )
