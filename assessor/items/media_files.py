"""Reads the pictures and sounds of a bank."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .bank import Media
from .findings import Findings
from .folder import KIB, MIB, read_bytes
from .pictures import MOST_BYTES, PictureCheck, check_picture

MOST_MEDIA_BYTES = 200 * MIB
_SOUND_BYTES = 96 * KIB
_PICTURE = re.compile(r"media/[a-z0-9][a-z0-9-]{0,60}\.svg")
_SOUND = re.compile(r"media/[0-9a-f]{16}\.mp3")


@dataclass(slots=True)
class MediaFiles:
    """Pictures and sounds by file name, and what was found out about each picture."""

    pictures: dict[str, Media] = field(default_factory=dict)
    checks: dict[str, PictureCheck] = field(default_factory=dict)
    sounds: dict[str, Media] = field(default_factory=dict)


def read_media(files: Mapping[str, Path], findings: Findings) -> MediaFiles:
    """Read everything in `media/`; what cannot be shown or played is noted."""
    media = MediaFiles()
    size = 0
    for name, path in files.items():
        if not name.startswith("media/"):
            continue
        if not _PICTURE.fullmatch(name) and not _SOUND.fullmatch(name):
            findings.error(name, 1, "Media are <name>.svg in small letters, or <16 hex characters>.mp3.")
            continue
        content = read_bytes(path, name, MOST_BYTES if name.endswith(".svg") else _SOUND_BYTES, findings)
        if content is None:
            continue
        size += len(content)
        if size > MOST_MEDIA_BYTES:
            findings.error(name, 1, f"The media have more than {MOST_MEDIA_BYTES // MIB} MB together.")
            break
        _add(media, name, content, findings)
    return media


def _add(media: MediaFiles, name: str, content: bytes, findings: Findings) -> None:
    base = name.removeprefix("media/")
    one = Media(base, content, hashlib.sha256(content).hexdigest())
    if base.endswith(".svg"):
        media.pictures[base], media.checks[base] = one, check_picture(content)
        for line, reason in media.checks[base].problems:
            findings.error(name, line, reason)
    elif content.startswith(b"ID3") or (content[:1] == b"\xff" and content[1:2] >= b"\xe0"):
        media.sounds[base] = one
    else:
        findings.error(name, 1, "This is not an MP3 sound.")
