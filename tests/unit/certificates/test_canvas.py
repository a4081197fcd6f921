"""The canvas on top of reportlab: what we lean on that reportlab keeps to itself."""

from io import BytesIO

import pikepdf
from reportlab.pdfbase.pdfdoc import PDFDictionary

from assessor.certificates.canvas import PaperCanvas, Refer, stamped


def saved(canvas: PaperCanvas, buffer: BytesIO) -> pikepdf.Pdf:
    canvas.showPage()
    canvas.save()
    return pikepdf.open(BytesIO(buffer.getvalue()))


def test_a_stamp_is_written_once_and_drawn_wherever_it_is_placed() -> None:
    stamp = stamped(lambda canvas: canvas.rect(0, 0, 40, 20), 40, 20)
    canvas = PaperCanvas(buffer := BytesIO(), (100, 100))

    canvas.place(stamp, 10, 10)
    canvas.place(stamp, 50, 50)
    canvas.showPage()
    canvas.place(stamp, 0, 0)

    with saved(canvas, buffer) as document:
        forms = [form for page in document.pages for form in page.Resources.XObject.values()]
        form = forms[0]
        assert [one.objgen for one in forms] == [form.objgen] * 2
        assert b"0 0 40 20 re" in form.read_bytes()
        assert document.pages[0].Contents.read_bytes().count(b" Do") == 2


def test_a_page_begins_without_a_font() -> None:
    canvas = PaperCanvas(buffer := BytesIO(), (100, 100))
    canvas.rect(0, 0, 10, 10)

    with saved(canvas, buffer) as document:
        assert len(document.pages[0].Resources.Font) == 0
        assert b"Tf" not in document.pages[0].Contents.read_bytes()


def test_a_font_is_written_when_the_document_is_saved() -> None:
    canvas = PaperCanvas(buffer := BytesIO(), (100, 100))
    letters: list[str] = []

    def write(refer: Refer) -> PDFDictionary:
        return PDFDictionary({"Type": "/Font", "Late": refer(PDFDictionary({"Letters": len(letters)}))})

    canvas.add_font("F1", write)
    letters.append("A")

    with saved(canvas, buffer) as document:
        assert int(document.pages[0].Resources.Font.F1.Late.Letters) == 1
