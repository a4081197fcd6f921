"""The canvas on top of reportlab: what we lean on that reportlab keeps to itself."""

import pikepdf
from pikepdf import Dictionary, Name

from assessor.certificates.canvas import PaperCanvas, stamped


def test_a_stamp_is_written_once_and_drawn_wherever_it_is_placed() -> None:
    stamp = stamped(lambda canvas: canvas.rect(0, 0, 40, 20), 40, 20)
    canvas = PaperCanvas((100, 100))

    canvas.place(stamp, 10, 10)
    canvas.place(stamp, 50, 50)
    canvas.next_page()
    canvas.place(stamp, 0, 0)
    canvas.next_page()

    with canvas.document() as document:
        forms = [form for page in document.pages for form in page.Resources.XObject.values()]
        form = forms[0]
        assert [one.objgen for one in forms] == [form.objgen] * 2
        assert b"0 0 40 20 re" in form.read_bytes()
        assert document.pages[0].Contents.read_bytes().count(b" Do") == 2


def test_a_page_begins_without_a_font() -> None:
    canvas = PaperCanvas((100, 100))
    canvas.rect(0, 0, 10, 10)
    canvas.next_page()

    with canvas.document() as document:
        assert len(document.pages[0].Resources.Font) == 0
        assert b"Tf" not in document.pages[0].Contents.read_bytes()


def test_a_font_is_written_when_the_document_is_saved() -> None:
    canvas = PaperCanvas((100, 100))
    letters: list[str] = []

    def write(pdf: pikepdf.Pdf) -> Dictionary:
        return Dictionary(Type=Name.Font, Late=pdf.make_indirect(Dictionary(Letters=len(letters))))

    canvas.add_font("F1", write)
    letters.append("A")
    canvas.next_page()

    with canvas.document() as document:
        assert int(document.pages[0].Resources.Font.F1.Late.Letters) == 1
