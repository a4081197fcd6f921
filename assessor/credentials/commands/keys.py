"""``assessor keys``: looking at the signing keys, changing them in daily life, and what to do when one is stolen."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from assessor.certificates import merkle
from assessor.config import Application, key_secrets
from assessor.credentials import adopted, issued, issuer, keys, resigning, rotation, sealing
from assessor.credentials.models import SigningKey

json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON document")
use_argument = click.argument("use", type=click.Choice(keys.USES))
algorithm_option = click.option(
    "--algorithm",
    type=click.Choice(keys.ALGORITHMS),
    default="EdDSA",
    show_default=True,
    help="RS256 for the use jwt only, where verifiers know nothing else",
)
kid_argument = click.argument("kid", metavar="KEY")

SEAL_PASSPHRASE = "ASSESSOR_SEAL_PASSPHRASE"
MOMENTS = (
    *("created_at", "published_at", "activated_at", "retired_at", "destroyed_at"),
    *("compromised_since", "reported_at", "speaks_from"),
)
#: What the operator has to know when a key of a use was stolen.
CONSEQUENCES = {
    "badge": (
        "The worker signs every badge of it again; see: assessor jobs list. Files that people hold already are "
        "refused: let them take their badge again. Endorsements that you gave to others are to be made anew."
    ),
    "jwt": "Tokens that people hold already are refused; exported again, they are signed with the new key.",
    "certificate": (
        "Papers printed before go on being genuine: a list says which they are, and verifiers read it with the "
        "bundle of trust. The worker signs their codes again for what is printed from now on; see: assessor jobs list."
    ),
    "status": "The status lists are signed with the new key.",
    "root": (
        "Verifiers outside of this installation pin it: give them the new root key. Print it with: "
        "assessor trust publish --out FILE"
    ),
}


@click.group("keys")
def keys_group() -> None:
    """The signing keys: created → published → active → retired → destroyed.

    With a pause, so that verifiers know a key before it signs: create, publish --activate-after DAYS.
    At once: rotate. Stolen: compromised.
    """


@keys_group.command("list")
@json_option
@click.pass_obj
def list_keys(application: Application, as_json: bool) -> None:
    """Every key with its use, its state and what did.json calls it (#…); private halves are never shown."""
    with application() as (_app, session, _settings):
        rows = [_described(key) for key in keys.everything(session)]
        if advice := _seal_advice(session, datetime.now(UTC)):
            click.echo(advice, err=True)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo("{kid}  {use:12} {state:12} {place:9} {names}".format(**row | {"names": " ".join(row["named"])}))


@keys_group.command()
@use_argument
@algorithm_option
@click.option("--hsm", "in_token", is_flag=True, help="make it inside the token that ASSESSOR_PKCS11_MODULE names")
@click.pass_obj
def create(application: Application, use: str, algorithm: keys.Algorithm, in_token: bool) -> None:
    """Make a key that nobody knows of yet, and print its id. Next step: publish."""
    with application() as (_app, session, settings):
        secrets = key_secrets(settings)
        click.echo(keys.create(session, use, secrets, datetime.now(UTC), algorithm, in_token=in_token).kid)


@keys_group.command()
@kid_argument
@click.option("--activate-after", "days", type=click.IntRange(0, 365), metavar="DAYS", help="let it sign that day")
@click.pass_obj
def publish(application: Application, kid: str, days: int | None) -> None:
    """Show a created key to verifiers. It does not sign before it is activated; seven days are a good pause."""
    with application() as (_app, session, _settings):
        now = datetime.now(UTC)
        keys.publish(session, kid, now)
        click.echo("Published.")
        if days is not None:
            click.echo(f"It signs from {rotation.activate_later(session, kid, days, now):%Y-%m-%d %H:%M} UTC.")


@keys_group.command()
@kid_argument
@click.pass_obj
def activate(application: Application, kid: str) -> None:
    """Let a published key sign; the one that signed until now is retired and stays published."""
    with application() as (_app, session, settings):
        rotation.activate(session, kid, settings, datetime.now(UTC))
    click.echo("It signs now.")


@keys_group.command()
@use_argument
@algorithm_option
@click.option("--hsm/--database", "in_token", default=None, help="where to make it; as the old one if not said")
@click.pass_obj
def rotate(application: Application, use: str, algorithm: keys.Algorithm, in_token: bool | None) -> None:
    """Make, publish and activate a new key at once; the old one is retired and stays published.

    Verifiers that kept a copy of our documents meet the new key before they know it, and say "could not be checked"
    until they look again. To spare them that: create, then publish --activate-after 7.
    """
    with application() as (_app, session, settings):
        key = rotation.rotate(session, use, settings, datetime.now(UTC), algorithm, in_token=in_token)
    click.echo(key.kid)


@keys_group.command()
@kid_argument
@click.pass_obj
def retire(application: Application, kid: str) -> None:
    """Take a key out of use; it stays published. If it signs now, a published or new one takes its place."""
    with application() as (_app, session, settings):
        rotation.retire(session, kid, settings, datetime.now(UTC))
    click.echo("Retired.")


@keys_group.command()
@kid_argument
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]),
    help="when it may have been stolen (UTC); now if not said",
)
@click.pass_obj
def compromised(application: Application, kid: str, since: datetime | None) -> None:
    """Trust a stolen key no more. A new one signs at once, and the worker signs again what the stolen one signed."""
    with application() as (_app, session, settings):
        now = datetime.now(UTC)
        key = resigning.report_stolen(session, kid, since.replace(tzinfo=UTC) if since else now, settings, now)
        use, is_signed_elsewhere = key.use, adopted.current(session) is not None
        lacks_list = use == "certificate" and key.activated_at is not None and kid not in issued.kids(session)
    click.echo(f"The key {kid} is trusted no more. {CONSEQUENCES[use]}")
    if lacks_list:
        click.echo(
            f"More than {merkle.MAX_LEAVES} certificates were issued in its time, too many for a list of them: "
            "papers printed with it have to be printed again.",
            err=True,
        )
    if is_signed_elsewhere and use in ("certificate", "status"):
        waiting = ", and certificates are signed again," if use == "certificate" else ""
        click.echo(
            f"Verifiers hear of it{waiting} when the bundle is signed again: assessor trust init --out DRAFT.json",
            err=True,
        )


