"""A badge's `certificate.toml`: titles, areas, work tasks and the fixed words of its paper.

A broken file is refused with the file, the key and the reason, so that its author can mend it.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, NoReturn

from assessor.certificates.layout import Layout, LayoutInvalid, layout_of

MAX_CODE = 24  # characters, spec qr field 2
MAX_SHORT_TITLE = 48  # bytes, spec qr field 3
MAX_AREAS = 16  # spec qr field 5
FEWEST_TASKS, MOST_TASKS = 3, 5
MOST_YEARS = 50
MAX_FILE_SIZE = 256 * 1024

# The fixed words of a certificate and the values each may name.
WORDING: Mapping[str, frozenset[str]] = {
    key: frozenset(values.split())
    for key, values in {
        "certificate": "", "of_competence": "", "given_to": "", "shown": "date", "level": "band level",
        "band_1": "", "band_2": "", "band_3": "", "band_4": "", "can_do": "", "issued": "date",
        "valid_until": "date", "scan": "", "badge": "title", "symbol": "host", "number": "number",
        "demonstration": "", "second_page": "page pages", "areas": "", "area_result": "score low high",
        "not_assessed": "", "range": "", "not_tested": "list", "obtained": "", "check": "", "check_1": "",
        "check_2": "host", "check_3": "", "attached": "", "framework": "",
    }.items()
}  # fmt: skip

_CODE = re.compile(r"[A-Z0-9.-]+")
_COMPETENCE = re.compile(r"[1-5]\.[1-6]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Texts = Mapping[str, str]  # language → text


class TemplateInvalid(ValueError):
    """A certificate.toml cannot be used; `file`, `key` and `reason` say where and why."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file, self.key, self.reason = file, key, reason


@dataclass(frozen=True)
class Area:
    """A part of the test with a score of its own."""

    competence: str
    name: Texts


@dataclass(frozen=True)
class Task:
    """What a person can do at work, and the competences it rests on."""

    competences: tuple[str, ...]
    text: Texts


@dataclass(frozen=True)
class Template:
    """A badge's certificate. `areas` are in the order in which scores are signed.

    `valid_years`: how long it is valid; 0 = without end, None = as the installation has it.
    """

    code: str
    layout: Layout
    title: Texts
    short_title: Texts
    not_tested: Texts
    areas: tuple[Area, ...]
    tasks: Mapping[int, tuple[Task, ...]]
    wording: Mapping[str, Mapping[str, str]]
    valid_years: int | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which every text exists, in the order of the file."""
        return tuple(self.wording)

    def tasks_at(self, level: int, language: str) -> tuple[str, ...]:
        """Return the work tasks of a level; empty when the file has none for it."""
        return tuple(task.text[language] for task in self.tasks.get(level, ()))


def load_template(path: Path) -> Template:
    """Read a `certificate.toml`. Raises `TemplateInvalid`."""
    file = f"{path.parent.name}/{path.name}"
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_SIZE + 1)
    except OSError as error:
        raise TemplateInvalid(file, "file", f"cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_SIZE:
        raise TemplateInvalid(file, "file", f"is larger than {MAX_FILE_SIZE} bytes")
    try:
        return read_template(content.decode("utf-8"), file)
    except UnicodeDecodeError as error:
        raise TemplateInvalid(file, "file", "is not UTF-8 text") from error


def read_template(source: str, file: str = "certificate.toml") -> Template:
    """Read the text of a `certificate.toml`; `file` is its name in messages. Raises `TemplateInvalid`."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise TemplateInvalid(file, "TOML", str(error)) from error
    return _Reader(file, data).template()


