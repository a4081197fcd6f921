"""What the paper of a badge says: its folder's `certificate.toml`, and a file for each further language.

`certificate.toml` holds code, look, structure and English; `languages/<language>.toml` the same texts in another
language. The words that are alike for all badges come from `words`; a table `[wording.en]` replaces some of them.
`template_reading` reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessor.certificates.layout import Layout

Texts = Mapping[str, str]  # language → text


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
class Signature:
    """Who signs with ink: a line, and below it name and role."""

    name: str
    role: str


@dataclass(frozen=True)
class Template:
    """A badge's certificate. `areas` are in the order in which scores are signed.

    `languages`: those in which every text exists; `reviewed` those whose translation a person has approved.
    `valid_years`: how long it is valid; 0 = without end, None = as the installation has it. `layouts`: those of the
    organisation's own by name, which a holder may choose. `emblems`: file in the folder → what it reads as.
    """

    code: str
    layout: Layout
    title: Texts
    short_title: Texts
    not_tested: Texts
    areas: tuple[Area, ...]
    tasks: Mapping[int, tuple[Task, ...]]
    wording: Mapping[str, Mapping[str, str]]
    reviewed: frozenset[str]
    valid_years: int | None = None
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    emblems: Mapping[str, str] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which every text exists: first those of `certificate.toml`, then those of the files."""
        return tuple(self.wording)

    def headed(self, level: int, language: str) -> tuple[str, str]:
        """The title and the band of a level, in a language of `languages`."""
        return self.title[language], self.wording[language][f"band_{(level + 1) // 2}"]

    def headed_elsewhere(self, level: int, signed: str) -> Mapping[str, tuple[str, str]]:
        """The same by language, in all but the one that was signed."""
        return {language: self.headed(level, language) for language in self.languages if language != signed}

    @property
    def left_out(self) -> tuple[str, ...]:
        """What the badge gives and its layout has fewer places for: `emblems`, `signatures`."""
        given = {"emblems": len(self.emblems), "signatures": len(self.signatures)}
        return tuple(key for key, count in given.items() if count > len(getattr(self.layout, key)))

    def tasks_at(self, level: int, language: str) -> tuple[str, ...]:
        """Return the work tasks of a level; empty when the file has none for it."""
        return tuple(task.text[language] for task in self.tasks.get(level, ()))
