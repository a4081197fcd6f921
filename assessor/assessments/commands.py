"""``assessor simulate``: virtual learners through the very code that asks real ones."""

import csv
import json
import math
import multiprocessing
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from assessor.assessments import designing, simulation_page
from assessor.assessments import simulation_sections as sections
from assessor.assessments.plots import percent, written
from assessor.assessments.simulation_verdict import award_rows, band_rows, promise, verdict
from assessor.assessments.visitors import Kind, Visitors
from assessor.banks import pools
from assessor.errors import Invalid
from assessor.frameworks import digcomp_3_0
from assessor.items import source
from assessor.items.bank import Bank
from assessor.psychometrics.adaptive import Design, Pool
from assessor.psychometrics.simulation import Chunk, Mapper, NobodyToJudge, SimulationReport, Walk, pool_from_rows
from assessor.psychometrics.simulation import simulate as walk
from assessor.psychometrics.simulation.life_report import (
    DRAWS,
    Life,
    LifeStage,
    NothingToLearn,
    report_on_life,
    walks_of_a_life,
)
from assessor.psychometrics.simulation.populations import PopulationNotUsable

# What the JSON document begins with.
SHORT = (
    "learners",
    "mean_length",
    "exact",
    "far",
    "decided",
    "bias",
    "rmse",
    "mean_se",
    "exposure_max",
    "seconds",
    "too_high",
    "awards_nothing_because",
    "promised",
    "awarded_true",
    "awards",
)

LIFE = ("mean_length", "exact", "far", "too_high", "overconfidence", "se_ratio", "rmse_b", "rmse_a")

_EXAMPLE = '{"stopping": {"maximum_items": 12}}'

# Each worker gets its share of the learners in so many parcels: few, since each brings the pool along.
_PARCELS_A_WORKER = 4

_MOST_MILESTONES, _LATEST = 12, 10_000


