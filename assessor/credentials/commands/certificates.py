"""Certificates from the command line: award, export, revoke; and what verifiers read: did, status-list, ob2."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.certificates.trust import REASON_CLASSES
from assessor.config import Application, Settings
from assessor.credentials import (
    achievements,
    awarding,
    backpack,
    finding,
    issuer,
    issuing,
    papers,
    pocket,
    status,
)
from assessor.credentials.commands.replacing import warn
from assessor.credentials.commands.tables import award_table
from assessor.credentials.models import Award
from assessor.credentials.table import far_from_level, read_results
from assessor.errors import NotFound
from assessor.organisations.models import Organisation

out_option = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON document")


@click.command()
@click.argument("badge")
@click.option("--name", default="", help="the holder's name as printed")
@click.option("--second", default="", help="its second spelling")
@click.option("--named", is_flag=True, help="the holder agreed that the badge says the name as well")
@click.option("--level", type=click.IntRange(1, 8))
@click.option("--result", "results", multiple=True, metavar="CODE=VALUE", help="a competence's score, 0 to 100")
@click.option("--language", default="en", show_default=True, help="of the certificate's words")
@click.option(
    "--from",
    "table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="a CSV file with one row for each holder: name, second, level, results, language, named",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="with --from: address and number of each")
@json_option
@click.pass_obj
def award(
    application: Application,
    badge: str,
    name: str,
    second: str,
    named: bool,
    level: int | None,
    results: tuple[str, ...],
    language: str,
    table: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Award a badge by its code and sign it at once, for results that came from elsewhere."""
    if table is not None:
        if out is None or name or second or named or level or results:
            raise click.UsageError("With --from, give --out and put name, level and results into the table.")
        with application() as (_app, session, settings):
            organisation = _first_organisation(session)
            award_table(session, settings, organisation, badge, table, out, language, as_json=as_json)
        return
    if not name or level is None:
        raise click.UsageError("Give --name and --level, or a table with --from.")
    if out is not None:
        raise click.UsageError("--out goes with --from. Write a certificate to a file with: assessor export")
    holder = awarding.Holder(name, second, named)
    with application() as (_app, session, settings):
        document = _award_one(session, settings, badge, holder, level, results, language)
    click.echo(json.dumps(document) if as_json else document["id"])


def _award_one(
    session: Session,
    settings: Settings,
    badge: str,
    holder: awarding.Holder,
    level: int,
    results: tuple[str, ...],
    language: str,
) -> dict[str, str]:
    """Award and sign for one person; address and number of the certificate."""
    template = achievements.find_named(session, badge, settings)
    template.check_level(level)
    template.check_language(language)
    grounds = awarding.Grounds(
        source=f"command {uuid.uuid4()}",
        achievement_code=badge,
        language=language,
        level=level,
        results=read_results(results, template),
        conditions={},
    )
    now = datetime.now(UTC)
    warn(awarding.preview(session, holder, grounds, settings, now))
    if codes := far_from_level(level, grounds.results):
        click.echo(f"Level {level} hardly fits {', '.join(codes)}, two bands or more away. Revoke a mistake.", err=True)
    decided = awarding.award(session, _first_organisation(session), holder, grounds, settings, now)
    session.add(issuing.sign(session, decided, settings, now))
    return {
        "id": issuer.credential_url(settings, decided.credential_id),
        "number": numbers.written(decided.number),
    }


