"""The files of partners, served from our own host: catalogue, withdrawals, status lists, lists of what was issued.

A visitor of our page asks nobody else, so nobody else learns who checks. A mirror proves nothing: page and commands
check each file by the keys that the bundle names. What does not hold, or is older than what we have, is not kept here
either, so that a partner's mistake of an hour changes nothing.

Fetching takes its time, so it happens between two transactions: `wanted`, then `fetch_all`, then `store`.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates import merkle, signed_data
from assessor.certificates import status as lists
from assessor.certificates.trust import Bundle, Issuer, Withdrawals
from assessor.config import Settings
from assessor.credentials import adopted, foreign, issued, issuer, publishing
from assessor.credentials.models import MirroredDocument
from assessor.database import reading
from assessor.errors import NotFound, Refusal
from assessor.fetching.fetcher import KINDS, Fetcher, Limits
from assessor.openbadges.documents import Fetch
from assessor.openbadges.errors import DocumentGone, DocumentUnavailable

#: For everything of one hour together. What is not reached is asked for first in the next.
SECONDS = 60.0
A_MINUTE = 200  # two files for each status list, and a few more
PLACE = re.compile(r"[0-9a-f]{16}")
NAME = re.compile(r"catalogue|withdrawals|issued/[0-9a-f]{16}|status/\d{1,10}(-suspension)?\.jwt", re.ASCII)
BUNDLE = "bundle"
TYPES = frozenset({"application/cose", "application/octet-stream"})
#: Gives a fetch for documents of at most so many bytes.
FetchUpTo = Callable[[int], Fetch]

_newest_list: publishing.Newest[merkle.IssuedList] = publishing.Newest()


class NotMirrored(NotFound):
    """There is no such file of a partner here."""


@dataclass(frozen=True)
class Wanted:
    """A file of a partner. `read`: checks it and gives its date; raises `ValueError`."""

    place: str
    name: str
    url: str
    most: int
    read: Callable[[bytes], datetime | None]


@dataclass(frozen=True)
class Got:
    """A file that was fetched and holds. `dated` None: it has no date, and is the one of its kind."""

    wanted: Wanted
    body: bytes
    dated: datetime | None


def outside() -> FetchUpTo:
    """Asks the partners' servers, guarded, all of it under one clock."""
    end = time.monotonic() + SECONDS
    fetchers: dict[int, Fetcher] = {}

    def up_to(most: int) -> Fetch:
        if most not in fetchers:
            fetchers[most] = Fetcher(Limits(most_bytes=most, a_minute=A_MINUTE, kinds=KINDS | TYPES))
        left = max(0.0, end - time.monotonic())
        return fetchers[most].together(min(left, SECONDS / 3))

    return up_to


def refresh(sessions: sessionmaker[Session], settings: Settings, now: datetime, fetch: FetchUpTo) -> list[str]:
    """Look for newer bundles of partners, and then for all their files. Returns what could not be had, in words."""
    with _reading(sessions) as session:
        partners = [_bundle_of(partner.id, partner.url, partner.root) for partner in foreign.everybody(session)]
    got, problems = fetch_all([one for one in partners if one.url], fetch)
    with sessions.begin() as session:
        issued.write_missing(session, now)
        problems += store_bundles(session, got, settings, now)
    with _reading(sessions) as session:
        files, bundle = wanted(session, settings, now), publishing.bundle(session, settings, now)
        lacking = adopted.missing(bundle, publishing.own_issuer(session, settings))
        problems += [f"The published bundle does not say {one}. Sign it again." for one in lacking]
    got, unavailable = fetch_all(files, fetch)
    with sessions.begin() as session:
        store(session, got, files, now)
    return problems + unavailable


def wanted(session: Session, settings: Settings, now: datetime) -> list[Wanted]:
    """Every file of every partner in the bundle that we serve, the one that waits longest first."""
    found = [
        one for partner in _partners(publishing.bundle(session, settings, now), settings) for one in _files(partner)
    ]
    columns = MirroredDocument.place, MirroredDocument.name, MirroredDocument.fetched_at
    fetched = {(place, name): at.timestamp() for place, name, at in session.execute(select(*columns))}
    return sorted(found, key=lambda one: fetched.get((one.place, one.name), 0.0))


def fetch_all(files: Sequence[Wanted], fetch: FetchUpTo) -> tuple[list[Got], list[str]]:
    """Ask for each file and check it. Needs no database. Returns what holds, and what could not be had."""
    got, problems = [], []
    for one in files:
        try:
            body = fetch(one.most)(one.url).content
            got.append(Got(one, body, one.read(body)))
        except (DocumentUnavailable, DocumentGone, ValueError, Refusal) as error:
            problems.append(f"{one.url[:200]}: {error}")
    return got, problems


def store(session: Session, got: Sequence[Got], files: Sequence[Wanted], now: datetime) -> None:
    """Keep what was fetched, unless it is older than what is there, and forget files that nobody names any more."""
    for one in got:
        key = (one.wanted.place, one.wanted.name)
        known = session.get(MirroredDocument, key)
        dated = one.dated or now
        if known is None:
            known = MirroredDocument(place=key[0], name=key[1], body=one.body, dated=dated, fetched_at=now)
            session.add(known)
        elif dated >= known.dated or not _holds(one.wanted, known.body):
            known.body, known.dated, known.fetched_at = one.body, dated, now
    named = {(one.place, one.name) for one in files}
    there = session.execute(select(MirroredDocument.place, MirroredDocument.name)).all()
    if gone := [(place, name) for place, name in there if (place, name) not in named]:
        primary = tuple_(MirroredDocument.place, MirroredDocument.name)
        session.execute(delete(MirroredDocument).where(primary.in_(gone)))


