"""Every setting, its default and meaning: the environment first, then ``instance/config.toml``, then the default.

A setting ``public_url`` is read from ``ASSESSOR_PUBLIC_URL`` or from the key ``public_url`` of the file.
"""

import contextlib
import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

#: Characters of a secret key that nobody guesses.
SHORTEST_KEY = 16
ADDRESS = "public-url.txt"


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message names it and says what to write instead."""


@dataclass(frozen=True)
class Settings:
    """What this installation is told from outside. Field metadata ``help`` is printed in the README."""

    instance: Path = field(metadata={"help": "folder of the database, keys and config.toml"})
    public_url: str = field(
        default="http://localhost:8000",
        metadata={
            "help": "address people reach; in QR codes, the issuer's DID and on paper, so kept from the first start"
        },
    )
    database_url: str = field(
        default="", metadata={"help": "SQLAlchemy address; empty = instance/assessor.db (SQLite)"}
    )
    bind: str = field(default="127.0.0.1:8000", metadata={"help": "host:port that `assessor run` listens on"})
    workers: int = field(default=2, metadata={"help": "server processes of `assessor run`"})
    threads: int = field(default=8, metadata={"help": "threads of each server process"})
    organisation: str = field(
        default="Open Door Adult Education Centre", metadata={"help": "name of the first organisation"}
    )
    country: str = field(default="MT", metadata={"help": "its country, two letters (ISO 3166)"})
    project: str = field(default="", metadata={"help": "one line under the name on certificates; may be empty"})
    partners: str = field(
        default="", metadata={"help": "partners of that project, named on certificates, a semicolon between two"}
    )
    contact_email: str = field(
        default="",
        metadata={"help": "e-mail address in badges, where people ask about them; Open Badges 2.0 needs one"},
    )
    issuer_description: str = field(
        default="", metadata={"help": "a sentence about the issuer, in badges and on its page; may be empty"}
    )
    issuer_image: str = field(
        default="", metadata={"help": "https address of the issuer's picture, named in badges; may be empty"}
    )
    certificate_years: int = field(default=5, metadata={"help": "years a certificate is valid; 0 = no end"})
    trusted_proxies: int = field(
        default=0, metadata={"help": "number of reverse proxies whose X-Forwarded-* headers are believed"}
    )
    key_passphrase: str = field(
        default="", repr=False, metadata={"help": "opens the signing keys; else key_passphrase_file is read"}
    )
    key_passphrase_file: str = field(
        default="",
        metadata={"help": "file with the passphrase; empty = instance/keys/passphrase, made at first start"},
    )
    pkcs11_module: str = field(
        default="",
        metadata={"help": "library of the token that holds signing keys (PKCS #11); empty = all are in the database"},
    )
    pkcs11_token: str = field(default="", metadata={"help": "label of that token"})
    pkcs11_pin: str = field(default="", repr=False, metadata={"help": "its PIN; else pkcs11_pin_file is read"})
    pkcs11_pin_file: str = field(default="", metadata={"help": "file with the PIN"})
    secret_key: str = field(
        default="",
        repr=False,
        metadata={"help": "signs cookies, makes cards; alike on all machines; empty = instance/secret_key, kept there"},
    )

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{self.instance / 'assessor.db'}"

    @property
    def host(self) -> str:
        """Host, with the port if it is not the scheme's own, as printed in words on paper."""
        return urlsplit(self.public_url).netloc

    @property
    def secure(self) -> bool:
        """Whether people reach this installation over https."""
        return self.public_url.startswith("https://")

    @property
    def demonstration(self) -> bool:
        """Plain http exists for demonstrations on one machine; such papers say so."""
        return not self.secure

    @property
    def verification_prefix(self) -> str:
        """The address in front of ``#`` in every QR code (spec qr, section 1)."""
        return f"{self.public_url}/c"


@dataclass(frozen=True)
class HardwareToken:
    """A token of hardware that holds signing keys: the library that speaks with it (PKCS #11), its label, its PIN."""

    module: str
    label: str
    pin: str = field(repr=False)


@dataclass(frozen=True)
class KeySecrets:
    """What opens the signing keys: the passphrase of those in the database, and the token of the others, if any."""

    passphrase: str = field(repr=False)
    token: HardwareToken | None = None


