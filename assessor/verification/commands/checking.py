"""``assessor verify``: the whole report of a badge of anybody, a PDF, an address or a QR text."""

import json
from collections.abc import Mapping, Sequence
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
from assessor.openbadges import jwt
from assessor.openbadges.checks import Report, Result, not_read
from assessor.openbadges.documents import Fetch
from assessor.openbadges.errors import InvalidDid, OpenBadgesError, StatusUnavailable
from assessor.openbadges.strict_json import read_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import FetchedList, StatusSource
from assessor.verification import verifying
from assessor.verification.own_documents import beside_ours
from assessor.verification.telling import what_it_says

LARGEST_FILE = 16 * 1024 * 1024
#: For all documents of one badge together.
SECONDS = 10.0
#: What stands around a badge (`verifying.Around`), in words.
_UNCHECKED = {"page": "printed pages", "picture": "picture"}
KINDS_OF_LIST = (b"StatusList", b"RevocationList")
file_option = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class _Asked:
    """What was asked for, as given."""

    data: bytes
    did_files: tuple[Path, ...]
    status_files: tuple[Path, ...]
    trust_file: Path | None
    recipient: str
    now: datetime
    offline: bool


@click.command()
@click.argument("certificate")
@click.option("--did", "did_files", multiple=True, type=file_option, help="DID document of an issuer to believe")
@click.option(
    "--status",
    "status_files",
    multiple=True,
    type=file_option,
    help="status list, instead of asking for one; twice for two",
)
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
    status_files: tuple[Path, ...],
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
    asked = _Asked(_read(certificate), did_files, status_files, trust_file, recipient, now, offline)
    try:
        document, code = _checked(context.obj, asked)
    except Refusal as refusal:  # 1 would mean that the badge is false
        document, code = _told(not_read(Result.UNREADABLE, "", str(refusal)))
    _print(document, as_json)
    context.exit(code)


@dataclass(frozen=True)
class _Ours:
    session: Session
    settings: Settings
    data: verifying.OwnData


def _checked(application: Application, asked: _Asked) -> tuple[dict[str, Any], int]:
    """What is printed, and the exit code."""
    is_code = verifying.is_qr_text(asked.data)
    if asked.did_files and not asked.trust_file and not is_code:
        return _check_badge(asked, None)  # everything was given in files, so that no installation is needed
    with application() as (_app, session, settings):
        ours = _Ours(session, settings, verifying.own_data(session, settings, asked.now))
        return _check_code(asked, ours) if is_code else _check_badge(asked, ours)


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
        return _told(report, verifying.carrier(report))
    around = verifying.unchecked_around(ours.session, ours.settings, asked.data, report)
    report = verifying.with_reason(ours.session, ours.settings, report)
    report = verifying.with_cure(ours.session, ours.settings, report)
    document, code = _told(report, around)
    if "not_checked" in document and (number := verifying.number_of(ours.session, ours.settings, report)):
        there = {"number": number, "address": ours.settings.verification_prefix}
        document["not_checked"] = document["not_checked"] | there
    if ours.settings.demonstration and "says" in document and not report.foreign:
        document["demonstration"] = True
    return document, code


def _told(report: Report, around: verifying.Around = "") -> tuple[dict[str, Any], int]:
    """What is printed, and the exit code."""
    return {**report.as_json(), **_said(report, around)}, report.exit_code


def _said(report: Report, around: verifying.Around) -> dict[str, Any]:
    """Beside the report: who stands behind a foreign badge, what was not looked at, and what it says if it may."""
    said = what_it_says(report)
    foreign = {"foreign_issuer": report.foreign} if report.foreign else {}
    unchecked = {"not_checked": {"what": _UNCHECKED[around]}} if around else {}
    return foreign | unchecked | ({"says": said.as_json()} if said else {})


def _trust(asked: _Asked, ours: _Ours | None) -> Trust:
    if not asked.did_files:
        return ours.data.trust if ours else Trust()
    try:
        return verifying.trust_of(*(_did_document(path) for path in asked.did_files))
    except InvalidDid as error:
        raise click.UsageError(f"The issuer's document cannot be used: {error}") from error


