"""A question bank as one immutable value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from .findings import Problem
from .item import Item, digest, texts, translated


@dataclass(frozen=True, slots=True)
class Translation:
    """The text of one field in one language. `approved` False: marked `fuzzy`, not reviewed yet."""

    text: str
    approved: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """The 2PL parameters of an item in logits, with standard errors and where they come from."""

    model: str
    a: float
    b: float
    se_a: float
    se_b: float
    source: str


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or sound: its bytes and their SHA-256 (hex)."""

    name: str
    content: bytes = field(repr=False)
    sha256: str


@dataclass(frozen=True, slots=True)
class Bank:
    """Everything of a bank folder.

    `items` are in file order, practice items included; `translations` are language → item → field, only those
    that fit the present English; `parameters` has every scored item. `media` has the pictures, `sounds` the
    sounds, by file name. `warnings` are what a person should look at; they do not stop the bank's use.
    """

    code: str
    title: str
    framework: str
    source_language: str
    licence: str
    competences: tuple[str, ...]
    languages: tuple[str, ...]
    items: tuple[Item, ...]
    translations: Mapping[str, Mapping[str, Mapping[str, Translation]]]
    parameters: Mapping[str, Parameters]
    media: Mapping[str, Media]
    sounds: Mapping[str, Media]
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a language is there: shares of all fields of all items, 0 to 1."""

    translated: float
    approved: float


def item_in(bank: Bank, item: Item, language: str) -> Item:
    """Give the item in a language of the bank; what is not translated stays in the source language."""
    found = bank.translations.get(language, {}).get(item.id, {})
    return translated(item, {name: translation.text for name, translation in found.items()})


def is_approved(bank: Bank, item: Item, language: str) -> bool:
    """Tell whether every field of an item is translated and approved; the source language always is."""
    if language == bank.source_language:
        return True
    found = bank.translations.get(language, {}).get(item.id, {})
    return all(name in found and found[name].approved for name in texts(item))


def coverage(bank: Bank, language: str) -> Coverage:
    """Measure how much of a language is translated, and how much of it approved."""
    fields = sum(len(texts(item)) for item in bank.items)
    if language == bank.source_language or not fields:
        return Coverage(1.0, 1.0)
    found = [one for item in bank.translations.get(language, {}).values() for one in item.values()]
    return Coverage(len(found) / fields, sum(one.approved for one in found) / fields)


def bank_digest(bank: Bank) -> str:
    """Give the SHA-256 (hex) of all that a release holds; the same folder always gives the same one."""
    content = {
        "head": [bank.code, bank.title, bank.framework, bank.source_language, bank.licence],
        "lists": [bank.competences, bank.languages],
        "items": [digest(item) for item in bank.items],
        "translations": {
            language: {
                item: {name: [one.text, one.approved] for name, one in fields.items()} for item, fields in items.items()
            }
            for language, items in bank.translations.items()
        },
        "parameters": {item: [p.model, p.a, p.b, p.se_a, p.se_b, p.source] for item, p in bank.parameters.items()},
        "media": {name: one.sha256 for name, one in (*bank.media.items(), *bank.sounds.items())},
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
