"""What two hands do to keys, lists and awards at once, and what an award fixes for ever."""

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.certificates import qr
from assessor.certificates.status import read_status_list
from assessor.certificates.summary import MAX_NAME, MAX_SECOND_SPELLING
from assessor.certificates.trust import number_hash
from assessor.config import Settings
from assessor.credentials import achievements, awarding, decoys, issuing, keys, names, publishing, status
from assessor.credentials.commands import COMMANDS
from assessor.credentials.models import Achievement, Award, Credential, SigningKey, StatusList
from assessor.errors import Invalid
from assessor.jobs import Job
from assessor.openbadges.strict_json import read_json
from tests import factories
from tests.databases import meanwhile
from tests.factories import NOW
from tests.fixtures import PASSPHRASE

Value = TypeVar("Value")
Sessions = sessionmaker[Session]
LATER = NOW + timedelta(hours=30)
TEMPLATE = demo.ROOT / "badge_templates" / "digital-first-steps"


def signed(session: Session, settings: Settings, **changes: Any) -> tuple[Award, Credential]:
    """An award with its badge."""
    award = factories.award(session, settings, **changes)
    credential = issuing.sign(session, award, settings, NOW)
    session.add(credential)
    session.flush()
    return award, credential


def listed_as_withdrawn(session: Session, settings: Settings, award: Award) -> bool:
    """What the signed list says of an award."""
    known = [key.public_key for key in keys.published(session) if key.use == "status"]
    url = status.list_url(settings, award.status_list)
    token = status.signed_jwt(session, award.status_list).decode()
    return read_status_list(token, known, url=url, purpose="revocation").is_set(award.status_index)


# Lists


@pytest.mark.parametrize("sign", [status.sign_due, status.sign_all])
def test_a_withdrawal_while_lists_are_signed_stays_in_the_signed_list(
    sign: Callable[[Session, Settings, Any], object], session: Session, sessions: Sessions, settings: Settings
) -> None:
    award = factories.award(session, settings)
    session.commit()

    meanwhile(
        sessions,
        lambda own: awarding.revoke(own, awarding.find(own, award.id), "other", settings, LATER),
        lambda own: sign(own, settings, LATER + status.SIGN_AGAIN * 2),
    )

    assert listed_as_withdrawn(session, settings, award)


