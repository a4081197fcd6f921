"""``assessor calibrate``: from a file of answers to item parameters."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from assessor.calibration.answers import Answers
from assessor.calibration.opening import read_answers
from assessor.calibration.parameter_tables import parameters_csv, read_anchors, read_priors
from assessor.calibration.progress import ProgressLine
from assessor.calibration.unusable import FileNotUsable
from assessor.errors import Invalid
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import Priors
from assessor.psychometrics.calibration.result import Calibration
from assessor.psychometrics.measuring.response_models import ItemParameters

NOT_CONVERGED = 1
"""Exit code: there are parameters, and the answer to "are these the best?" is no."""

readable_file = click.Path(exists=True, dir_okay=False, path_type=Path)


def _priors(_context: click.Context, _parameter: click.Parameter, value: str) -> Priors:
    """Return what is believed before any answer."""
    if value == "default":
        return Priors()
    if value == "none":
        return Priors.flat()
    if not Path(value).is_file():
        raise click.BadParameter(f"{value!r} is neither default nor none nor a file.")
    return read_priors(Path(value))


def writable(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a place that cannot be written before hours are spent."""
    if value is not None and not os.access(value if value.exists() else value.absolute().parent, os.W_OK):
        raise click.BadParameter(f"{value} cannot be written: there is no such folder, or it is not yours.")
    return value


