"""What verifiers need goes on being served while the database does not answer: from copies in the instance folder.

Each machine keeps the newest public documents that it served or, where a worker runs, that it looked up within the last
minute: status lists, the DID document, the trust bundle and what belongs to it. They are public and mostly signed, so a
copy is as good as its date; a verifier reads that date and says when withdrawals were last known.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from assessor.certificates import signed_data
from assessor.config import Settings
from assessor.credentials import issued, issuer, mirrored, publishing, status
from assessor.credentials.models import IssuedList, MirroredDocument
from assessor.errors import Refusal
from assessor.openbadges.status_list import Purpose
from assessor.openbadges.strict_json import write_json

FOLDER = "kept"
DID, ROOT_KEY, BUNDLE, CATALOGUE, WITHDRAWALS = "did.json", "root-key", "bundle", "catalogue", "withdrawals"

TIME_BYTES = 8
#: Of what verifiers read at most: from then on the log says every time that a document grows too large.
NEARLY = 0.75

_log = structlog.get_logger("assessor.credentials")


class NothingKept(Refusal):
    """The database does not give what was asked for at this moment, and this machine has no copy of it."""

    status = 503
    title = "Please wait"


def newest(session: Session, settings: Settings, name: str, make: Callable[[], bytes]) -> bytes:
    """What ``make`` reads from the database, or the copy that this machine kept. Raises `NothingKept`."""
    try:
        body = make()
    except (DBAPIError, NoConnectionFree) as error:
        session.rollback()
        return _copy(settings, name, error)
    keep(settings, name, body)
    return body


def keep(settings: Settings, name: str, body: bytes) -> None:
    """Keep a copy where it is new. Of two at once one stays, whole; the next answer mends an older one.

    A full disk must not stand in the way of an answer: then the older copy stays, and the log says so.
    """
    path = settings.instance / FOLDER / name
    try:
        if not path.exists() or path.read_bytes() != body:
            _write(path, body)
    except OSError as error:
        _log.warning("not kept", document=name, reason=error.strerror)


def keep_everything(session: Session, settings: Settings, now: datetime) -> None:
    """Keep what verifiers may ask this machine for, so that it has it even if nobody asked before."""
    for name, body in _everything(session, settings, now):
        keep(settings, name, body)


def leaves(session: Session, settings: Settings, kid: str, root: bytes) -> Path | BytesIO:
    """What was issued with a stolen key, the list with this root. Raises `NothingKept`.

    Up to 32 MB, so it is read from the database once for each machine. Its name says what is in it: the file is
    compared with nothing, and sent from the disk. Lists that have grown stay beside it; there are two or three.
    """
    name = leaves_name(kid, root)
    path = settings.instance / FOLDER / name
    if path.exists():
        return path
    return BytesIO(newest(session, settings, name, lambda: _leaves(session, kid, root)))


def did_document(session: Session, settings: Settings) -> bytes:
    """The issuer's DID document, the same bytes until a key changes."""
    return write_json(issuer.document(session, settings))


def list_name(number: int, purpose: Purpose, form: str) -> str:
    """How the copy of a status list is called. ``form``: json or jwt."""
    return f"status-{number}-{purpose}.{form}"


def root_name(kid: str) -> str:
    """How the copy of the root is called that stands over what was issued with a stolen key."""
    return f"issued-{kid}-root"


def leaves_name(kid: str, root: bytes) -> str:
    """How the copy of that list is called while it has this root."""
    return f"issued-{kid}-{root.hex()}"


def mirrored_name(place: str, name: str) -> str:
    """How the copy of a file of a partner is called."""
    return f"partner-{place}-{name.replace('/', '-')}"


def mirrored_with_time(session: Session, place: str, name: str) -> bytes:
    """A file of a partner behind the second in which it was had, as it is kept. Raises `mirrored.NotMirrored`."""
    found = mirrored.document(session, place, name)
    return int(found.fetched_at.timestamp()).to_bytes(TIME_BYTES) + found.body


def _everything(session: Session, settings: Settings, now: datetime) -> Iterator[tuple[str, bytes]]:
    """What is stored comes first: the rest is signed now, for which the keys must open."""
    yield DID, did_document(session, settings)
    yield ROOT_KEY, publishing.root_key(session)
    for number, purpose, as_json, as_jwt in status.signed_lists(session):
        yield list_name(number, purpose, "json"), as_json
        yield list_name(number, purpose, "jwt"), as_jwt
    for kid in issued.kids(session):
        root = issued.root_of(session, kid)
        leaves(session, settings, kid, root)
        yield root_name(kid), root
    for place, name in session.execute(select(MirroredDocument.place, MirroredDocument.name)).all():
        yield mirrored_name(place, name), mirrored_with_time(session, place, name)
    for name, body, most in (
        (BUNDLE, publishing.signed_bundle(session, settings, now), signed_data.MAX_BUNDLE),
        (CATALOGUE, publishing.signed_catalogue(session, settings), signed_data.MAX_CATALOGUE),
        (WITHDRAWALS, publishing.signed_withdrawals(session, settings), signed_data.MAX_WITHDRAWALS),
    ):
        if len(body) > NEARLY * most:
            _log.warning("nearly too large for verifiers", document=name, bytes=len(body), most=most)
        yield name, body


def _leaves(session: Session, kid: str, root: bytes) -> bytes:
    """The leaves under this root; since it was read, the list may have grown and have another."""
    found = session.scalar(select(IssuedList.leaves).where(IssuedList.kid == kid, IssuedList.root == root))
    if found is None:
        raise NothingKept("This cannot be read at the moment. Ask again in a minute.")
    return found


def _copy(settings: Settings, name: str, error: Exception) -> bytes:
    path = settings.instance / FOLDER / name
    try:
        body, seconds = path.read_bytes(), path.stat().st_mtime
    except OSError:
        _log.error("database unavailable, nothing kept", document=name, exc_info=error)
        raise NothingKept("This cannot be read at the moment. Ask again in a minute.") from error
    kept_at = datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
    _log.error("database unavailable, served what was kept", document=name, kept_at=kept_at, exc_info=error)
    return body


def _write(path: Path, body: bytes) -> None:
    """Complete under another name first: whoever reads the file reads all of it, after a power cut as well."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise
