"""``assessor trust``: partners with the root key here, and bundles that a root key elsewhere signs."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from assessor.certificates import signed_data
from assessor.credentials import asking, publishing
from tests.console import Ended, Run
from tests.partner import HOST, ID, ROOT, Partner, serving
from tests.unit.certificates.trusted import STRANGER

TODAY = datetime.now(UTC).replace(microsecond=0)  # the commands have no other clock
PARTNER = Partner(dated=TODAY)
HEX = ROOT.public_key.hex()


@pytest.fixture(autouse=True)
def _world(monkeypatch: pytest.MonkeyPatch) -> None:
    """The partner's server answers and nobody else does; Ren knows the passphrase of the root key."""
    monkeypatch.setattr(asking, "outside", lambda: serving(PARTNER.files))
    monkeypatch.setenv("ASSESSOR_ROOT_PASSPHRASE", "a long sentence for a root key")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The bundle that the partner gave."""
    path = tmp_path / "partner"
    path.write_bytes(PARTNER.bundle)
    return path


def listed(run: Run) -> Any:
    """What `trust list` says."""
    return run("trust", "list", "--json").document


def ids(run: Run) -> list[str]:
    """The issuers of the published bundle."""
    return [issuer["id"] for issuer in listed(run)["issuers"]]


# With the root key in the installation


def test_a_partner_is_shown_trusted_listed_and_removed(run: Run, file: Path) -> None:
    added = run("trust", "add", file, "--root", HEX, "--url", f"{HOST}/c/trust/bundle", "--yes")
    [own, partner] = ids(run)
    verified = run("verify", PARTNER.text())

    removed = run("trust", "remove", ID)

    assert (added.code, added.err) == (0, "")
    for word in ("Partner Centre (IT)", f"its codes open {HOST}/c", "for certificate, catalogue, withdrawals"):
        assert word in added.out
    assert (partner, verified.code) == (ID, 0)
    assert removed.code == 0
    assert ids(run) == [own]
    assert run("verify", PARTNER.text()).code == 2


def test_without_yes_nothing_is_trusted(run: Run, file: Path) -> None:
    ended = run("trust", "add", file, "--root", HEX)

    assert ended.code == 1
    assert "Partner Centre" in ended.out
    assert len(ids(run)) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--root", STRANGER.public_key.hex(), "--yes"], 1, "This root key did not sign the bundle"),
        (["--root", "12", "--yes"], 64, "64 digits"),
        (["--yes"], 64, "Give --root"),
        (["--root", HEX, "--issuer", "did:web:eve.example", "--yes"], 1, "does not name did:web:eve.example"),
        (["--root", HEX, "--url", "http://partner.example/bundle", "--yes"], 1, "not an https address"),
        (["--root", HEX, "--url", "https://127.0.0.1/bundle", "--yes"], 1, "not the name of a host"),
    ],
)
def test_a_partner_is_not_added_by_mistake(words: list[str], code: int, said: str, run: Run, file: Path) -> None:
    ended = run("trust", "add", file, *words)

    assert (ended.code, said in ended.err) == (code, True)
    assert len(ids(run)) == 1


def test_what_is_not_trusted_is_not_removed(run: Run) -> None:
    ended = run("trust", "remove", ID)

    assert (ended.code, "trust list" in ended.err) == (1, True)


def test_our_own_bundle_is_not_that_of_a_partner(run: Run, tmp_path: Path) -> None:
    root = run("trust", "publish", "--out", tmp_path / "ours").out.strip()

    assert signed_data.read_bundle((tmp_path / "ours").read_bytes(), bytes.fromhex(root)).issuers[0].country == "MT"
    refused = run("trust", "add", tmp_path / "ours", "--root", root, "--yes")
    assert (refused.code, "this installation itself" in refused.err) == (1, True)


# With a root key elsewhere


def signed_elsewhere(run: Run, folder: Path) -> tuple[str, Path]:
    """A root key in a file, and a bundle that it signed of what this installation would publish."""
    root = run("trust", "init", "--out", folder / "draft.json", "--new-root", folder / "root.pem").out.strip()
    return root, signed(run, folder)


def signed(run: Run, folder: Path) -> Path:
    ended = run("trust", "sign", folder / "draft.json", "--root-key", folder / "root.pem", "--out", folder / "bundle")
    assert ended.code == 0, ended.err
    return folder / "bundle"


def adopt(run: Run, folder: Path) -> Ended:
    root, bundle = signed_elsewhere(run, folder)
    ended = run("trust", "publish", bundle, "--root", root)
    assert ended.code == 0, ended.err
    return ended


def test_a_draft_is_edited_and_signed_without_a_database(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _ = signed_elsewhere(run, tmp_path)
    draft, bundle = tmp_path / "draft.json", tmp_path / "bundle"
    monkeypatch.setenv("ASSESSOR_INSTANCE", "/nonexistent/nowhere")
    own = json.loads(draft.read_text())["issuers"][0]["id"]

    added = run("trust", "add", file, "--root", HEX, "--to", draft, "--yes")
    signed(run, tmp_path)
    with_partner = signed_data.read_bundle(bundle.read_bytes(), bytes.fromhex(root))
    removed = run("trust", "remove", ID, "--to", draft)
    signed(run, tmp_path)
    without = signed_data.read_bundle(bundle.read_bytes(), bytes.fromhex(root))

    assert (added.code, removed.code) == (0, 0)
    assert [one.id for one in with_partner.issuers] == [own, ID]
    assert [one.id for one in without.issuers] == [own]
    assert (tmp_path / "root.pem").stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in (tmp_path / "root.pem").read_bytes()


def test_the_bundle_of_another_root_is_served_as_it_is_and_ours_again(
    run: Run, tmp_path: Path, session: Session
) -> None:
    ours = listed(run)
    root, bundle = signed_elsewhere(run, tmp_path)

    published = run("trust", "publish", bundle, "--root", root)
    adopted = listed(run)
    again = run("trust", "publish", "--own")

    assert (published.out.strip(), adopted["root"], adopted["signed"]) == (root, root, "elsewhere")
    assert adopted["to_do"] == []
    assert again.out.strip() == ours["root"] == listed(run)["root"]
    assert publishing.root_key(session).hex() == ours["root"]


def test_certificates_are_given_and_checked_under_another_root(run: Run, tmp_path: Path, file: Path) -> None:
    root = run("trust", "init", "--out", tmp_path / "draft.json", "--new-root", tmp_path / "root.pem").out.strip()
    run("trust", "add", file, "--root", HEX, "--to", tmp_path / "draft.json", "--yes")
    run("trust", "publish", signed(run, tmp_path), "--root", root)

    assert run("award", "DIGI-FIRST-STEPS", "--name", "Ada", "--level", 3).code == 0
    assert run("verify", PARTNER.text()).code == 0


def test_when_our_keys_change_it_has_to_be_signed_again(run: Run, tmp_path: Path) -> None:
    adopt(run, tmp_path)
    [kid] = [one["kid"] for one in run("keys", "list", "--json").document if one["use"] == "certificate"]

    told = run("keys", "compromised", kid)
    to_do = "\n".join(listed(run)["to_do"])
    stale = run("trust", "publish", signed(run, tmp_path), "--root", listed(run)["root"])
    run("trust", "init", "--out", tmp_path / "draft.json")
    mended = run("trust", "publish", signed(run, tmp_path), "--root", listed(run)["root"])

    assert "when the bundle is signed again" in told.err
    assert f"the theft of the key {kid}" in to_do
    assert (stale.code, f"the theft of the key {kid}" in stale.err) == (1, True)
    assert (mended.code, listed(run)["to_do"]) == (0, [])


@pytest.mark.parametrize("wrong", ["root", "older", "without us", "damaged"])
def test_a_bundle_that_is_not_right_is_not_published(wrong: str, run: Run, tmp_path: Path) -> None:
    before = listed(run)
    root, bundle = signed_elsewhere(run, tmp_path)
    if wrong == "root":
        root = STRANGER.public_key.hex()
    elif wrong == "damaged":
        bundle.write_bytes(bundle.read_bytes()[:-1])
    elif wrong == "without us":
        run("trust", "remove", before["issuers"][0]["id"], "--to", tmp_path / "draft.json")
        signed(run, tmp_path)
    else:
        old = bundle.read_bytes()
        adopt_newer(run, tmp_path, root)
        bundle.write_bytes(old)
        before = listed(run)

    ended = run("trust", "publish", bundle, "--root", root)

    assert ended.code == 1
    assert listed(run) == before


def adopt_newer(run: Run, folder: Path, root: str) -> None:
    """Publish a bundle that was signed later."""
    draft = json.loads((folder / "draft.json").read_text())
    draft["version"] = int(TODAY.timestamp()) + 10_000
    (folder / "draft.json").write_text(json.dumps(draft))
    assert run("trust", "publish", signed(run, folder), "--root", root).code == 0


@pytest.mark.parametrize("passphrase", ["short", "another sentence altogether"])
def test_a_root_key_is_kept_by_a_good_passphrase(
    passphrase: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_elsewhere(run, tmp_path)
    monkeypatch.setenv("ASSESSOR_ROOT_PASSPHRASE", passphrase)

    opened = run("trust", "sign", tmp_path / "draft.json", "--root-key", tmp_path / "root.pem", "--out", tmp_path / "b")
    over = run("trust", "init", "--new-root", tmp_path / "root.pem")

    assert (opened.code, over.code) == (1, 1)
    assert "is not opened by this passphrase" in opened.err
    assert ("short" if passphrase == "short" else "is there already") in over.err


@pytest.mark.parametrize("draft", ["", "[]", "{}", '{"type": "bundle"}', "x" * 100])
def test_what_is_no_draft_is_refused_in_words(draft: str, run: Run, tmp_path: Path) -> None:
    signed_elsewhere(run, tmp_path)
    (tmp_path / "draft.json").write_text(draft)

    ended = run(
        "trust", "sign", tmp_path / "draft.json", "--root-key", tmp_path / "root.pem", "--out", tmp_path / "bundle"
    )

    assert (ended.code, "draft.json" in ended.err) == (1, True)


@pytest.mark.parametrize("words", [["init"], ["publish"], ["publish", "--own", "file", "--root", HEX]])
def test_wrong_usage_of_trust_ends_with_64(words: list[str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert run("trust", *[tmp_path / "file" if word == "file" else word for word in words]).code == 64
