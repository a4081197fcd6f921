"""What cannot be calibrated, with the place in the file."""

from pathlib import Path

from assessor.errors import Invalid

NAMED = 10
"""Items named in one message."""


class FileNotUsable(Invalid):
    """A file that cannot be used as it is; the message names file, row and column, and says what to do."""

    def __init__(self, path: Path, why: str, *, row: int | None = None, column: str | None = None) -> None:
        row_part = "" if row is None else f", row {row}"
        column_part = "" if column is None else f", column {shown(column)}"
        super().__init__("%(where)s: %(why)s", where=f"{path}{row_part}{column_part}", why=why)


def shown(text: str, longest: int = 40) -> str:
    """Return text from a file in a form that no terminal acts on."""
    clean = "".join(letter if letter.isprintable() else "�" for letter in text[: longest + 1])
    return clean if len(clean) <= longest else f"{clean[:longest]}…"


def listed(names: list[str] | tuple[str, ...], most: int = NAMED) -> str:
    """Return names with commas between; a long list ends with how many more there are."""
    first = ", ".join(shown(name) for name in names[:most])
    return f"{first} and {len(names) - most} more" if len(names) > most else first
