"""Journals' names, whole, abbreviated and in two languages."""

from __future__ import annotations

import time

import pytest

from screening.dedupe.journals import journals
from screening.dedupe.sign import Sign

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("a", "b", "sign"),
    [
        ("Current Opinion in Lipidology", "Curr Opin Lipidol", Sign.SAME),
        ("Journal of Clinical Oncology", "J. Clin. Oncol.", Sign.SAME),
        ("Journal of Clinical Oncology", "Journal of clinical oncology : official journal of a society", Sign.SAME),
        ("Journal of Thoracic & Cardiovascular Surgery", "Jthoraccardiovascsurg", Sign.SAME),
        ("Deutsche Medizinische Wochenschrift", "Dtsch Med Wochenschr", Sign.SAME),
        ("Journal of the American Medical Association", "JAMA", Sign.SAME),
        ("BMJ (Clinical research ed.)", "The BMJ", Sign.SAME),
        ("Aizheng", "Ai zheng = Aizheng = Chinese journal of cancer", Sign.SAME),
        ("Circulation. Conference: Scientific Sessions", "Circulation", Sign.SAME),
        ("Circulation. Conference: Scientific Sessions", "Diabetes. Conference: Scientific Sessions", Sign.DIFFERS),
        ("American Journal of Physiology: Heart", "American Journal of Physiology: Lung", Sign.CLOSE),
        ("Journal of Trauma", "Journal of Trauma-Injury Infection & Critical Care", Sign.CLOSE),
        ("Cancer", "Cancer Research", Sign.CLOSE),
        ("Annals of Internal Medicine", "ACP Journal Club", Sign.DIFFERS),
        ("Annales de la nutrition et de l'alimentation", "Ann Nutr Aliment", Sign.SAME),
        ("Lancet", "", Sign.UNSAID),
        ("Lancet", "None", Sign.UNSAID),
        ("", "", Sign.UNSAID),
    ],
)
def test_two_names_are_of_one_journal_or_not(a: str, b: str, sign: Sign) -> None:
    assert journals(a, b) is journals(b, a) is sign


def test_names_made_to_take_long_are_compared_at_once() -> None:
    began = time.process_time()
    assert journals("a" * 299 + "b", " ".join(["aaaac"] * 60)) is Sign.DIFFERS
    assert time.process_time() - began < 1
