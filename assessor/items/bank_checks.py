"""What must be true between an item and what is around it: framework, bank, other items, pictures, sounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from .bank import Bank, item_in
from .findings import Findings
from .item import KINDS, Item, texts
from .item_files import ItemFile
from .media_files import MediaFiles
from .pictures import box_problems
from .speech import sound_name

Outcomes = Mapping[str, Collection[int]]
PRACTICE_FOLDER = "practice"


def check_item(
    found: ItemFile,
    competences: Collection[str],
    outcomes: Outcomes,
    media: MediaFiles,
    findings: Findings,
) -> None:
    """Check one item against its place in the folder, the framework and its picture."""
    for field, reason in (
        *_place_problems(found, competences),
        *_outcome_problems(found.item, outcomes),
        *_picture_problems(found.item, media),
    ):
        findings.error(found.file, found.line(field), reason)


def _place_problems(found: ItemFile, competences: Collection[str]) -> Iterator[tuple[str, str]]:
    item, path = found.item, PurePosixPath(found.file)
    if path.stem != item.id:
        yield "id", f"The id is {item.id!r}, but the file is named {path.name!r}."
    if item.competence not in competences:
        yield "outcome", f"The competence {item.competence!r} is not in the bank's list."
    wanted = PRACTICE_FOLDER if item.practice else item.competence
    if path.parent.name != wanted:
        field = "practice" if PRACTICE_FOLDER in (wanted, path.parent.name) else "outcome"
        yield field, f"The item lies in {path.parent.name!r}; move it to items/{wanted}/."


def _outcome_problems(item: Item, outcomes: Outcomes) -> Iterator[tuple[str, str]]:
    if item.outcome not in outcomes:
        yield "outcome", f"The framework has no outcome {item.outcome!r}."
    elif item.level not in outcomes[item.outcome]:
        levels = " or ".join(map(str, sorted(outcomes[item.outcome])))
        yield "level", f"The level is {item.level}, but {item.outcome} is of level {levels}."


def _picture_problems(item: Item, media: MediaFiles) -> Iterator[tuple[str, str]]:
    if item.picture is None:
        return
    if item.picture.file not in media.checks:
        yield "picture.file", f"There is no usable picture media/{item.picture.file}."
        return
    view_box = media.checks[item.picture.file].view_box
    if item.kind == "picture" and view_box:
        yield from box_problems(item, view_box)


def check_neighbours(item_files: Mapping[str, ItemFile], unreadable: Collection[str], findings: Findings) -> None:
    """Check what items say about each other: enemies that exist, families of more than one."""
    families = Counter(found.item.family for found in item_files.values())
    for found in item_files.values():
        for enemy in sorted(found.item.enemies):
            if enemy == found.item.id:
                findings.error(found.file, found.line("enemies"), "The item is its own enemy.")
            elif enemy not in item_files and enemy not in unreadable:
                findings.error(found.file, found.line("enemies"), f"There is no item {enemy[:48]!r}.")
        if found.item.family and families[found.item.family] == 1:
            reason = f"No other item is of the family {found.item.family!r}; look at the spelling."
            findings.warning(found.file, found.line("family"), reason)


def check_whole(items: Collection[Item], media: MediaFiles, bank_file: str, findings: Findings) -> None:
    """Check what a learner meets as a whole: practice of every kind in use, no forgotten picture."""
    practised = {item.kind for item in items if item.practice}
    for kind in KINDS:
        if kind not in practised and any(item.kind == kind for item in items):
            findings.warning(bank_file, 1, f"No practice item shows how a {kind} is answered.")
    used = {item.picture.file for item in items if item.picture}
    for name in sorted(media.pictures.keys() - used):
        findings.warning(f"media/{name}", 1, "No item uses this picture.")


def check_sounds(bank: Bank, item_files: Mapping[str, ItemFile], findings: Findings) -> None:
    """Check that practice items can be heard in every language, and that no sound is left over."""
    needed: set[str] = set()
    for found in item_files.values():
        for language in bank.languages:
            names = {sound_name(language, text) for text in spoken(bank, found.item, language)}
            needed |= names
            if found.item.practice and (missing := len(names - bank.sounds.keys())):
                reason = f"{missing} texts of this practice item have no sound in {language}."
                findings.warning(found.file, 1, reason)
    for name in sorted(bank.sounds.keys() - needed):
        findings.warning(f"media/{name}", 1, "This sound belongs to no present text.")


def spoken(bank: Bank, item: Item, language: str) -> tuple[str, ...]:
    """List the texts of an item that can be heard in a language: those that exist in it."""
    translations = bank.translations.get(language, {}).get(item.id, {})
    return tuple(
        text
        for field, text in texts(item_in(bank, item, language)).items()
        if language == bank.source_language or field in translations
    )
