"""``assessor cuts``: from the sheet of a panel of experts to the cut scores of a design."""

import json
from pathlib import Path

import click

from assessor.calibration.commands import readable_file

CUTS_DID_NOT_RISE = 1
"""Exit code: there are cuts, and the answer to "did the panel's own rise?" is no."""


@click.command()
@click.argument("sheet", type=readable_file)
@click.option("--method", type=click.Choice(["angoff", "bookmark"]), required=True, help="how the panel judged")
@click.option("--parameters", type=readable_file, required=True, help="PARAMETERS.csv of the items")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def cuts(context: click.Context, sheet: Path, method: str, parameters: Path, as_json: bool) -> None:
    """Set cut scores by the judgements of a panel in SHEET.csv.

    --method angoff: each expert says, item by item, how likely a learner just at the level is right:

    \b
        competence,level,expert,item,probability
        1.1,basic,Grace,phone,0.7

    --method bookmark: the booklet has the items of PARAMETERS.csv from easy to hard, and each expert says how many of
    its pages a learner just at the level masters:

    \b
        competence,level,expert,bookmark
        1.1,basic,Grace,6

    A level is basic, intermediate, advanced or highly advanced, and each is needed. Leave out competence where there is
    one. A cut is the median of at least two experts; its error, how far another panel would be from it.

    Prints the cuts, where experts disagree, and the rule `bands` for a design. Cuts that do not rise are moved as
    little as possible, and their error grows by it.

    Exit 0 done, 1 the panel's cuts did not rise, or refused.
    """
    from assessor.calibration.cutting import SheetMethod, document, lines, set_cuts

    found = set_cuts(sheet, SheetMethod(method), parameters)
    if as_json:
        click.echo(json.dumps(document(found), ensure_ascii=False, indent=2))
    else:
        for text in lines(found):
            click.echo(text)
    context.exit(CUTS_DID_NOT_RISE if any(one.is_moved for one in found) else 0)