@click.command()
@click.argument("responses", type=readable_file)
@click.option("--model", type=click.Choice([str(model) for model in Model]), required=True, help="the response model")
@click.option(
    "--priors",
    default="default",
    show_default=True,
    callback=_priors,
    metavar="default|none|FILE",
    help="what is believed before any answer; FILE is a CSV of item,level or item,b,se_b",
)
@click.option(
    "--group", metavar="COLUMN", help="the column that says which group, such as the language, a person is in"
)
@click.option("--without", multiple=True, metavar="ITEM", help="leave this item out; may be given more than once")
@click.option("--anchors", type=readable_file, help="PARAMETERS.csv of items whose parameters stay as they are")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=min(256, os.cpu_count() or 1),
    show_default="one a core",
    help="processes that share the work above 20,000 people; the parameters stay the same to the last bit",
)
@click.option("--out-of-core/--in-memory", default=None, help="read in pieces on disk; otherwise only above 50 MB")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), callback=writable, help="write PARAMETERS.csv here"
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def calibrate(
    context: click.Context,
    responses: Path,
    model: str,
    priors: Priors,
    group: str | None,
    without: tuple[str, ...],
    anchors: Path | None,
    workers: int,
    out_of_core: bool | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Estimate item parameters from the answers in RESPONSES.csv.

    The file has one row a person and a column for each item:

    \b
        person,phone,mail,photo
        p1,1,0,
        p2,1,1,0

    A cell holds the score, 0, 1, 2 …, and is empty where the item was not asked. The first column may name the person
    (person, id, learner, candidate, student …). Or the file has one row an answer:

    \b
        person,item,score
        p1,phone,1
        p1,mail,0

    Commas, semicolons and tabs all separate. A Parquet file with the same columns works too.

    --priors default believes that items are neither extremely easy nor hard and that slopes are like those of other
    tests. A FILE says where experts place the items, as item,level (1 to 8, or basic, intermediate, advanced, highly
    advanced) or as item,b,se_b; a bank's parameters.csv fits. none believes nothing: for 1,000 answers an item.

    --group estimates mean and spread of each group; the first by alphabet has N(0, 1). --anchors keeps the scale of an
    earlier calibration: the items of that file stay, and every group is estimated. So it is where the experts of a
    --priors FILE placed at least half of the items, and five: their levels are then the scale.

    Exit 0 converged, 1 not converged or refused.
    """
    from assessor.calibration.calibrating import calibrate_answers

    if out is not None and out.exists() and out.samefile(responses):
        raise click.UsageError(f"--out {out} is the file of answers. Name another.")
    line = ProgressLine(sys.stderr, shown=sys.stderr.isatty() and not as_json)

    def say_bytes(done: int) -> None:
        line.say(f"Reading {responses.name}: {done / responses.stat().st_size:.0%}")

    def say_step(step: int, log_likelihood: float) -> None:
        line.say(f"Step {step}: log-likelihood {log_likelihood:,.4f}")

    with TemporaryDirectory(prefix="assessor-") as name, _failures_named(responses, line):
        folder = Path(name)
        answers = read_answers(
            responses, folder, group=group, without=without, out_of_core=out_of_core, on_bytes=say_bytes
        )
        line.say(f"Looking at {answers.people:,} people and {len(answers.items):,} items", always=True)
        known = _known_anchors(anchors, answers)
        _refuse_foreign_experts(priors, answers)
        found = calibrate_answers(
            answers, Model(model), priors, known, workers=workers, folder=folder, on_step=say_step
        )
    _report(found, answers, known, out, as_json)
    context.exit(0 if found.converged else NOT_CONVERGED)


@contextmanager
def _failures_named(path: Path, line: ProgressLine) -> Iterator[None]:
    """Leave the line empty at the end, and put the name of the file before what is wrong with its answers."""
    from assessor.calibration.calibrating import NotCalibrated

    try:
        yield
    except NotCalibrated as error:
        raise Invalid("%(path)s: %(why)s", path=str(path), why=str(error)) from error
    finally:
        line.clear()


def _known_anchors(path: Path | None, answers: Answers) -> dict[str, ItemParameters]:
    """Read the anchors that are among the items."""
    if path is None:
        return {}
    known = {item: parameters for item, parameters in read_anchors(path).items() if item in set(answers.items)}
    if not known:
        raise FileNotUsable(path, "none of these items is in the answers, so they cannot keep the scale.")
    return known


def _refuse_foreign_experts(priors: Priors, answers: Answers) -> None:
    if priors.experts and not priors.experts.keys() & set(answers.items):
        raise Invalid("The file of --priors names none of the items in the answers. Check the names.")


def _report(
    found: Calibration, answers: Answers, anchors: Mapping[str, ItemParameters], out: Path | None, as_json: bool
) -> None:
    if answers.silent:
        click.echo(f"Left out, because they answered nothing: {answers.silent:,}", err=True)
    for warning in found.warnings:
        click.echo(f"Warning: {warning}", err=True)
    if out is not None:
        out.write_text(parameters_csv(found, anchors), encoding="utf-8", newline="")
    if as_json:
        click.echo(json.dumps(_document(found, answers), ensure_ascii=False, indent=2))
    else:
        _print(found, answers, out)


def _document(found: Calibration, answers: Answers) -> dict[str, Any]:
    items: dict[str, Any] = {}
    for item, parameters, number in zip(found.items, found.parameters, found.answers, strict=True):
        own = {name: getattr(parameters, name) for name in ("a", "b", "se_a", "se_b", "c", "d")}
        if parameters.thresholds:
            own["thresholds"] = list(parameters.thresholds)
        items[item] = own | {"answers": number}
    groups = {name: {"mean": mean, "sd": deviation} for name, (mean, deviation) in found.groups.items()}
    return {
        "model": str(found.model),
        "people": answers.people,
        "log_likelihood": found.log_likelihood,
        "converged": found.converged,
        "e_steps": found.e_steps,
        "groups": groups,
        "items": items,
        "warnings": list(found.warnings),
    }


def _print(found: Calibration, answers: Answers, out: Path | None) -> None:
    if out is None:
        _print_items(found)
    state = "converged" if found.converged else "NOT converged"
    click.echo(
        f"{found.model}: {len(found.items):,} items, {answers.people:,} people, log-likelihood "
        f"{found.log_likelihood:,.4f}, {state} after {found.e_steps} steps"
    )
    for name, (mean, deviation) in found.groups.items():
        click.echo(f"  {name or 'everybody'}: mean {mean:.3f}, standard deviation {deviation:.3f}")
    if out is not None:
        click.echo(f"Written to {out}")


def _print_items(found: Calibration) -> None:
    rows = found.to_rows()
    hidden = {"model"} | {name for name, plain in (("c", 0), ("d", 1)) if all(row[name] == plain for row in rows)}
    columns = [name for name in rows[0] if name not in hidden]
    table = [columns, *([_shown(row[name]) for name in columns] for row in rows)]
    width = [max(len(line[at]) for line in table) for at in range(len(columns))]
    for item, *numbers in table:
        cells = (number.rjust(width[at]) for at, number in enumerate(numbers, start=1))
        click.echo("  ".join([item.ljust(width[0]), *cells]))
    click.echo()


def _shown(value: str | int | float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
