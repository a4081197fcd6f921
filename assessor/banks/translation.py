"""Approve translations: a person read the texts of an item in a language beside the source."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from assessor.banks.models import TranslationApproval
from assessor.banks.releases import Edition
from assessor.errors import Invalid, NotFound


class NotComplete(Invalid):
    """A text of the item is missing in this language, so there is nothing to approve yet."""


def approve(
    session: Session,
    edition: Edition,
    language: str,
    item_ids: Sequence[str],
    account_id: uuid.UUID,
    now: datetime,
) -> int:
    """Approve the present texts of these items in a language. Returns how many are newly approved.

    An approval is for exactly these texts: when one of them changes in a later release, it is asked for again.
    Raises `NotFound` for an item or language that the release does not have, `NotComplete` for missing texts.
    """
    count = 0
    for item_id in item_ids:
        found = edition.translations.get(language, {}).get(item_id)
        if found is None:
            raise NotFound("This question has no translation in this language.")
        if not found.complete:
            raise NotComplete("Some texts of this question are not translated yet.")
        key = (edition.bank_code, language, item_id, found.digest)
        if session.get(TranslationApproval, key) is None:
            session.add(
                TranslationApproval(
                    bank_code=edition.bank_code,
                    language=language,
                    item_id=item_id,
                    digest=found.digest,
                    approved_by=account_id,
                    approved_at=now,
                )
            )
            count += 1
    session.flush()
    return count
