"""Sign-in of staff by login and password."""

import secrets
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


def create(session: Session, login: str, name: str, now: datetime) -> tuple[Account, str]:
    """Create an account with a one-time password, which is returned and must be changed at the first sign-in."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    account = Account(login=_clean(login), name=name, password_hash=_hasher.hash(password), created_at=now)
    session.add(account)
    session.flush()
    return account, password


def sign_in(session: Session, login: str, password: str, now: datetime) -> Account:
    """The account of a login, if the password is its own. Raises `WrongPassword` or `limits.TooManyGuesses`."""
    login = _clean(login)
    limits.check(session, limits.PASSWORD, login, now)
    account = session.scalar(select(Account).where(Account.login == login, Account.disabled_at.is_(None)))
    try:
        _hasher.verify(account.password_hash if account else _nobody, password[:LONGEST_PASSWORD])
    except VerifyMismatchError:
        account = None
    if account is None:
        raise WrongPassword("This name and password do not match. Look at both and try again.")
    return account


def record_wrong_password(session: Session, login: str, now: datetime) -> None:
    """Count a wrong password against this login."""
    limits.record(session, limits.PASSWORD, _clean(login), now)


def change_password(session: Session, account: Account, current: str, new: str) -> None:
    """Replace the password; every other visit of the account ends. Raises `WrongPassword` or `Invalid`."""
    try:
        _hasher.verify(account.password_hash, current[:LONGEST_PASSWORD])
    except VerifyMismatchError as error:
        raise WrongPassword("The password you have now is another one. Look and try again.") from error
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        raise Invalid("A password has %(least)s characters or more. Three words are good.", least=SHORTEST_PASSWORD)
    if new == current:
        raise Invalid("The new password is the old one. Choose another.")
    account.password_hash = _hasher.hash(new)
    account.must_change_password = False
    visits.end_of_account(session, account.id)


def _clean(login: str) -> str:
    return login.strip().casefold()[:120]
