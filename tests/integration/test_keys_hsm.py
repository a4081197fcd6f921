"""Keys inside a token of hardware, with the real PKCS #11 of SoftHSM."""

import logging
import multiprocessing
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from assessor import config
from assessor.config import BadSetting, HardwareToken, Settings, key_secrets
from assessor.credentials import hardware, issuing, keys, resigning, rotation, status
from assessor.openbadges.checks import Result
from assessor.verification import verifying
from tests import factories, tokens
from tests.console import Run
from tests.factories import NOW
from tests.fixtures import Installations

pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (the extra hsm)")

LATER = NOW + timedelta(days=1)
DATA = b"what is signed"


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HardwareToken:
    """A new token, named in the environment as an operator names it."""
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    try:
        made = tokens.new_token(tmp_path)
    except tokens.NoSoftHsm as reason:
        pytest.skip(str(reason))
    (tmp_path / "pin").write_text(made.pin + "\n", encoding="ascii")
    monkeypatch.setenv("ASSESSOR_PKCS11_MODULE", made.module)
    monkeypatch.setenv("ASSESSOR_PKCS11_TOKEN", made.label)
    monkeypatch.setenv("ASSESSOR_PKCS11_PIN_FILE", str(tmp_path / "pin"))
    return made


@pytest.fixture
def settings(installations: Installations, tmp_path: Path, token: HardwareToken) -> Settings:
    """An installation with this token. One kind of database is enough: it holds only the names of such keys."""
    filled = installations.filled("sqlite", tmp_path / "instance")
    return replace(filled, pkcs11_module=token.module, pkcs11_token=token.label, pkcs11_pin_file=str(tmp_path / "pin"))


def held(token: HardwareToken) -> list[bytes]:
    """The ids of the private keys that the token holds, asked from outside."""
    library = pkcs11.lib(token.module)
    library.reinitialize()
    with library.get_token(token_label=token.label).open(user_pin=token.pin) as session:
        found = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY})
        return [bytes(key.id) for key in found]


def holds(public_key: bytes, signature: bytes) -> bool:
    """Whether the signature of `DATA` is of this key; raises if it is not."""
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, DATA)
    return True


def in_token(session: Session, settings: Settings, use: str) -> keys.Signer:
    """The signer of a use after its key was moved into the token."""
    rotation.rotate(session, use, settings, LATER, in_token=True)
    return keys.signer(session, use, key_secrets(settings))


def test_badges_codes_and_lists_signed_in_the_token_are_genuine(session: Session, settings: Settings) -> None:
    for use in keys.USES:
        in_token(session, settings, use)

    award = factories.award(session, settings, LATER)
    credential = issuing.sign(session, award, settings, LATER)
    session.add(credential)
    session.flush()

    own = verifying.own_data(session, settings, LATER)
    exits = (credential.body, issuing.export(session, award, "jwt", settings).content)
    for badge in exits:
        report = verifying.verify_badge(badge, verifying.trust_of(own.did_document), own.lists, LATER)
        assert report.result is Result.GENUINE
    code = verifying.check_number(session, award.number, settings, LATER).answer
    assert code is not None
    assert code.result == Result.GENUINE


def test_the_private_half_cannot_be_taken_out_and_the_database_only_names_it(
    session: Session, settings: Settings, token: HardwareToken
) -> None:
    made = keys.create(session, "badge", key_secrets(settings), NOW, in_token=True)

    assert made.sealed_key is None
    assert made.token_object is not None
    assert held(token) == [bytes.fromhex(made.token_object)]
    with pkcs11.lib(token.module).get_token(token_label=token.label).open(user_pin=token.pin) as opened:
        private = opened.get_key(pkcs11.ObjectClass.PRIVATE_KEY, id=bytes.fromhex(made.token_object))
        assert (private[pkcs11.Attribute.EXTRACTABLE], private[pkcs11.Attribute.SENSITIVE]) == (False, True)
        with pytest.raises(pkcs11.AttributeSensitive):
            private[pkcs11.Attribute.VALUE]


def test_a_key_in_a_token_is_followed_by_one_in_the_token_unless_said_otherwise(
    session: Session, settings: Settings
) -> None:
    in_token(session, settings, "badge")

    second = rotation.rotate(session, "badge", settings, LATER)
    third = rotation.rotate(session, "badge", settings, LATER, in_token=False)

    assert second.token_object is not None
    assert (third.token_object, third.sealed_key is not None) == (None, True)


def test_a_stolen_token_key_is_followed_by_one_in_the_token(session: Session, settings: Settings) -> None:
    stolen = in_token(session, settings, "status")

    resigning.report_stolen(session, stolen.kid, LATER, settings, LATER)

    new = keys.signer(session, "status", key_secrets(settings))
    assert new.kid != stolen.kid
    assert {key.kid for key in keys.everything(session) if key.token_object} == {stolen.kid, new.kid}


def test_destroying_empties_the_token(session: Session, settings: Settings, token: HardwareToken) -> None:
    made = keys.create(session, "badge", key_secrets(settings), NOW, in_token=True)

    rotation.destroy(session, made.kid, settings, NOW)

    assert (made.state, made.token_object) == ("destroyed", None)
    assert held(token) == []


def test_a_key_that_is_gone_from_its_token_can_still_be_destroyed_here(session: Session, settings: Settings) -> None:
    secrets = key_secrets(settings)
    made = keys.create(session, "badge", secrets, NOW, in_token=True)
    assert secrets.token is not None
    assert made.token_object is not None
    hardware.opened(secrets.token).destroy(bytes.fromhex(made.token_object))

    rotation.destroy(session, made.kid, settings, NOW)

    assert made.state == "destroyed"


