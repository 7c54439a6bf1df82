"""Trials from the WHO's search portal are records like others, with what a person needs to screen them."""

import pytest

from screening.formats import UnreadableFile, read
from tests.screening.formats.three import FOLDER

pytestmark = pytest.mark.pure

DATA = (FOLDER / "trials.ictrp.xml").read_bytes()


def test_trials_are_read_with_their_number_register_and_sponsor() -> None:
    result = read(DATA, "renamed.ris")
    assert result.format == "ictrp-xml"
    walk, tea = result.records
    assert (
        walk.title
        == "A Randomised, Open-label Trial of Early Walking After Total Knee Replacement in Adults > 60 Years"
    )
    assert walk.authors == ("Invented University Hospital, Northtown",)
    assert (walk.year, walk.journal, walk.accession) == (2019, "ClinicalTrials.gov", "NCT99900001")
    assert (walk.url, walk.type) == ("https://clinicaltrials.gov/study/NCT99900001", "Clinical trial registration")
    assert walk.keywords == ("Osteoarthritis, Knee", "Pain, Postoperative")
    assert (tea.title, tea.year, tea.accession) == (
        "Does tea before biscuits help people sleep?", 2021, "ACTRN99900002000p",
    )  # fmt: skip
    assert tea.keywords == ("Insomnia", "Hunger")
    assert not walk.problems
    assert not tea.problems


def test_what_a_person_screens_a_trial_by_stands_in_its_abstract() -> None:
    walk, tea = read(DATA).records
    lines = walk.abstract.split("\n")
    assert lines[0] == "Public title: Walking After Knee Surgery"
    assert "Intervention: Other: Walking on the day of surgery" in lines
    assert "Inclusion criteria: Inclusion Criteria: - Adults over 60 years - Knee replaced" in lines
    assert "Target size: 120" in lines
    assert not any(line.startswith("Exclusion criteria") for line in lines)
    assert "Public title" not in tea.abstract, "it is the title already"


def test_every_field_is_kept_and_a_trial_that_says_nothing_is_told() -> None:
    result = read(DATA)
    walk = result.records[0]
    assert walk.fields["Acronym"] == ("WALK-1",)
    assert walk.fields["Contact_Lastname"] == (";Ada Okafor, MD",)
    assert walk.raw.startswith("<Trial>")
    assert walk.raw.endswith("</Trial>")
    (empty,) = [problem for problem in result.problems if problem.left_out]
    assert empty.message == "an empty record was left out."


def test_a_file_cut_in_the_middle_gives_what_is_there_and_says_so() -> None:
    result = read(DATA[: DATA.index(b"ACTRN")])
    assert len(result.records) == 1
    assert any("breaks off inside one" in problem.message for problem in result.problems)


def test_a_single_trial_without_its_frame_is_known_by_its_fields() -> None:
    start, end = DATA.index(b"<Trial>"), DATA.index(b"</Trial>") + 8
    assert read(DATA[start:end]).records[0].accession == "NCT99900001"


def test_other_xml_and_entities_are_refused_in_words() -> None:
    with pytest.raises(UnreadableFile, match="ICTRP"):
        read(b"<?xml version='1.0'?><Trials><Trial><Name>x</Name></Trial></Trials>")
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]>' + DATA[DATA.index(b"<Trials") :]
    with pytest.raises(UnreadableFile, match="entities"):
        read(bomb)
