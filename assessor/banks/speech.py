"""Render texts to sound files with espeak-ng and lame. The name of a file follows from what is said."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from assessor.errors import Conflict
from assessor.items.bank import Bank, item_in
from assessor.items.item import texts
from assessor.items.speech import sound_name

WORDS_PER_MINUTE = 140  # slower than espeak-ng's own 175: most listeners are learning the language
KILOBITS = 16


class NoVoice(Conflict):
    """The programs that speak are not installed."""


def render_practice(bank: Bank, folder: Path) -> int:
    """Render every text of the practice items in every language of the bank. Returns how many are new."""
    spoken = {
        (language, text)
        for item in bank.items
        if item.practice
        for language in bank.languages
        for text in texts(item_in(bank, item, language)).values()
    }
    return render(spoken, folder)


def render(spoken: Iterable[tuple[str, str]], folder: Path) -> int:
    """Render (language, text) pairs that have no file yet into ``folder``. Raises `NoVoice`."""
    missing = [
        (language, text) for language, text in sorted(spoken) if not (folder / sound_name(language, text)).exists()
    ]
    if missing and not (shutil.which("espeak-ng") and shutil.which("lame")):
        raise NoVoice("Sounds are rendered by espeak-ng and lame. On Debian: apt-get install espeak-ng lame")
    folder.mkdir(parents=True, exist_ok=True)
    for language, text in missing:
        _render(language, text, folder / sound_name(language, text))
    return len(missing)


def _render(language: str, text: str, target: Path) -> None:
    speak = ["espeak-ng", "-v", language, "-s", str(WORDS_PER_MINUTE), "--stdin", "--stdout"]
    wave = subprocess.run(speak, input=text.encode(), capture_output=True, check=True).stdout
    encode = [
        "lame",
        "--quiet",
        "-m",
        "m",
        "-b",
        str(KILOBITS),
        "--resample",
        "22.05",
        "-t",
        "-",
        str(target),
    ]
    subprocess.run(encode, input=wave, check=True, capture_output=True)
