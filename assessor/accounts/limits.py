"""Limits against guessing. Only misses are counted, in the database, so every server process sees the same number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from assessor.accounts.models import Miss
from assessor.errors import TooMany


@dataclass(frozen=True)
class Limit:
    """At most ``misses`` wrong guesses of ``kind`` within ``window`` for one key. A kind has one window."""

    kind: str
    misses: int
    window: timedelta


CARD = Limit("card", 60, timedelta(minutes=15))
NUMBER = Limit("number", 30, timedelta(minutes=15))
#: One login from one address. A stranger elsewhere reaches only the wider limits below.
PASSWORD = Limit("password", 10, timedelta(minutes=15))
PASSWORD_PLACE = Limit("password", 50, timedelta(minutes=15))  # every login, from one address
PASSWORD_LOGIN = Limit("password", 100, timedelta(minutes=15))  # one login, from every address
#: The pictures of one group from one address, and from every address.
WORDS = Limit("words", 20, timedelta(hours=4))
WORDS_GROUP = Limit("words", 100, timedelta(hours=4))
#: Links that holders share, and the codes and tokens with which wallets collect; from one address.
SHARE = Limit("share", 60, timedelta(minutes=15))
WALLET = Limit("wallet", 60, timedelta(minutes=15))


#: A subscriber has a network of this size at least, and every address in it (RFC 6177).
_OF_ONE_SUBSCRIBER = 64  # bits
#: How IPv4 addresses look behind a socket of both kinds, and behind a NAT64 (RFC 6052).
_HOLDING_IPV4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


class TooManyGuesses(TooMany):
    """The limit is reached; nothing is looked up any more until the window has passed."""


def counted_place(address: str | None) -> str:
    """What a visitor at this network address is counted as: the IPv4 address, or the network of an IPv6 address.

    Empty: there is no address, as behind the socket of a file. What is no address is counted as it is.
    """
    try:
        known = ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(known, IPv4Address):
        return str(known)
    if any(known in network for network in _HOLDING_IPV4):
        return str(IPv4Address(int(known) & 0xFFFFFFFF))
    return str(IPv6Network((int(known), _OF_ONE_SUBSCRIBER), strict=False))


def check(session: Session, limit: Limit, key: str, now: datetime) -> None:
    """Raise `TooManyGuesses` when ``key`` has used up its misses."""
    since = now - limit.window
    misses = session.scalar(
        select(func.count()).select_from(Miss).where(Miss.kind == limit.kind, Miss.key == key, Miss.at > since)
    )
    if (misses or 0) >= limit.misses:
        raise TooManyGuesses("Too many tries. Please wait some minutes, or ask the staff.")


def record(session: Session, limit: Limit, key: str, now: datetime) -> Miss:
    """Count one miss, and forget those that no window needs any more."""
    session.execute(delete(Miss).where(Miss.kind == limit.kind, Miss.at < now - limit.window))
    miss = Miss(kind=limit.kind, key=key, at=now)
    session.add(miss)
    return miss


def strike_out(session: Session, miss: Miss | None) -> None:
    """Take back what was no miss; ``None`` takes back nothing, and asks the database for as much."""
    session.flush()
    session.execute(delete(Miss).where(Miss.id == (miss.id if miss else None)))