def test_threads_share_one_session(session: Session, settings: Settings) -> None:
    signer = in_token(session, settings, "badge")

    with ThreadPoolExecutor(8) as pool:
        signatures = list(pool.map(lambda _: signer.sign(DATA), range(400)))

    assert {holds(signer.public_key, signature) for signature in signatures} == {True}


def test_processes_that_fork_open_their_own_session(session: Session, settings: Settings) -> None:
    signer = in_token(session, settings, "badge")
    signer.sign(DATA)
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()

    children = [fork.Process(target=lambda: answers.put([signer.sign(DATA) for _ in range(20)])) for _ in range(3)]
    for child in children:
        child.start()
    own = [signer.sign(DATA) for _ in range(20)]
    theirs = [signature for _ in children for signature in answers.get()]
    for child in children:
        child.join()

    assert {holds(signer.public_key, signature) for signature in own + theirs} == {True}
    assert len(theirs) == 60


def test_a_session_that_was_lost_is_opened_again(session: Session, settings: Settings, token: HardwareToken) -> None:
    signer = in_token(session, settings, "badge")
    signer.sign(DATA)

    pkcs11.lib(token.module).reinitialize()

    assert holds(signer.public_key, signer.sign(DATA))


def test_a_wrong_pin_is_tried_once_so_that_the_token_does_not_lock_itself(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_token(session, settings, "badge")
    wrong = replace(settings, pkcs11_pin="0000")

    with pytest.raises(hardware.TokenNotUsable, match="refuses the PIN"):
        keys.signer(session, "badge", key_secrets(wrong)).sign(DATA)
    monkeypatch.setattr(pkcs11, "lib", lambda _: pytest.fail("the token was asked again"))
    with pytest.raises(hardware.TokenNotUsable, match="does not try it a second time"):
        keys.signer(session, "badge", key_secrets(wrong)).sign(DATA)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"pkcs11_module": "/no/such/library.so"}, "/no/such/library.so cannot be loaded"),
        ({"pkcs11_token": "another"}, "There is no token another"),
        ({"pkcs11_module": ""}, "none is set"),
    ],
)
def test_what_is_not_set_rightly_is_named(
    changed: dict[str, Any], said: str, session: Session, settings: Settings
) -> None:
    in_token(session, settings, "badge")

    with pytest.raises(hardware.TokenNotUsable, match=said):
        keys.signer(session, "badge", key_secrets(replace(settings, **changed))).sign(DATA)


def test_a_key_of_another_token_is_not_found(session: Session, settings: Settings, tmp_path: Path) -> None:
    in_token(session, settings, "badge")
    other = tokens.new_token(tmp_path)

    with pytest.raises(hardware.TokenNotUsable, match=f"{other.label} does not hold the key"):
        keys.signer(
            session, "badge", key_secrets(replace(settings, pkcs11_token=other.label, pkcs11_pin=other.pin))
        ).sign(DATA)


@pytest.mark.parametrize(
    ("missing", "said"), [("pkcs11_token", "label of the token"), ("pkcs11_pin_file", "token's PIN")]
)
def test_a_token_that_is_named_by_half_is_refused(missing: str, said: str, settings: Settings) -> None:
    changed: dict[str, Any] = {missing: ""}

    with pytest.raises(BadSetting, match=f"{missing}: empty.*{said}"):
        key_secrets(replace(settings, **changed))


def test_without_the_package_the_refusal_says_what_to_install(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)

    with pytest.raises(hardware.TokenNotUsable, match=r"pip install 'assessor\[hsm\]'"):
        keys.create(session, "badge", key_secrets(settings), NOW, in_token=True)


def test_rs256_keys_are_not_made_in_a_token(session: Session, settings: Settings) -> None:
    with pytest.raises(keys.AlgorithmNotForUse, match="database only"):
        keys.create(session, "jwt", key_secrets(settings), NOW, "RS256", in_token=True)


def test_the_commands_make_and_use_a_key_in_the_token_and_never_show_the_pin(
    run: Run, token: HardwareToken, session: Session, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    made = run("keys", "create", "badge", "--hsm")
    kid = made.out.strip()
    steps = [made, run("keys", "publish", kid), run("keys", "activate", kid), run("keys", "list", "--json")]
    steps.append(run("award", "DIGI-FIRST-STEPS", "--name", "Ada", "--level", 3))

    assert [step.code for step in steps] == [0] * 5
    [row] = [row for row in steps[3].document if row["kid"] == kid]
    assert (row["state"], row["place"]) == ("active", "token")
    loaded = config.load_settings({"ASSESSOR_INSTANCE": str(settings.instance), "ASSESSOR_PKCS11_PIN": token.pin})
    shown = [step.out + step.err for step in steps] + [repr(loaded), repr(key_secrets(settings)), caplog.text]
    assert [text for text in shown if token.pin in text] == []
    assert token.pin.encode() not in factories.everything_in(session)


def test_the_status_list_is_signed_again_when_its_key_moves_into_the_token(
    session: Session, settings: Settings
) -> None:
    before = status.signed_json(session, 1)

    signer = in_token(session, settings, "status")

    assert status.signed_json(session, 1) != before
    assert keys.public_key(session, "status") == signer.public_key
