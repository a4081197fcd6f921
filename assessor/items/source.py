"""Reads a bank folder into a `Bank`, or tells everything that is wrong with it.

    >>> bank = load_bank(Path("question_banks/digcomp-first-steps"), outcomes)      # doctest: +SKIP

`outcomes` maps each outcome code of the framework to the levels its band spans: {"LO4.1.03": (1, 2), …}.
The bank is read in the order below; each step notes its problems, and the next one goes on with what could be
read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .bank import Bank, Coverage, Parameters, Translation, coverage
from .bank_checks import Outcomes, check_item, check_neighbours, check_sounds, check_whole
from .fields import Fields
from .findings import BrokenBank, Findings, Problem
from .folder import KIB, MIB, list_files, read_text
from .item import BANDS, KINDS, Item
from .item_files import ItemFile, read_item
from .media_files import read_media
from .parameter_files import FILE as PARAMETERS_FILE
from .parameter_files import read_parameters
from .translation_files import read_translations
from .yaml_tree import UnreadableYaml, read_tree

BANK_FILE = "bank.yaml"
MOST_ITEMS = 2000
_YAML_BYTES, _PO_BYTES, _CSV_BYTES = 64 * KIB, 2 * MIB, 1 * MIB
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_ITEM = re.compile(r"items/[^/]+/[^/]+\.yaml")


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a folder. With errors, `bank` has only what could be read; None: no bank.yaml."""

    bank: Bank | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class BankReport:
    """The counts of `banks check`. All count practice items, too; `practice` says how many those are."""

    items: int
    practice: int
    by_competence: dict[str, int]
    by_kind: dict[str, int]
    by_band: dict[str, int]
    outcomes_covered: tuple[str, ...]
    languages: dict[str, Coverage]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    def to_json(self) -> dict[str, Any]:
        """Write the report as a JSON document."""
        return {
            "items": self.items,
            "practice": self.practice,
            "by_competence": self.by_competence,
            "by_kind": self.by_kind,
            "by_band": self.by_band,
            "outcomes_covered": list(self.outcomes_covered),
            "languages": {
                language: {"translated": round(one.translated, 4), "approved": round(one.approved, 4)}
                for language, one in self.languages.items()
            },
            "errors": [_problem_json(problem) for problem in self.errors],
            "warnings": [_problem_json(problem) for problem in self.warnings],
        }


def load_bank(folder: Path, outcomes: Outcomes) -> Bank:
    """Read a bank folder. Raises BrokenBank with all its problems."""
    reading = read_bank(folder, outcomes)
    if reading.errors or reading.bank is None:
        raise BrokenBank(reading.errors)
    return reading.bank


def check_bank(folder: Path, outcomes: Outcomes) -> BankReport:
    """Count what a bank folder has and list its problems; a broken bank gives a report as well."""
    reading = read_bank(folder, outcomes)
    bank = reading.bank
    items = bank.items if bank else ()
    return BankReport(
        items=len(items),
        practice=sum(item.practice for item in items),
        by_competence=_count([item.competence for item in items], bank.competences if bank else ()),
        by_kind=_count([item.kind for item in items], KINDS),
        by_band=_count([item.band for item in items], BANDS),
        outcomes_covered=tuple(sorted({item.outcome for item in items if not item.practice})),
        languages={language: coverage(bank, language) for language in bank.languages} if bank else {},
        errors=reading.errors,
        warnings=reading.warnings,
    )


def read_bank(folder: Path, outcomes: Outcomes) -> Reading:
    """Read a bank folder to its end, whatever is wrong with it."""
    findings = Findings()
    files = list_files(folder, findings)
    head = _read_head(files, findings)
    if head is None:
        return Reading(None, tuple(sorted(findings.errors)), tuple(sorted(findings.warnings)))
    media = read_media(files, findings)
    item_files = _read_items(files, findings)
    items = {found.item.id: found.item for found in item_files.values()}
    unreadable = _unreadable(files, item_files)
    bank = Bank(
        **head,
        items=tuple(items.values()),
        translations=_read_translations(files, head, items, unreadable, findings),
        parameters=_read_parameters(files, items, unreadable, findings),
        media=media.pictures,
        sounds=media.sounds,
    )
    for found in item_files.values():
        check_item(found, bank.competences, outcomes, media, findings)
    check_neighbours(item_files, unreadable, findings)
    check_whole(bank.items, media, BANK_FILE, findings)
    check_sounds(bank, item_files, findings)
    warnings = tuple(sorted(findings.warnings))
    return Reading(replace(bank, warnings=warnings), tuple(sorted(findings.errors)), warnings)


