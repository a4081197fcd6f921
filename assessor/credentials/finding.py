"""The list of an organisation's certificates, a page at a time, and finding one in it by name or number."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.credentials.models import Award


def awards_of(session: Session, organisation_id: uuid.UUID, wanted: str, most: int, after: int = 0) -> Sequence[Award]:
    """Up to ``most`` awards of an organisation, newest first, without the ``after`` newest.

    ``wanted``: only those whose name holds this text or whose number begins with it; empty = all.
    """
    found = select(Award).where(Award.organisation_id == organisation_id)
    if wanted.strip():
        found = found.where(or_(*_fits(wanted.strip())))
    return session.scalars(found.order_by(Award.awarded_at.desc(), Award.id).offset(after).limit(most)).all()


def _fits(wanted: str) -> list[ColumnElement[bool]]:
    # SQLite folds only the letters of ASCII: "é" is looked for beside "É".
    spellings = {wanted, wanted.lower(), wanted.upper(), wanted.title()}
    names = (Award.holder_name, Award.second_name)
    fitting = [name.icontains(spelling, autoescape=True) for name in names for spelling in sorted(spellings)]
    if numbered := numbers.beginning_with(wanted):
        fitting.append(Award.number.between(*numbered))
    return fitting