#: Opens the application: gives it with a database session, committed at the end, and the settings.
Application = Callable[[], AbstractContextManager[tuple[Any, Any, Settings]]]


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings of the installation that ``ASSESSOR_INSTANCE`` names (default: ``instance`` beside the package).

    Raises `BadSetting`.
    """
    default = Path(__file__).resolve().parent.parent / "instance"
    instance = Path(environ.get("ASSESSOR_INSTANCE") or default).expanduser().resolve()
    values: dict[str, object] = dict(_from_file(instance / "config.toml"))
    for setting in fields(Settings):
        if setting.name != "instance" and (text := environ.get(f"ASSESSOR_{setting.name.upper()}")):
            values[setting.name] = text
    return _as_begun(_checked(instance, values), given="public_url" in values)


def remember_address(settings: Settings) -> None:
    """Keep the address under which this installation began: every badge names it, so it must not change unseen."""
    path = settings.instance / ADDRESS
    if not path.exists():
        path.write_text(settings.public_url + "\n", encoding="ascii")


def _as_begun(settings: Settings, given: bool) -> Settings:
    """The remembered address where none is given; a different one is refused, for it would sign as somebody else."""
    try:
        begun = (settings.instance / ADDRESS).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        begun = settings.public_url if given else _local_address(settings)
    if given and settings.public_url != begun:
        raise BadSetting(
            f"public_url: this installation began as {begun} and its badges name that address, not "
            f"{settings.public_url}. Use {begun}, or delete {settings.instance / ADDRESS} to begin anew on purpose."
        )
    return _with_clean_address(replace(settings, public_url=begun))


def _local_address(settings: Settings) -> str:
    """Where a first start without any address is reached: this machine, on the port that is listened on."""
    port = settings.bind.rpartition(":")[2]
    return f"http://localhost:{port}" if port.isdecimal() else settings.public_url


def secret_key(settings: Settings) -> str:
    """The key of cookies, form tokens and cards: from the setting, or made once in ``instance/secret_key`` (0600)."""
    return settings.secret_key or _kept_secret(settings.instance / "secret_key")


def key_passphrase(settings: Settings) -> str:
    """The passphrase of the signing keys: from the setting, its file, or made once in ``instance/keys``."""
    if settings.key_passphrase:
        return settings.key_passphrase
    if settings.key_passphrase_file:
        return _read_secret(Path(settings.key_passphrase_file), "key_passphrase_file: ")
    return _kept_secret(settings.instance / "keys" / "passphrase")


def key_secrets(settings: Settings) -> KeySecrets:
    """Everything that opens signing keys. Raises `BadSetting` when the token is named by half."""
    return KeySecrets(key_passphrase(settings), _token(settings))


def _token(settings: Settings) -> HardwareToken | None:
    if not settings.pkcs11_module:
        return None
    if not settings.pkcs11_token:
        raise BadSetting("pkcs11_token: empty. Write the label of the token that pkcs11_module speaks with.")
    if settings.pkcs11_pin:
        return HardwareToken(settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin)
    if not settings.pkcs11_pin_file:
        raise BadSetting("pkcs11_pin_file: empty. Write the name of a file with the token's PIN.")
    pin = _read_secret(Path(settings.pkcs11_pin_file), "pkcs11_pin_file: ")
    return HardwareToken(settings.pkcs11_module, settings.pkcs11_token, pin)


def _from_file(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path}: cannot be read ({error}).") from error
    known = {setting.name for setting in fields(Settings)} - {"instance"}
    if unknown := sorted(set(values) - known):
        raise BadSetting(f"{path}: unknown setting {unknown[0]!r}. Known: {', '.join(sorted(known))}.")
    return values


def _checked(instance: Path, values: dict[str, object]) -> Settings:
    typed: dict[str, object] = {}
    for setting in fields(Settings):
        if setting.name not in values:
            continue
        value = values[setting.name]
        if setting.type is int or isinstance(setting.default, int):
            try:
                typed[setting.name] = int(str(value))
            except ValueError as error:
                raise BadSetting(f"{setting.name}: {value!r} is not a whole number.") from error
        else:
            typed[setting.name] = str(value)
    settings = Settings(instance, **typed)  # type: ignore[arg-type]  # each value was cast to its field's type above
    if settings.secret_key and len(settings.secret_key) < SHORTEST_KEY:
        raise BadSetting(f"secret_key: too short. Write {SHORTEST_KEY} random characters or more.")
    if settings.contact_email and not re.fullmatch(r"[^@\s]+@[^@\s]+", settings.contact_email):
        raise BadSetting(f"contact_email: {settings.contact_email!r} is not an e-mail address.")
    if settings.issuer_image and not re.fullmatch(r"https://[^\s\"<>]+", settings.issuer_image):
        raise BadSetting(f"issuer_image: {settings.issuer_image!r} is not an https address.")
    if not re.fullmatch("[A-Za-z]{2}", settings.country):
        raise BadSetting(f"country: {settings.country!r} is not the two letters of a country (ISO 3166), such as MT.")
    return _with_clean_address(replace(settings, country=settings.country.upper()))


def _with_clean_address(settings: Settings) -> Settings:
    address = urlsplit(settings.public_url)
    local = address.hostname in ("localhost", "127.0.0.1", "::1")
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment:
        raise BadSetting(f"public_url: {settings.public_url!r} is not an address such as https://badges.example.")
    if address.path.strip("/"):
        raise BadSetting(f"public_url: {settings.public_url!r} has a path; the service lives at the root of a host.")
    if address.scheme == "http" and not local:
        raise BadSetting(f"public_url: {settings.public_url!r} must be https; http is for localhost only.")
    return replace(settings, public_url=settings.public_url.rstrip("/"))


def _kept_secret(path: Path) -> str:
    """The secret in this file, made if there is none. Of two first starts at once, one makes it and both read it."""
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make_secret(path)
        except OSError as error:
            raise BadSetting(f"{path}: cannot be written ({error.strerror}).") from error
    return _read_secret(path)


def _make_secret(path: Path) -> None:
    """Complete under another name first: whoever finds the file finds all of it."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp lets only us read it
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # then another start was faster, and its secret counts
            os.link(draft, path)
    finally:
        os.unlink(draft)


def _read_secret(path: Path, setting: str = "") -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{setting}{path} cannot be read.") from error
    if not secret:
        raise BadSetting(f"{setting}{path} is empty. Put back what it held, or write a new secret into it.")
    return secret
