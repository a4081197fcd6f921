"""Commands of the issuer: award, export, revoke, keys, did, status-list, trust."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.certificates.trust import REASON_CLASSES
from assessor.config import Application, key_passphrase
from assessor.credentials import achievements, awarding, backpack, issuer, issuing, keys, publishing, status
from assessor.credentials.models import Award
from assessor.errors import Invalid, NotFound
from assessor.organisations.models import Organisation

out_option = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON document")


@click.command()
@click.argument("badge")
@click.option("--name", required=True, help="the holder's name as printed")
@click.option("--second", default="", help="its second spelling")
@click.option("--level", type=click.IntRange(1, 8), required=True)
@click.option("--result", "results", multiple=True, metavar="CODE=VALUE", help="a competence's score, 0 to 100")
@click.option("--language", default="en", show_default=True, help="of the certificate's words")
@json_option
@click.pass_obj
def award(
    application: Application,
    badge: str,
    name: str,
    second: str,
    level: int,
    results: tuple[str, ...],
    language: str,
    as_json: bool,
) -> None:
    """Award a badge by its code and sign it at once, for results that came from elsewhere."""
    with application() as (_app, session, settings):
        grounds = awarding.Grounds(
            source=f"command {uuid.uuid4()}",
            achievement_code=badge,
            language=language,
            level=level,
            results=_results(results, achievements.find(session, badge, settings)),
            conditions={},
        )
        now = datetime.now(UTC)
        holder = awarding.Holder(name, second)
        for part in awarding.preview(session, holder, grounds, settings, now).dropped:
            click.echo(f"The code on the paper has no room for the {part.replace('_', ' ')}.", err=True)
        decided = awarding.award(session, _first_organisation(session), holder, grounds, settings, now)
        session.add(issuing.sign(session, decided, settings, now))
        document = {
            "id": issuer.credential_url(settings, decided.credential_id),
            "number": numbers.written(decided.number),
        }
    click.echo(json.dumps(document) if as_json else document["id"])


@click.command()
@click.argument("credential")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted([*issuing.FORMS, *backpack.FORMS])),
    required=True,
    help=(
        "json: the stored badge; jwt and jcs: the same badge as token, or with a proof over its JSON; "
        "ob2, ob2-png, ob2-svg: the same in Open Badges 2.0, for older backpacks"
    ),
)
@out_option
@click.pass_obj
def export(application: Application, credential: str, form: str, out: Path) -> None:
    """Write a certificate, named by id, address or number, as a file."""
    with application() as (_app, session, settings):
        exits = backpack if form in backpack.FORMS else issuing
        exported = exits.export(session, _award(session, credential), form, settings)
    out.write_bytes(exported.content)
    click.echo(str(out), err=True)


@click.command()
@click.argument("credential")
@click.option("--reason", type=click.Choice(REASON_CLASSES), required=True)
@click.pass_obj
def revoke(application: Application, credential: str, reason: str) -> None:
    """Withdraw a certificate; every check answers so at once."""
    with application() as (_app, session, settings):
        awarding.revoke(session, _award(session, credential), reason, settings, datetime.now(UTC))
    click.echo("Withdrawn.")


@click.group("keys")
def keys_group() -> None:
    """The signing keys."""


@keys_group.command("list")
@json_option
@click.pass_obj
def list_keys(application: Application, as_json: bool) -> None:
    """Every key with its use and state; private halves are never shown."""
    with application() as (_app, session, _settings):
        rows = [
            {"kid": key.kid, "use": key.use, "state": key.state, "public_hex": key.public_key.hex()}
            for key in keys.published(session)
        ]
    click.echo(
        json.dumps(rows, indent=2)
        if as_json
        else "\n".join(f"{row['kid']}  {row['use']:12} {row['state']:12} {row['public_hex']}" for row in rows)
    )


@keys_group.command()
@click.argument("use", type=click.Choice(keys.USES))
@click.option(
    "--algorithm",
    type=click.Choice(keys.ALGORITHMS),
    default="EdDSA",
    show_default=True,
    help="RS256 for the use jwt only, where verifiers know nothing else",
)
@click.pass_obj
def rotate(application: Application, use: str, algorithm: keys.Algorithm) -> None:
    """Make a new key for a use; the old one is retired and stays published."""
    with application() as (_app, session, settings):
        key = keys.rotate(session, use, key_passphrase(settings), datetime.now(UTC), algorithm)
        status.sign_all(session, settings, datetime.now(UTC))
        click.echo(key.kid)


@click.command()
@click.pass_obj
def did(application: Application) -> None:
    """Print the issuer's DID document."""
    with application() as (_app, session, settings):
        click.echo(json.dumps(issuer.document(session, settings), indent=2))


@click.command("status-list")
@click.argument("number", type=click.IntRange(1, status.HIGHEST))
@click.option("--jwt", "as_jwt", is_flag=True, help="the VC-JWT instead of the JSON with a proof")
@out_option
@click.pass_obj
def status_list(application: Application, number: int, as_jwt: bool, out: Path) -> None:
    """Write a signed status list to a file."""
    with application() as (_app, session, _settings):
        out.write_bytes(status.signed_jwt(session, number) if as_jwt else status.signed_json(session, number))


@click.group()
def trust() -> None:
    """The signed list of issuers that verifiers believe."""


@trust.command()
@out_option
@click.pass_obj
def publish(application: Application, out: Path) -> None:
    """Write the bundle, signed by the root key; print the root key that verifiers pin."""
    with application() as (_app, session, settings):
        out.write_bytes(publishing.signed_bundle(session, settings, datetime.now(UTC)))
        click.echo(publishing.root_key(session).hex())


COMMANDS = (award, export, revoke, keys_group, did, status_list, trust)


def _award(session: Session, text: str) -> Award:
    """An award by its id, the address of its credential, or the number on the paper."""
    tail = text.rstrip("/").rpartition("/")[2].removeprefix("urn:uuid:")
    try:
        return awarding.find(session, uuid.UUID(tail))
    except ValueError:
        pass
    try:
        number = numbers.read(text)
    except numbers.NumberNotRead as error:
        raise NotFound("“%(text)s” is neither the id nor the number of a certificate.", text=text[:80]) from error
    if (found := awarding.find_by_number(session, number)) is None:
        raise NotFound("There is no certificate with this number.")
    return found


def _results(given: tuple[str, ...], badge: achievements.Template) -> dict[str, dict[str, float]]:
    """The scores by competence. Each must be one that the badge has a place for: none is dropped silently."""
    known = [area.competence for area in badge.certificate.areas]
    results: dict[str, dict[str, float]] = {}
    for code, result in map(_result, given):
        if code not in known:
            raise Invalid(
                "%(badge)s has no score for “%(code)s”. It has: %(known)s.",
                badge=badge.code,
                code=code[:40],
                known=", ".join(known),
            )
        if code in results:
            raise Invalid("“%(code)s” is given twice. Give one score.", code=code)
        results[code] = result
    return results


def _result(text: str) -> tuple[str, dict[str, float]]:
    code, _, value = text.partition("=")
    try:
        score = int(value)
    except ValueError:
        score = -1
    if not code or not 0 <= score <= 100:
        raise Invalid("“%(text)s” is not CODE=VALUE with a value from 0 to 100.", text=text)
    return code, {"score": score}


def _first_organisation(session: Session) -> uuid.UUID:
    found = session.scalar(select(Organisation.id).order_by(Organisation.created_at).limit(1))
    if found is None:
        raise NotFound("There is no organisation yet. Run: assessor demo")
    return found
