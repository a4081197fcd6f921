"""``assessor banks``: check and load question banks, write what follows from the items, render practice sounds."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from assessor.banks import releases, speech
from assessor.config import Application
from assessor.frameworks import digcomp_3_0
from assessor.items import parameter_files, source, translation_files

folder_argument = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group()
def banks() -> None:
    """Question banks: folders that authors edit."""


@banks.command()
@folder_argument
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def check(context: click.Context, folder: Path, as_json: bool) -> None:
    """Tell what a bank holds and everything that is wrong with it; exit 1 when it cannot be loaded."""
    report = source.check_bank(folder, digcomp_3_0.levels_by_outcome())
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        for line in _in_words(report):
            click.echo(line)
    for problem in (*report.errors, *report.warnings):
        click.echo(str(problem), err=True)
    context.exit(1 if report.errors else 0)


@banks.command()
@folder_argument
@click.pass_obj
def load(application: Application, folder: Path) -> None:
    """Load a bank as a new edition; the same content again changes nothing."""
    bank = source.load_bank(folder, digcomp_3_0.levels_by_outcome())
    with application() as (_app, session, _settings):
        release, is_new = releases.load(session, bank, datetime.now(UTC))
        done = "loaded" if is_new else "is there already"
        click.echo(f"{release.bank_code}, edition {release.number}: {done}")


@banks.command()
@folder_argument
def priors(folder: Path) -> None:
    """Write parameters.csv from the level and complexity that experts gave each item."""
    read = source.read_bank(folder, digcomp_3_0.levels_by_outcome())
    items = read.bank.items if read.bank else ()
    (folder / parameter_files.FILE).write_text(parameter_files.parameters_csv(items), encoding="utf-8")
    click.echo(f"{folder / parameter_files.FILE}: {sum(not item.practice for item in items)} items")


@banks.command()
@folder_argument
@click.argument("language")
def catalogue(folder: Path, language: str) -> None:
    """Write or bring up to date the PO file of a language; finished translations stay."""
    read = source.read_bank(folder, digcomp_3_0.levels_by_outcome())
    path = folder / "translations" / f"{language}.po"
    existing = path.read_text(encoding="utf-8") if path.exists() else ""
    path.parent.mkdir(exist_ok=True)
    items = read.bank.items if read.bank else ()
    path.write_text(translation_files.catalogue(items, language, existing), encoding="utf-8")
    click.echo(str(path))


@banks.command()
@folder_argument
def speak(folder: Path) -> None:
    """Render the sounds of the practice items with espeak-ng, in every language of the bank."""
    bank = source.load_bank(folder, digcomp_3_0.levels_by_outcome())
    made = speech.render_practice(bank, folder / "media")
    click.echo(f"{made} new sounds in {folder / 'media'}")


def _in_words(report: source.BankReport) -> Iterator[str]:
    yield f"{report.items} items, {report.practice} of them practice; {len(report.outcomes_covered)} outcomes"
    for title, counts in (
        ("competence", report.by_competence),
        ("kind", report.by_kind),
        ("band", report.by_band),
    ):
        yield f"by {title}: " + ", ".join(f"{name} {count}" for name, count in counts.items())
    for language, share in report.languages.items():
        yield f"{language}: {share.translated:.0%} translated, {share.approved:.0%} approved"
    yield f"{len(report.errors)} errors, {len(report.warnings)} warnings"
