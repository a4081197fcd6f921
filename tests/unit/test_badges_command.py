"""`assessor badges draw`: the pictures of a new badge."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assessor.certificates.badge_pictures import badge_svg
from assessor.credentials.achievements import BrokenTemplate
from assessor.credentials.commands.badges import badges

SHIPPED = Path(__file__).parents[2] / "badge_templates" / "digital-first-steps"
NAMES = {"badge.svg", "badge-basic.svg", "badge-intermediate.svg", "badge-advanced.svg", "badge-highly-advanced.svg"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A badge without pictures."""
    (tmp_path / "achievement.json").write_text(json.dumps({"name": "Safe at work"}), encoding="utf-8")
    return tmp_path


def draw(folder: Path, *words: str) -> tuple[int, str]:
    """Exit code and words of the command."""
    ended = CliRunner().invoke(badges, ["draw", str(folder), *words])
    if ended.exception and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.exit_code, ended.output


def test_a_new_badge_gets_its_five_pictures(folder: Path) -> None:
    code, _ = draw(folder, "--area", "4")

    assert code == 0
    assert {path.name for path in folder.glob("*.svg")} == NAMES
    assert (folder / "badge-advanced.svg").read_text("utf-8") == badge_svg(4, 3, "Safe at work")
    assert (folder / "badge.svg").read_text("utf-8") == badge_svg(4, None, "Safe at work")


def test_a_job_has_its_icon(folder: Path) -> None:
    draw(folder, "--area", "several", "--icon", "pot")

    assert (folder / "badge-basic.svg").read_text("utf-8") == badge_svg(None, 1, "Safe at work", "pot")


def test_a_designers_picture_is_not_drawn_over_without_saying_so(folder: Path) -> None:
    (folder / "badge-basic.svg").write_text("<svg/>", encoding="utf-8")

    refused = draw(folder, "--area", "4")
    kept = (folder / "badge-basic.svg").read_text("utf-8")
    done = draw(folder, "--area", "4", "--replace")

    assert refused[0] != 0
    assert "badge-basic.svg would be drawn over" in refused[1]
    assert kept == "<svg/>"
    assert done[0] == 0


@pytest.mark.parametrize("content", [None, "{", "[]", '{"name": " "}', '{"name": 7}'])
def test_a_folder_that_is_no_badge_is_refused_by_name(folder: Path, content: str | None) -> None:
    (folder / "achievement.json").unlink()
    if content is not None:
        (folder / "achievement.json").write_text(content, encoding="utf-8")

    with pytest.raises(BrokenTemplate, match=r"achievement\.json"):
        draw(folder, "--area", "4")


def test_the_pictures_of_the_shipped_badge_are_drawn_by_the_command() -> None:
    code, _ = draw(SHIPPED, "--area", "several")  # would refuse to draw over others

    assert code == 0
