"""``assessor simulate``: virtual learners through the very code that asks real ones."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import click

from assessor.banks import pools
from assessor.errors import Invalid
from assessor.frameworks import digcomp_3_0
from assessor.items import source
from assessor.items.bank import Bank
from assessor.psychometrics.adaptive import Design, Pool
from assessor.psychometrics.simulation import ParametersNotReadable, SimulationReport, pool_from_rows
from assessor.psychometrics.simulation import simulate as walk

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
)


@click.command()
@click.argument("bank", type=click.Path(exists=True, path_type=Path))
@click.option("--learners", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--rules", default="{}", help='rules of the design as JSON, such as {"stopping": {"maximum_items": 12}}')
@click.option("--draw-items", is_flag=True, help="draw true item parameters within their stated uncertainty")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
def simulate(bank: Path, learners: int, seed: int, rules: str, draw_items: bool, as_json: bool) -> None:
    """Walk virtual learners through a BANK folder or a PARAMETERS.csv."""
    design = _design(bank, rules)
    report = walk(design, learners, seed, draw_items=draw_items)
    if as_json:
        document = asdict(report)
        click.echo(json.dumps({name: document.pop(name) for name in SHORT} | document, indent=2))
    else:
        _print(report)


def _design(path: Path, rules: str) -> Design:
    try:
        return Design.from_rules(_pool(path), json.loads(rules))
    except (ParametersNotReadable, ValueError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid("%(path)s: %(why)s", path=str(path), why=str(error)) from error


def _pool(path: Path) -> Pool:
    if path.is_dir():
        return _pool_of_bank(source.load_bank(path, digcomp_3_0.levels_by_outcome()))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return pool_from_rows(csv.DictReader(file))


def _pool_of_bank(bank: Bank) -> Pool:
    return Pool(
        pools.pool_item(item, pools.parameters(item, own.a, own.b, own.se_a, own.se_b))
        for item in bank.items
        if (own := bank.parameters.get(item.id)) is not None
    )


def _print(report: SimulationReport) -> None:
    document = asdict(report)
    for name in SHORT:
        value = document[name]
        click.echo(f"{name:14} {value:.3f}" if isinstance(value, float) else f"{name:14} {value}")
    for reason, share in report.by_reason.items():
        click.echo(f"stopped {reason:12} {share:.0%}")
    for band, length in report.length_by_band.items():
        click.echo(f"length {band:20} {length:.1f}")