def _read_head(files: Mapping[str, Path], findings: Findings) -> dict[str, Any] | None:
    if BANK_FILE not in files:
        findings.error(BANK_FILE, 1, "The folder has no bank.yaml; this is not a question bank.")
        return None
    text = read_text(files[BANK_FILE], BANK_FILE, _YAML_BYTES, findings)
    if text is None:
        return None
    try:
        fields = Fields(read_tree(text), BANK_FILE, findings)
    except UnreadableYaml as error:
        findings.error(BANK_FILE, error.line, error.reason)
        return None
    head: dict[str, Any] = {name: fields.text(name) for name in ("title", "framework", "licence")}
    head["code"] = fields.identifier("code")
    head["source_language"] = fields.text("source_language", limit=20)
    head["competences"] = tuple(value for value, _ in fields.texts("competences"))
    languages = fields.texts("languages")
    for language, line in languages:
        if not _LANGUAGE.fullmatch(language):
            findings.error(BANK_FILE, line, f"{language[:20]!r} is not a language code such as en or pt-BR.")
    head["languages"] = tuple(value for value, _ in languages if _LANGUAGE.fullmatch(value))
    if head["source_language"] not in head["languages"]:
        fields.error("languages", f"The source language {head['source_language']!r} is not in the list.")
    fields.close()
    return head


def _read_items(files: Mapping[str, Path], findings: Findings) -> dict[str, ItemFile]:
    found: dict[str, ItemFile] = {}
    names = [name for name in files if name.startswith("items/")]
    if len(names) > MOST_ITEMS:
        findings.error(names[MOST_ITEMS], 1, f"The bank has {len(names)} items; {MOST_ITEMS} is the most.")
    for name in names[:MOST_ITEMS]:
        if not _ITEM.fullmatch(name):
            findings.error(name, 1, "Items are items/<competence>/<id>.yaml; rename or remove this file.")
        elif (text := read_text(files[name], name, _YAML_BYTES, findings)) is None:
            continue
        elif one := read_item(text, name, findings):
            if one.item.id in found:
                reason = f"The id {one.item.id!r} is taken by {found[one.item.id].file}."
                findings.error(name, one.line("id"), reason)
            else:
                found[one.item.id] = one
    if not names:
        findings.error("items", 1, "The bank has no items.")
    return found


def _unreadable(files: Mapping[str, Path], item_files: Mapping[str, ItemFile]) -> set[str]:
    """Name the items whose files are broken, so that nobody is told that they do not exist."""
    read = {found.file for found in item_files.values()}
    return {Path(name).stem for name in files if name.startswith("items/") and name not in read}


def _read_translations(
    files: Mapping[str, Path],
    head: Mapping[str, Any],
    items: Mapping[str, Item],
    unreadable: Collection[str],
    findings: Findings,
) -> dict[str, dict[str, dict[str, Translation]]]:
    wanted = {f"translations/{one}.po": one for one in head["languages"] if one != head["source_language"]}
    for name in sorted(files):
        if name.startswith("translations/") and name not in wanted:
            findings.error(name, 1, "bank.yaml does not name this language; add it there or remove the file.")
    found: dict[str, dict[str, dict[str, Translation]]] = {}
    for name, language in wanted.items():
        if name not in files:
            findings.error(name, 1, f"bank.yaml names the language {language!r}, but this file is missing.")
        elif (text := read_text(files[name], name, _PO_BYTES, findings)) is not None:
            found[language] = read_translations(text, language, items, unreadable, name, findings)
    return found


def _read_parameters(
    files: Mapping[str, Path], items: Mapping[str, Item], unreadable: Collection[str], findings: Findings
) -> dict[str, Parameters]:
    if PARAMETERS_FILE not in files:
        findings.error(PARAMETERS_FILE, 1, "The file is missing; every scored item needs its parameters.")
        return {}
    text = read_text(files[PARAMETERS_FILE], PARAMETERS_FILE, _CSV_BYTES, findings)
    return {} if text is None else read_parameters(text, items, unreadable, findings)


def _count(values: Iterable[str], names: Iterable[str]) -> dict[str, int]:
    counts = Counter(values)
    return {name: counts[name] for name in (*names, *sorted(counts.keys() - set(names)))}


def _problem_json(problem: Problem) -> dict[str, str | int]:
    return {"file": problem.file, "line": problem.line, "reason": problem.reason}
