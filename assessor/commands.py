"""The console script ``assessor``: every command, and what its exit code means.

0 done · 1 the answer is no · 2 could not be checked · 64 wrong usage. ``--json`` prints one JSON document on stdout;
messages go to stderr.
"""

import contextlib
import json
import re
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Session

from assessor.config import BadSetting, Settings, key_secrets, load_settings, remember_address
from assessor.errors import Refusal
from assessor.items.findings import BrokenBank

WRONG_USAGE = 64

json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON document")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Adaptive tests of digital competence, signed badges, certificates that any phone can check."""
    context.obj = application  # commands of the contexts open the application without knowing it


def main() -> None:
    """Run the console script and turn every refusal into one sentence and an exit code."""
    try:
        code = cli.main(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(WRONG_USAGE)
    except click.exceptions.Abort:
        sys.exit(1)
    except (Refusal, BadSetting, BrokenBank) as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename or 'A file'}: {error.strerror or error}", err=True)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


@contextlib.contextmanager
def application() -> Iterator[tuple[Flask, Session, Settings]]:
    """The application of the instance, with a database session that is committed at the end."""
    from assessor import create_app
    from assessor.database import db

    settings = load_settings()
    app = create_app(settings)
    with app.app_context():
        yield app, db.session, settings
        db.session.commit()


def answer(document: dict[str, Any], as_json: bool, text: str) -> None:
    """Print one JSON document, or the words for people."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else text)


def now() -> datetime:
    """The time of this moment."""
    return datetime.now(UTC)


@cli.command()
def migrate() -> None:
    """Bring the database to the newest version, make missing keys, load banks and badges."""
    from assessor import demo

    with application() as (app, session, settings):
        _upgrade(app)
        for line in demo.load_data(session, settings, now()):
            click.echo(line, err=True)


@cli.command("demo")
def demo_command() -> None:
    """Fill an empty installation: an organisation, a manager, a test, a group with an open session."""
    with application() as (app, session, settings):
        _upgrade(app)
        _print_addresses(_install(app, session, settings), settings)


@cli.command()
def run() -> None:
    """Start the server and one worker; an empty installation is filled first."""
    from assessor import serving
    from assessor.credentials import keys

    settings = load_settings()
    serving.check_folder(settings.instance)
    serving.check_address(settings.bind)
    with application() as (app, session, settings):
        _upgrade(app)
        installed = _install(app, session, settings)
        keys.signer(session, "status", key_secrets(settings))  # a wrong passphrase is told now, not by the worker
        session.commit()
        _print_addresses(installed, settings)
    sys.exit(serving.serve(app, settings))


@cli.command()
def worker() -> None:
    """Do jobs as they come: sign badges, sign status lists again."""
    from assessor import create_app, serving

    serving.work(create_app(load_settings()))


@cli.group("jobs")
def jobs_group() -> None:
    """Work that waits, and work that failed too often."""


@jobs_group.command("list")
@json_option
def list_jobs(as_json: bool) -> None:
    """Every job that is not done, with the reason of its last failure."""
    from assessor import jobs

    with application() as (_app, session, _settings):
        found = [_described(one) for one in jobs.unfinished(session)]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for one in found:
        click.echo("{id:>6}  {state:8} {attempts:>2} tries  {kind} {key}  {last_error}".format(**one).rstrip())


@jobs_group.command("retry")
@click.argument("job", default="all", metavar="[ID|all]")
@json_option
def retry_jobs(job: str, as_json: bool) -> None:
    """Let a job be tried again at once; without an id, every dead one."""
    from assessor import jobs

    if job != "all" and not re.fullmatch("[0-9]{1,9}", job):
        raise click.BadParameter(f"{job!r} is neither a job's number nor all.", param_hint="ID")
    with application() as (_app, session, _settings):
        revived = jobs.retry_all(session, now()) if job == "all" else [jobs.retry(session, int(job), now())]
        numbers = [one.id for one in revived]
    answer({"retried": numbers}, as_json, f"Jobs to be tried again: {len(numbers)}")


def _described(job: Any) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "key": job.key,
        "state": job.state,
        "attempts": job.attempts,
        "run_after": job.run_after.isoformat(),
        "last_error": job.last_error or "",
    }


def _upgrade(app: Flask) -> None:
    from assessor import migrations

    migrations.upgrade(app)
    remember_address(app.config["SETTINGS"])


def _install(app: Flask, session: Session, settings: Settings) -> Any:
    from assessor import demo

    for line in demo.load_data(session, settings, now()):
        click.echo(line, err=True)
    return demo.install(session, settings, app.config["SECRET_KEY"], now(), Random(secrets.randbits(128)))


def _print_addresses(installed: Any, settings: Settings) -> None:
    url = settings.public_url
    password = installed.password or "(the one that you chose)"
    click.echo(f"\n  Staff          {url}/staff/   name {installed.login}, password {password}")
    if installed.card_secret:
        click.echo(f"  A learner      {url}/k/{installed.card_secret}")
    click.echo(f"  Check a paper  {settings.verification_prefix}\n  Your data      {settings.instance}")
    if not settings.key_passphrase and not settings.key_passphrase_file:
        click.echo(f"  Key passphrase {settings.instance / 'keys' / 'passphrase'} (made here; keep a copy elsewhere)")
    click.echo("", nl=True)


def _gather() -> None:
    """The contexts' own commands."""
    from assessor.assessments.commands import simulate
    from assessor.banks.commands import banks
    from assessor.calibration.commands import calibrate
    from assessor.calibration.cuts_command import cuts
    from assessor.calibration.inspect_command import inspect
    from assessor.credentials import commands as credentials
    from assessor.hosting.commands import apps
    from assessor.sittings.commands import rescore, speak
    from assessor.verification.commands.checking import verify
    from assessor.verification.commands.exporting import verifier_group

    own = (apps, banks, calibrate, cuts, inspect, rescore, simulate, speak, verify, verifier_group)
    for command in (*own, *credentials.COMMANDS):
        cli.add_command(command)


_gather()
