"""Loading banks and badges: the same content changes nothing, a changed one never changes what was promised."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessor import demo
from assessor.banks import releases
from assessor.banks.models import Media, Release, ReleaseItem, ReleaseMedia, ReleaseTranslation
from assessor.certificates import signed_data
from assessor.config import Settings
from assessor.credentials import achievements, publishing
from assessor.frameworks import digcomp_3_0
from assessor.items import source
from assessor.items.bank import Bank
from tests import factories
from tests.factories import NOW

BANK = demo.ROOT / "question_banks" / demo.BANK
[BADGE] = sorted((demo.ROOT / "badge_templates").iterdir())
STORED = (Release, ReleaseItem, ReleaseTranslation, ReleaseMedia, Media)


def read(folder: Path) -> Bank:
    """The bank in a folder."""
    return source.load_bank(folder, digcomp_3_0.levels_by_outcome())


def rows(session: Session) -> list[int]:
    """How much is stored of all banks."""
    return [session.scalar(select(func.count()).select_from(model)) or 0 for model in STORED]


def changed_bank(folder: Path) -> Bank:
    """The bank with another title, in a folder of its own."""
    copied = shutil.copytree(BANK, folder / demo.BANK)
    settings = copied / "bank.yaml"
    text = settings.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    settings.write_text(text.replace(title, "title: Second edition"), encoding="utf-8")
    return read(copied)


def test_loading_a_bank_twice_changes_nothing(session: Session) -> None:
    before = rows(session)
    known = releases.latest(session, demo.BANK)

    release, is_new = releases.load(session, read(BANK), NOW)

    assert (release.id, is_new) == (known.id, False)
    assert rows(session) == before


def test_a_changed_bank_is_a_new_edition_and_the_old_one_stays(session: Session, tmp_path: Path) -> None:
    old = factories.edition(session)

    release, is_new = releases.load(session, changed_bank(tmp_path), NOW)

    assert is_new
    assert (release.number, release.title) == (2, "Second edition")
    assert releases.latest(session, demo.BANK).id == release.id
    assert factories.edition(session) is old
    assert factories.sitting(session).release_id == old.id


def test_pictures_and_sounds_are_kept_once_for_all_editions(session: Session, tmp_path: Path) -> None:
    before = session.scalar(select(func.count()).select_from(Media))

    releases.load(session, changed_bank(tmp_path), NOW)

    assert session.scalar(select(func.count()).select_from(Media)) == before


def test_an_edition_gives_back_what_the_folder_holds(session: Session) -> None:
    bank, edition = read(BANK), factories.edition(session)

    assert {item.id: item for item in bank.items} == {
        **{item_id: scored.item for item_id, scored in edition.scored.items()},
        **{item.id: item for item in edition.practice},
    }
    assert {item_id: scored.parameters.b for item_id, scored in edition.scored.items()} == {
        item_id: own.b for item_id, own in bank.parameters.items()
    }
    assert edition.media.keys() == bank.media.keys() | bank.sounds.keys()


def test_a_bank_that_is_not_loaded_says_how_to_load_it(session: Session) -> None:
    with pytest.raises(releases.UnknownRelease, match="assessor banks load"):
        releases.latest(session, "no-such-bank")


def test_filling_an_installation_again_changes_nothing(session: Session, settings: Settings) -> None:
    before = factories.everything_in(session)

    done = demo.load_data(session, settings, NOW)

    assert done == []
    assert factories.everything_in(session) == before


def test_loading_a_badge_twice_changes_nothing(session: Session, settings: Settings) -> None:
    _achievement, is_new = achievements.load(session, BADGE, settings, NOW)

    assert not is_new


def changed_badge(folder: Path) -> Path:
    """The badge with another promise in its criteria, in a folder of its own."""
    copied = shutil.copytree(BADGE, folder / BADGE.name)
    badge = copied / "achievement.json"
    badge.write_text(badge.read_text(encoding="utf-8").replace("The holder took", "Everybody took"), encoding="utf-8")
    return copied


def test_a_badge_that_nobody_holds_may_change(session: Session, settings: Settings, tmp_path: Path) -> None:
    _achievement, is_new = achievements.load(session, changed_badge(tmp_path), settings, NOW)

    assert is_new


def test_more_badges_than_verifiers_read_are_refused_when_they_are_loaded(
    session: Session, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = achievements.find(session, demo.ACHIEVEMENT, settings).texts()
    size = signed_data.achievements_size({demo.ACHIEVEMENT: texts})
    monkeypatch.setattr(signed_data, "MAX_CATALOGUE", size + achievements.ENVELOPE - 1)

    with pytest.raises(achievements.TooManyBadges, match="fewer languages"):
        achievements.load(session, changed_badge(tmp_path), settings, NOW)

    session.rollback()
    monkeypatch.setattr(signed_data, "MAX_CATALOGUE", size + achievements.ENVELOPE)
    assert achievements.load(session, changed_badge(tmp_path / "again"), settings, NOW)[1]
    assert len(publishing.signed_catalogue(session, settings)) <= signed_data.MAX_CATALOGUE


def test_what_people_hold_does_not_change(session: Session, settings: Settings, tmp_path: Path) -> None:
    factories.award(session, settings)

    with pytest.raises(achievements.TemplateInUse, match=demo.ACHIEVEMENT):
        achievements.load(session, changed_badge(tmp_path), settings, NOW)


@pytest.mark.parametrize("name", ["achievement.json", "certificate.toml", "badge-basic.svg"])
def test_a_badge_with_a_missing_file_is_refused_by_its_name(
    name: str, session: Session, settings: Settings, tmp_path: Path
) -> None:
    folder = changed_badge(tmp_path)
    (folder / name).unlink()

    with pytest.raises(achievements.BrokenTemplate, match=name):
        achievements.load(session, folder, settings, NOW)


@pytest.mark.parametrize(
    ("name", "before"), [("certificate.toml", 'layout = "classic"'), ("achievement.json", "humanCode")]
)
def test_a_broken_badge_is_refused_by_its_folder(
    name: str, before: str, session: Session, settings: Settings, tmp_path: Path
) -> None:
    folder = changed_badge(tmp_path).rename(tmp_path / "zz")
    text = (folder / name).read_text("utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, "x"), "utf-8")

    with pytest.raises(achievements.BrokenTemplate, match=f"^zz/{name}"):
        achievements.load(session, folder, settings, NOW)


def test_two_badges_with_one_code_are_refused_by_both_folders(
    session: Session, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(BADGE, tmp_path / "badge_templates" / "new")
    shutil.copytree(BADGE, tmp_path / "badge_templates" / "zz")
    monkeypatch.setattr(demo, "ROOT", tmp_path)

    with pytest.raises(achievements.BrokenTemplate, match="new and zz both have the code DIGI-FIRST-STEPS"):
        demo.load_data(session, settings, NOW)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"{}" + b" " * 300_000])
def test_a_badge_that_is_none_is_refused(content: bytes, session: Session, settings: Settings, tmp_path: Path) -> None:
    folder = changed_badge(tmp_path)
    (folder / "achievement.json").write_bytes(content)

    with pytest.raises(achievements.BrokenTemplate):
        achievements.load(session, folder, settings, NOW)


def test_a_test_knows_what_its_questions_are_made_of(session: Session) -> None:
    edition = factories.edition(session)

    made_of = {item.id: item.media for item in edition.pool.items}

    assert set(made_of.values()) == {"text", "picture", "simulation"}
    for item_id, media in made_of.items():
        item = edition.scored[item_id].item
        assert (media == "simulation") == (item.simulation is not None)
        assert (media == "picture") == (item.picture is not None)
