"""``assessor speak``: render what learner pages say, so that nobody has to read to begin."""

import re
from pathlib import Path

import click

from assessor import locale
from assessor.banks import speech
from assessor.frameworks import plain_words
from assessor.sittings.pages import STATIC

TEMPLATES = Path(__file__).parent / "templates"
#: A sentence that a page marks as spoken: ``say("…", speak=true)``, without values to be put in.
SPOKEN = re.compile(r'say\("([^"]+)", speak=true\)')


@click.command()
def speak() -> None:
    """Render the sounds of the interface in every language; those of practice: `assessor banks speak`."""
    made = speech.render(spoken(), STATIC / "sounds")
    click.echo(f"{made} new sounds in {STATIC / 'sounds'}")


def spoken() -> set[tuple[str, str]]:
    """Every (language, text) that learner pages ship a sound for.

    These are the marked sentences, the languages' own names, and the words of results.
    """
    sentences = {
        found
        for template in TEMPLATES.rglob("*.html")
        for found in SPOKEN.findall(template.read_text(encoding="utf-8"))
    }
    return {
        (language.code, text)
        for language in locale.LANGUAGES
        for text in (
            language.name,
            *(locale.sentence(language.code, sentence) for sentence in sentences),
            *plain_words.everything(language.code),
        )
    }
