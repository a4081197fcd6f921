"""``assessor verify``: the whole report of a badge of anybody, a PDF, an address or a QR text."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from assessor.certificates import checking, signed_data
from assessor.certificates.trust import Bundle
from assessor.config import Application, Settings
from assessor.errors import Refusal
from assessor.fetching.fetcher import Fetcher
from assessor.openbadges.checks import Report, Result, not_read
from assessor.openbadges.documents import Fetch
from assessor.openbadges.errors import InvalidDid, StatusUnavailable
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import FetchedList, StatusSource
from assessor.verification import verifying
from assessor.verification.own_documents import beside_ours
from assessor.verification.telling import what_it_says

LARGEST_FILE = 16 * 1024 * 1024
#: For all documents of one badge together.
SECONDS = 10.0
KINDS_OF_LIST = (b"StatusList", b"RevocationList")
file_option = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class _Asked:
    """What was asked for, as given."""

    data: bytes
    did_files: tuple[Path, ...]
    status_file: Path | None
    trust_file: Path | None
    recipient: str
    now: datetime
    offline: bool


@click.command()
@click.argument("certificate")
@click.option("--did", "did_files", multiple=True, type=file_option, help="DID document of an issuer to believe")
@click.option("--status", "status_file", type=file_option, help="status list, instead of asking for it")
@click.option("--trust", "trust_file", type=file_option, help="trust bundle signed by our root key, for QR texts")
@click.option("--recipient", default="", help="whose badge it should be: e-mail address, DID, web address or name")
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]), help="check as if it were then (UTC)")
@click.option("--offline", is_flag=True, help="ask nobody, for no status list and no other document")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def verify(
    context: click.Context,
    certificate: str,
    did_files: tuple[Path, ...],
    status_file: Path | None,
    trust_file: Path | None,
    recipient: str,
    at: datetime | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Check CERTIFICATE: a badge of anybody or a certificate (JSON, JWT, PNG, SVG, PDF), its address, or a QR text.

    Exit 0 genuine, 1 not genuine, no longer valid or not of that recipient, 2 could not be checked. Issuers that are
    not known here are looked up at their own addresses; our own addresses are read from this installation.
    """
    now = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    asked = _Asked(_read(certificate), did_files, status_file, trust_file, recipient, now, offline)
    try:
        with _installation(context.obj, asked) as ours:
            document, code = _check_qr(asked, ours) if verifying.is_qr_text(asked.data) else _check_badge(asked, ours)
    except Refusal as refusal:  # 1 would mean that the badge is false
        document, code = _told(not_read(Result.UNREADABLE, "", str(refusal)))
    _print(document, as_json)
    context.exit(code)


@dataclass(frozen=True)
class _Ours:
    session: Session
    settings: Settings
    data: verifying.OwnData


@contextmanager
def _installation(application: Application, asked: _Asked) -> Iterator[_Ours | None]:
    """This installation; None = everything was given in files, so that none is needed."""
    if asked.did_files and not asked.trust_file and not verifying.is_qr_text(asked.data):
        yield None
        return
    with application() as (_app, session, settings):
        yield _Ours(session, settings, verifying.own_data(session, settings, asked.now))


def _check_badge(asked: _Asked, ours: _Ours | None) -> tuple[dict[str, Any], int]:
    if len(asked.data) > LARGEST_FILE:
        return _told(not_read(Result.UNREADABLE, "", "The file is larger than 16 MB. A certificate is not."))
    report = verifying.verify_badge(
        asked.data,
        _trust(asked, ours),
        _lists(asked, ours),
        asked.now,
        fetch=_fetch(asked, ours),
        recipient=asked.recipient,
    )
    if ours is None:
        return _told(report)
    report = verifying.with_reason(ours.session, ours.settings, report)
    report = verifying.with_cure(ours.session, ours.settings, report)
    document, code = _told(report)
    if "not_checked" in document and (number := verifying.number_of(ours.session, ours.settings, report)):
        there = {"number": number, "address": ours.settings.verification_prefix}
        document["not_checked"] = document["not_checked"] | there
    return document, code


def _told(report: Report) -> tuple[dict[str, Any], int]:
    """What is printed, and the exit code."""
    return {**report.as_json(), **_said(report)}, report.exit_code


def _said(report: Report) -> dict[str, Any]:
    """Beside the report: who stands behind a foreign badge, what was not looked at, and what it says if it may."""
    said = what_it_says(report)
    foreign = {"foreign_issuer": report.foreign} if report.foreign else {}
    pages = {"not_checked": {"what": "printed pages"}} if verifying.says_only_the_attachment(report) else {}
    return foreign | pages | ({"says": said.as_json()} if said else {})


