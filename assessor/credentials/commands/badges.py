"""`assessor badges draw`: the pictures of a new badge, without a designer."""

import json
from pathlib import Path

import click

from assessor.certificates.badge_pictures import AREAS, ICONS, badge_svg
from assessor.credentials import achievements

SEVERAL = "several"


@click.group()
def badges() -> None:
    """The folders that badges are made of."""


@badges.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--area",
    type=click.Choice([*map(str, AREAS), SEVERAL]),
    required=True,
    help="the area of DigComp 3.0; several: a pentagon, also for a job",
)
@click.option("--icon", type=click.Choice(list(ICONS)), help="what stands in the middle, in place of the area's own")
@click.option("--replace", is_flag=True, help="draw over pictures that are there")
def draw(folder: Path, area: str, icon: str | None, replace: bool) -> None:
    """Write the five pictures of a badge into its folder: one for each band, and one for the badge itself."""
    title = _name_of(folder / "achievement.json")
    pictures = {
        folder / f"{name}.svg": badge_svg(None if area == SEVERAL else int(area), band, title, icon)
        for name, band in (
            (achievements.WHOLE, None),
            *((f"badge-{b}", n) for n, b in enumerate(achievements.BANDS, 1)),
        )
    }
    there = [path.name for path, picture in pictures.items() if path.exists() and path.read_text("utf-8") != picture]
    if there and not replace:
        raise click.UsageError(f"{', '.join(there)} would be drawn over. If you mean it, add --replace.")
    for path, picture in pictures.items():
        path.write_text(picture, encoding="utf-8")
        click.echo(str(path))


def _name_of(path: Path) -> str:
    """The badge's name. Raises `BrokenTemplate`."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
        raise achievements.BrokenTemplate("%(path)s cannot be read: %(why)s.", path=str(path), why=why) from error
    except ValueError as error:
        raise achievements.BrokenTemplate("%(path)s is not JSON: %(why)s", path=str(path), why=str(error)) from error
    name = document.get("name") if isinstance(document, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise achievements.BrokenTemplate("%(path)s gives the badge no name.", path=str(path))
    return name


COMMANDS = (badges,)
