"""The signed credential inside the certificate's PDF, so that the file proves itself.

    attached_credential(attach_credential(pdf, credential, created)) == credential

A checksum line behind the end of the file shows any later change of what is printed. Reading is for files that
strangers send, so its limits are tight.
"""

import hashlib
import re
from datetime import datetime
from io import BytesIO

import pikepdf
from pikepdf import Array, AttachedFileSpec, Name

from assessor.certificates.paper import pdf_date

FILE_NAME = "credential.json"
MEDIA_TYPE = "application/vc+ld+json"
MAX_PDF = 10 * 1024 * 1024
MAX_CREDENTIAL = 1024 * 1024
MAX_ATTACHMENTS = 32
CHECKSUM_BYTES = len("%sha-256 ") + 64 + 1
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


def attach_credential(pdf: bytes, credential: bytes, created: datetime) -> bytes:
    """Return the PDF with the credential's exact bytes attached as an associated file (PDF 32000-2, 14.13).

    `created` (aware) dates the attachment; the same arguments give the same bytes.
    """
    with _opened(pdf) as document:
        stamp = pdf_date(created)
        document.attachments[FILE_NAME] = AttachedFileSpec(
            document,
            credential,
            description="Signed Open Badge",
            filename=FILE_NAME,
            mime_type=MEDIA_TYPE,
            creation_date=stamp,
            mod_date=stamp,
        )
        document.attachments[FILE_NAME].obj.AFRelationship = Name.Data
        document.Root.AF = Array([document.attachments[FILE_NAME].obj])
        output = BytesIO()
        document.save(
            output,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return output.getvalue() + _checksum_line(output.getvalue())


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


def _checksum_line(pdf: bytes) -> bytes:
    """A comment behind the end of the file: readers pass over it, we see every changed byte. It proves nothing."""
    return b"%sha-256 " + hashlib.sha256(pdf).hexdigest().encode() + b"\n"


def _check_checksum(pdf: bytes) -> None:
    body, tail = pdf[:-CHECKSUM_BYTES], pdf[-CHECKSUM_BYTES:]
    # A tail of just this length behind the end of the file is ours, even where a byte of it was changed.
    is_ours = body.rstrip().endswith(b"%%EOF") or tail.startswith(b"%sha-256 ")
    if is_ours and tail != _checksum_line(body):
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