def _trust(asked: _Asked, ours: _Ours | None) -> Trust:
    if not asked.did_files:
        return ours.data.trust if ours else Trust()
    try:
        return verifying.trust_of(*(_did_document(path) for path in asked.did_files))
    except InvalidDid as error:
        raise click.UsageError(f"The issuer's document cannot be used: {error}") from error


def _lists(asked: _Asked, ours: _Ours | None) -> StatusSource | None:
    if asked.status_file is not None:
        return _list_in(asked.status_file)
    if asked.offline or ours is None:
        return None
    return ours.data.lists


def _list_in(path: Path) -> StatusSource:
    """Gives the list in a file, whatever address it is asked for by."""

    def from_file(_url: str) -> FetchedList:
        if path.is_file() and not _looks_like_list(_bytes(path)):
            raise StatusUnavailable(f"{path} is not a status list. Give the list that the badge names, as JSON or JWT.")
        try:
            return FetchedList(path.read_bytes())
        except OSError as error:
            raise StatusUnavailable(f"{path} cannot be read ({error.strerror}).") from error

    return from_file


def _looks_like_list(content: bytes) -> bool:
    text = content.strip()
    return text.startswith(b"ey") or any(kind in text for kind in KINDS_OF_LIST)


def _fetch(asked: _Asked, ours: _Ours | None) -> Fetch | None:
    """Others are asked unless it is forbidden; a list that was given in a file is not asked for as well."""
    if asked.offline:
        return None
    outside = Fetcher().together(SECONDS)
    return beside_ours(ours.session, ours.settings, outside, with_badges=True) if ours else outside


def _check_qr(asked: _Asked, ours: _Ours | None) -> tuple[dict[str, Any], int]:
    own = ours.data if ours else None
    bundle = own.bundle if own else None
    if asked.trust_file is not None:
        bundle = _bundle(asked.trust_file, own.root_key if own else b"")
    jwts: Mapping[str, str] = {} if asked.offline or own is None else own.status_jwts
    if asked.status_file is not None:
        text = _list_text(asked.status_file)
        jwts = {} if text is None else dict.fromkeys(jwts, text)
    text_of_code = asked.data.decode("utf-8", "replace")
    withdrawals = own.withdrawals if own else {}
    issued = own.issued if own else {}
    checked = checking.check_summary(text_of_code, bundle, jwts, withdrawals, asked.now, issued=issued)
    return verifying.summary_report(checked), Result(checked.result).exit_code


def _bundle(path: Path, root: bytes) -> Bundle:
    try:
        return signed_data.read_bundle(_bytes(path), root)
    except (signed_data.SignedDataNotReadable, signed_data.NotSignedByTrustedKey) as error:
        raise click.UsageError(f"{path}: {error}") from error


def _did_document(path: Path) -> Mapping[str, Any]:
    try:
        return verifying.read_did_document(_bytes(path))
    except ValueError as error:
        raise click.UsageError(f"{path} is not a DID document: {error}") from error


def _read(certificate: str) -> bytes:
    try:
        path = Path(certificate)
        if path.is_file():
            return _bytes(path)
    except OSError:  # a long text is no file name
        pass
    if not verifying.is_qr_text(certificate.encode()) and not certificate.startswith(
        ("{", "ey", "https://", "http://")
    ):
        raise click.UsageError(f"{certificate[:80]} is neither a file nor the text or the address of a certificate.")
    return certificate.encode()


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
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
    if document["result"] == Result.ISSUER_UNKNOWN and "foreign_issuer" in document:
        click.echo(_whose(document["foreign_issuer"]))
    if "not_checked" in document:
        click.echo(_of_pages(**document["not_checked"]))
    for number, check in enumerate(document["checks"], 1):
        click.echo(f"  {number:2} {check['state']:12} {check['name']}: {check['reason']}")
    if "says" in document:
        click.echo("It says:")
        for name, value in document["says"].items():
            _print_said(name, value)


def _whose(foreign: str) -> str:
    if foreign.startswith("did:"):
        return f"The badge holds and is by whoever has the key {foreign[:120]}. Nobody here says who that is."
    return f"The badge holds and is by the owner of {foreign}; whether to believe them is yours to decide."


def _of_pages(what: str, number: str = "", address: str = "") -> str:
    only = f"ONLY THE ATTACHED BADGE WAS CHECKED, NOT THE {what.upper()}."
    if not number:
        return f"{only} Compare every word of them with what the badge says."
    return f"{only} Scan the code on page 1, or compare name, title, level and date at {address}, number {number}."


def _print_said(name: str, value: Any) -> None:
    if isinstance(value, list):
        for result in value:
            click.echo(f"  {result['name']}: {result['value']}")
    elif value:
        click.echo(f"  {name}: {value}")
