"""Weaknesses of an item that a rule can see, after the project's guide for question writers.

An *error* makes the item useless (no key, nothing to hear for a picture). A *warning* is a rule of good
writing that a second reader may overrule. Each flaw names the field and says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .item import Item, texts

Severity = Literal["error", "warning"]

BASIC_STEM_WORDS, STEM_WORDS = 15, 25
LOAD_WORDS = {1: 8, 2: 20, 3: 40}
"""Reading load → the most words on the screen."""
LONGEST_BY_FAR = 1.5

_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]")
_SENTENCE_END = re.compile(r"[.!?…]+[\"”’)»]*(?=\s|$)")
_NEGATION = re.compile(r"\b(?:not|never|except|cannot)\b|n['’]t\b", re.IGNORECASE)
_ALL_OF_THESE = re.compile(r"\b(?:all|none|both|neither) of (?:these|them|the above)\b", re.IGNORECASE)
_ABSOLUTE = re.compile(r"\b(?:always|never)\b", re.IGNORECASE)
_CLICK = re.compile(r"\bclick(?:s|ed|ing)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is weak, in which field (as in `texts`, or a field of the item file)."""

    field: str
    severity: Severity
    message: str


def flaws(item: Item) -> tuple[Flaw, ...]:
    """List the flaws of an item in its source language, errors first."""
    checks = (_key, _what_is_missing, _option_texts, _stem, _reading_load, _words)
    found = [flaw for check in checks for flaw in check(item)]
    return tuple(sorted(found, key=lambda flaw: flaw.severity == "warning"))


def _key(item: Item) -> Iterator[Flaw]:
    if item.simulation:
        if not item.simulation.goal:
            yield Flaw("simulation", "error", "The goal names no message; name at least one to move.")
        return
    ids = {option.id for option in item.options}
    if not item.key:
        yield Flaw("key", "error", "There is no key; name the right option.")
    for unknown in sorted(item.key - ids):
        yield Flaw("key", "error", f"The key {unknown!r} is not an option.")
    if item.kind == "choices":
        if len(item.key) == 1:
            yield Flaw("key", "error", "Several choices need two or more keys; else make it a single choice.")
    elif len(item.key) > 1:
        yield Flaw("key", "error", f"A {item.kind} has one key, here are {len(item.key)}.")
    if ids and item.key >= ids:
        yield Flaw("key", "error", "Every option is right; add what people do who cannot yet.")
    if item.kind != "picture" and len(ids) < 3:
        yield Flaw("options", "warning", "There are fewer than three options; one guess in two is right.")


def _what_is_missing(item: Item) -> Iterator[Flaw]:
    for option in item.options:
        if option.id in item.key and option.why_wrong:
            yield Flaw(f"options.{option.id}.why_wrong", "error", "This option is the key; it is not wrong.")
        if option.id not in item.key and not option.why_wrong:
            yield Flaw(f"options.{option.id}", "error", "why_wrong is missing; say why people choose this.")
    for message in item.simulation.messages if item.simulation else ():
        if message.id not in (item.simulation.goal if item.simulation else ()) and not message.why_wrong:
            yield Flaw(f"messages.{message.id}", "error", "why_wrong is missing; say why moving it is wrong.")
    if item.picture and not item.picture.alt:
        yield Flaw("picture.alt", "error", "alt is missing; say what the picture shows.")
    if not item.note:
        yield Flaw("note", "error", "The note is missing; tell the translator what is tested and why.")


def _option_texts(item: Item) -> Iterator[Flaw]:
    plain = {option.id: _plain(option.text) for option in item.options}
    for position, option in enumerate(item.options):
        field, own = f"options.{option.id}.text", plain[option.id]
        if not own:
            yield Flaw(field, "error", "The text is empty; an option is heard, too.")
        if _ALL_OF_THESE.search(option.text):
            yield Flaw(field, "error", "“All” or “none of these” tests logic; write a real option.")
        for other in item.options[:position]:
            if own and own == plain[other.id]:
                yield Flaw(field, "error", f"The text is the same as that of {other.id!r}.")
            elif own and plain[other.id] and _overlap(own, plain[other.id]):
                yield Flaw(field, "warning", f"The text overlaps with that of {other.id!r}; both may be right.")
    absolute = [option for option in item.options if _ABSOLUTE.search(option.text)]
    if len(absolute) == 1:
        field = f"options.{absolute[0].id}.text"
        yield Flaw(field, "warning", "Only this option says “always” or “never”; that gives it away.")
    yield from _longest(item)


def _longest(item: Item) -> Iterator[Flaw]:
    """A name of one or two words carries no detail, however long the word is."""
    right = [option.text for option in item.options if option.id in item.key]
    wrong = [len(option.text) for option in item.options if option.id not in item.key]
    if not right or not wrong or any(_words_in(text) < 3 for text in right):
        return
    if min(map(len, right)) > LONGEST_BY_FAR * max(wrong):
        yield Flaw("key", "warning", "The right option is the longest by far; make the options alike.")


def _stem(item: Item) -> Iterator[Flaw]:
    words, most = _words_in(item.stem), BASIC_STEM_WORDS if item.band == "basic" else STEM_WORDS
    if not words:
        yield Flaw("stem", "error", "The stem is empty; ask something.")
    if words > most:
        yield Flaw("stem", "warning", f"The stem has {words} words; {most} is the most at this level.")
    sentences = len(_SENTENCE_END.findall(item.stem))
    if sentences > 2:
        yield Flaw("stem", "warning", f"The stem has {sentences} sentences; write one, then the question.")
    if negation := _NEGATION.search(_QUOTED.sub("", item.stem)):
        yield Flaw("stem", "warning", f"The stem says “{negation[0]}”; ask for what is, not for what is not.")


def _reading_load(item: Item) -> Iterator[Flaw]:
    fitting = _fitting_loads(item)
    if item.reading_load not in fitting:
        words = _words_in(item.stem) + sum(_words_in(option.text) for option in item.options)
        should = " or ".join(map(str, sorted(fitting))) or "nothing: 40 words is the most"
        yield Flaw(
            "reading_load",
            "warning",
            f"The reading load is {item.reading_load}, but with {words} words it is {should}.",
        )


def _fitting_loads(item: Item) -> set[int]:
    """Give the loads that an item may state.

    Names of things in a picture are read only by who prefers the list, so a picture fits with and without
    them. The messages of an inbox are the task itself; only its stem and what stands in the list count, and
    load 3 always fits.
    """
    stem = _words_in(item.stem)
    options = sum(_words_in(option.text) for option in item.options)
    if item.simulation:
        listed = sum(_words_in(f"{m.sender} {m.subject}") for m in item.simulation.messages)
        return {3, *_loads(stem + listed)}
    fitting = _loads(stem + options)
    if item.kind == "picture":
        fitting |= _loads(stem)
    if stem <= LOAD_WORDS[1] and (item.kind == "picture" or all(option.icon for option in item.options)):
        fitting.add(0)
    return fitting


def _loads(words: int) -> set[int]:
    return set(sorted(load for load, most in LOAD_WORDS.items() if words <= most)[:1])


def _words(item: Item) -> Iterator[Flaw]:
    for field, text in texts(item).items():
        if _CLICK.search(text):
            yield Flaw(field, "warning", "A phone is not clicked; write “tap” or “press”.")


def _words_in(text: str) -> int:
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _overlap(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return f" {shorter} " in f" {longer} "
