"""``assessor inspect``: what the answers say about the items of a bank, and what to do."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from assessor.calibration.commands import readable_file, writable
from assessor.calibration.progress import ProgressLine

SOMETHING_TO_LOOK_AT = 1
"""Exit code: the answer to "is the bank in order?" is no."""


@click.command()
@click.argument("responses", type=readable_file)
@click.option("--parameters", type=readable_file, required=True, help="PARAMETERS.csv of the bank")
@click.option("--group", metavar="COLUMN", help="compare groups, such as languages, that this column tells apart")
@click.option("--reference", metavar="GROUP", help="the group that others are compared with; else the largest")
@click.option("--earlier", type=readable_file, help="PARAMETERS.csv of an earlier calibration, to see what has moved")
@click.option("--without", multiple=True, metavar="ITEM", help="leave this item out; may be given more than once")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=writable,
    help="write a CSV file here, with a row for each item",
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def inspect(
    context: click.Context,
    responses: Path,
    parameters: Path,
    group: str | None,
    reference: str | None,
    earlier: Path | None,
    without: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Look after a bank: what the answers in RESPONSES.csv say about its items.

    It looks for wrong keys, items that do not follow their curve, pairs that depend on each other, items that are
    unfair to a group, items that have moved since an earlier calibration, and answers that surprise the model. It
    prints how reliable the test is, then only the items with remarks, the worst first, each with the state it belongs
    in and what to do. --json and --out have all items. People are counted and never named.

    RESPONSES.csv is a file as `assessor calibrate` reads it; PARAMETERS.csv is what it writes. A column `state` may say
    where each item is: draft, seeded, provisional, operational, watched or retired.

    --earlier compares with PARAMETERS.csv of older answers. The scales are joined by items that have not moved.

    Exit 0 nothing to look at, 1 something to look at, or refused.
    """
    from assessor.calibration.upkeep import report
    from assessor.calibration.upkeep.files import Files, inspect_files

    files = Files(responses, parameters, earlier)
    _refuse_wrong_usage(files_read=[responses, parameters, earlier], out=out, group=group, reference=reference)
    line = ProgressLine(sys.stderr, shown=sys.stderr.isatty() and not as_json)

    def say_bytes(done: int) -> None:
        line.say(f"Reading {responses.name}: {done / responses.stat().st_size:.0%}")

    with TemporaryDirectory(prefix="assessor-") as folder:
        try:
            found, silent = inspect_files(
                files,
                Path(folder),
                group=group,
                reference=reference,
                without=without,
                on_bytes=say_bytes,
                tell=lambda text: line.say(text, always=True),
            )
        finally:
            line.clear()
    if silent:
        click.echo(f"Left out, because they answered nothing: {silent:,}", err=True)
    if out is not None:
        out.write_text(report.table(found), encoding="utf-8", newline="")
    if as_json:
        click.echo(json.dumps(report.document(found), ensure_ascii=False, indent=2))
    else:
        for text in report.lines(found):
            click.echo(text)
        if out is not None:
            click.echo(f"Written to {out}")
    context.exit(0 if found.is_in_order else SOMETHING_TO_LOOK_AT)


def _refuse_wrong_usage(
    *, files_read: list[Path | None], out: Path | None, group: str | None, reference: str | None
) -> None:
    if reference is not None and group is None:
        raise click.UsageError("--reference names a group of the column that --group names. Give both.")
    if out is not None and out.exists() and any(path is not None and out.samefile(path) for path in files_read):
        raise click.UsageError(f"--out {out} is one of the files that are read. Name another.")