def store_bundles(session: Session, got: Sequence[Got], settings: Settings, now: datetime) -> list[str]:
    """Take newer bundles of partners; what is refused is told and changes nothing."""
    problems, ours = [], publishing.own_issuer(session, settings)
    trusted = {partner.id: partner for partner in foreign.everybody(session)}
    for one in got:
        partner = trusted.get(one.wanted.name)
        if partner is None or partner.bundle == one.body:
            continue
        try:
            with session.begin_nested():
                foreign.add(session, foreign.read(one.body, partner.root, partner.id), ours, now)
        except Refusal as refusal:
            problems.append(f"{one.wanted.url[:200]}: {refusal}")
    return problems


def document(session: Session, place: str, name: str) -> MirroredDocument:
    """The file as it is served. Raises `NotMirrored`."""
    found = None
    if PLACE.fullmatch(place) and NAME.fullmatch(name):
        found = session.get(MirroredDocument, (place, name))
    if found is None:
        raise NotMirrored("There is no such file of a partner here.")
    return found


def addresses(bundle: Bundle, settings: Settings) -> Mapping[str, tuple[str, str]]:
    """Of every status list of a partner: its address → where it is mirrored."""
    return {
        one.url.removesuffix(".jwt"): (one.place, one.name)
        for partner in _partners(bundle, settings)
        for one in _status_files(partner)
    }


def token(session: Session, place: str, name: str) -> str | None:
    """A mirrored status list, not checked yet; None: there is none."""
    found = session.get(MirroredDocument, (place, name))
    return found.body.decode("ascii", "replace") if found else None


def withdrawals(session: Session, partner: Issuer) -> Withdrawals | None:
    """The mirrored withdrawals of a partner, checked; None: there are none that hold."""
    found = session.get(MirroredDocument, (foreign.place_of(partner.id), "withdrawals"))
    try:
        return signed_data.read_withdrawals(found.body, partner) if found else None
    except ValueError:
        return None


def issued_list(session: Session, bundle: Bundle, settings: Settings, root: bytes) -> merkle.IssuedList | None:
    """The mirrored list under this root, checked; None: there is none that holds."""
    for partner in _partners(bundle, settings):
        for key in partner.keys:
            if key.issued is not None and key.issued.root == root:
                count, place = key.issued.count, (foreign.place_of(partner.id), f"issued/{key.kid.hex()}")
                return _checked(session.get(MirroredDocument, place), root, count)
    return None


def _checked(found: MirroredDocument | None, root: bytes, count: int) -> merkle.IssuedList | None:
    """Hashing a long list takes a second, so a process does it once."""
    if found is None:
        return None
    try:
        return _newest_list.kept((root, count, found.fetched_at), lambda: merkle.read_list(found.body, root, count))
    except merkle.NotTheIssuedList:
        return None


def _partners(bundle: Bundle, settings: Settings) -> list[Issuer]:
    return [one for one in bundle.issuers if one.id != issuer.did(settings)]


def _files(partner: Issuer) -> Iterator[Wanted]:
    place = foreign.place_of(partner.id)
    if partner.catalogue_url:
        yield Wanted(
            place,
            "catalogue",
            partner.catalogue_url,
            signed_data.MAX_CATALOGUE,
            lambda body: signed_data.read_catalogue(body, partner).issued,
        )
    if partner.withdrawals_url:
        yield Wanted(
            place,
            "withdrawals",
            partner.withdrawals_url,
            signed_data.MAX_WITHDRAWALS,
            lambda body: signed_data.read_withdrawals(body, partner).issued,
        )
    yield from _status_files(partner)
    yield from _issued_files(partner)


def _status_files(partner: Issuer) -> Iterator[Wanted]:
    keys = [key.public_key for key in partner.keys_for("status") if key.compromised_since is None]
    place = foreign.place_of(partner.id)
    for named in partner.status_lists[: foreign.MOST_LISTS]:
        for purpose, url in (("revocation", named.url), ("suspension", named.suspension_url)):
            if url is not None:
                name = f"status/{named.number}{'-suspension' if purpose == 'suspension' else ''}.jwt"
                yield Wanted(place, name, f"{url}.jwt", lists.MAX_TOKEN, _list_reader(keys, url, purpose))


def _list_reader(keys: Sequence[bytes], url: str, purpose: str) -> Callable[[bytes], datetime]:
    return lambda body: lists.read_status_list(body.decode("ascii"), keys, url=url, purpose=purpose).signed_at


def _issued_files(partner: Issuer) -> Iterator[Wanted]:
    for key in partner.keys:
        if (named := key.issued) is not None:
            name, size = f"issued/{key.kid.hex()}", max(1, named.count * merkle.LEAF_BYTES)
            yield Wanted(foreign.place_of(partner.id), name, named.url, size, _leaf_reader(named.root, named.count))


def _leaf_reader(root: bytes, count: int) -> Callable[[bytes], None]:
    def read(body: bytes) -> None:
        merkle.read_list(body, root, count)

    return read


def _bundle_of(issuer_id: str, url: str | None, root: bytes) -> Wanted:
    def read(body: bytes) -> datetime:
        return foreign.read(body, root, issuer_id).bundle.issued

    return Wanted(BUNDLE, issuer_id, url or "", signed_data.MAX_BUNDLE, read)


@contextmanager
def _reading(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session that only looks: answers must not wait for it."""
    token = reading.set(True)
    try:
        with sessions() as session:
            yield session
    finally:
        reading.reset(token)


def _holds(one: Wanted, body: bytes) -> bool:
    try:
        one.read(body)
    except ValueError:
        return False
    return True
