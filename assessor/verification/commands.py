"""``assessor verify``: the whole report of a badge file, a PDF or a QR text."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from assessor.certificates import checking, signed_data
from assessor.certificates.trust import Bundle
from assessor.config import Application
from assessor.errors import Invalid
from assessor.openbadges.checks import Result
from assessor.openbadges.errors import InvalidDid, StatusUnavailable
from assessor.openbadges.withdrawal import FetchedList, StatusSource
from assessor.verification import verifying

LARGEST_FILE = 16 * 1024 * 1024
file_option = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("certificate")
@click.option("--did", "did_files", multiple=True, type=file_option, help="DID document of an issuer to believe")
@click.option("--status", "status_file", type=file_option, help="status list, instead of asking for it")
@click.option("--trust", "trust_file", type=file_option, help="trust bundle signed by our root key, for QR texts")
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]), help="check as if it were then (UTC)")
@click.option("--offline", is_flag=True, help="ask for no status list")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def verify(
    context: click.Context,
    certificate: str,
    did_files: tuple[Path, ...],
    status_file: Path | None,
    trust_file: Path | None,
    at: datetime | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Check CERTIFICATE: a file (JSON, JWT, PNG, SVG, PDF) or the text of a QR code.

    Exit 0 genuine, 1 not genuine or no longer valid, 2 could not be checked.
    """
    now = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    data = _read(certificate)
    own = None if did_files and not trust_file and not verifying.is_qr_text(data) else _own_data(context.obj, now)
    if verifying.is_qr_text(data):
        document = _check_qr(data, own, trust_file, status_file, offline, now)
    else:
        documents: list[Mapping[str, Any]] = [_did_document(path) for path in did_files]
        if own is not None and not documents:
            documents.append(own.did_document)
        try:
            trust = verifying.trust_of(*documents)
        except InvalidDid as error:
            raise Invalid("The issuer's document cannot be used: %(why)s", why=str(error)) from error
        source = None if offline else _source(own, status_file, now)
        document = verifying.verify_badge(data, trust, source, now).as_json()
    _print(document, as_json)
    context.exit(Result(document["result"]).exit_code)


def _own_data(application: Application, now: datetime) -> verifying.OwnData:
    with application() as (_app, session, settings):
        return verifying.own_data(session, settings, now)


def _check_qr(
    data: bytes,
    own: verifying.OwnData | None,
    trust_file: Path | None,
    status_file: Path | None,
    offline: bool,
    now: datetime,
) -> dict[str, Any]:
    bundle = own.bundle if own else None
    if trust_file is not None:
        bundle = _bundle(trust_file, own.root_key if own else b"")
    jwts = {} if offline or own is None else dict(own.status_jwts)
    if status_file is not None:
        text = _list_text(status_file)
        jwts = {} if text is None else dict.fromkeys(jwts, text)
    withdrawals = dict(own.withdrawals) if own else {}
    return verifying.summary_report(
        checking.check_summary(data.decode("utf-8", "replace"), bundle, jwts, withdrawals, now)
    )


def _bundle(path: Path, root: bytes) -> Bundle:
    try:
        return signed_data.read_bundle(_bytes(path), root)
    except (signed_data.SignedDataNotReadable, signed_data.NotSignedByTrustedKey) as error:
        raise Invalid("%(path)s: %(why)s", path=str(path), why=str(error)) from error


def _source(own: verifying.OwnData | None, status_file: Path | None, now: datetime) -> StatusSource:
    if status_file is not None:

        def from_file(_url: str) -> FetchedList:
            try:
                return FetchedList(status_file.read_bytes())
            except OSError as error:
                raise StatusUnavailable(f"{status_file} cannot be read ({error.strerror}).") from error

        return from_file
    if own is not None:
        return verifying.own_status_source(own, now)

    def nowhere(_url: str) -> FetchedList:
        raise StatusUnavailable("The status list was not fetched. Give it with --status.")

    return nowhere


def _did_document(path: Path) -> dict[str, Any]:
    try:
        return verifying.read_did_document(_bytes(path))
    except ValueError as error:
        raise Invalid("%(path)s is not a DID document: %(why)s.", path=str(path), why=str(error)) from error


def _read(certificate: str) -> bytes:
    try:
        path = Path(certificate)
        if path.is_file():
            return _bytes(path)
    except OSError:  # a long text is no file name
        pass
    if not verifying.is_qr_text(certificate.encode()) and not certificate.startswith(("{", "ey")):
        raise click.UsageError(f"{certificate[:80]} is neither a file nor the text of a certificate.")
    return certificate.encode()


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Invalid("%(path)s is larger than 16 MB. A certificate is not.", path=str(path))
        return path.read_bytes()
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _list_text(path: Path) -> str | None:
    """The text of a status list; None: it could not be had, and the report says so."""
    try:
        return path.read_bytes()[:LARGEST_FILE].decode("ascii", "replace").strip()
    except OSError:
        return None


def _print(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    click.echo(f"{document['verdict']} (result {document['result']}, {document['format'] or 'unknown form'})")
    for check in document["checks"]:
        click.echo(f"  {check['state']:12} {check['name']}: {check['reason']}")
