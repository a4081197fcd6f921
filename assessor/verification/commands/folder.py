"""Writes a copy of the checking page into a folder, with the hash of every file, and nothing of anybody else's away."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from assessor.errors import Conflict

SUMS = "SHA256SUMS"
#: Names us in a folder that we made.
MARK = ".assessor-verifier"
_LINE = re.compile(r"[0-9a-f]{64}  (\S+)")


class NotOurFolder(Conflict):
    """There are files in the folder that no export has put there."""


def write(folder: Path, files: Mapping[str, bytes], *, force: bool = False) -> bytes:
    """Put the files into the folder, and take away those of an earlier export that are no more. Returns the sums.

    Each file is whole at any moment. Raises `NotOurFolder` for a folder with other things in it, unless `force`, which
    leaves them where they are.
    """
    known = folder.is_dir() and any(folder.iterdir())
    if known and not (folder / MARK).is_file() and not force:
        raise NotOurFolder(
            "%(folder)s is not empty and was not made by an export. Choose another, or --force.", folder=folder
        )
    before = set(_listed(folder)) if known else set()
    files = {**files, MARK: b"Written by: assessor verifier export\n"}
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()
    last = "index.html"  # it names the others
    for name in sorted(files, key=lambda name: (name == last, name)):
        put(folder / name, files[name])
    put(folder / SUMS, sums)
    for name in sorted(before - files.keys()):
        (folder / name).unlink(missing_ok=True)
        _remove_empty(folder, (folder / name).parent)
    return sums


def put(path: Path, body: bytes) -> None:
    """Write a file under another name first, so that whoever reads it meanwhile reads the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        os.chmod(draft, 0o644)  # for a file server of another user
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise


def _remove_empty(folder: Path, place: Path) -> None:
    while place != folder and place.is_dir() and not any(place.iterdir()):
        place.rmdir()
        place = place.parent


def _listed(folder: Path) -> Iterator[str]:
    """What the list of an earlier export names, as far as it lies in the folder."""
    try:
        text = (folder / SUMS).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        named = _LINE.fullmatch(line)
        if named and ".." not in Path(named[1]).parts and not Path(named[1]).is_absolute():
            yield named[1]
