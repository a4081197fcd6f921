"""The name of a sound: made from what is said, so that a changed sentence never plays the old voice."""

from __future__ import annotations

import hashlib


def sound_name(language: str, text: str) -> str:
    """Name the sound file of a text in a language: 16 hex characters and `.mp3`."""
    return hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()[:16] + ".mp3"
