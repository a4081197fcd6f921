"""The words of the paper that are the same for all badges, a file for each language: `wording/<language>.toml`.

>>> words_of("en").texts["certificate"], words_of("xx")
('Certificate', None)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from assessor.certificates.toml_reading import TomlReader, parsed

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
        "partners": "list", "cut": "page pages", "area_column": "", "result_column": "", "unreviewed": "",
        "same_in": "language", "conditions_unknown": "", "supervised": "", "unsupervised": "", "device_phone": "",
        "device_tablet": "", "device_computer": "", "device_unknown": "", "tasks_done": "number",
        "in_language": "test", "in_language_with_help": "test help", "with_sound": "", "with_helper": "",
        "certainty": "percent", "tested": "date", "no_range": "", "above_level": "percent",
    }.items()
}  # fmt: skip
#: Words that a table of an organisation's own, in a language that we lack, need not have: then they are English.
ADDED_LATER = frozenset(list(WORDING)[list(WORDING).index("partners") :])
#: The languages of the paper, in the order in which they are offered.
LANGUAGES = (
    "en", "mt", "lv", "el", "es", "ar", "uk", "ru", "fr", "ne", "bn", "it", "ro", "hi", "ur", "fa", "ti", "so", "tr",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The fixed words in one language; `reviewed` says that a person has approved the translation."""

    texts: Mapping[str, str]
    reviewed: bool


@cache
def words_of(language: str) -> Words | None:
    """The words in a language, None where we have none. Raises `TemplateInvalid` for a broken file of ours."""
    if language not in LANGUAGES:
        return None
    file = f"wording/{language}.toml"
    source = files(__package__).joinpath("wording", f"{language}.toml")
    if not source.is_file():
        return None
    table = parsed(source.read_text("utf-8"), file)
    reader = TomlReader(file)
    reader.only(table, frozenset(WORDING) | {"reviewed"}, "the wording")
    texts = {key: reader.sentence(key, table.get(key), named) for key, named in WORDING.items()}
    return Words(MappingProxyType(texts), reader.yes_or_no("reviewed", table.get("reviewed")))


def english() -> Mapping[str, str]:
    """The words in English, which stand for those that another language lacks."""
    words = words_of("en")
    assert words is not None, "wording/en.toml is part of this package"
    return words.texts
