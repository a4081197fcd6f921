"""What a learner reads about competences and bands: our own short sentences in plain language.

A framework is written for experts. These words are not its translation and never shown as official; they
say the same thing the way one says it at a kitchen table. A language nobody has written them in gets English,
and each phrase tells its language, so that a page can mark it.

    >>> short_name("1.1", "es").text
    'Encontrar cosas'
    >>> next_step("4.1", None, "en").text
    'Learn: lock your phone with a code.'
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .unknown_code import UnknownCode

SOURCE_LANGUAGE = "en"
_BELOW = "below-basic"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text in a language. `reviewed` False: no second reader has approved the translation."""

    text: str
    language: str
    reviewed: bool


@dataclass(frozen=True, slots=True)
class CanSentence:
    """One "I can …" line of a result, the competence it speaks of, and an icon of the sprite."""

    competence: str
    icon: str
    phrase: Phrase


def languages() -> tuple[str, ...]:
    """List the languages the words exist in."""
    return tuple(_data()["languages"])


def described_competences() -> tuple[str, ...]:
    """List the codes of the competences there are words for."""
    return tuple(_data()["competences"])


def short_name(competence: str, language: str) -> Phrase:
    """Name a competence in two to four words. Raises UnknownCode."""
    return _phrase(_competence(competence)["name"], language)


def description(competence: str, language: str) -> Phrase:
    """Describe a competence in one sentence. Raises UnknownCode."""
    return _phrase(_competence(competence)["description"], language)


def icon(competence: str) -> str:
    """Give the icon of a competence. Raises UnknownCode."""
    return str(_competence(competence)["icon"])


def can_sentences(band: str, language: str) -> tuple[CanSentence, ...]:
    """Say what a person of a band can do, in at most five sentences. Raises UnknownCode."""
    if band not in _data()["can"]:
        raise UnknownCode("Plain words", "band", band)
    return tuple(
        CanSentence(one["competence"], one["icon"], _phrase(one["text"], language)) for one in _data()["can"][band]
    )


def next_step(competence: str, reached: str | None, language: str) -> Phrase:
    """Say what to learn next after reaching a band; None: no band is reached yet. Raises UnknownCode."""
    steps = _competence(competence)["next"]
    if (reached or _BELOW) not in steps:
        raise UnknownCode("Plain words", "band", reached)
    return _phrase(steps[reached or _BELOW], language)


def everything(language: str) -> tuple[str, ...]:
    """List every text that a learner may hear of a result in a language: names, sentences, next steps."""
    competences = _data()["competences"].values()
    phrases = [texts for one in competences for texts in (one["name"], *one["next"].values())]
    phrases += [one["text"] for sentences in _data()["can"].values() for one in sentences]
    return tuple(_phrase(texts, language).text for texts in phrases)


def _competence(code: str) -> Mapping[str, Any]:
    try:
        words: Mapping[str, Any] = _data()["competences"][code]
    except KeyError:
        raise UnknownCode("Plain words", "competence", code) from None
    return words


def _phrase(texts: Mapping[str, str], language: str) -> Phrase:
    spoken = language if language in texts else SOURCE_LANGUAGE
    return Phrase(texts[spoken], spoken, spoken not in _data()["unreviewed"])


@cache
def _data() -> dict[str, Any]:
    text = files(__package__).joinpath("plain_words.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data
