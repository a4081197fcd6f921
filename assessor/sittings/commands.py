"""``assessor speak``: render what learner pages say, so that nobody has to read to begin.

``assessor rescore``: score finished sittings again from what they stored.
"""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from assessor import locale
from assessor.banks import speech
from assessor.credentials import wording
from assessor.database import reading
from assessor.frameworks import plain_words
from assessor.psychometrics.standards.bands import Bands
from assessor.sittings import rescoring
from assessor.sittings.models import Sitting
from assessor.sittings.pages import STATIC

CONTEXTS = Path(__file__).parents[1]
#: A sentence that a page marks as spoken: ``say("…", speak=true)``, without values to be put in.
SPOKEN = re.compile(r'say\("([^"]+)", speak=true\)')
#: Spoken with the certainty that tests have unless they are given another; those are heard by a voice of the device.
SURE = "We are at least %(percent)s sure."


@click.command()
def speak() -> None:
    """Render the sounds of the interface in every language; those of practice: `assessor banks speak`."""
    made = speech.render(spoken(), STATIC / "sounds")
    click.echo(f"{made} new sounds in {STATIC / 'sounds'}")


def spoken() -> set[tuple[str, str]]:
    """Every (language, text) that learner pages ship a sound for.

    These are the marked sentences, the languages' own names, and the words of results.
    """
    sentences = {
        found
        for template in CONTEXTS.glob("*/templates/**/*.html")
        for found in SPOKEN.findall(template.read_text(encoding="utf-8"))
    }
    return {
        (language.code, text)
        for language in locale.LANGUAGES
        for text in (
            language.name,
            *(locale.sentence(language.code, sentence) for sentence in sentences),
            locale.sentence(language.code, SURE) % {"percent": wording.percent(Bands().certainty)},
            *plain_words.everything(language.code),
        )
    }


DIFFERENT, NOT_CHECKED = 1, 2


@click.command()
@click.argument("sitting", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="every finished sitting, oldest first")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def rescore(context: click.Context, sitting: uuid.UUID | None, everything: bool, as_json: bool) -> None:
    """Score finished sittings again from what they stored, and compare: SITTING (its id) or --all.

    Exit 0 all are equal, 1 something differs, 2 the sitting is not finished.
    """
    if (sitting is not None) == everything:
        raise click.UsageError("Name one sitting by its id, or say --all.")
    before = reading.set(True)  # the service goes on writing meanwhile
    try:
        with context.obj() as (_app, session, _settings):
            keys = rescoring.finished(session) if sitting is None else [_key(context, session, sitting)]
            done = list(_rescored(session, keys, as_json))
    finally:
        reading.reset(before)
    equal = sum(one.is_equal for one in done)
    if as_json:
        found = {"sittings": len(done), "equal": equal, "results": [one.to_json() for one in done]}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{equal} of {len(done)} sittings are equal.")
    context.exit(0 if equal == len(done) else DIFFERENT)


def _key(context: click.Context, session: Session, sitting_id: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    found = rescoring.find(session, sitting_id)
    if found is None:
        raise click.BadParameter(f"There is no sitting {sitting_id}.", param_hint="SITTING")
    if found.finished_at is None:
        click.echo("This sitting is not finished, so it has no result to compare with.", err=True)
        context.exit(NOT_CHECKED)
    return found.organisation_id, found.id


def _rescored(
    session: Session, keys: Sequence[tuple[uuid.UUID, uuid.UUID]], as_json: bool
) -> Iterator[rescoring.Rescored]:
    for key in keys:
        one = rescoring.rescore(session, session.get_one(Sitting, key))
        if not as_json:
            _print(one)
        yield one
        session.rollback()  # thousands of sittings are neither one transaction nor kept in memory
        session.expunge_all()


def _print(one: rescoring.Rescored) -> None:
    path = "path checked" if one.path_checked else f"path of engine {one.engine} not claimed"
    verdict = "same to the last bit" if one.identical and one.is_equal else "equal" if one.is_equal else "DIFFERENT"
    click.echo(f"{one.sitting_id}  {one.items:3} items  {verdict:20}  {path}")
    for difference in one.differences:
        click.echo(f"    {difference.what}: stored {difference.stored}, now {difference.again}")
    if one.other_parameters:
        click.echo(f"    scored with other parameters than the release has today: {', '.join(one.other_parameters)}")