def _milestones(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Read numbers of learners such as 0,50,500; in any order, twice or not."""
    try:
        milestones = sorted({int(number) for number in (value or "").split(",") if value})
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a list of whole numbers such as 0,50,100,500.") from error
    if (milestones and not 0 <= milestones[0] <= milestones[-1] <= _LATEST) or len(milestones) > _MOST_MILESTONES:
        raise click.BadParameter(f"Name at most {_MOST_MILESTONES} numbers of learners, from 0 to {_LATEST:,}.")
    return tuple(milestones)


@click.command()
@click.argument("bank", type=click.Path(exists=True, path_type=Path))
@click.option("--learners", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--rules", default="{}", help=f"rules of the design as JSON, such as {_EXAMPLE}, or a file of them")
@click.option("--draw-items", is_flag=True, help="draw true item parameters within their stated uncertainty")
@click.option(
    "--population",
    type=click.Choice([str(kind) for kind in Kind]),
    help="one ability for all competences, or one for each; otherwise as the rules suppose",
)
@click.option(
    "--mean", type=click.FloatRange(-6, 6), help="mean ability of those who come; otherwise as the rules suppose"
)
@click.option("--sd", type=click.FloatRange(0, 5), help="its standard deviation; otherwise as the rules suppose")
@click.option(
    "--guessers", type=click.FloatRange(0, 0.9), default=0.0, show_default=True, help="share who tap without reading"
)
@click.option(
    "--life",
    callback=_milestones,
    metavar="0,50,500",
    help="what the bank is worth after so many learners, when its parameters follow their answers",
)
@click.option(
    "--draws",
    type=click.IntRange(1, 100),
    default=DRAWS,
    show_default=True,
    help="true banks that are drawn for --life, within what is stated",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="processes that share the work"
)
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="write a page with plots to this HTML file"
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
def simulate(
    bank: Path,
    learners: int,
    seed: int,
    rules: str,
    draw_items: bool,
    population: str | None,
    mean: float | None,
    sd: float | None,
    guessers: float,
    life: tuple[int, ...],
    draws: int,
    workers: int,
    page: Path | None,
    as_json: bool,
) -> None:
    """Walk virtual learners through a BANK folder or a CSV table of item parameters.

    The rules are those of a new test, unless --rules says otherwise.
    """
    design = _design(bank, rules)
    if page and not page.parent.is_dir():
        raise Invalid("%(folder)s is no folder. Make it, or name another file for the page.", folder=str(page.parent))
    who = Visitors.of(design, Kind(population) if population else None, mean, sd, guessers)
    lived = None
    try:
        with _map_of(workers) as map:
            with _watched(map, learners, "Learners") as watched:
                report = walk(design, learners, seed, watched, population=who.population, draw_items=draw_items)
            if life:
                with _watched(map, walks_of_a_life(life, learners, draws), "Life of the bank") as watched:
                    lived = report_on_life(
                        design, life, learners, seed, watched, draws=draws, population=who.population
                    )
    except NothingToLearn as error:
        raise Invalid("--life: %(why)s", why=str(error)) from error
    except NobodyToJudge as error:
        raise Invalid("--guessers: %(why)s", why=str(error)) from error
    except PopulationNotUsable as error:
        raise Invalid("--mean, --sd, --guessers: %(why)s", why=str(error)) from error
    if page:
        study = simulation_page.Study(
            bank.resolve().name, seed, design.bands.cuts, design.rules_to_json(), draw_items, who.words
        )
        page.write_text(simulation_page.render(report, study, lived), encoding="utf-8", newline="\n")
    if as_json:
        click.echo(json.dumps(_document(report, who, lived), indent=2))
    else:
        _print(report, who, lived)


def _document(report: SimulationReport, who: Visitors, life: Life | None) -> dict[str, Any]:
    document = asdict(report)
    document = {name: document.pop(name) for name in SHORT} | {"people": who.to_json()} | document
    if life is not None:
        document["life"] = [asdict(stage) for stage in life.stages]
        document["life_known_exactly"] = asdict(life.known_exactly)
        document["life_draws"] = life.draws
    return document


def _design(path: Path, rules: str) -> Design:
    pool = _pool_of_folder(path) if path.is_dir() else _pool_of_table(path)
    wished = _json(rules)
    try:
        return Design.from_rules(pool, {**designing.usual_rules(pool), **wished})
    except ValueError as error:
        stopping = wished.get("stopping")
        is_elsewhere = isinstance(stopping, dict) and "certainty" in stopping
        hint = ' The certainty of an award is bands.certainty: {"bands": {"certainty": 0.95}}.' if is_elsewhere else ""
        raise Invalid("--rules: %(why)s%(hint)s", why=str(error), hint=hint) from error


def _json(rules: str) -> dict[str, Any]:
    """Read rules that are JSON, or the path of a file of it."""
    file = None if rules.lstrip().startswith(("{", "[")) else Path(rules)
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig") if file and file.is_file() else rules)
    except (OSError, ValueError, RecursionError) as error:
        raise Invalid(
            "--rules: %(given)s is neither JSON nor a file that holds JSON. Write rules such as %(example)s.",
            given=repr(rules[:60]),
            example=_EXAMPLE,
        ) from error
    if not isinstance(document, dict):
        raise Invalid("--rules: the rules must be a JSON object such as %(example)s.", example=_EXAMPLE)
    return document


def _pool_of_folder(path: Path) -> Pool:
    bank = source.load_bank(path, digcomp_3_0.levels_by_outcome())
    try:
        return _pool_of_bank(bank)
    except ValueError as error:
        raise Invalid("%(path)s: %(why)s", path=str(path), why=str(error)) from error


def _pool_of_table(path: Path) -> Pool:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            _check_header(table.fieldnames)
            return pool_from_rows(table, first=2)
    except UnicodeDecodeError as error:
        why = f"byte {error.start + 1} is not UTF-8. Save the table as CSV in UTF-8"
        raise Invalid("%(path)s: %(why)s.", path=str(path), why=why) from error
    except csv.Error as error:
        raise Invalid("%(path)s: this is not CSV: %(why)s.", path=str(path), why=str(error)) from error
    except ValueError as error:
        raise Invalid("%(path)s: %(why)s", path=str(path), why=str(error)) from error


def _check_header(names: Iterable[str] | None) -> None:
    header = [(name or "").strip().lower() for name in names or ()]
    if not any(header):
        raise ValueError("The file is empty. Write a header such as item,a,b and one row for each item.")
    if "item" not in header:
        shown = ",".join(header)[:60]
        raise ValueError(
            f"The header has no column item; it begins {shown!r}. Name columns such as item,a,b, with commas between."
        )
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise ValueError(f"The header names column {twice[0]} twice. Each column needs a name of its own.")


def _pool_of_bank(bank: Bank) -> Pool:
    return Pool(
        pools.pool_item(item, pools.parameters(item, own.a, own.b, own.se_a, own.se_b))
        for item in bank.items
        if (own := bank.parameters.get(item.id)) is not None
    )


@contextmanager
def _watched(map: Mapper, learners: int, label: str) -> Iterator[Mapper]:
    """The same map, with a progress bar when somebody watches."""
    with click.progressbar(
        length=learners, label=label, file=sys.stderr, hidden=not sys.stderr.isatty(), show_pos=True
    ) as bar:

        def watched(function: Callable[[Chunk], list[Walk]], work: Iterable[Chunk]) -> Iterator[list[Walk]]:
            for walks in map(function, work):
                yield walks
                bar.update(len(walks))

        yield watched


@contextmanager
def _map_of(workers: int) -> Iterator[Mapper]:
    if workers == 1:
        yield map
        return
    # A fresh interpreter for each worker: a fork of a process with threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as executor:
        yield partial(_shared, executor, workers)


def _shared(
    executor: ProcessPoolExecutor, workers: int, function: Callable[[Chunk], list[Walk]], work: Iterable[Chunk]
) -> Iterator[list[Walk]]:
    chunks = list(work)
    # What travels together shares one copy of the pool.
    parcel = math.ceil(len(chunks) / (workers * _PARCELS_A_WORKER))
    return executor.map(function, chunks, chunksize=parcel)


def _print(report: SimulationReport, who: Visitors, life: Life | None) -> None:
    """The figures of the page, in its words."""
    _say(verdict(report))
    _say(promise(report))
    if report.awards:
        _print_table(sections.AWARD_COLUMNS, award_rows(report))
    _say()
    _say(f"Who came: {who.words}")
    _say(f"{report.learners:,} learners, in {report.seconds:.1f} seconds")
    _say()
    for fact in sections.facts(report)[1:]:
        _print_fact(fact.name, fact.value, fact.meaning)
    if report.guessers:
        _print_fact("Tap at random and get a band", percent(report.guessers_awarded), "of those who only tap")
    for reason, share in report.by_reason.items():
        if share:
            _print_fact(sections.REASONS[reason], percent(share), "of the tests")
    _say()
    lengths = (written(row.mean_length, 1) for row in report.by_band)
    rows = [(*row, length) for row, length in zip(band_rows(report), lengths, strict=True)]
    _print_table((*sections.BAND_COLUMNS, "Questions"), rows)
    if life is not None:
        _print_life(life)


def _print_fact(name: str, value: str, meaning: str) -> None:
    _say(f"{name:38} {value:14} {meaning}")


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for first, *others in (columns, *rows):
        _say("".join([f"  {first:16}", *(f"{cell:>12}" for cell in others)]))


def _say(text: str = "") -> None:
    click.echo(text.replace("\N{NO-BREAK SPACE}", " "))


def _print_life(life: Life) -> None:
    click.echo()
    click.echo("".join([f"{'life, learners':16}", *(f"{name:>15}" for name in LIFE)]))
    for stage in (*life.stages, life.known_exactly):
        click.echo("".join([f"{_stage_name(stage):16}", *(_cell(getattr(stage, name)) for name in LIFE)]))


def _stage_name(stage: LifeStage) -> str:
    return "all known" if stage.learners is None else str(stage.learners)


def _cell(value: float | None) -> str:
    return f"{'–' if value is None else f'{value:.3f}':>15}"
