"""Language, direction and the interface catalogues.

Catalogues are PO files in ``translations/<language>.po``, read as they are: a translator edits one file, and nothing
has to be compiled. A missing sentence shows in English.
"""

import gettext as standard_gettext
import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, g, request, session
from flask_babel import Babel, Domain

from assessor.items.speech import sound_name

FOLDER = Path(__file__).parent / "translations"
SOUNDS = Path(__file__).parent / "static" / "sounds"


@dataclass(frozen=True)
class Language:
    """A language of the interface: BCP 47 code, its own name, writing direction."""

    code: str
    name: str
    direction: str = "ltr"


#: In the order in which they are offered.
LANGUAGES = (Language("en", "English"), Language("es", "Español"), Language("ar", "العربية", "rtl"))
BY_CODE = {language.code: language for language in LANGUAGES}


def language(code: str) -> Language:
    """The language of a code, English for one that we do not have."""
    return BY_CODE.get(code, BY_CODE["en"])


@cache
def own_name(code: str) -> str:
    """A language as its people write its name, such as Malti; the code where nobody told us."""
    try:
        name = Locale.parse(code, sep="-").get_language_name() or code
    except (UnknownLocaleError, ValueError):
        return code
    return name[0].upper() + name[1:]


@cache
def catalogue(code: str) -> standard_gettext.NullTranslations:
    """The sentences of one language, ready for gettext."""
    path = FOLDER / f"{code}.po"
    if code == "en" or not path.exists():
        return Translations()
    with path.open("rb") as file:
        messages = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def sentence(code: str, message: str) -> str:
    """One sentence of the interface in a stated language, whatever the page's own is."""
    return catalogue(code).gettext(message)


def sentences(code: str, singular: str, plural: str, number: int) -> str:
    """The same with the plural forms of that language; the caller puts the number in."""
    return catalogue(code).ngettext(singular, plural, number)


def sound(code: str, text: str) -> str | None:
    """The shipped sound of a sentence of the interface, as a static file, or None."""
    name = sound_name(code, text)
    return f"sounds/{name}" if name in _sounds() else None


@cache
def _sounds() -> frozenset[str]:
    return frozenset(path.name for path in SOUNDS.glob("*.mp3"))


def date(moment: datetime, code: str) -> str:
    """The day of a moment as people of a language write it, such as 21 November 2026."""
    # Babel's plain English is that of the United States, which puts the month first.
    return format_date(moment.date(), "long", locale="en_GB" if code == "en" else code)


class PoDomain(Domain):
    """Flask-Babel's lookup, on the PO files themselves."""

    def get_translations(self) -> standard_gettext.NullTranslations:
        """The catalogue of this request's language."""
        return catalogue(page_language().code)


def page_language() -> Language:
    """The language of this page: set by the view, chosen in this visit, else the browser's first that we have."""
    if chosen := g.get("language"):
        return language(chosen)
    if (stored := session.get("language")) in BY_CODE:
        return BY_CODE[stored]
    return language(request.accept_languages.best_match(list(BY_CODE)) or "en")


def init_app(app: Flask) -> None:
    """Hand Flask-Babel our languages and catalogues, and the templates their direction."""
    babel = Babel(app, locale_selector=lambda: Locale.parse(page_language().code))
    babel.domain_instance = PoDomain()
    app.add_template_filter(lambda moment: date(moment, page_language().code), "date")
    app.add_template_filter(own_name, "own_name")
    app.context_processor(
        lambda: {
            "page_language": page_language(),
            "languages": LANGUAGES,
            "sentence": sentence,
            "sentences": sentences,
        }
    )