@keys_group.command()
@kid_argument
@click.pass_obj
def destroy(application: Application, kid: str) -> None:
    """Wipe the private half of a retired, compromised or unpublished key. What it signed stays as it is."""
    with application() as (_app, session, settings):
        rotation.destroy(session, kid, settings, datetime.now(UTC))
    click.echo("Destroyed. A copy of the database from earlier days may still hold it, sealed with the passphrase.")


@keys_group.command()
@click.argument(
    "file", metavar="[FILE.p12]", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--self-signed", is_flag=True, help="make a key with a certificate that nobody else signed")
@click.option("--name", help="with --self-signed: whom the certificate names; else the organisation")
@click.option("--remove", is_flag=True, help="seal no more, and wipe the key")
@click.pass_obj
def seal(application: Application, file: Path | None, self_signed: bool, name: str | None, remove: bool) -> None:
    """Seal every PDF from now on with the key and X.509 certificate of FILE.p12, for PDF readers that show seals.

    The password of the file is asked for, or read from ASSESSOR_SEAL_PASSPHRASE. A seal is not the proof: that is the
    signed badge inside, with or without a seal.
    """
    if (file is not None) + self_signed + remove != 1 or (name is not None and not self_signed):
        raise click.UsageError("Give FILE.p12, or --self-signed with or without --name, or --remove.")
    now = datetime.now(UTC)
    with application() as (_app, session, settings):
        if remove:
            click.echo("Nothing is sealed from now on." if sealing.remove(session, now) else "There is no seal.")
            return
        if file is not None:
            key = sealing.install(session, _p12(file), _password(), key_secrets(settings), now)
        else:
            named = name if name is not None else settings.organisation
            key = sealing.make_own(session, named, settings.country, key_secrets(settings), now)
        click.echo(f"Sealed from now on, until {sealing.ends(key):%Y-%m-%d}: {sealing.subject(key)}")


def _p12(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(sealing.MAX_BYTES + 1)


def _password() -> str:
    given = os.environ.get(SEAL_PASSPHRASE)
    return (
        given if given is not None else str(click.prompt("Password of the file", hide_input=True, default="", err=True))
    )


def _seal_advice(session: Session, now: datetime) -> str:
    """What the operator has to know of the seal; empty = nothing."""
    key = sealing.newest(session)
    if key is None or key.state == "destroyed":
        return ""
    ends = sealing.ends(key)
    if key.state == "active" and not sealing.is_packed():
        return "No paper is sealed: pyHanko is not installed (the extra seal)."
    if ends <= now:
        return (
            f"No paper is sealed since {ends:%Y-%m-%d}: the certificate of the seal ended. assessor keys seal FILE.p12"
        )
    if ends - now < sealing.SOON:
        return f"The certificate of the seal ends on {ends:%Y-%m-%d}. Put a new one in: assessor keys seal FILE.p12"
    return ""


def _described(key: SigningKey) -> dict[str, Any]:
    in_database = "database" if key.sealed_key is not None else "nowhere"
    return {
        "kid": key.kid,
        "use": key.use,
        "state": key.state,
        "public_hex": key.public_key.hex(),
        "named": [sealing.subject(key)] if key.use == sealing.USE else issuer.names_of(key),
        "place": "token" if key.token_object is not None else in_database,
        **{name: _written(getattr(key, name)) for name in MOMENTS},
        **({"ends": _written(sealing.ends(key))} if key.use == sealing.USE else {}),
    }


def _written(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
