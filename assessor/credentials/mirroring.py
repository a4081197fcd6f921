"""The files of partners, served from our own host: catalogue, withdrawals, status lists, lists of what was issued.

A visitor of our page asks nobody else, so nobody else learns who checks. A mirror proves nothing: page and commands
check each file by the keys that the bundle names. What does not hold, or is older than what we have, is not kept here
either, so that a partner's mistake of an hour changes nothing.

Fetching takes its time, so it happens between transactions, and each file is kept as it comes.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates.standing import CLOCK_SKEW
from assessor.config import Settings
from assessor.credentials import adopted, asking, foreign, issued, partner_files, publishing
from assessor.credentials.asking import FetchWithin, Got
from assessor.credentials.models import MirroredDocument, TrustedIssuer
from assessor.credentials.partner_files import Wanted
from assessor.database import reading_only
from assessor.errors import Refusal

#: Of every hour, for all partners together.
SECONDS_FOR_BUNDLES = 15.0
SECONDS_FOR_FILES = 45.0


def refresh(
    sessions: sessionmaker[Session],
    settings: Settings,
    now: datetime,
    fetch: FetchWithin,
    clock: Callable[[], float] = time.monotonic,
) -> list[str]:
    """Look for newer bundles of partners, and then for all their files.

    Returns what an operator should know, in words: what could not be had, and what a partner changed about itself.
    """
    with sessions.begin() as session:
        issued.write_missing(session, now)
    told = list(_take_bundles(sessions, settings, now, fetch, clock))
    with reading_only(sessions) as session:
        lacking = adopted.missing(publishing.bundle(session, settings, now), publishing.own_issuer(session, settings))
    told += [f"The published bundle does not say {one}. Sign it again." for one in lacking]
    return told + mirror(sessions, settings, now, fetch, clock)


def mirror(
    sessions: sessionmaker[Session],
    settings: Settings,
    now: datetime,
    fetch: FetchWithin,
    clock: Callable[[], float] = time.monotonic,
) -> list[str]:
    """Fetch the files of all partners and forget those that nobody names any more. Returns what could not be had."""
    with reading_only(sessions) as session:
        files = wanted(session, settings, now)
    problems = []
    for answer in asking.ask(files, fetch, now, SECONDS_FOR_FILES, clock):
        if isinstance(answer, Got):
            with sessions.begin() as session:
                _keep(session, answer, now)
        else:
            problems.append(str(answer))
    with sessions.begin() as session:
        # Asked again: meanwhile somebody may have added a partner with its files, or removed one.
        _forget_others(session, wanted(session, settings, now))
    return problems


def wanted(session: Session, settings: Settings, now: datetime) -> list[Wanted]:
    """Every file of every partner in the bundle that we serve, the one that waits longest first, the longest last."""
    bundle = publishing.bundle(session, settings, now)
    found = [one for partner in partner_files.partners(bundle, settings) for one in partner_files.everything(partner)]
    columns = MirroredDocument.place, MirroredDocument.name, MirroredDocument.fetched_at
    fetched = {(place, name): at.timestamp() for place, name, at in session.execute(select(*columns))}
    return sorted(
        found, key=lambda one: (one.name.startswith(partner_files.ISSUED), fetched.get((one.place, one.name), 0.0))
    )


def _keep(session: Session, got: Got, now: datetime) -> None:
    """Keep what was fetched, unless it is older than what is there."""
    key = (got.wanted.place, got.wanted.name)
    known = session.get(MirroredDocument, key, with_for_update=True)
    dated = got.dated or now
    if known is None:
        new = MirroredDocument(place=key[0], name=key[1], body=got.body, dated=dated, fetched_at=now)
        try:
            with session.begin_nested():
                session.add(new)
        except IntegrityError:
            return  # another round has kept its own this moment
    elif dated >= known.dated or known.dated > now + CLOCK_SKEW or not got.wanted.holds(known.body):
        known.body, known.dated, known.fetched_at = got.body, dated, now


def _forget_others(session: Session, files: list[Wanted]) -> None:
    named = {(one.place, one.name) for one in files}
    there = session.execute(select(MirroredDocument.place, MirroredDocument.name)).all()
    if gone := [(place, name) for place, name in there if (place, name) not in named]:
        primary = tuple_(MirroredDocument.place, MirroredDocument.name)
        session.execute(delete(MirroredDocument).where(primary.in_(gone)))


def _take_bundles(
    sessions: sessionmaker[Session], settings: Settings, now: datetime, fetch: FetchWithin, clock: Callable[[], float]
) -> Iterator[str]:
    with reading_only(sessions) as session:
        partners = foreign.everybody(session)
        asked = [partner_files.bundle(one.id, one.url, one.root) for one in partners if one.url]
    for answer in asking.ask(asked, fetch, now, SECONDS_FOR_BUNDLES, clock):
        if isinstance(answer, Got):
            with sessions.begin() as session:
                told = _take_bundle(session, answer, settings, now)
            yield from told
        else:
            yield str(answer)


def _take_bundle(session: Session, got: Got, settings: Settings, now: datetime) -> list[str]:
    """What is refused is told and changes nothing; what the partner says of itself anew is told and taken."""
    trusted = TrustedIssuer.removed_at.is_(None)
    partner = session.scalar(select(TrustedIssuer).where(TrustedIssuer.place == got.wanted.place, trusted))
    if partner is None or partner.bundle == got.body:
        return []
    before = foreign.of(partner).issuer
    try:
        offered = foreign.read(got.body, partner.root, partner.id)
        with session.begin_nested():
            foreign.add(session, offered, publishing.own_issuer(session, settings), now)
    except Refusal as refusal:
        return [f"{got.wanted.url[:200]}: {refusal}"]
    return [f"{partner.id} {change}." for change in foreign.changes(before, offered.issuer)]
