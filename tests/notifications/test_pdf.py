"""Letters as documents, read back."""

import io
from dataclasses import replace

import pypdf
import pytest

from disputes import policy
from disputes.notifications import pdf, service
from disputes.notifications.letters import FOR_NOTICE, Letter
from tests.notifications.examples import BASE_URL, EXAMPLES

KEPT = ["n1_acknowledgement", "n7_offer", "n8_settled_in_mediation", "nst_settlement_proposed", "n14_final_response"]


def letter(example: str, **changes: object) -> Letter:
    notice, facts = EXAMPLES[example]
    return FOR_NOTICE[notice](replace(facts, **changes), policy.current(), BASE_URL)  # type: ignore[arg-type]


def read(document: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(document)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("name", KEPT)
def test_says_what_the_letter_says(name: str) -> None:
    written = letter(name, name="Zoë Zieliński")
    shown = read(pdf.letter_pdf(written)).replace(" ", "")
    for needed in ("Dear Zoë Zieliński,", "CD-7K3M-9QXA", "History seal: 9b1d4c2f7a60e835", "casened.com"):
        assert needed.replace(" ", "") in shown
    for part in pdf.parts_of(written.text):
        if part["kind"] in ("para", "row", "quote"):
            assert "".join(part["words"].split())[:60] in shown.replace("ﬁ", "fi").replace("ﬂ", "fl")


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert pdf.letter_pdf(letter("n7_offer")) == pdf.letter_pdf(letter("n7_offer"))


def test_is_a4_with_its_fonts_in_it() -> None:
    page = pypdf.PdfReader(io.BytesIO(pdf.letter_pdf(letter("n7_offer")))).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_takes_nothing_that_was_typed_for_markup() -> None:
    typed = '#read("/etc/passwd") $x^2$ *bold* _it_ = heading @label <b> \\ "quotes" [#panic()] // no comment'
    shown = read(pdf.letter_pdf(letter("n1_acknowledgement", description=typed)))
    assert 'read("/etc/passwd")' in shown
    assert "*bold*" in shown
    assert "// no comment" in shown


def test_a_long_story_fills_several_pages() -> None:
    document = pdf.letter_pdf(letter("n1_acknowledgement", description="A very long story. " * 1000))
    assert len(pypdf.PdfReader(io.BytesIO(document)).pages) > 5


def test_a_fault_tells_nothing_of_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TEMPLATE", "missing.typ")
    with pytest.raises(pdf.NoPdf) as fault:
        pdf.letter_pdf(letter("n7_offer"))
    assert str(fault.value) == "CalledProcessError"


def test_file_names_tell_the_reference_only() -> None:
    assert pdf.file_name(letter("n7_offer")) == "CD-7K3M-9QXA.pdf"


def test_the_link_that_opens_the_case_is_not_in_it() -> None:
    kept = service.without_secret(replace(letter("n7_offer"), text="http://127.0.0.1:8000/case/•••"))
    assert kept.text == "http://127.0.0.1:8000/status"


def test_rows_are_known_by_labels_of_any_language() -> None:
    parts = pdf.parts_of("Überweisung am Tag nach der Zusage:  3. Mai\n\nЗаказ:           10023\n")
    assert [(part["kind"], part["words"]) for part in parts] == [("row", "3. Mai"), ("row", "10023")]
