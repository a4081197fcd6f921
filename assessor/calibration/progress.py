"""One line on stderr that says how far the work is, for a person who watches; nothing where nobody does."""

import time
from typing import TextIO

OFTEN = 0.1
"""Seconds between two changes of the line."""

_CLEAR = "\r\x1b[K"


class ProgressLine:
    """A line that is written over. `shown` is False where stderr is a file, or the answer is read by a program."""

    def __init__(self, stream: TextIO, *, shown: bool) -> None:
        self._stream = stream
        self._shown = shown
        self._last = -OFTEN

    def say(self, text: str, *, always: bool = False) -> None:
        """Show a text instead of the last; unless `always`, not more often than ten times a second."""
        now = time.monotonic()
        if self._shown and (always or now - self._last >= OFTEN):
            self._last = now
            self._stream.write(f"{_CLEAR}{text}")
            self._stream.flush()

    def clear(self) -> None:
        """Leave an empty line for what is said next."""
        if self._shown:
            self._stream.write(_CLEAR)
            self._stream.flush()
