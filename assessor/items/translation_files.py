"""Reads and writes the bank's translations as gettext PO files.

msgctxt is `<item id>/<field>`, msgid the source text, msgstr the translation. The flag `fuzzy` means that
nobody has approved it: it may help a learner, but no certificate rests on it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from .bank import Translation
from .findings import Findings
from .item import Item, texts

_LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr)(\[\d{1,2}\])?\s+)?"(?:[^"\\]|\\.)*"')
_NEXT = {
    "": ("msgctxt", "msgid"),
    "msgctxt": ("msgid",),
    "msgid": ("msgid_plural", "msgstr"),
    "msgid_plural": ("msgstr",),
    "msgstr": ("msgctxt", "msgid", "msgstr"),
}
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)[a-z]|%[sd]")
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
_LANGUAGE = re.compile(r"^Language:\s*(\S+)", re.MULTILINE)


class UnreadablePo(ValueError):
    """The text is not a PO file; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Source:
    item: Item
    text: str


class _Entries(Catalog):
    """Babel's catalogue as a plain list; its own merges messages that stand twice and believes the header."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Message] = []

    def __setitem__(self, id: str | tuple[str, ...] | list[str], message: Message) -> None:
        self.entries.append(message)


def read_translations(
    text: str,
    language: str,
    items: Mapping[str, Item],
    unreadable: Collection[str],
    file: str,
    findings: Findings,
) -> dict[str, dict[str, Translation]]:
    """Read the usable translations (item → field → translation); the rest is noted with its line.

    `unreadable` are items whose own file is broken; their texts are neither used nor a problem.
    """
    try:
        entries = _read(text)
    except UnreadablePo as error:
        findings.error(file, error.line, error.reason)
        return {}
    sources = {
        f"{item.id}/{name}": _Source(item, source) for item in items.values() for name, source in texts(item).items()
    }
    found: dict[str, dict[str, Translation]] = {}
    seen: dict[str, int] = {}
    for entry in entries:
        context, line = entry.context or "", entry.lineno or 1
        if entry.id == "" and not context:
            _check_header(str(entry.string), language, line, file, findings)
        elif context in seen:
            findings.error(file, line, f"{context!r} stands twice; it was first given in line {seen[context]}.")
        elif context.partition("/")[0] in unreadable:
            continue
        elif context not in sources:
            findings.warning(file, line, f"{context[:100]!r} is no text of this bank; remove it.")
        elif translation := _translation(entry, context, sources[context].text, file, findings):
            name = context.partition("/")[2]
            found.setdefault(sources[context].item.id, {})[name] = translation
        seen.setdefault(context, line)
    return found


def _translation(entry: Message, context: str, source: str, file: str, findings: Findings) -> Translation | None:
    line, text = entry.lineno or 1, entry.string
    if entry.id != source:
        findings.warning(file, line, f"{context!r} is out of date: its source text has changed.")
    elif not isinstance(text, str) or not text.strip():
        return None
    elif _placeholders(text) != _placeholders(source):
        wanted = ", ".join(_placeholders(source)) or "none"
        findings.error(file, line, f"{context!r} has other placeholders than its source ({wanted}).")
    elif _HIDDEN.search(text):
        findings.error(file, line, f"{context!r} has hidden control characters; write it again.")
    elif len(text) > 4 * len(source) + 100:
        findings.error(file, line, f"{context!r} is far longer than its source.")
    else:
        return Translation(text.strip(), approved=not entry.fuzzy)
    return None


def catalogue(items: Iterable[Item], language: str, existing: str | None = None) -> str:
    """Write the PO file of a language, for a translator to fill.

    Translations of `existing` stay where the source text is unchanged, with their flags and comments; all
    other texts are empty, a changed one with its earlier translation in a comment. Raises UnreadablePo.
    """
    before = {entry.context: entry for entry in _read(existing or "") if entry.context}
    catalog = Catalog()
    for item in items:
        for name, source in texts(item).items():
            context = f"{item.id}/{name}"
            note = [" ".join(item.note.split())] if name == "stem" and item.note else []
            message = Message(source, context=context, auto_comments=note)
            _keep(message, before.get(context))
            message.flags.discard("python-format")
            catalog[source] = message
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=True)
    return _header(language, (existing or "").replace("\r\n", "\n")) + "\n" + out.getvalue().decode()


def _keep(message: Message, before: Message | None) -> None:
    if before is None:
        return
    message.user_comments = list(before.user_comments)
    if before.id == message.id:
        message.string = before.string
        message.flags |= before.flags
    elif isinstance(before.string, str) and before.string:
        message.user_comments.append("Earlier: " + " ".join(before.string.split()))


def _header(language: str, existing: str) -> str:
    """Keep the header of a file that has one: translators' names stand in it."""
    first, separator, _ = existing.partition("\n\n")
    if separator and re.search(r'^msgid ""\nmsgstr', first, re.MULTILINE) and "msgctxt" not in first:
        return first + "\n"
    fields = (
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
    )
    comment = '# Remove the flag "fuzzy" from a text when a second reader has approved it.\n'
    return comment + 'msgid ""\nmsgstr ""\n' + "".join(f'"{field}\\n"\n' for field in fields)


def _read(text: str) -> list[Message]:
    """Read the messages in order. Babel repairs what it does not understand, so the form is checked first."""
    lines = text.split("\n")
    _check_form(lines)
    entries = _Entries()
    try:
        PoFileParser(entries, ignore_obsolete=True, abort_invalid=True).parse(lines)
    except PoFileError as error:
        raise UnreadablePo(error.lineno + 1, f"This is not PO: {str(error).rpartition(' on ')[0]}.") from error
    return entries.entries


def _check_form(lines: list[str]) -> None:
    state = ""
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if not match:
            raise UnreadablePo(number, "This is not PO: a keyword and a text in quotation marks are expected.")
        keyword = match[1] or state
        if not keyword or (match[1] and keyword not in _NEXT[state]):
            raise UnreadablePo(number, f"This is not PO: {match[1] or 'a text'} is out of place.")
        state = keyword
    if state not in ("", "msgstr"):
        raise UnreadablePo(len(lines), "This is not PO: the last message has no msgstr.")


def _check_header(header: str, language: str, line: int, file: str, findings: Findings) -> None:
    stated = _LANGUAGE.search(header)
    if stated and stated[1] != language:
        findings.error(file, line, f"The header says that the language is {stated[1]!r}, not {language!r}.")


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))
