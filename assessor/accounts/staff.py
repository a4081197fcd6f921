"""Sign-in of staff by login and password.

Proving a password takes long on purpose, and SQLite has one lock for all writers. So a sign-in has three steps:
`claim` reads what there is to prove, the caller ends the transaction, `prove` needs no database, `claimed` goes on.
"""

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.accounts import limits, visits
from assessor.accounts.models import Account
from assessor.errors import Invalid, NotAllowed

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_hasher = PasswordHasher()
#: Checked when the login is unknown, so that unknown and known logins take the same time.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


class WrongPassword(NotAllowed):
    """Login and password do not belong together."""

    title = "This does not match"


@dataclass(frozen=True)
class Claim:
    """Somebody at ``place`` says that ``login`` is theirs. ``account_id`` is None where nobody has this login."""

    login: str
    place: str
    account_id: uuid.UUID | None
    password_hash: str = field(repr=False)


def create(session: Session, login: str, name: str, now: datetime) -> tuple[Account, str]:
    """Create an account with a one-time password, which is returned and must be changed at the first sign-in."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    account = Account(login=_clean(login), name=name, password_hash=_hasher.hash(password), created_at=now)
    session.add(account)
    session.flush()
    return account, password


def claim(session: Session, login: str, place: str, now: datetime) -> Claim:
    """What `prove` needs to know of this login. ``place``: the network address. Raises `limits.TooManyGuesses`."""
    login = _clean(login)
    for limit, key in _limits(login, place):
        limits.check(session, limit, key, now)
    account = session.scalar(select(Account).where(Account.login == login, Account.disabled_at.is_(None)))
    return Claim(login, place, account.id, account.password_hash) if account else Claim(login, place, None, _nobody)


def prove(claim: Claim, password: str) -> None:
    """Raise `WrongPassword` unless it is the claimed account's. Takes long: call it outside of any transaction."""
    try:
        _hasher.verify(claim.password_hash, password[:LONGEST_PASSWORD])
    except VerifyMismatchError as error:
        raise WrongPassword("This name and password do not match. Look at both and try again.") from error


def claimed(session: Session, claim: Claim) -> Account:
    """The account of a proved claim. Raises `WrongPassword` when it was closed or changed in the meantime."""
    account = session.get(Account, claim.account_id, populate_existing=True) if claim.account_id else None
    if account is None or account.disabled_at is not None or account.password_hash != claim.password_hash:
        raise WrongPassword("This name and password do not match. Look at both and try again.")
    return account


def record_wrong_password(session: Session, claim: Claim, now: datetime) -> None:
    """Count a wrong password against the login, the address and both together."""
    for limit, key in _limits(claim.login, claim.place):
        limits.record(session, limit, key, now)


def hash_of_new(password: str, current: str) -> str:
    """The hash of a new password that may replace ``current``. Raises `Invalid`. Takes long, as `prove` does."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid("A password has %(least)s characters or more. Three words are good.", least=SHORTEST_PASSWORD)
    if password == current:
        raise Invalid("The new password is the old one. Choose another.")
    return _hasher.hash(password)


def change_password(session: Session, account: Account, password_hash: str) -> None:
    """Replace the password of a proved account; every visit of it ends."""
    account.password_hash = password_hash
    account.must_change_password = False
    visits.end_of_account(session, account.id)


def _limits(login: str, place: str) -> Iterator[tuple[limits.Limit, str]]:
    yield limits.PASSWORD, f"both {place} {login}"
    yield limits.PASSWORD_PLACE, f"place {place}"
    yield limits.PASSWORD_LOGIN, f"login {login}"


def _clean(login: str) -> str:
    return login.strip().casefold()[:120]
