"""Reads the attachments of a PDF that a stranger sent, in a process of its own: `attachment` runs this file.

    python -P attachment_reader.py < certificate.pdf > credential.json

A few kilobytes of PDF can ask for gigabytes or for years: streams packed many times over, lists inside lists, trees
whose branches meet again. No look at the file beforehand finds them all, so the system sets the limit: the process
that reads ends at `MEMORY` or `SECONDS`, whatever the file says and whatever qpdf does. It imports nothing of ours, so
that it starts in a tenth of a second.
"""

import os
import resource
import sys
from io import BytesIO

import pikepdf

FILE_NAME = "credential.json"
MEDIA_TYPE = "application/vc+ld+json"
MAX_CREDENTIAL = 1024 * 1024
MAX_ATTACHMENTS = 32
#: Bytes of address space, of which Python and pikepdf take 40 MB, and seconds of processor time.
MEMORY = 256 * 1024 * 1024
SECONDS = 3
#: How the process ends. It prints the credential, nothing, or why it refuses.
FOUND, NONE, REFUSED, TOO_MUCH = 0, 10, 11, 12

#: What pikepdf raises at a damaged file.
_DAMAGE = (pikepdf.PikepdfError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RuntimeError)


class Refused(ValueError):
    """The file cannot be searched; the message says why and what to do."""


def attached(pdf: bytes) -> bytes | None:
    """Return the credential attached to a PDF; None when it carries none. Raises `Refused`.

    The media type decides, then our file name.
    """
    with _opened(pdf) as document:
        try:
            return _find(document)
        except Refused:
            raise
        except _DAMAGE as error:
            raise Refused("The attachments of this PDF are damaged. Ask for the file again.") from error
        finally:
            _check_memory(document)


def _opened(pdf: bytes) -> pikepdf.Pdf:
    try:
        return pikepdf.open(BytesIO(pdf), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Refused("This PDF is locked with a password. Save it without one.") from error
    except _DAMAGE as error:
        raise Refused("This is not a readable PDF. Ask for the file again.") from error


def _check_memory(document: pikepdf.Pdf) -> None:
    """Raise `MemoryError` where qpdf found no room for an object: it only warns, and goes on as if there was none."""
    if any("bad_alloc" in warning for warning in document.get_warnings()):
        raise MemoryError


def _find(document: pikepdf.Pdf) -> bytes | None:
    if len(document.attachments) > MAX_ATTACHMENTS:
        raise Refused(f"This PDF has more than {MAX_ATTACHMENTS} attachments. It is not a certificate.")
    by_name: bytes | None = None
    for name, specification in document.attachments.items():
        file = specification.get_file()
        if file.mime_type not in (MEDIA_TYPE, "application/vc") and name != FILE_NAME:
            continue
        content = file.read_bytes()
        if len(content) > MAX_CREDENTIAL:
            raise Refused("The attached credential is larger than 1 MB. It is not read.")
        if file.mime_type == MEDIA_TYPE:
            return content
        by_name = content
    return by_name


def _main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves nobody's file on the disk
    os.nice(10)  # who is sitting a test comes first
    try:
        credential = attached(sys.stdin.buffer.read())
    except Refused as refused:
        sys.stdout.buffer.write(str(refused).encode())
        return REFUSED
    except MemoryError:
        return TOO_MUCH
    if credential is None:
        return NONE
    sys.stdout.buffer.write(credential)
    return FOUND


if __name__ == "__main__":
    sys.exit(_main())
