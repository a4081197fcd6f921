"""Reads the folder of a badge's paper: `certificate.toml`, a file for each further language, and layouts beside it.

`whole` joins them into one text, so that an installation can keep the badge in one piece. A broken file is refused with
the file, the key and the reason, so that its author can mend it.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assessor.certificates.layout import SHIPPED, Layout, LayoutInvalid, layout_of
from assessor.certificates.template import Area, Signature, Task, Template
from assessor.certificates.toml_reading import TemplateInvalid, TomlReader, as_toml, parsed, read_file
from assessor.certificates.words import ADDED_LATER, LANGUAGES, WORDING, english, words_of

MAX_CODE = 24  # characters, spec qr field 2
MAX_SHORT_TITLE = 48  # bytes, spec qr field 3
MAX_AREAS = 16  # spec qr field 5
FEWEST_TASKS, MOST_TASKS = 3, 5
MOST_YEARS = 50
MOST_EMBLEMS = 3
MOST_SIGNATURES = 2

#: Beside the badges: layouts of an organisation's own, `layouts/<name>/layout.toml`.
LAYOUTS = "layouts"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LAYOUT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CODE = re.compile(r"[A-Z0-9.-]+")
_COMPETENCE = re.compile(r"[1-5]\.[1-6]")
_NAMED_LAYOUT, _TABLE_OF_LAYOUT = (re.compile(p, re.MULTILINE) for p in (r"^\s*layout\s*=", r"^\s*\[layout\]"))
_EMBLEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}\.svg")
_KEYS = frozenset({
    "code", "layout", "title", "short_title", "not_tested", "areas", "levels", "wording", "valid_years", "languages",
    "layouts", "emblems", "emblem_alternatives", "signatures",
})  # fmt: skip
_LANGUAGE_KEYS = frozenset({"reviewed", "title", "short_title", "not_tested", "areas", "tasks"})


def load_template(path: Path) -> Template:
    """Read a `certificate.toml` with the languages and layouts beside it. Raises `TemplateInvalid`."""
    return read_template(whole(path.parent), f"{path.parent.name}/{path.name}")


def read_template(source: str, file: str = "certificate.toml") -> Template:
    """Read the text of a `certificate.toml`, or of `whole`; `file` is its name in messages.

    Raises `TemplateInvalid`.
    """
    if _NAMED_LAYOUT.search(source) and _TABLE_OF_LAYOUT.search(source):  # TOML would only say on which line it stopped
        raise TemplateInvalid(file, "layout", 'is there twice: take out the line "layout = …", or the table [layout]')
    return _Reader(file, parsed(source, file)).template()


def whole(folder: Path) -> str:
    """The `certificate.toml` of a badge's folder with its languages, and the layouts beside it, as one TOML text.

    Raises `TemplateInvalid`.
    """
    parts = [read_file(folder / "certificate.toml", f"{folder.name}/certificate.toml")]
    for path in sorted((folder / "languages").glob("*.toml")):
        file = f"{folder.name}/languages/{path.name}"
        if not _LANGUAGE.fullmatch(path.stem):
            raise TemplateInvalid(file, "file", "is not named after a language, such as es.toml")
        parts.append(_appended(f"languages.{path.stem}", path, file))
    for path in sorted((folder.parent / LAYOUTS).glob("*/layout.toml")):
        file = f"{LAYOUTS}/{path.parent.name}/layout.toml"
        if not _LAYOUT_NAME.fullmatch(path.parent.name):
            raise TemplateInvalid(file, "folder", "needs a name of small letters, digits and hyphens")
        parts.append(_appended(f"{LAYOUTS}.{path.parent.name}", path, file))
    return "\n".join(parts)


def _appended(table: str, path: Path, file: str) -> str:
    """The file as a table of another one."""
    values = parsed(read_file(path, file), file)
    try:
        lines = [f"{as_toml(key)} = {as_toml(value)}" for key, value in values.items()]
    except KeyError as error:
        raise TemplateInvalid(file, "file", "holds a date or a time; write it as a text") from error
    return "\n".join([f"[{table}]", *lines, ""])


class _Reader(TomlReader):
    """Checks one file; what it says of further languages is put beside the texts of the file first."""

    def __init__(self, file: str, data: dict[str, Any]) -> None:
        super().__init__(file)
        self.only(data, _KEYS, "a certificate")
        self.data = data
        written = tuple(self.table("title", data.get("title")))
        self.own_words, self.own_layouts = self._tables("wording"), self._tables("layouts")
        added = self._tables("languages")
        known = [one for one in LANGUAGES if one in added]
        self.added: tuple[str, ...] = (*known, *(one for one in added if one not in known))
        self.languages = (*written, *self.added)
        self.unreviewed: set[str] = set()
        for language in written:
            self._check_language(f"title.{language}", language)
            if language in added:
                self.refuse(f"title.{language}", f"is in languages/{language}.toml too; keep one of them")

    def template(self) -> Template:
        for language in self.added:
            _Added(self, language).put()
        own = {name: self._own_layout(name, value) for name, value in self.own_layouts.items()}
        return Template(
            code=self._code(),
            layout=self._layout(own),
            title=self._texts("title", self.data.get("title")),
            short_title=self._texts("short_title", self.data.get("short_title"), _check_short),
            not_tested=self._texts("not_tested", self.data.get("not_tested")),
            areas=self._areas(),
            tasks=self._levels(),
            wording=self._wording(),
            reviewed=frozenset(self.languages) - self.unreviewed,
            valid_years=self._years(),
            layouts=own,
            emblems=self._emblems(),
            signatures=self._signatures(),
        )

    def _check_language(self, key: str, language: str) -> None:
        if not _LANGUAGE.fullmatch(language):
            self.refuse(key, "is not a language code such as en")
        if language not in self.own_words and words_of(language) is None:
            self.refuse(key, f"has no fixed words; add a table [wording.{language}]")

    def _tables(self, key: str) -> dict[str, Any]:
        return self.table(key, self.data[key]) if key in self.data else {}

    def _code(self) -> str:
        code = self.text("code", self.data.get("code"))
        if len(code) > MAX_CODE or not _CODE.fullmatch(code):
            self.refuse("code", f"needs 1 to {MAX_CODE} of A-Z, 0-9, dot and hyphen")
        return code

    def _years(self) -> int | None:
        years = self.data.get("valid_years")
        if years is None:
            return None
        if isinstance(years, bool) or not isinstance(years, int) or not 0 <= years <= MOST_YEARS:
            self.refuse("valid_years", f"is not a whole number from 0 (no end) to {MOST_YEARS}")
        return years

    def _layout(self, own: dict[str, Layout]) -> Layout:
        asked = self.data.get("layout")
        if asked is None:
            self.refuse("layout", "is missing")
        if isinstance(asked, str) and asked in own:
            return own[asked]
        if isinstance(asked, str) and asked not in SHIPPED:
            self.refuse("layout", f"is {asked[:40]!r}; known are {', '.join((*SHIPPED, *own))}")
        try:
            return layout_of(asked)
        except LayoutInvalid as error:
            raise TemplateInvalid(self.file, error.key, error.reason) from error

    def _own_layout(self, name: str, value: object) -> Layout:
        file = f"layouts/{name}/layout.toml"
        if name in SHIPPED:
            raise TemplateInvalid(
                file, "folder", f"is the name of a layout that we ship; known are {', '.join(SHIPPED)}"
            )
        try:
            return layout_of(value)
        except LayoutInvalid as error:
            raise TemplateInvalid(file, error.key.removeprefix("layout."), error.reason) from error

    def _emblems(self) -> dict[str, str]:
        names = self.list("emblems", self.data.get("emblems", []), 0, MOST_EMBLEMS)
        read = self.list("emblem_alternatives", self.data.get("emblem_alternatives", []), len(names), len(names))
        for name in names:
            if not isinstance(name, str) or not _EMBLEM.fullmatch(name):
                self.refuse("emblems", f"{str(name)[:40]!r} is not the name of an SVG file in this folder")
        return {name: self.text("emblem_alternatives", text) for name, text in zip(names, read, strict=True)}

    def _signatures(self) -> tuple[Signature, ...]:
        tables = self.list("signatures", self.data.get("signatures", []), 0, MOST_SIGNATURES)
        return tuple(self._signature(f"signatures[{i}]", table) for i, table in enumerate(tables, start=1))

    def _signature(self, key: str, value: object) -> Signature:
        table = self.table(key, value)
        self.only(table, frozenset({"name", "role"}), "a signature", f"{key}.")
        return Signature(*(self.text(f"{key}.{part}", table.get(part)) for part in ("name", "role")))

    def _areas(self) -> tuple[Area, ...]:
        tables = self.list("areas", self.data.get("areas"), 1, MAX_AREAS)
        areas = tuple(self._area(f"areas[{i}]", table) for i, table in enumerate(tables, start=1))
        if len({area.competence for area in areas}) < len(areas):
            self.refuse("areas", "names a competence twice")
        return areas

    def _area(self, key: str, value: object) -> Area:
        table = dict(self.table(key, value))
        competence = self._competence(f"{key}.competence", table.pop("competence", None))
        return Area(competence, self._texts(key, table))

    def _levels(self) -> dict[int, tuple[Task, ...]]:
        levels = {}
        for level, value in self.table("levels", self.data.get("levels")).items():
            key = f"levels.{level}"
            if level not in "12345678" or len(level) != 1:
                self.refuse(key, "is not a level from 1 to 8")
            tables = self.list(f"{key}.tasks", self.table(key, value).get("tasks"), FEWEST_TASKS, MOST_TASKS)
            levels[int(level)] = tuple(self._task(f"{key}.tasks[{i}]", t) for i, t in enumerate(tables, start=1))
        return levels

    def _task(self, key: str, value: object) -> Task:
        table = dict(self.table(key, value))
        named = self.list(f"{key}.competences", table.pop("competences", None), 1, MAX_AREAS)
        competences = tuple(self._competence(f"{key}.competences", one) for one in named)
        return Task(competences, self._texts(key, table))

    def _competence(self, key: str, value: object) -> str:
        text = self.text(key, value)
        if not _COMPETENCE.fullmatch(text):
            self.refuse(key, f"{text!r} is not a competence number such as 2.1")
        return text

    def _wording(self) -> dict[str, dict[str, str]]:
        for language in self.own_words:
            if language not in self.languages:
                self.refuse(f"title.{language}", "is missing")
        return {language: self._words(language) for language in self.languages}

    def _words(self, language: str) -> dict[str, str]:
        """Our words in this language, with those that the badge has of its own."""
        key, ours = f"wording.{language}", words_of(language)
        own = self.table(key, self.own_words[language]) if language in self.own_words else {}
        if ours is None:
            for missing in WORDING.keys() - ADDED_LATER - own.keys():
                self.refuse(f"{key}.{missing}", "is missing")
        elif not ours.reviewed and not WORDING.keys() - ADDED_LATER <= own.keys():
            self.unreviewed.add(language)
        for extra in own.keys() - WORDING.keys():
            self.refuse(f"{key}.{extra}", "is not a text of the certificate")
        written = {name: self.sentence(f"{key}.{name}", text, WORDING[name]) for name, text in own.items()}
        return {**english(), **(ours.texts if ours else {}), **written}

    def _texts(
        self, key: str, value: object, check: Callable[[TomlReader, str, str], None] | None = None
    ) -> dict[str, str]:
        table = self.table(key, value)
        for language in self.languages:
            if language not in table:
                self.refuse(f"{key}.{language}", "is missing")
        for extra in table.keys() - set(self.languages):
            self.refuse(f"{key}.{extra}", "is a language without a title")
        texts = {language: self.text(f"{key}.{language}", table[language]) for language in self.languages}
        for language, text in texts.items():
            if check:
                check(self, f"{key}.{language}", text)
        return texts


class _Added(TomlReader):
    """A language that stands in a file of its own: its texts are checked there, and put where the others are."""

    def __init__(self, template: _Reader, language: str) -> None:
        folder = template.file.rpartition("/")[0]
        super().__init__(f"{folder}{'/' if folder else ''}languages/{language}.toml")
        self.onto, self.language = template, language
        self.data = self.table("file", template.data["languages"][language])
        self.only(self.data, _LANGUAGE_KEYS, "a language")

    def put(self) -> None:
        """Raises `TemplateInvalid`."""
        onto, data = self.onto, self.data
        if not _LANGUAGE.fullmatch(self.language):
            self.refuse("file", "is not named after a language, such as es.toml")
        if words_of(self.language) is None and self.language not in onto.own_words:
            self.refuse("file", f"has no fixed words; add a table [wording.{self.language}] to certificate.toml")
        if not self.yes_or_no("reviewed", data.get("reviewed")):
            onto.unreviewed.add(self.language)
        for name in ("title", "short_title", "not_tested"):
            text = self.text(name, data.get(name))
            if name == "short_title":
                _check_short(self, name, text)
            self._put(onto.data.get(name), text)
        self._areas()
        self._tasks()

    def _areas(self) -> None:
        texts = dict(self.table("areas", self.data.get("areas")))
        for area in self.onto.list("areas", self.onto.data.get("areas"), 1, MAX_AREAS):
            competence = str(self.onto.table("areas", area).get("competence"))
            self._put(area, self.text(f"areas.{competence}", texts.pop(competence, None)))
        for extra in texts:
            self.refuse(f"areas.{extra}", "is not an area of certificate.toml")

    def _tasks(self) -> None:
        texts = dict(self.table("tasks", self.data.get("tasks")))
        for level, table in self.onto.table("levels", self.onto.data.get("levels")).items():
            tasks = self.onto.list(f"levels.{level}.tasks", self.onto.table(level, table).get("tasks"), 1, MOST_TASKS)
            words = self.list(f"tasks.{level}", texts.pop(level, None), len(tasks), len(tasks))
            for task, text in zip(tasks, words, strict=True):
                self._put(task, self.text(f"tasks.{level}", text))
        for extra in texts:
            self.refuse(f"tasks.{extra}", "is not a level of certificate.toml")

    def _put(self, table: object, text: str) -> None:
        if isinstance(table, dict):  # what is not a table is refused where it stands
            table[self.language] = text


def _check_short(reader: TomlReader, key: str, text: str) -> None:
    size = len(text.encode("utf-8"))
    if size > MAX_SHORT_TITLE:
        reader.refuse(key, f"takes {size} bytes; the QR symbol has room for {MAX_SHORT_TITLE}")
