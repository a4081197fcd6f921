"""Reads the TOML files of badges key by key; a broken one is refused with the file, the key and the reason."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Formatter
from typing import Any, NoReturn

MAX_FILE_SIZE = 256 * 1024


class TemplateInvalid(ValueError):
    """A file of a badge cannot be used; `file`, `key` and `reason` say where and why."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file, self.key, self.reason = file, key, reason


def parsed(source: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text; `file` is its name in messages. Raises `TemplateInvalid`."""
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise TemplateInvalid(file, "TOML", str(error)) from error


def read_file(path: Path, file: str) -> str:
    """The text of a file. Raises `TemplateInvalid`."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_SIZE + 1)
    except OSError as error:
        raise TemplateInvalid(file, "file", f"cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_SIZE:
        raise TemplateInvalid(file, "file", f"is larger than {MAX_FILE_SIZE} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TemplateInvalid(file, "file", "is not UTF-8 text") from error


class TomlReader:
    """Takes values of one file, each with its key for messages."""

    def __init__(self, file: str) -> None:
        self.file = file

    def sentence(self, key: str, value: object, allowed: frozenset[str]) -> str:
        """A text that names exactly these values in braces."""
        text = self.text(key, value)
        try:
            fields = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
        except ValueError as error:
            self.refuse(key, f"has a brace that is not closed ({error})")
        if fields != allowed:
            names = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "no braces"
            self.refuse(key, f"must hold {names}")
        return text

    def text(self, key: str, value: object) -> str:
        """A text that is not empty."""
        if value is None:
            self.refuse(key, "is missing")
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, "must be a text")
        return value

    def yes_or_no(self, key: str, value: object) -> bool:
        """True or false; a missing one is false."""
        if value is not None and not isinstance(value, bool):
            self.refuse(key, "must be true or false")
        return bool(value)

    def table(self, key: str, value: object) -> dict[str, Any]:
        """A table that is not empty."""
        if not isinstance(value, dict) or not value:
            self.refuse(key, "is missing or is not a table")
        return value

    def list(self, key: str, value: object, fewest: int, most: int) -> list[Any]:
        """A list of so many entries."""
        if not isinstance(value, list) or not fewest <= len(value) <= most:
            self.refuse(key, f"needs {fewest} to {most} entries")
        return value

    def only(self, table: Mapping[str, Any], known: frozenset[str], what: str, prefix: str = "") -> None:
        """Refuse a key that is not one of these."""
        for key in table:
            if key not in known:
                self.refuse(f"{prefix}{key}", f"is not a key of {what}; known are {', '.join(sorted(known))}")

    def refuse(self, key: str, reason: str) -> NoReturn:
        """Say where and why."""
        raise TemplateInvalid(self.file, key, reason)


def as_toml(value: object) -> str:
    """A value as TOML in one line, as `tomllib` reads it back."""
    writers: dict[type, Callable[[Any], str]] = {
        str: _quoted,
        bool: lambda one: "true" if one else "false",
        int: str,
        float: repr,
        list: lambda many: f"[{', '.join(map(as_toml, many))}]",
        dict: lambda table: f"{{{', '.join(f'{_quoted(key)} = {as_toml(one)}' for key, one in table.items())}}}",
    }
    return writers[type(value)](value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
