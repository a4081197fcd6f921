"""Settings that cannot be used say so in a sentence; secrets are made once; a start shows only an invented card."""

import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from assessor import commands, config, create_app, demo
from assessor.config import BadSetting, Settings, load_settings
from assessor.credentials import achievements
from tests import factories
from tests.factories import NOW
from tests.fixtures import SECRET_KEY


def loaded(instance: Path, **environ: str) -> Settings:
    """The settings of an installation with these variables of the environment."""
    return load_settings({"ASSESSOR_INSTANCE": str(instance), **environ})


@pytest.mark.parametrize("country", ["Malta", "M", "M1", "MT ", "..", "MÄ"])
def test_a_country_that_is_not_two_letters_is_refused_in_a_sentence(country: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"country: .* two letters"):
        loaded(tmp_path, ASSESSOR_COUNTRY=country)


def test_a_country_in_small_letters_is_understood(tmp_path: Path) -> None:
    assert loaded(tmp_path, ASSESSOR_COUNTRY="es").country == "ES"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_passphrase_file_that_holds_none_is_refused_by_its_name(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "passphrase of ours"
    file.write_bytes(content)

    with pytest.raises(BadSetting, match=r"key_passphrase_file: .*passphrase of ours (is empty|cannot be read)"):
        config.key_passphrase(loaded(tmp_path, ASSESSOR_KEY_PASSPHRASE_FILE=str(file)))


@pytest.mark.parametrize("name", ["secret_key", "keys/passphrase"])
def test_a_kept_secret_that_is_empty_is_not_made_anew(name: str, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / name).touch()
    read = config.secret_key if name == "secret_key" else config.key_passphrase

    with pytest.raises(BadSetting, match=f"{name} is empty"):
        read(Settings(tmp_path))

    assert (tmp_path / name).read_bytes() == b""


@pytest.mark.parametrize(("read", "name"), [(config.secret_key, "secret_key"), (config.key_passphrase, "passphrase")])
def test_of_two_first_starts_at_once_both_read_the_secret_of_one(
    read: object, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Barrier(2, timeout=20)
    make = secrets.token_urlsafe

    def make_together(size: int) -> str:
        both.wait()
        return make(size)

    monkeypatch.setattr(secrets, "token_urlsafe", make_together)
    assert callable(read)

    with ThreadPoolExecutor(2) as starts:
        first, second = starts.map(read, [Settings(tmp_path)] * 2)

    [kept] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert first == second == kept.read_text(encoding="ascii").strip()
    assert kept.name == name
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_secret_key_may_be_given_for_several_machines(tmp_path: Path) -> None:
    settings = loaded(tmp_path / "instance", ASSESSOR_SECRET_KEY=SECRET_KEY)

    app = create_app(settings)

    assert app.config["SECRET_KEY"] == SECRET_KEY
    assert not (settings.instance / "secret_key").exists()
    assert SECRET_KEY not in repr(settings)


def test_a_secret_key_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="secret_key: too short"):
        loaded(tmp_path, ASSESSOR_SECRET_KEY="secret")


def install(session: Session, settings: Settings, key: str = SECRET_KEY) -> demo.Installed:
    """Start again."""
    return demo.install(session, settings, key, NOW, Random(5))


def test_a_start_shows_the_invented_card_though_a_real_group_has_the_same_name(
    session: Session, settings: Settings
) -> None:
    before = install(session, settings).card_secret
    real = factories.group(session, ("Ada",), SECRET_KEY)
    real.name = demo.DEMO_GROUP
    session.flush()

    assert before
    assert install(session, settings).card_secret == before


@pytest.mark.parametrize("note", [None, b"", b"no id\n", b"\xff", b"00000000-0000-4000-8000-000000000000\n"])
def test_a_start_without_an_invented_group_shows_no_card_and_makes_no_group(
    note: bytes | None, session: Session, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (settings.instance / demo.DEMO_NOTE).unlink()
    if note is not None:
        (settings.instance / demo.DEMO_NOTE).write_bytes(note)
    before = factories.everything_in(session)

    installed = install(session, settings)
    commands._print_addresses(installed, settings)

    assert installed.card_secret == ""
    assert factories.everything_in(session) == before
    printed = capsys.readouterr().out
    assert "Staff" in printed
    assert "/k/" not in printed


def test_a_start_with_another_secret_key_prints_no_card_that_opens_nothing(
    session: Session, settings: Settings
) -> None:
    assert install(session, settings, "another key, made by somebody").card_secret == ""


def test_the_note_of_the_invented_group_is_for_us_alone(settings: Settings) -> None:
    assert stat.S_IMODE((settings.instance / demo.DEMO_NOTE).stat().st_mode) == 0o600


def test_a_badge_that_cannot_change_stops_no_start(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_use(*_: object) -> None:
        raise achievements.TemplateInUse("People hold %(code)s already.", code=demo.ACHIEVEMENT)

    monkeypatch.setattr(achievements, "load", in_use)

    done = demo.load_data(session, settings, NOW)

    assert done == [f"kept the badge as people hold it: People hold {demo.ACHIEVEMENT} already."]


def test_where_the_passphrase_lies_is_told_only_when_it_lies_there(
    session: Session, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = install(session, settings)

    commands._print_addresses(installed, settings)
    given = capsys.readouterr().out
    commands._print_addresses(installed, replace(settings, key_passphrase=""))
    made = capsys.readouterr().out

    assert "Key passphrase" not in given
    assert str(settings.instance / "keys" / "passphrase") in made
