"""The forms that correct a certificate, and withdraw it."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from assessor.certificates.trust import REASON_CLASSES

#: What each reason class means, in the words of the person who chooses.
REASONS = {
    "replaced": _("There is a new certificate for this one"),
    "mistake": _("It holds a mistake"),
    "request": _("The person asked for it"),
    "misuse": _("The rules of the test were not kept"),
    "other": _("Another reason, which we do not tell"),
}

#: What the steps in the story of a certificate are called.
STEPS = {
    "awarded": _("Given"),
    "awarded again": _("Given again, with a correction"),
    "replaced": _("Replaced by a newer one"),
    "suspended": _("Put on hold"),
    "reinstated": _("The hold was ended"),
    "withdrawn": _("Withdrawn"),
}


#: What print orders make.
FORMS_OF_PRINT = {
    "pdf": _("To print: one file after the other"),
    "zip": _("Each certificate as a file of its own (zip)"),
}

#: Why a certificate is not in the files of an order.
LEFT_OUT = {
    "withdrawn": _("Withdrawn"),
    "on hold": _("On hold"),
    "not signed": _("It was not made yet. Order it again later."),
    "does not fit": _("Its words do not fit on the paper"),
}


class WithdrawForm(FlaskForm):
    """Why a certificate is withdrawn. Everybody who checks it can read this, and nothing finer."""

    reason = RadioField(
        _("Why?"),
        [InputRequired(_("Choose a reason."))],
        choices=[SelectChoice(reason, REASONS[reason]) for reason in REASON_CLASSES],
    )


class CorrectNameForm(FlaskForm):
    """The name as it is to be printed from now on, and that its person has agreed."""

    name = StringField(
        _("Full name, as employers read it"),
        [
            InputRequired(_("Write the name as it should be printed.")),
            Length(max=80, message=_("Write it shorter.")),
        ],
    )
    second = StringField(
        _("The same name in another script"), [Length(max=80, message=_("Write it shorter."))], default=""
    )
    language = StringField(_("Language of the paper"), [Length(max=20)], default="")
    named_in_badge = BooleanField(_("The person agrees: the digital badge says the name too."))
    agreed = BooleanField(
        _("The person has seen this name and wants it on the certificate."),
        [DataRequired(_("Ask the person first. Then tick the box."))],
    )
