"""The form that withdraws a certificate."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice
from wtforms.validators import InputRequired

from assessor.certificates.trust import REASON_CLASSES

#: What each reason class means, in the words of the person who chooses.
REASONS = {
    "replaced": _("There is a new certificate for this one"),
    "mistake": _("It holds a mistake"),
    "request": _("The person asked for it"),
    "misuse": _("The rules of the test were not kept"),
    "other": _("Another reason, which we do not tell"),
}


class WithdrawForm(FlaskForm):
    """Why a certificate is withdrawn. Everybody who checks it can read this, and nothing finer."""

    reason = RadioField(
        _("Why?"),
        [InputRequired(_("Choose a reason."))],
        choices=[SelectChoice(reason, REASONS[reason]) for reason in REASON_CLASSES],
    )