@click.command()
@click.argument("credential", metavar="CERTIFICATE")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted([*issuing.FORMS, *backpack.FORMS, *pocket.FORMS])),
    required=True,
    help=(
        "json: the stored badge; jwt and jcs: the same badge as token, or with a proof over its JSON; "
        "ob2, ob2-png, ob2-svg: the same in Open Badges 2.0, for older backpacks; "
        "card: to print and cut; phone: page 1 as a picture"
    ),
)
@click.option(
    "--recipient",
    default="",
    metavar="KIND:VALUE",
    help="how a 2.0 file names the holder: email:ada@example.org or id:did:key:…; only a salted hash of it is kept",
)
@click.option("--layout", help="pdf and phone: classic, modern, compact or one of your own, in place of the badge's")
@click.option("--second-language", metavar="CODE", help="pdf: one more page that says page 2 in this language")
@out_option
@click.pass_obj
def export(
    application: Application,
    credential: str,
    form: str,
    recipient: str,
    layout: str | None,
    second_language: str | None,
    out: Path,
) -> None:
    """Write a certificate, named by id, address or number, as a file.

    From a file in Open Badges 2.0 on, its address answers, until: assessor ob2 end CREDENTIAL
    """
    if recipient and form not in backpack.FORMS:
        raise click.UsageError(f"--recipient is for {', '.join(backpack.FORMS)} only.")
    if layout and form not in ("pdf", "phone"):
        raise click.UsageError("--layout is for pdf and phone only.")
    if second_language and form != "pdf":
        raise click.UsageError("--second-language is for pdf only.")
    options = papers.PaperOptions(layout, second_language)
    with application() as (_app, session, settings):
        found = finding.award_named(session, credential)
        if form in backpack.FORMS:
            exported = backpack.export(session, found, form, settings, datetime.now(UTC), recipient)
            if not settings.contact_email:
                click.echo("Nobody can check this file until ASSESSOR_CONTACT_EMAIL is set.", err=True)
        else:
            exporter = pocket.export if form in pocket.FORMS else issuing.export
            exported = exporter(session, found, form, settings, options)
    out.write_bytes(exported.content)
    click.echo(str(out), err=True)


@click.command()
@click.argument("credential", metavar="CERTIFICATE")
@click.option("--reason", type=click.Choice(REASON_CLASSES), required=True)
@click.pass_obj
def revoke(application: Application, credential: str, reason: str) -> None:
    """Withdraw a certificate; every check answers so at once."""
    with application() as (_app, session, settings):
        awarding.revoke(session, finding.award_named(session, credential), reason, settings, datetime.now(UTC))
    click.echo("Withdrawn.")


@click.command()
@click.pass_obj
def did(application: Application) -> None:
    """Print the issuer's DID document."""
    with application() as (_app, session, settings):
        click.echo(json.dumps(issuer.document(session, settings), indent=2))


@click.command("status-list")
@click.argument("number", metavar="N", type=click.IntRange(1, status.HIGHEST))
@click.option("--suspension", is_flag=True, help="the list of what is on hold, not of what is withdrawn")
@click.option("--jwt", "as_jwt", is_flag=True, help="the VC-JWT instead of the JSON with a proof")
@out_option
@click.pass_obj
def status_list(application: Application, number: int, suspension: bool, as_jwt: bool, out: Path) -> None:
    """Write a signed status list to a file."""
    signed = status.signed_jwt if as_jwt else status.signed_json
    with application() as (_app, session, _settings):
        out.write_bytes(signed(session, number, "suspension" if suspension else "revocation"))


@click.group("ob2")
def older() -> None:
    """Certificates that answer at their Open Badges 2.0 address."""


@older.command("list")
@json_option
@click.pass_obj
def list_hosted(application: Application, as_json: bool) -> None:
    """Every certificate that was taken along in Open Badges 2.0, with its address and what that answers."""
    with application() as (_app, session, settings):
        rows = [
            {
                "number": numbers.written(copy.award.number),
                "address": backpack.places(copy.award, settings).assertion,
                "named_by": copy.recipient_kind,
                "since": f"{copy.hosted_at:%Y-%m-%d}",
                "answers": _answer_of(copy.award),
            }
            for copy in backpack.hosted_copies(session)
        ]
    click.echo(json.dumps(rows, indent=2) if as_json else "\n".join("  ".join(row.values()) for row in rows))


@older.command("end")
@click.argument("credential", metavar="CERTIFICATE")
@click.pass_obj
def end_hosting(application: Application, credential: str) -> None:
    """Close the Open Badges 2.0 address of a certificate, as its holder wishes; 2.0 files of it fit no more."""
    with application() as (_app, session, _settings):
        backpack.end_hosting(session, finding.award_named(session, credential))


def _answer_of(award: Award) -> str:
    if award.revoked_at is not None:
        return "withdrawn"
    return "on hold" if award.suspended_at is not None else "the badge"


COMMANDS = (award, export, revoke, did, status_list, older)


def _first_organisation(session: Session) -> uuid.UUID:
    found = session.scalar(select(Organisation.id).order_by(Organisation.created_at).limit(1))
    if found is None:
        raise NotFound("There is no organisation yet. Run: assessor demo")
    return found