class _Reader:
    """Checks one file key by key."""

    def __init__(self, file: str, data: dict[str, Any]) -> None:
        self.file, self.data = file, data
        self.languages = tuple(self._table("wording", data.get("wording")))

    def template(self) -> Template:
        known = {"code", "layout", "title", "short_title", "not_tested", "areas", "levels", "wording", "valid_years"}
        for key in self.data:
            if key not in known:
                self._refuse(key, f"is not a key of a certificate; known are {', '.join(sorted(known))}")
        for language in self.languages:
            if not _LANGUAGE.fullmatch(language):
                self._refuse(f"wording.{language}", "is not a language code such as en")
        return Template(
            code=self._code(),
            layout=self._layout(),
            title=self._texts("title", self.data.get("title")),
            short_title=self._texts("short_title", self.data.get("short_title"), self._short),
            not_tested=self._texts("not_tested", self.data.get("not_tested")),
            areas=self._areas(),
            tasks=self._levels(),
            wording={language: self._wording(language) for language in self.languages},
            valid_years=self._years(),
        )

    def _code(self) -> str:
        code = self._text("code", self.data.get("code"))
        if len(code) > MAX_CODE or not _CODE.fullmatch(code):
            self._refuse("code", f"needs 1 to {MAX_CODE} of A-Z, 0-9, dot and hyphen")
        return code

    def _years(self) -> int | None:
        years = self.data.get("valid_years")
        if years is None:
            return None
        if isinstance(years, bool) or not isinstance(years, int) or not 0 <= years <= MOST_YEARS:
            self._refuse("valid_years", f"is not a whole number from 0 (no end) to {MOST_YEARS}")
        return years

    def _layout(self) -> Layout:
        if "layout" not in self.data:
            self._refuse("layout", "is missing")
        try:
            return layout_of(self.data["layout"])
        except LayoutInvalid as error:
            raise TemplateInvalid(self.file, error.key, error.reason) from error

    def _areas(self) -> tuple[Area, ...]:
        tables = self._list("areas", self.data.get("areas"), 1, MAX_AREAS)
        areas = tuple(self._area(f"areas[{i}]", table) for i, table in enumerate(tables, start=1))
        if len({area.competence for area in areas}) < len(areas):
            self._refuse("areas", "names a competence twice")
        return areas

    def _area(self, key: str, value: object) -> Area:
        table = dict(self._table(key, value))
        competence = self._competence(f"{key}.competence", table.pop("competence", None))
        return Area(competence, self._texts(key, table))

    def _levels(self) -> dict[int, tuple[Task, ...]]:
        levels = {}
        for level, value in self._table("levels", self.data.get("levels")).items():
            key = f"levels.{level}"
            if level not in "12345678" or len(level) != 1:
                self._refuse(key, "is not a level from 1 to 8")
            tables = self._list(f"{key}.tasks", self._table(key, value).get("tasks"), FEWEST_TASKS, MOST_TASKS)
            levels[int(level)] = tuple(self._task(f"{key}.tasks[{i}]", t) for i, t in enumerate(tables, start=1))
        return levels

    def _task(self, key: str, value: object) -> Task:
        table = dict(self._table(key, value))
        named = self._list(f"{key}.competences", table.pop("competences", None), 1, MAX_AREAS)
        competences = tuple(self._competence(f"{key}.competences", one) for one in named)
        return Task(competences, self._texts(key, table))

    def _wording(self, language: str) -> dict[str, str]:
        key = f"wording.{language}"
        table = self._table(key, self.data["wording"][language])
        for missing in WORDING.keys() - table.keys():
            self._refuse(f"{key}.{missing}", "is missing")
        for extra in table.keys() - WORDING.keys():
            self._refuse(f"{key}.{extra}", "is not a text of the certificate")
        return {name: self._sentence(f"{key}.{name}", table[name], WORDING[name]) for name in WORDING}

    def _sentence(self, key: str, value: object, allowed: frozenset[str]) -> str:
        text = self._text(key, value)
        try:
            fields = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
        except ValueError as error:
            self._refuse(key, f"has a brace that is not closed ({error})")
        if fields != allowed:
            names = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "no braces"
            self._refuse(key, f"must hold {names}")
        return text

    def _texts(self, key: str, value: object, check: Callable[[str, str], None] | None = None) -> dict[str, str]:
        table = self._table(key, value)
        for language in self.languages:
            if language not in table:
                self._refuse(f"{key}.{language}", "is missing")
        for extra in table.keys() - set(self.languages):
            self._refuse(f"{key}.{extra}", "is a language without a [wording] table")
        texts = {language: self._text(f"{key}.{language}", table[language]) for language in self.languages}
        for language, text in texts.items():
            if check:
                check(f"{key}.{language}", text)
        return texts

    def _short(self, key: str, text: str) -> None:
        size = len(text.encode("utf-8"))
        if size > MAX_SHORT_TITLE:
            self._refuse(key, f"takes {size} bytes; the QR symbol has room for {MAX_SHORT_TITLE}")

    def _competence(self, key: str, value: object) -> str:
        text = self._text(key, value)
        if not _COMPETENCE.fullmatch(text):
            self._refuse(key, f"{text!r} is not a competence number such as 2.1")
        return text

    def _text(self, key: str, value: object) -> str:
        if value is None:
            self._refuse(key, "is missing")
        if not isinstance(value, str) or not value.strip():
            self._refuse(key, "must be a text")
        return value

    def _table(self, key: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            self._refuse(key, "is missing or is not a table")
        return value

    def _list(self, key: str, value: object, fewest: int, most: int) -> list[Any]:
        if not isinstance(value, list) or not fewest <= len(value) <= most:
            self._refuse(key, f"needs {fewest} to {most} entries")
        return value

    def _refuse(self, key: str, reason: str) -> NoReturn:
        raise TemplateInvalid(self.file, key, reason)
