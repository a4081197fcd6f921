"""Commands about partners: who assesses for the issuer, and who endorses whom."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

import click

from assessor.config import Application
from assessor.credentials import endorsing, profiles
from assessor.credentials.models import Endorsement
from assessor.openbadges.errors import StatusUnavailable
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.withdrawal import FetchedList, StatusSource

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON document")


@click.command()
@click.argument("code")
@click.option("--url", help="its web site")
@click.option("--email", help="where people reach it")
@click.option("--description", help="a sentence about it")
@json_option
@click.pass_obj
def organisation(
    application: Application, code: str, url: str | None, email: str | None, description: str | None, as_json: bool
) -> None:
    """Say what badges of from now on tell of an organisation that assessed; without options, show it."""
    given = {"url": url, "email": email, "description": description}
    with application() as (_app, session, settings):
        found = profiles.find(session, code)
        profiles.describe(found, settings, {name: text for name, text in given.items() if text is not None})
        said = profiles.of_organisation(found, settings.public_url).document()
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else _in_lines(said))


@click.group("endorsements")
def endorsements() -> None:
    """What partners sign in favour of us, and we in favour of others."""


@endorsements.command("add")
@file_argument
@click.option("--did", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option(
    "--status", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="the partner's status list"
)
@click.pass_obj
def add(application: Application, file: Path, did: Path, status: Path | None) -> None:
    """Check a partner's endorsement with its DID document, and keep it: new badges carry it."""
    now = datetime.now(UTC)
    with application() as (_app, session, settings):
        try:
            partner = read_json(did.read_bytes())
        except ValueError as error:
            raise endorsing.EndorsementNotUsable("%(why)s", why=f"{did}: {error}") from error
        kept = endorsing.add(session, file.read_bytes(), partner, settings, now, _served(status) if status else None)
        click.echo(str(kept.id))


@endorsements.command("list")
@json_option
@click.pass_obj
def list_endorsements(application: Application, as_json: bool) -> None:
    """The endorsements of partners that are kept, with what they are about."""
    with application() as (_app, session, _settings):
        rows = [_row(kept) for kept in endorsing.everything(session)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("{id}  {endorser}  about {about}  until {valid_until}  {comment}".format(**row))


@endorsements.command("remove")
@click.argument("endorsement", type=click.UUID)
@click.pass_obj
def remove(application: Application, endorsement: uuid.UUID) -> None:
    """Forget an endorsement; badges that were signed with it keep it."""
    with application() as (_app, session, _settings):
        endorsing.remove(session, endorsement)


@endorsements.command("make")
@click.option("--about", required=True, help="the id of the issuer, organisation or achievement that is endorsed")
@click.option("--comment", required=True, help="what is said of it")
@click.option("--years", type=click.IntRange(1, 10), default=2, show_default=True, help="how long it holds")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.pass_obj
def make(application: Application, about: str, comment: str, years: int, out: Path) -> None:
    """Sign an endorsement of ours in favour of somebody else."""
    with application() as (_app, session, settings):
        out.write_bytes(endorsing.make(session, about, comment, settings, datetime.now(UTC), years))
    click.echo(str(out), err=True)


COMMANDS = (organisation, endorsements)


def _row(kept: Endorsement) -> dict[str, str | None]:
    return {
        "id": str(kept.id),
        "about": kept.about,
        "endorser": kept.endorser_name,
        "did": kept.endorser,
        "comment": kept.comment,
        "form": kept.form,
        "valid_from": f"{kept.valid_from:%Y-%m-%d}",
        "valid_until": f"{kept.valid_until:%Y-%m-%d}" if kept.valid_until else None,
    }


def _served(file: Path) -> StatusSource:
    """The list in a file, whatever address is asked for: that it is the right one is checked with its signature."""

    def source(address: str) -> FetchedList:
        try:
            return FetchedList(file.read_bytes())
        except OSError as error:
            raise StatusUnavailable(f"{file} cannot be read, so {address[:200]} was not seen.") from error

    return source


def _in_lines(document: JsonObject) -> str:
    return "\n".join(f"{name}: {text}" for name, text in document.items() if isinstance(text, str))
