"""What a file is told by its content; what is no export is named."""

import pytest

from screening.formats import UnmappedTable, UnreadableFile, read

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "file is empty"),
        (b"\xef\xbb\xbf", "file is empty"),
        (b" \n\t\r\n", "file is empty"),
        (b"\x89PNG\r\n\x1a\n....", "PNG image"),
        (b"%PDF-1.7\n....", "PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .xlsx or CSV"),
        (bytes(range(256)) * 20, "not text"),
        (b"<!DOCTYPE html>\n<html><title>Sign in</title></html>", "web page, most likely a sign-in page"),
        (b"<!-- a --><!-- b --><html></html>", "web page"),
        (b'<?xml version="1.0"?><rss><item/></rss>', "not that of PubMed, EndNote or the WHO"),
        (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><xml><records><record/></records></xml>',
            "declares entities",
        ),
        (b'[{"title": "One"}]', "looks like JSON"),
        (b"Dear colleague,\nplease find the records enclosed.\n", "in no format that is known"),
        (b"x" * 2_000_000, "in no format that is known"),
    ],
)
def test_what_is_no_export_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        read(data, "export.ris")


def test_a_table_without_known_columns_asks_for_a_mapping() -> None:
    with pytest.raises(UnmappedTable, match="Say which column holds the title"):
        read(b'A title,"Okafor, A.",2020\nAnother title,"Silva, M.",2021\n')


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("@article{a, title={One}, abstract={\nTY  - JOUR\n}}", "bib"),
        ("TY  - JOUR\nTI  - One\nAB  - see\n@article{x,\nER  - \n", "ris"),
        ("Stray\n%0 Journal Article\n" + "TY  - JOUR\nTI  - One\nER  - \n" * 20, "ris"),
        ("TI  - One\nAU  - Okafor, A.\nER  - \n", "ris"),
        ("ty  - JOUR\nti  - One\ner  - \n", "ris"),
        ("<1>\nVN  - Ovid Technologies\nDB  - Ovid MEDLINE(R)\nUI  - 90000001\nTI  - One\n", "nbib"),
        ("OWN - ERIC\nTI  - One\nAU  - Okafor, A.\n", "nbib"),
        ("Title;Author;Year\nOne;Okafor, A.;2020\n", "csv"),
        ("title,included\nOne,1\nTwo,0\n", "csv"),
    ],
)
def test_the_first_marks_tell_the_format(text: str, format: str) -> None:
    result = read(text.encode())
    assert result.format == format
    assert result.records[0].title == "One"
