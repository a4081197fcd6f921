"""The signed credential inside the certificate's PDF, so that the file proves itself.

    attached_credential(certificate_pdf(content, credential)) == credential

The checksum of the file shows any later change of what is printed. Files that strangers send are read by
`attachment_reader` in a process of its own, of a few at once, so that none can take the memory or the time of others.
"""

import subprocess
import sys
import threading

from assessor.certificates import attachment_reader
from assessor.certificates.attachment_reader import FILE_NAME, MEDIA_TYPE
from assessor.certificates.checksum import OUR_MARK, checksum_holds
from assessor.certificates.finishing import Attachment

DESCRIPTION = "Signed Open Badge"
MAX_PDF = 10 * 1024 * 1024
#: How many files a process of ours has read at once, and the seconds to wait for a place; reading takes 0.1.
AT_ONCE = 2
WAIT = 3.0
_TOO_MUCH = (
    "Reading this PDF takes more memory or time than any certificate needs. "
    "Ask for the badge itself, as a JSON or PNG file, or for the PDF from another program."
)
_places = threading.BoundedSemaphore(AT_ONCE)


class PdfUnreadable(ValueError):
    """The file cannot be searched for a credential; the message says why and what to do."""


class PdfAltered(ValueError):
    """The bytes of the file are not those that were made; like a wrong checksum in a PNG."""


def credential_attachment(credential: bytes) -> Attachment:
    """The exact bytes of a credential, as `Paper.finish` takes them."""
    return Attachment(FILE_NAME, DESCRIPTION, MEDIA_TYPE, credential)


def attached_credential(pdf: bytes) -> bytes | None:
    """Return the credential attached to a PDF, of ours or of others; None when it carries none.

    The media type decides, then our file name. Raises `PdfUnreadable`, or `PdfAltered` for a file of ours that
    was changed anywhere after it was made: what the eye sees is not what the badge says then.
    """
    if len(pdf) > MAX_PDF:
        raise PdfUnreadable(f"This PDF is larger than {MAX_PDF // 1024 // 1024} MB. A certificate is far smaller.")
    _check_checksum(pdf)
    if not _places.acquire(timeout=WAIT):
        raise PdfUnreadable("Many PDFs are being read here at this moment. Try again in a minute.")
    try:
        return _read(pdf)
    finally:
        _places.release()


def _check_checksum(pdf: bytes) -> None:
    holds = checksum_holds(pdf)
    if holds is None and not pdf.rstrip().endswith(b"%%EOF"):
        raise PdfUnreadable("The end of this PDF is missing. Ask for the file again.")
    # Our mark at the beginning without a checksum: a byte of it was changed.
    if holds is False or (holds is None and OUR_MARK in pdf[:32]):
        raise PdfAltered("This PDF was changed after it was made. Ask for the file again.")


def _read(pdf: bytes) -> bytes | None:
    """Ask `attachment_reader`; whatever the file does there, that process ends and this one goes on."""
    command = [sys.executable, "-P", attachment_reader.__file__]
    # What qpdf says of damage goes nowhere: it can be longer than the file.
    reader = subprocess.run(command, input=pdf, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    ended = reader.returncode
    if ended == attachment_reader.FOUND:
        return reader.stdout
    if ended == attachment_reader.NONE:
        return None
    if ended == attachment_reader.REFUSED:
        raise PdfUnreadable(reader.stdout.decode())
    if ended == attachment_reader.TOO_MUCH or ended < 0:  # below 0: the system ended it
        raise PdfUnreadable(_TOO_MUCH)
    raise RuntimeError(f"The reader of PDFs does not work. To see why: {' '.join(command)} < FILE")
