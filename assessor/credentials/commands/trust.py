"""``assessor trust``: whose certificates our page knows, and who signs that list."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates.trust import Bundle, Issuer
from assessor.config import Application, Settings
from assessor.credentials import adopted, asking, drafts, foreign, mirroring, publishing, root_file
from assessor.credentials.models import TrustedIssuer
from assessor.database import db
from assessor.errors import Invalid
from assessor.fetching.addresses import read_url
from assessor.openbadges.errors import DocumentUnavailable

PASSPHRASE = "ASSESSOR_ROOT_PASSPHRASE"
new_file = click.Path(dir_okay=False, path_type=Path)
present_file = click.Path(exists=True, dir_okay=False, path_type=Path)


class AddressNotUsable(Invalid):
    """The address of a partner's bundle is not one that is asked from here."""


def _key(_context: click.Context, _option: click.Parameter, given: str | None) -> bytes | None:
    """A public key as 64 hex digits."""
    if given is None:
        return None
    try:
        key = bytes.fromhex(given.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise click.BadParameter("a root key has 64 digits of 0-9 and a-f")
    return key


root_option = click.option(
    "--root", metavar="HEX", callback=_key, help="the root key of whoever signed it, told by them over another way"
)


@click.group("trust")
def trust_group() -> None:
    """The signed list of issuers that verifiers believe: this installation and its partners.

    With the root key in this installation: add, list, remove. With a root key kept elsewhere: init, add --to, sign,
    publish.
    """


@trust_group.command()
@click.option("--out", type=new_file, metavar="DRAFT.json", help="write what would be signed, to edit and sign it")
@click.option("--new-root", type=new_file, metavar="FILE.pem", help="make a root key in a file; needs no database")
@click.pass_obj
def init(application: Application, out: Path | None, new_root: Path | None) -> None:
    """Begin a bundle that a root key elsewhere signs, or make such a key and print its public half."""
    if out is None and new_root is None:
        raise click.UsageError("Give --out DRAFT.json, or --new-root FILE.pem.")
    if new_root is not None:
        click.echo(root_file.make(new_root, _passphrase(new=True)).public_key.hex())
    if out is not None:
        with application() as (_app, session, settings):
            drafts.write(out, _as_it_should_be(session, settings))


@trust_group.command()
@click.argument("file", type=present_file)
@root_option
@click.option("--issuer", "issuer_id", default="", metavar="ID", help="which one of the bundle; else the first")
@click.option("--url", metavar="HTTPS", help="where newer bundles of this partner are looked for, every hour")
@click.option("--to", "draft", type=present_file, metavar="DRAFT.json", help="into a draft; needs no database")
@click.option("--yes", is_flag=True, help="trust what is shown")
@click.pass_obj
def add(
    application: Application,
    file: Path,
    root: bytes | None,
    issuer_id: str,
    url: str | None,
    draft: Path | None,
    yes: bool,
) -> None:
    """Trust a partner by its published bundle FILE (its address is /c/trust/bundle), or take a newer one of it."""
    if root is None:
        raise click.UsageError("Give --root: the partner prints it with: assessor trust publish --out FILE")
    offered = foreign.read(_bytes(file), root, issuer_id)
    for line in _described(offered.issuer):
        click.echo(line)
    now = datetime.now(UTC)
    if now >= offered.bundle.expires:
        click.echo(f"This bundle ended on {offered.bundle.expires:%Y-%m-%d}. Ask for the newest.", err=True)
    if draft is not None:
        beside = drafts.with_issuer(drafts.read(draft), offered.issuer)
        _confirmed(yes, lambda: drafts.write(draft, beside))
        return
    address = _address(url)

    def take() -> None:
        with application() as (_app, session, settings):
            foreign.add(session, offered, publishing.own_issuer(session, settings), now, address)
        _mirror(application)

    _confirmed(yes, take)


@trust_group.command()
@click.argument("issuer_id", metavar="ID")
@click.option("--to", "draft", type=present_file, metavar="DRAFT.json", help="in a draft; needs no database")
@click.pass_obj
def remove(application: Application, issuer_id: str, draft: Path | None) -> None:
    """Trust a partner no more. Its certificates are then "issuer not known here"."""
    if draft is not None:
        drafts.write(draft, drafts.without_issuer(drafts.read(draft), issuer_id))
        return
    with application() as (_app, session, _settings):
        foreign.remove(session, issuer_id, datetime.now(UTC))


@trust_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_obj
def list_issuers(application: Application, as_json: bool) -> None:
    """Whom the published bundle names, its root key, and what has to be done about it."""
    now = datetime.now(UTC)
    with application() as (_app, session, settings):
        bundle = publishing.bundle(session, settings, now)
        to_do = list(_to_do(session, settings, bundle, now))
        document = {
            "version": bundle.version,
            "expires": f"{bundle.expires:%Y-%m-%d}",
            "root": publishing.root_key(session).hex(),
            "signed": "elsewhere" if adopted.current(session) else "here",
            "issuers": [_row(issuer) for issuer in bundle.issuers],
            "partners": [_partner(partner) for partner in foreign.everybody(session)],
            "to_do": to_do,
        }
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    click.echo("version {version}, until {expires}, signed {signed} by root key {root}".format(**document))
    for issuer in bundle.issuers:
        click.echo("\n".join(_described(issuer)))
    for line in to_do:
        click.echo(line, err=True)


@trust_group.command()
@click.argument("draft", type=present_file, metavar="DRAFT.json")
@click.option("--root-key", "key_file", type=present_file, required=True, metavar="FILE.pem")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="until verifiers call it old")
@click.option("--out", type=new_file, required=True, metavar="BUNDLE")
def sign(draft: Path, key_file: Path, days: int, out: Path) -> None:
    """Sign a draft with a root key in a file; needs no database. Prints the root key that verifiers pin."""
    bundle = drafts.read(draft)
    root = root_file.open_file(key_file, _passphrase(new=False))
    out.write_bytes(drafts.sign(bundle, root, datetime.now(UTC), days))
    click.echo(root.public_key.hex())


