"""What of a badge may change while people hold it, and what it promised."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessor import demo
from assessor.config import Settings
from assessor.credentials import achievements
from assessor.credentials.models import Achievement
from tests import factories
from tests.factories import NOW

TEMPLATE = demo.ROOT / "badge_templates" / "digital-first-steps"


def changed(folder: Path, name: str, before: str, after: str) -> Path:
    """The template with another text in one of its files, in a folder of its own."""
    copied = shutil.copytree(TEMPLATE, folder / TEMPLATE.name)
    text = (copied / name).read_text(encoding="utf-8")
    assert before in text
    (copied / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    return copied


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("badge.svg", "<svg", "\n<svg"),
        ("badge-basic.svg", "<svg", "\n<svg"),
        ("certificate.toml", 'code = "', '# a note\ncode = "'),
        ("certificate.toml", "[title]", '[wording.en]\nscan = "Please scan. It opens"\n\n[title]'),
        ("languages/es.toml", "reviewed = false", "reviewed = true"),
        ("achievement.json", "Shows what the holder", "Says what the holder"),
    ],
)
def test_pictures_and_wording_may_change_while_people_hold_the_badge(
    name: str, before: str, after: str, session: Session, settings: Settings, tmp_path: Path
) -> None:
    _award, credential = factories.signed_award(session, settings)
    kept = (credential.body, credential.svg, credential.png)

    _achievement, is_new = achievements.load(session, changed(tmp_path, name, before, after), settings, NOW)

    assert is_new
    assert (credential.body, credential.svg, credential.png) == kept
    factories.signed_award(session, settings, source="after the change")


@pytest.mark.parametrize(
    ("name", "before", "after", "part"),
    [
        ("achievement.json", "The holder took", "The holder did not take", "criteria"),
        ("achievement.json", '"targetCode": "1.1"', '"targetCode": "1.2"', "alignment"),
        ("achievement.json", '"valueMax": "8"', '"valueMax": "9"', "results"),
        ("certificate.toml", 'en = "Digital skills: first steps"', 'en = "Digital skills"', "title"),
        ("certificate.toml", 'en = "Finding information"', 'en = "Finding"', "areas"),
        ("certificate.toml", "Opens a message on a phone", "Opens a message", "tasks"),
    ],
)
def test_what_a_badge_promised_stays_while_people_hold_it(
    name: str, before: str, after: str, part: str, session: Session, settings: Settings, tmp_path: Path
) -> None:
    folder = changed(tmp_path, name, before, after)
    factories.award(session, settings)

    with pytest.raises(achievements.TemplateInUse, match=f"its {part} must stay"):
        achievements.load(session, folder, settings, NOW)


def test_a_template_of_the_first_version_shows_the_picture_of_a_band(session: Session, settings: Settings) -> None:
    row = session.get_one(Achievement, demo.ACHIEVEMENT)
    row.pictures = {name: text for name, text in row.pictures.items() if name != achievements.WHOLE}
    session.flush()

    assert achievements.find(session, demo.ACHIEVEMENT, settings).whole_picture == row.pictures["basic"]
