"""``assessor certificates``: print orders from the command line."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Application, Settings
from assessor.credentials import printing
from assessor.credentials.models import PrintOrder
from assessor.database import db
from assessor.errors import Invalid, NotFound
from assessor.organisations import groups
from assessor.organisations.models import Group, Organisation

MOST = 1000  # orders of a list
day_type = click.DateTime(["%Y-%m-%d"])
out_option = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="draw now, and write the files here",
)


@click.group("certificates")
def certificates_group() -> None:
    """Certificates by the thousand, as files to print or as a zip."""


@certificates_group.command("print")
@click.option("--badge", metavar="CODE", help="of this badge only")
@click.option("--group", metavar="CODE", help="of the group with this code of four digits only")
@click.option("--from", "since", type=day_type, metavar="DATE", help="given on this day or later (UTC)")
@click.option("--to", "until", type=day_type, metavar="DATE", help="given on this day or earlier (UTC)")
@click.option("--form", type=click.Choice(printing.FORMS), default="pdf", show_default=True)
@click.option("--order", "known", type=click.UUID, metavar="ID", help="no new order: go on with this one")
@click.option("--organisation", default="", metavar="CODE", help="else the first")
@out_option
@click.pass_obj
def print_many(application: Application, /, known: uuid.UUID | None, out: Path | None, **asked: Any) -> None:
    """Order certificates; the worker draws them. With --out they are drawn at once, and what is drawn is kept.

    pdf: files of up to 200 certificates; zip: one file with a PDF of each. Withdrawn ones and those on hold are left
    out and named on stderr. Prints the id of the order.
    """
    if known is None and not any(asked[name] for name in ("badge", "group", "since", "until")):
        raise click.UsageError("Say which ones: --badge, --group, --from, --to; or --order ID.")
    with application() as (app, session, settings):
        made = printing.find_anywhere(session, known) if known else _ordered(session, asked)
        session.commit()
        click.echo(str(made.id))
        if out is not None:
            _draw(app, made, settings)
            _copy(session, made, settings, out)


@certificates_group.command("orders")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_obj
def list_orders(application: Application, as_json: bool) -> None:
    """Every print order: how far it is, and who took its files when."""
    with application() as (_app, session, _settings):
        found = printing.orders(session, MOST)
        drawn = printing.drawn_of(session, found)
        rows = [_row(made, drawn[made.id]) for made in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("{id}  {form}  {drawn:>6,} of {count:<6,}  {state:8}  {asked_at}  taken {times}".format(**row))


@certificates_group.command("delete")
@click.argument("order", type=click.UUID, metavar="ID")
@click.pass_obj
def delete_order(application: Application, order: uuid.UUID) -> None:
    """Delete the files of a print order now; after seven days the worker does."""
    with application() as (_app, session, settings):
        printing.delete(session, printing.find_anywhere(session, order), settings, datetime.now(UTC))
    click.echo("Deleted.")


def _ordered(session: Session, asked: dict[str, Any]) -> PrintOrder:
    organisation = _organisation(session, asked["organisation"])
    group = _group(session, organisation, asked["group"]) if asked["group"] else None
    since, until = (asked[name].replace(tzinfo=UTC) if asked[name] else None for name in ("since", "until"))
    wanted = printing.Wanted(
        asked["badge"], group.id if group else None, since, until + timedelta(days=1) if until else None
    )
    said = {
        "badge": asked["badge"] or "",
        "group": group.name if group else "",
        "since": f"{since:%Y-%m-%d}" if since else "",
        "until": f"{until:%Y-%m-%d}" if until else "",
    }
    return printing.order(session, organisation.id, wanted, asked["form"], said, datetime.now(UTC))


def _draw(app: Flask, made: PrintOrder, settings: Settings) -> None:
    """Draw what is not drawn, from the last chunk on: a worker that runs beside draws from the first."""
    with app.app_context():
        sessions = sessionmaker(db.engine, expire_on_commit=False)
    key = (made.organisation_id, made.id)
    with sessions() as session:
        places = [chunk.place for chunk in printing.chunks_of(session, made) if chunk.drawn_at is None]
    for place in _told(list(reversed(places))):
        printing.draw_chunk(sessions, (*key, place), settings, datetime.now(UTC))
    printing.finish(sessions, key, settings, datetime.now(UTC))


def _told(places: list[int]) -> Iterator[int]:
    for count, place in enumerate(places, 1):
        yield place
        click.echo(f"{count} of {len(places)} files", err=True)


def _copy(session: Session, made: PrintOrder, settings: Settings, out: Path) -> None:
    session.refresh(made)
    if made.deleted_at is not None:
        raise NotFound("The files of this order are deleted. Order them again.")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in printing.files(made, settings):
        (out / name).touch(mode=0o600)  # it holds names
        copyfile(printing.take(session, made, name, settings, datetime.now(UTC)), out / name)
        click.echo(str(out / name), err=True)
    for number, why in printing.progress(session, made, settings).left_out.items():
        click.echo(f"{number} is left out: {why}", err=True)


def _row(made: PrintOrder, drawn: int) -> dict[str, Any]:
    state = "deleted" if made.deleted_at else "ready" if made.finished_at else "waiting"
    return {
        "id": str(made.id),
        "form": made.form,
        "asked_for": made.asked_for,
        "count": made.count,
        "drawn": drawn,
        "state": state,
        "asked_at": f"{made.asked_at:%Y-%m-%dT%H:%M:%SZ}",
        "taken": made.taken,
        "times": len(made.taken),
    }


def _organisation(session: Session, code: str) -> Organisation:
    found = select(Organisation).order_by(Organisation.created_at).limit(1)
    organisation = session.scalar(found.where(Organisation.code == code) if code else found)
    if organisation is None:
        raise NotFound("There is no organisation with this code." if code else "There is no organisation yet.")
    return organisation


def _group(session: Session, organisation: Organisation, code: str) -> Group:
    group_id = session.scalar(select(Group.id).where(Group.organisation_id == organisation.id, Group.code == code))
    if group_id is None:
        raise Invalid("No group has the code %(code)s.", code=code[:10])
    return groups.find_group(session, organisation.id, group_id)


COMMANDS = (certificates_group,)
