"""The signed credential inside the certificate's PDF, so that the file proves itself.

    attached_credential(certificate_pdf(content, credential)) == credential

The checksum of the file shows any later change of what is printed. Reading is for files that strangers send, so its
limits are tight.
"""

import re
from io import BytesIO

import pikepdf

from assessor.certificates.checksum import OUR_MARK, checksum_holds
from assessor.certificates.finishing import Attachment

FILE_NAME = "credential.json"
DESCRIPTION = "Signed Open Badge"
MEDIA_TYPE = "application/vc+ld+json"
MAX_PDF = 10 * 1024 * 1024
MAX_CREDENTIAL = 1024 * 1024
MAX_ATTACHMENTS = 32
_MAX_INFLATED = 64 * 1024 * 1024
_LZW = re.compile(rb"/(?:L|#4[cC])(?:Z|#5[aA])(?:W|#57)")  # not limited by qpdf, and not used for 25 years

# qpdf's limits are process-wide and should be set before threads use it, so they are set on import.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=_MAX_INFLATED,
    png_max_memory=_MAX_INFLATED,
    tiff_max_memory=_MAX_INFLATED,
    run_length_max_memory=_MAX_INFLATED,
    dct_max_memory=_MAX_INFLATED,
    max_stream_filters=4,
    parser_max_container_size=200_000,
    doc_max_warnings=50,
)


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
    _check_checksum(pdf)
    with _opened(pdf) as document:
        try:
            return _find(document)
        except PdfUnreadable:
            raise
        except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
            raise PdfUnreadable("The attachments of this PDF are damaged. Ask for the file again.") from error


def _check_checksum(pdf: bytes) -> None:
    holds = checksum_holds(pdf)
    if holds is None and not pdf.rstrip().endswith(b"%%EOF"):
        raise PdfUnreadable("The end of this PDF is missing. Ask for the file again.")
    # Our mark at the beginning without a checksum: a byte of it was changed.
    if holds is False or (holds is None and OUR_MARK in pdf[:32]):
        raise PdfAltered("This PDF was changed after it was made. Ask for the file again.")


def _find(document: pikepdf.Pdf) -> bytes | None:
    if len(document.attachments) > MAX_ATTACHMENTS:
        raise PdfUnreadable(f"This PDF has more than {MAX_ATTACHMENTS} attachments. It is not a certificate.")
    by_name: bytes | None = None
    for name, specification in document.attachments.items():
        file = specification.get_file()
        if file.mime_type not in (MEDIA_TYPE, "application/vc") and name != FILE_NAME:
            continue
        if file.size > MAX_CREDENTIAL:
            raise PdfUnreadable("The attached credential is larger than 1 MB. It is not read.")
        content = file.read_bytes()
        if len(content) > MAX_CREDENTIAL:
            raise PdfUnreadable("The attached credential is larger than 1 MB. It is not read.")
        if file.mime_type == MEDIA_TYPE:
            return content
        by_name = content
    return by_name


def _opened(pdf: bytes) -> pikepdf.Pdf:
    if len(pdf) > MAX_PDF:
        raise PdfUnreadable(f"This PDF is larger than {MAX_PDF // 1024 // 1024} MB. A certificate is far smaller.")
    if _LZW.search(pdf):
        raise PdfUnreadable("This PDF uses LZW compression, which is not read. Save it again with another program.")
    try:
        return pikepdf.open(BytesIO(pdf), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise PdfUnreadable("This PDF is locked with a password. Save it without one.") from error
    except (pikepdf.PdfError, RuntimeError) as error:
        raise PdfUnreadable("This is not a readable PDF. Ask for the file again.") from error
