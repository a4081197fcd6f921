"""What learners post, besides answers."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length


class NameForm(FlaskForm):
    """The name as it is to be printed, the agreement to print it, and whether the digital badge says it too."""

    name = StringField(
        "",
        [
            InputRequired(_("Write the name as it should be printed.")),
            Length(max=80, message=_("Write it shorter.")),
        ],
    )
    second = StringField("", [Length(max=80, message=_("Write it shorter."))])
    language = StringField("", [Length(max=20)])  # of the paper; empty = of the test
    named_in_badge = BooleanField("")
    agreed = BooleanField("", [DataRequired(_("Say yes first: press the box under the name."))])


@dataclass(frozen=True)
class WordsLogin:
    """The group's code and three picture words, as posted."""

    code: str
    words: frozenset[str]


def read_words(form: "MultiDict[str, str]", known: Sequence[str]) -> WordsLogin:
    """Read the login without a card; what is no picture word is left out."""
    digits = (str(unicodedata.decimal(sign, sign)) for sign in form.get("code", "").strip()[:8])  # of any script
    return WordsLogin("".join(digits), frozenset(form.getlist("word")) & frozenset(known))


class OpenForm(FlaskForm):
    """Which test is opened for a group, and whether somebody stays in the room."""

    design = RadioField(_("Which test?"), [InputRequired(_("Choose a test."))])
    supervised = BooleanField(_("I stay in the room. The certificate says: supervised."), default=True)
