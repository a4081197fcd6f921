"""Names that fit on paper and code, and what an award fixes for ever."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.certificates import qr
from assessor.certificates.summary import MAX_NAME, MAX_SECOND_SPELLING
from assessor.config import Settings
from assessor.credentials import awarding, issuing, names, papers, status
from assessor.credentials.commands import COMMANDS
from assessor.credentials.models import Award
from assessor.errors import Invalid
from assessor.openbadges.strict_json import read_json
from tests import factories
from tests.factories import NOW

Sessions = sessionmaker[Session]


# Names


@pytest.mark.parametrize("second", ["नमस्ते " * 40, "ا" * (MAX_SECOND_SPELLING // 2 + 1), "\u200d", "..."])
def test_a_second_spelling_that_cannot_be_printed_is_refused_in_its_own_words(
    second: str, session: Session, settings: Settings
) -> None:
    with pytest.raises(names.SecondNotUsable) as refused:
        factories.award(session, settings, second=second)

    assert refused.value.field == "second"
    assert "second spelling" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "second", "dropped"),
    [
        ("Ada", "", ()),
        ("Ada", "آدا", ()),
        ("Ada " * (MAX_NAME // 4 - 1) + "King", "ا" * (MAX_SECOND_SPELLING // 2), ("second_spelling",)),
    ],
)
def test_the_preview_says_what_the_award_prints_and_what_has_no_room(
    name: str, second: str, dropped: tuple[str, ...], session: Session, settings: Settings
) -> None:
    holder = awarding.Holder(name, second)

    printed = awarding.preview(session, holder, factories.grounds(), settings, NOW)

    assert printed.dropped == dropped
    assert session.scalar(select(func.count()).select_from(Award)) == 0
    award = factories.award(session, settings, name=name, second=second)
    assert (printed.name, printed.second, printed.title) == (award.holder_name, award.second_name, award.title)
    assert award.second_name == (None if dropped or not second else second)


def test_the_preview_refuses_what_the_award_refuses(session: Session, settings: Settings) -> None:
    with pytest.raises(names.NameNotUsable):
        awarding.preview(session, awarding.Holder("\u202e"), factories.grounds(), settings, NOW)


# What an award fixes


@pytest.fixture
def moved(settings: Settings) -> Settings:
    """The same installation after its name, project and address changed."""
    return replace(settings, organisation="Another Centre", project="P2", public_url="https://new.example")


def test_paper_and_code_name_the_issuer_as_it_was(session: Session, settings: Settings, moved: Settings) -> None:
    award, credential = factories.signed_award(session, settings)
    before = issuing.export(session, award, "pdf", settings).content, papers.qr_text(credential, settings)

    after = issuing.export(session, award, "pdf", moved).content, papers.qr_text(credential, moved)

    assert after == before


def test_a_badge_that_waited_names_the_issuer_as_it_was(session: Session, settings: Settings, moved: Settings) -> None:
    award = factories.award(session, settings)

    credential = issuing.sign(session, award, moved, NOW)

    issuer = read_json(credential.body)["issuer"]
    assert (issuer["name"], issuer["url"]) == (settings.organisation, settings.public_url)


def test_a_code_that_no_verifier_would_believe_is_not_issued(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    award = factories.award(session, settings)
    sign = qr.sign_summary
    monkeypatch.setattr(qr, "sign_summary", lambda *given: (signed := sign(*given))[:-1] + bytes([signed[-1] ^ 1]))

    with pytest.raises(issuing.CodeNotGenuine, match="signature does not fit"):
        issuing.sign(session, award, settings, NOW)


# The command


@pytest.fixture
def run(settings: Settings, sessions: Sessions) -> Callable[..., Any]:
    """Runs a command of the issuer on the installation under test; gives click's result."""

    @contextlib.contextmanager
    def application() -> Iterator[tuple[None, Session, Settings]]:
        with sessions.begin() as session:
            yield None, session, settings

    commands = {command.name: command for command in COMMANDS}
    return lambda name, *words: CliRunner().invoke(commands[name], [str(word) for word in words], obj=application)


@pytest.mark.parametrize(
    ("results", "said"),
    [(("9.9=80",), "no score for “9.9”. It has: 1.1"), (("4.1=80", "4.1=20"), "given twice")],
)
def test_a_score_that_the_badge_has_no_place_for_is_refused(
    results: tuple[str, ...], said: str, run: Callable[..., Any], sessions: Sessions
) -> None:
    given = [word for result in results for word in ("--result", result)]

    ended = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 3, *given)

    assert isinstance(ended.exception, Invalid)
    assert said in str(ended.exception)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Award)) == 0


def test_the_command_says_what_the_code_has_no_room_for(run: Callable[..., Any]) -> None:
    long_name, second = "Ada " * (MAX_NAME // 4 - 1) + "King", "ا" * (MAX_SECOND_SPELLING // 2)

    ended = run("award", demo.ACHIEVEMENT, "--name", long_name, "--second", second, "--level", 3)

    assert ended.exit_code == 0
    assert "no room for the second spelling" in ended.stderr


def test_an_unsigned_list_is_not_written_as_an_empty_file(
    run: Callable[..., Any], session: Session, tmp_path: Path
) -> None:
    status.find(session, 1).signed_json = None
    session.commit()

    ended = run("status-list", 1, "--out", tmp_path / "list.json")

    assert isinstance(ended.exception, status.ListNotSignedYet)
    assert not (tmp_path / "list.json").exists()