def _lists(asked: _Asked, ours: _Ours | None) -> StatusSource | None:
    if asked.status_files:
        return _lists_in(asked.status_files)
    if asked.offline or ours is None:
        return None
    return ours.data.lists


def _lists_in(paths: Sequence[Path]) -> StatusSource:
    """Gives the list of an address; where no file calls itself so, the first, and the check says why it will not do."""

    def from_files(url: str) -> FetchedList:
        contents = [_list_in(path) for path in paths]
        return FetchedList(next((one for one in contents if _address_in(one) == url), contents[0]))

    return from_files


def _list_in(path: Path) -> bytes:
    """A status list in a file. Raises `StatusUnavailable`."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE).strip()
    except OSError as error:
        raise StatusUnavailable(f"{path} cannot be read ({error.strerror}).") from error
    if not _looks_like_list(content):
        raise StatusUnavailable(f"{path} is not a status list. Give the list that the badge names, as JSON or JWT.")
    return content


def _address_in(content: bytes) -> str:
    """The address that a status list gives itself, empty if it gives none. Its signature is checked later."""
    try:
        if content.startswith(b"{"):
            listed = read_json(content, max_bytes=LARGEST_FILE)
        else:
            listed = jwt.read(content, max_bytes=LARGEST_FILE).credential
    except OpenBadgesError:
        return ""
    return str(listed.get("id", ""))


def _looks_like_list(content: bytes) -> bool:
    return content.startswith(b"ey") or any(kind in content for kind in KINDS_OF_LIST)


def _fetch(asked: _Asked, ours: _Ours | None) -> Fetch | None:
    """Others are asked unless it is forbidden; a list that was given in a file is not asked for as well."""
    if asked.offline:
        return None
    outside = Fetcher().together(SECONDS)
    return beside_ours(ours.session, ours.settings, outside, with_badges=True) if ours else outside


def _check_code(asked: _Asked, ours: _Ours) -> tuple[dict[str, Any], int]:
    own = ours.data
    bundle = own.bundle if asked.trust_file is None else _bundle(asked.trust_file, own.root_key)
    tokens: Mapping[str, str] = {} if asked.offline else own.status_jwts
    if asked.status_files:
        tokens = _tokens_in(asked.status_files)
    text = asked.data.decode("utf-8", "replace")
    checked = checking.check_summary(text, bundle, tokens, own.withdrawals, asked.now, issued=own.issued)
    document = verifying.summary_report(checked)
    if checked.issuer is not None and checked.issuer.is_demonstration:
        document["demonstration"] = True
    return document, Result(checked.result).exit_code


def _tokens_in(paths: Sequence[Path]) -> Mapping[str, str]:
    """Status lists by the addresses that they give themselves. What is none is told; then it could not be had."""
    tokens = {}
    for path in paths:
        try:
            content = _list_in(path)
        except StatusUnavailable as error:
            click.echo(str(error), err=True)
            continue
        address = _address_in(content)
        if not address or content.startswith(b"{"):
            only = "A code is checked with lists as JWT only: assessor status-list N --jwt"
            click.echo(f"{path} is not a status list as JWT. {only}", err=True)
        else:
            tokens[address] = content.decode("ascii", "replace")
    return tokens


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


def _print(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    click.echo(f"{document['verdict']} (result {document['result']}, {document['format'] or 'unknown form'})")
    if document["result"] == Result.ISSUER_UNKNOWN and "foreign_issuer" in document:
        click.echo(_whose(document["foreign_issuer"]))
    if "not_checked" in document:
        click.echo(_of_pages(**document["not_checked"]))
    if "demonstration" in document:
        click.echo("DEMONSTRATION. This is not a real certificate.")
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
    only = f"ONLY THE BADGE INSIDE WAS CHECKED, NOT THE {what.upper()}."
    if not number:
        return f"{only} Compare every word with what the badge says."
    return f"{only} Scan the code of the paper, or compare name, title, level and date at {address}, number {number}."


def _print_said(name: str, value: Any) -> None:
    if isinstance(value, list):
        for result in value:
            click.echo(f"  {result['name']}: {result['value']}")
    elif value:
        click.echo(f"  {name}: {value}")