@trust_group.command()
@click.argument("file", type=present_file, metavar="[BUNDLE]", required=False)
@root_option
@click.option("--own", is_flag=True, help="publish the bundle of this installation again")
@click.option("--out", type=new_file, metavar="FILE", help="write what is published, for partners and verifiers")
@click.pass_obj
def publish(application: Application, file: Path | None, root: bytes | None, own: bool, out: Path | None) -> None:
    """Publish BUNDLE as it was signed elsewhere, or our own again; print the root key that verifiers pin."""
    if (file is None) != (root is None) or (own and file is not None) or not (file or own or out):
        raise click.UsageError("Give BUNDLE and --root, or --own, or --out FILE alone.")
    now = datetime.now(UTC)
    with application() as (_app, session, settings):
        if own:
            adopted.drop(session)
        if file is not None and root is not None:
            ours = publishing.own_issuer(session, settings)
            adopted.adopt(session, _bytes(file), root, ours, publishing.bundle(session, settings, now).version, now)
        if out is not None:
            out.write_bytes(publishing.signed_bundle(session, settings, now))
        click.echo(publishing.root_key(session).hex())
    if file is not None or own:
        _mirror(application)


def _as_it_should_be(session: Session, settings: Settings) -> Bundle:
    """What is published, with what is true of this installation now."""
    now = datetime.now(UTC)
    served = publishing.bundle(session, settings, now)
    return drafts.with_issuer(served, publishing.own_issuer(session, settings))


def _mirror(application: Application) -> None:
    """Fetch the files of partners now; the worker does it every hour."""
    with application() as (_app, _session, settings):
        sessions = sessionmaker(db.engine, expire_on_commit=False)
        problems = mirroring.mirror(sessions, settings, datetime.now(UTC), asking.outside())
    for problem in problems:
        click.echo(f"Not had yet: {problem}", err=True)


def _confirmed(yes: bool, act: Callable[[], None]) -> None:
    if not yes and not click.confirm("Trust this issuer?"):
        click.echo("Nothing was changed.", err=True)
        return
    act()


def _passphrase(*, new: bool) -> str:
    given = os.environ.get(PASSPHRASE, "")
    return given or str(click.prompt("Passphrase of the root key", hide_input=True, confirmation_prompt=new, err=True))


def _address(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        return read_url(url).url
    except DocumentUnavailable as error:
        raise AddressNotUsable("%(why)s", why=str(error)) from error


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(1 << 20)


def _to_do(session: Session, settings: Settings, bundle: Bundle, now: datetime) -> Iterator[str]:
    if adopted.current(session) is not None:
        ours = publishing.own_issuer(session, settings)
        for lacking in adopted.missing(bundle, ours):
            yield f"Sign the bundle again (assessor trust init --out): it does not say {lacking}."
        if now >= bundle.expires:
            yield "Sign the bundle again: it is old, and verifiers say so."
    for partner in foreign.everybody(session):
        if now >= (ends := foreign.of(partner).bundle.expires):
            yield f"Ask {partner.id} for its newest bundle: the one here ended on {ends:%Y-%m-%d}."


def _row(issuer: Issuer) -> dict[str, Any]:
    return {
        "id": issuer.id,
        "names": dict(issuer.names),
        "country": issuer.country,
        "prefixes": list(issuer.prefixes),
        "keys": [
            {"kid": key.kid.hex(), "uses": list(key.uses), "stolen": bool(key.compromised_since)} for key in issuer.keys
        ],
        "status_lists": len(issuer.status_lists),
    }


def _partner(partner: TrustedIssuer) -> dict[str, Any]:
    return {"id": partner.id, "root": partner.root.hex(), "version": partner.version, "url": partner.url}


def _described(issuer: Issuer) -> Iterator[str]:
    names = ", ".join(dict.fromkeys(issuer.names.values()))
    yield f"{issuer.id}  {names} ({issuer.country})"
    for prefix in issuer.prefixes:
        yield f"  its codes open {prefix}"
    for key in issuer.keys:
        stolen = f", stolen since {key.compromised_since:%Y-%m-%d}" if key.compromised_since else ""
        yield f"  key {key.kid.hex()} for {', '.join(key.uses) or 'nothing known here'}{stolen}"


COMMANDS = (trust_group,)