def test_lists_that_were_signed_meanwhile_are_not_signed_again(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    session.commit()

    again = meanwhile(
        sessions,
        lambda own: status.sign_all(own, settings, LATER),
        lambda own: status.sign_due(own, settings, LATER),
    )

    assert again == 0


def test_a_list_that_two_begin_at_once_is_one_list(
    session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.award(session, settings)
    session.commit()
    monkeypatch.setattr(status, "FULL", 1)

    def give(source: str) -> Callable[[Session], int]:
        return lambda own: factories.award(own, settings, source=source).status_list

    second = meanwhile(sessions, give("one"), give("two"))

    assert second >= 2
    numbers = session.scalars(select(StatusList.number).order_by(StatusList.number)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))


def test_a_place_that_two_draw_at_once_is_given_to_one(
    session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoys, "is_decoy", lambda _secret, _index: False)
    found = status.find(session, 1)
    found.bits = found.suspended = bytes(len(found.bits))
    session.commit()
    draws = iter([7, 7, 7, 8, 9])
    monkeypatch.setattr(secrets, "randbelow", lambda _below: next(draws))

    def give(source: str) -> Callable[[Session], int]:
        return lambda own: factories.award(own, settings, source=source).status_index

    second = meanwhile(sessions, give("one"), give("two"))

    assert second in (8, 9)
    assert sorted(session.scalars(select(Award.status_index))) == [7, second]
    assert session.scalar(select(func.count()).select_from(Job)) == 2


def test_a_list_without_a_signature_is_not_handed_out(session: Session) -> None:
    found = status.find(session, 1)
    found.signed_json = found.signed_jwt = None

    with pytest.raises(status.ListNotSignedYet):
        status.signed_json(session, 1)
    with pytest.raises(status.ListNotSignedYet):
        status.signed_jwt(session, 1)


# Withdrawing


def test_of_two_who_withdraw_at_once_the_second_is_told(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    award = factories.award(session, settings)
    session.commit()

    def withdraw(own: Session, reason: str) -> None:
        awarding.revoke(own, awarding.find(own, award.id), reason, settings, NOW)

    def second(own: Session) -> None:
        own.get_one(Award, (award.organisation_id, award.id))  # read before the first one commits
        withdraw(own, "misuse")

    with pytest.raises(awarding.AlreadyWithdrawn):
        meanwhile(sessions, lambda own: withdraw(own, "mistake"), second)

    session.expire_all()
    assert awarding.find(session, award.id).revoked_reason == "mistake"


# Keys


def test_a_use_has_one_active_key(session: Session) -> None:
    with pytest.raises(keys.KeyMadeMeanwhile, match="badge"):
        keys.make(session, "badge", PASSPHRASE, NOW)
    session.add(SigningKey(kid="00", use="badge", state="active", public_key=b"", created_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_key_that_is_missing_for_two_is_made_once(session: Session, sessions: Sessions) -> None:
    for key in session.scalars(select(SigningKey).where(SigningKey.use == "badge")):
        key.state = "destroyed"
    session.commit()

    def make(own: Session) -> list[str]:
        return [key.use for key in keys.make_missing(own, PASSPHRASE, NOW)]

    assert meanwhile(sessions, make, make) == []
    assert len(session.scalars(select(SigningKey).where(SigningKey.state == "active")).all()) == len(keys.USES)


def test_rotating_while_another_rotates_leaves_one_active_key(session: Session, sessions: Sessions) -> None:
    session.commit()

    def rotate(own: Session) -> str:
        return keys.rotate(own, "status", PASSPHRASE, LATER).kid

    with contextlib.suppress(keys.KeyMadeMeanwhile):  # PostgreSQL tells the second; SQLite lets it wait and rotate
        meanwhile(sessions, rotate, rotate)

    active = select(SigningKey).where(SigningKey.use == "status", SigningKey.state == "active")
    assert len(session.scalars(active).all()) == 1


def test_nothing_is_signed_for_a_time_without_a_key(session: Session) -> None:
    with pytest.raises(keys.NoKeyThen, match="certificate"):
        keys.signer(session, "certificate", PASSPHRASE, NOW - timedelta(days=1))


def test_a_stolen_key_signs_nothing_that_waited(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)
    old = keys.signer(session, "certificate", PASSPHRASE).kid
    keys.rotate(session, "certificate", PASSPHRASE, LATER)
    session.get_one(SigningKey, old).state = "compromised"

    with pytest.raises(keys.NoKeyThen):
        issuing.sign(session, award, settings, LATER)


def test_the_root_key_is_read_without_a_passphrase(session: Session) -> None:
    assert publishing.root_key(session) == keys.signer(session, "root", PASSPHRASE).public_key


# Templates


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
        ("certificate.toml", 'scan = "', 'scan = "Please: '),
        ("achievement.json", "Shows what the holder", "Says what the holder"),
    ],
)
def test_pictures_and_wording_may_change_while_people_hold_the_badge(
    name: str, before: str, after: str, session: Session, settings: Settings, tmp_path: Path
) -> None:
    _award, credential = signed(session, settings)
    kept = (credential.body, credential.svg, credential.png)

    _achievement, is_new = achievements.load(session, changed(tmp_path, name, before, after), settings, NOW)

    assert is_new
    assert (credential.body, credential.svg, credential.png) == kept
    signed(session, settings, source="after the change")


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
    award, credential = signed(session, settings)
    before = issuing.export(session, award, "pdf", settings).content, issuing.qr_text(credential, settings)

    after = issuing.export(session, award, "pdf", moved).content, issuing.qr_text(credential, moved)

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


# What verifiers trust


def test_a_rotated_key_has_a_bundle_of_its_own_number(session: Session, settings: Settings) -> None:
    now = NOW + timedelta(minutes=1)
    before = publishing.bundle(session, settings, now)

    keys.rotate(session, "certificate", PASSPHRASE, now)

    after = publishing.bundle(session, settings, now)
    assert after.version > before.version
    assert len(after.issuers[0].keys) == len(before.issuers[0].keys) + 1


def test_a_bundle_is_the_same_until_something_changes_and_never_ends(session: Session, settings: Settings) -> None:
    day = (NOW + timedelta(days=200)).replace(hour=0, minute=0, second=0)

    morning, evening = (publishing.signed_bundle(session, settings, day + timedelta(hours=at)) for at in (1, 23))

    assert morning == evening
    assert publishing.bundle(session, settings, day).expires > day + timedelta(days=60)


def test_withdrawals_are_dated_by_the_newest_one(session: Session, settings: Settings) -> None:
    one, two = (factories.award(session, settings, source=source) for source in ("one", "two"))
    awarding.revoke(session, one, "mistake", settings, LATER)

    first = publishing.withdrawals(session, settings)
    again = publishing.withdrawals(session, settings)
    awarding.revoke(session, two, "other", settings, LATER + timedelta(hours=1))
    second = publishing.withdrawals(session, settings)

    assert first.issued == LATER
    assert again is first
    assert second.issued == LATER + timedelta(hours=1)
    assert set(second.entries) == {number_hash(one.number), number_hash(two.number)}
    assert publishing.signed_withdrawals(session, settings) == publishing.signed_withdrawals(session, settings)


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
