"""The files of a print order: drawn into the instance folder, whole or not there, and the same when drawn again."""

import fcntl
import os
import shutil
import time
import unicodedata
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import papers
from assessor.credentials.models import Award, Credential
from assessor.errors import Conflict

FOLDER = "print"
ALL = "certificates.zip"
LOCK = ".lock"
PATIENCE = 60  # seconds that are waited for another process: seconds of work, or it was stopped in the middle
PAUSE = 0.1  # seconds between two looks
LONGEST_NAME = 150  # bytes of a holder's name in a file's name; most systems take 255 in all
_FORBIDDEN = frozenset('<>:"/\\|?*')  # in names of files on Windows
_COPIED = 1 << 20


class NotDrawnYet(Conflict):
    """The files are being made."""

    title = "In a moment"


def folder(settings: Settings, order_id: uuid.UUID) -> Path:
    """Where the files of an order are."""
    return settings.instance / FOLDER / str(order_id)


def part_name(form: str, place: int) -> str:
    """The file of a chunk: to print, or a part of the zip that is put together in the end."""
    return f"certificates-{place + 1:03}.pdf" if form == "pdf" else f"part-{place + 1:03}.zip"


def draw(session: Session, signed: Sequence[Credential], form: str, path: Path, settings: Settings) -> None:
    """Draw certificates into a file, which is there when it is whole."""
    with written(path) as file:
        (_print_file if form == "pdf" else zip_of)(session, signed, file, settings)


def zip_of(session: Session, signed: Sequence[Credential], file: IO[bytes], settings: Settings) -> None:
    """Write a zip of single PDFs, one in memory at a time; the same certificates give the same bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as whole:  # a PDF is packed already
        for one in signed:
            entry = _entry(file_name(one.award), one.award.awarded_at)
            whole.writestr(entry, papers.paper(session, one.award, one, settings))


def put_together(place: Path, parts: Sequence[int]) -> None:
    """Make one zip of these parts, copied piece by piece, and remove them. Twice is once, by two at a time as well.

    Raises `FileNotFoundError` for a part that is missing, and what `alone` raises.
    """
    with alone(place):
        if not (place / ALL).exists():
            with written(place / ALL) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as whole:
                for part in parts:
                    _copy(place / part_name("zip", part), whole)
        for drawn in sorted(place.glob("part-*.zip")):
            drawn.unlink(missing_ok=True)
        (place / LOCK).unlink(missing_ok=True)  # whoever waits for it, or makes another one, finds the whole there


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Be the only process that works on an order's folder. A process that dies, in whatever way, lets go of it.

    Raises `NotDrawnYet` when another process does not let go in `PATIENCE`, `FileNotFoundError` without the folder.
    """
    until = time.monotonic() + PATIENCE
    with os.fdopen(os.open(place / LOCK, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as lock:
        while not _locked(lock):
            if time.monotonic() >= until:
                raise NotDrawnYet("The files are being made. Look again in a minute.")
            time.sleep(PAUSE)
        yield


def remove(settings: Settings, order_id: uuid.UUID) -> None:
    """Delete the files of an order, if there are any."""
    shutil.rmtree(folder(settings, order_id), ignore_errors=True)


def file_name(award: Award) -> str:
    """Number and holder's name, as every system takes it; letters of every script stay."""
    name = unicodedata.normalize("NFC", award.holder_name)
    kept = "".join(" " if sign in _FORBIDDEN or unicodedata.category(sign)[0] in "CZ" else sign for sign in name)
    short = " ".join(kept.split()).encode()[:LONGEST_NAME].decode(errors="ignore").strip(" .")
    return f"{numbers.written(award.number)} {short}".rstrip() + ".pdf"


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """A new file for this user's eyes only, which takes its place when everything is written."""
    for made in (path.parent.parent, path.parent):
        made.mkdir(mode=0o700, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _print_file(session: Session, signed: Sequence[Credential], file: IO[bytes], settings: Settings) -> None:
    file.write(papers.print_file(session, signed, settings))


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _entry(name: str, moment: datetime) -> zipfile.ZipInfo:
    """An entry without anything of this machine or this moment."""
    entry = zipfile.ZipInfo(name, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _copy(name: Path, whole: zipfile.ZipFile) -> None:
    with zipfile.ZipFile(name) as part:
        for entry in part.infolist():
            copied = zipfile.ZipInfo(entry.filename, entry.date_time)
            copied.create_system, copied.external_attr = entry.create_system, entry.external_attr
            copied.file_size = entry.file_size
            with part.open(entry) as source, whole.open(copied, "w") as target:
                shutil.copyfileobj(source, target, _COPIED)
