"""What holders post: what a link may show."""

from flask_wtf import FlaskForm
from wtforms import BooleanField

from assessor.wallets.choice import Choice


class ShareForm(FlaskForm):
    """What a link shows besides the least; at the start nothing."""

    name = BooleanField("")
    level = BooleanField("")
    areas = BooleanField("")
    conditions = BooleanField("")

    @property
    def choice(self) -> Choice:
        """What was ticked."""
        return Choice(*(bool(field.data) for field in (self.name, self.level, self.areas, self.conditions)))
