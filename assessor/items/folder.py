"""Reads the files of a bank folder that may come from anywhere: no links, nothing special, nothing large."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .findings import Findings

MOST_FILES = 30_000
KIB = 1024
MIB = 1024 * KIB


def list_files(folder: Path, findings: Findings) -> dict[str, Path]:
    """List the ordinary files below a folder by their path in it, sorted; hidden ones are left out.

    A link is refused wherever it points: what is read must be what lies in the folder.
    """
    found: dict[str, Path] = {}
    for directory, names, files in os.walk(folder):
        links = [name for name in names if (Path(directory) / name).is_symlink()]
        names[:] = sorted(name for name in names if name not in links and not name.startswith("."))
        for name in sorted([*files, *links]):
            path = Path(directory) / name
            relative = path.relative_to(folder).as_posix()
            if name.startswith("."):
                continue
            if len(found) >= MOST_FILES:
                findings.error(relative, 1, f"The folder has more than {MOST_FILES} files.")
                return found
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                findings.error(relative, 1, "This is a link; put the file itself here.")
            elif not stat.S_ISREG(mode):
                findings.error(relative, 1, "This is not an ordinary file; remove it.")
            else:
                found[relative] = path
    return found


def read_bytes(path: Path, name: str, limit: int, findings: Findings) -> bytes | None:
    """Read a file of at most `limit` bytes; None after a problem."""
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        findings.error(name, 1, f"The file cannot be read: {error.strerror}.")
        return None
    if len(content) > limit:
        findings.error(name, 1, f"The file has more than {limit // KIB} kB, which is the most.")
        return None
    return content


def read_text(path: Path, name: str, limit: int, findings: Findings) -> str | None:
    """Read a UTF-8 text of at most `limit` bytes; None after a problem."""
    content = read_bytes(path, name, limit, findings)
    if content is None:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.error(name, line, "The text is not UTF-8; save it as UTF-8.")
        return None
