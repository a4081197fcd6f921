"""The file around the pages: what other programs find in it, and that they find nothing to complain about."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from assessor.certificates.checksum import OUR_MARK, checksum_holds, with_checksum
from assessor.certificates.finishing import Attachment
from assessor.certificates.paper import Paper
from assessor.certificates.pdf import certificate_pdf
from tests.unit.certificates.samples import CREATED, certificate

CREDENTIAL = b'{"name": "Ada"}'


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Arabic certificate with its credential, as a file."""
    path = tmp_path_factory.mktemp("pdf") / "certificate.pdf"
    path.write_bytes(certificate_pdf(certificate("ar"), CREDENTIAL))
    return path


def told_by(program: str, *arguments: object) -> str:
    """What a program of poppler prints."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} (poppler) is not installed")
    done = subprocess.run([found, *map(str, arguments)], capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode("utf-8")


@pytest.mark.parametrize("text", ["(Ada \\ Haddad)", "/Row", "\N{GRINNING FACE} سميرة", "þÿ"])
def test_any_text_comes_back_from_the_file(text: str) -> None:
    paper = Paper(title=text, author=text, language="en", created=CREATED)
    with paper.figure(text, "en", (0, 0, 9, 9)) as canvas:
        canvas.line(0, 0, 9, 9)

    with pikepdf.open(BytesIO(paper.finish(Attachment("a.txt", text, "text/plain", b"")))) as document:
        figure = document.Root.StructTreeRoot.K.K[0]
        found = [document.docinfo.Title, document.docinfo.Author, figure.Alt, document.Root.AF[0].Desc]

    assert [str(one) for one in found] == [text] * 4


def test_the_checksum_shows_a_change_and_its_absence_is_told(drawn: Path) -> None:
    pdf = drawn.read_bytes()

    assert checksum_holds(pdf) is True
    assert checksum_holds(pdf.replace(OUR_MARK, OUR_MARK[::-1])) is False
    assert checksum_holds(b"%PDF-1.7\n%%EOF") is None
    assert checksum_holds(with_checksum(b"%PDF-1.7\nstartxref\n0\n%%EOF\n")) is True


def test_a_certificate_is_a_sound_pdf(drawn: Path) -> None:
    with pikepdf.open(drawn) as document:
        assert document.check_pdf_syntax() == []


def test_nothing_follows_the_end_of_the_file(drawn: Path) -> None:
    """PDF/A allows one line end behind it (ISO 19005-3, 6.1.3)."""
    assert drawn.read_bytes().endswith(b"%%EOF\n")


def test_every_font_is_embedded_as_a_subset_with_its_texts(drawn: Path) -> None:
    rows = told_by("pdffonts", drawn).splitlines()[2:]

    assert len(rows) >= 4
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)
    assert all(row[6] == "+" for row in rows)


def test_the_credential_can_be_taken_out(drawn: Path, tmp_path: Path) -> None:
    assert "credential.json" in told_by("pdfdetach", "-list", drawn)

    told_by("pdfdetach", "-save", 1, "-o", tmp_path / "credential.json", drawn)

    assert (tmp_path / "credential.json").read_bytes() == CREDENTIAL


def test_lists_and_tables_have_their_structure(drawn: Path) -> None:
    tree = told_by("pdfinfo", "-struct", drawn).replace(":", " ").split()

    for role in ("Document", "H1", "H2", "L", "LI", "LBody", "Table", "TR", "TH", "TD", "Figure"):
        assert role in tree


def test_colours_have_a_profile_and_the_metadata_say_what_the_information_says(drawn: Path) -> None:
    with pikepdf.open(drawn) as document:
        intent = document.Root.OutputIntents[0]
        assert str(intent.S) == "/GTS_PDFA1"
        assert bytes(intent.DestOutputProfile.read_bytes())[36:40] == b"acsp"
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == str(document.docinfo.Title)
            assert metadata["dc:creator"] == [str(document.docinfo.Author)]
            assert metadata["xmp:CreateDate"] == "2026-11-12T10:30:00+00:00"
        assert b"pdfaid" not in document.Root.Metadata.read_bytes()  # what no tool here proves is not claimed
