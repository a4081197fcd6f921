"""``assessor replace``, ``suspend`` and ``reinstate``: correcting a certificate, and putting it on hold."""

import json
from dataclasses import replace as with_changes
from datetime import UTC, datetime
from typing import Any

import click

from assessor.certificates import number as numbers
from assessor.config import Application
from assessor.credentials import achievements, awarding, finding, issuer, issuing, profiles


def warn(printed: awarding.Printed) -> None:
    """Say what of a name neither code nor paper will show, on stderr."""
    for part in printed.dropped:
        click.echo(f"The code on the paper has no room for the {part.replace('_', ' ')}.", err=True)
    if printed.unprintable:
        click.echo(f"The paper has no letters for {' '.join(printed.unprintable)}. It shows empty signs.", err=True)


credential_argument = click.argument("credential", metavar="CERTIFICATE")


@click.command()
@credential_argument
@click.option("--name", help="the holder's name as printed")
@click.option("--second", help="its second spelling; “” = none")
@click.option("--named/--not-named", "named_in_badge", default=None, help="whether the badge says the name as well")
@click.option("--language", help="of the certificate's words")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_obj
def replace(application: Application, /, credential: str, language: str | None, as_json: bool, **given: Any) -> None:
    """Give a certificate again with the holder named otherwise; the old one is withdrawn as replaced.

    The address and the end of the validity stay, number and date are new. What is not said stays as it was.
    For a wrong result: revoke --reason mistake, then award.
    """
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes and language is None:
        raise click.UsageError("Say what changes: --name, --second, --named, --not-named or --language.")
    with application() as (_app, session, settings):
        now = datetime.now(UTC)
        old = finding.award_named(session, credential)
        holder = with_changes(awarding.holder_of(old), **changes)
        if language is not None:
            achievements.find(session, old.achievement_code, settings).check_language(language)
        warn(awarding.preview_replacement(session, old, holder, settings, now, language or ""))
        new = awarding.replace(session, old, holder, settings, now, language=language or "")
        session.add(issuing.sign(session, new, settings, now))
        address = issuer.credential_url(profiles.as_awarded(new, settings), new.credential_id)
        document = {"id": address, "number": numbers.written(new.number)}
    click.echo(json.dumps(document) if as_json else document["id"])


@click.command()
@credential_argument
@click.pass_obj
def suspend(application: Application, credential: str) -> None:
    """Put a certificate on hold; every check answers so at once."""
    with application() as (_app, session, settings):
        awarding.suspend(session, finding.award_named(session, credential), settings, datetime.now(UTC))
    click.echo("On hold.")


@click.command()
@credential_argument
@click.pass_obj
def reinstate(application: Application, credential: str) -> None:
    """End the hold of a certificate: it counts again."""
    with application() as (_app, session, settings):
        awarding.reinstate(session, finding.award_named(session, credential), settings, datetime.now(UTC))
    click.echo("It counts again.")


COMMANDS = (replace, suspend, reinstate)
