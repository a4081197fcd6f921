"""Forms of groups."""

import uuid
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectChoice, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired

from assessor import locale
from assessor.database import new_id
from assessor.errors import Invalid
from assessor.organisations import groups


class NamesForm(FlaskForm):
    """A pasted list of names, and the language printed on their cards. The page gives each form an id."""

    form_id = HiddenField(default=lambda: str(new_id()))
    names = TextAreaField(_("First names"))
    language = RadioField(
        _("Language of the cards"),
        [InputRequired(_("Choose the language of the cards."))],
        choices=[SelectChoice(language.code, language.name) for language in locale.LANGUAGES],
    )

    def validate_names(self, field: Any) -> None:
        """Refuse what is no list of names, with the sentence that says why."""
        try:
            groups.read_names(field.data or "")
        except Invalid as refusal:
            raise ValidationError(gettext(refusal.message, **refusal.values)) from refusal

    @property
    def people(self) -> list[str]:
        """The names of a checked form."""
        return groups.read_names(self.names.data or "")

    @property
    def sent_id(self) -> uuid.UUID:
        """Names this form and what it holds: a second click sends the same, a list that was changed another."""
        held = [str(field.data) for field in self if field.name != "csrf_token"]
        return uuid.uuid5(uuid.NAMESPACE_OID, "\n".join(held))


class NewGroupForm(NamesForm):
    """The same for a group that does not exist yet."""

    title = StringField(_("Name of the group"))

    def validate_title(self, field: Any) -> None:
        """Refuse what is no name of a group."""
        try:
            groups.read_title(field.data or "")
        except Invalid as refusal:
            raise ValidationError(gettext(refusal.message, **refusal.values)) from refusal
