"""Forms of the sign-in."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from assessor.accounts.staff import LONGEST_PASSWORD, SHORTEST_PASSWORD


class SignInForm(FlaskForm):
    """Name and password of a member of staff."""

    login = StringField(_("Name"), [InputRequired(_("Write your name.")), Length(max=120)])
    password = PasswordField(_("Password"), [InputRequired(_("Write your password.")), Length(max=LONGEST_PASSWORD)])


class PasswordForm(FlaskForm):
    """Change the password; nothing else is open to an account until its first one was changed."""

    current = PasswordField(
        _("Password now"),
        [InputRequired(_("Write the password you have now.")), Length(max=LONGEST_PASSWORD)],
    )
    new = PasswordField(
        _("New password"),
        [
            InputRequired(_("Write a new password.")),
            Length(SHORTEST_PASSWORD, LONGEST_PASSWORD, _("Write 10 characters or more. Three words are good.")),
        ],
    )
    again = PasswordField(
        _("New password again"), [EqualTo("new", _("The two new passwords are different. Write them again."))]
    )
