"""The console script: what it prints, and what its exit codes mean."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor import commands, demo
from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import finding, issuing, papers
from tests.console import Run

BANK = str(demo.ROOT / "question_banks" / demo.BANK)
FORMS = sorted(issuing.FORMS)


@pytest.fixture
def awarded(run: Run) -> str:
    """The address of a certificate that the command made."""
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada Lovelace", "--level", 3, "--result", "4.1=60", "--json")
    assert made.code == 0
    address: str = made.document["id"]
    return address


def exported(run: Run, credential: str, form: str, folder: Path) -> Path:
    """A certificate as a file."""
    target = folder / f"certificate.{form}"
    assert run("export", credential, "--format", form, "--out", target).code == 0
    return target


def failed(report: dict[str, Any]) -> list[str]:
    """The names of the checks that failed."""
    return [check["name"] for check in report["checks"] if check["state"] == "failed"]


def test_a_bank_is_described(run: Run) -> None:
    report = run("banks", "check", BANK, "--json").document

    assert report["items"] >= 64
    assert set(report["by_competence"]) == {"1.1", "2.1", "4.1", "4.2"}
    assert set(report["by_kind"]) == {"choice", "choices", "picture", "simulation"}
    assert report["by_band"]["basic"] >= 8
    assert report["by_band"]["intermediate"] >= 8
    assert report["outcomes_covered"]
    assert report["languages"]["en"] == {"translated": 1.0, "approved": 1.0}
    assert report["errors"] == []
    assert isinstance(report["warnings"], list)


def test_a_broken_bank_is_refused_with_file_and_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_text("title: [", encoding="utf-8")

    checked, loaded = run("banks", "check", tmp_path, "--json"), run("banks", "load", tmp_path)

    assert (checked.code, loaded.code) == (1, 1)
    assert checked.document["errors"][0]["file"] == "bank.yaml"
    assert "bank.yaml" in loaded.err


def test_loading_a_bank_that_is_there_says_so(run: Run) -> None:
    assert "is there already" in run("banks", "load", BANK).out


def test_virtual_learners_walk_through_the_bank(run: Run) -> None:
    report = run("simulate", BANK, "--learners", 20, "--seed", 1, "--json").document

    names = ("learners", "mean_length", "exact", "far", "decided", "bias", "rmse", "mean_se", "exposure_max", "seconds")
    assert list(report)[: len(names)] == list(names)
    assert report["learners"] == 20
    assert 8 <= report["mean_length"] <= 20
    again = run("simulate", BANK, "--learners", 20, "--seed", 1, "--json").document
    assert {**again, "seconds": 0} == {**report, "seconds": 0}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_exported_verifies_in_every_form(form: str, run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, form, tmp_path)

    checked = run("verify", file, "--json")

    assert (checked.code, checked.document["verdict"], checked.document["result"]) == (0, "genuine", 1)
    assert checked.document["format"] == ("json" if form == "jcs" else form)
    not_asked = {"recipient", "endorsements"}  # nobody said who shows it, and it brings none
    assert {check["name"] for check in checked.document["checks"] if check["state"] != "passed"} == not_asked
    assert all(check["reason"] for check in checked.document["checks"])
    assert checked.document["says"]["title"]


@pytest.mark.parametrize("form", FORMS)
def test_after_a_change_of_one_byte_the_failing_check_is_named(
    form: str, run: Run, awarded: str, tmp_path: Path
) -> None:
    file = exported(run, awarded, form, tmp_path)
    file.write_bytes(changed(file.read_bytes(), b"Ada Lovelace", b"Ada Lovelbce"))

    checked = run("verify", file, "--json")

    assert (checked.code, checked.document["verdict"]) == (1, "not genuine")
    assert failed(checked.document)


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    """One byte changed, the form still whole: of the name in clear, else of JSON's text, else in the middle."""
    if old in data:
        return data.replace(old, new)
    if b'"name":"D' in data:
        return data.replace(b'"name":"D', b'"name":"d', 1)
    middle = len(data) // 2
    return data[:middle] + (b"B" if data[middle : middle + 1] == b"A" else b"A") + data[middle + 1 :]


@pytest.mark.parametrize("how", ["offline", "missing file", "not a list", "list of another"])
def test_without_a_status_list_the_verdict_is_never_genuine(how: str, run: Run, awarded: str, tmp_path: Path) -> None:
    files = [exported(run, awarded, form, tmp_path) for form in FORMS]
    (tmp_path / "other.json").write_text('{"type": "not a list"}', encoding="utf-8")
    options: dict[str, list[object]] = {
        "offline": ["--offline"],
        "missing file": ["--status", tmp_path / "no such file"],
        "not a list": ["--status", tmp_path / "other.json"],
        "list of another": ["--status", files[0]],
    }

    answers = [run("verify", file, *options[how], "--json") for file in files]

    assert [(one.code, one.document["verdict"]) for one in answers] == [(2, "could not be checked")] * len(FORMS)


def test_the_status_list_from_a_file_is_as_good_as_asked(run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, "json", tmp_path)
    run("status-list", 1, "--out", tmp_path / "list.json")
    run("status-list", 1, "--jwt", "--out", tmp_path / "list.jwt")
    (tmp_path / "did.json").write_text(run("did").out, encoding="utf-8")

    for listed in ("list.json", "list.jwt"):
        checked = run("verify", file, "--did", tmp_path / "did.json", "--status", tmp_path / listed, "--json")
        assert (checked.code, checked.document["verdict"]) == (0, "genuine")


def test_an_issuer_that_nobody_named_is_not_believed(run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, "json", tmp_path)
    document = json.loads(run("did").out.replace("localhost", "somewhere"))
    (tmp_path / "did.json").write_text(json.dumps(document), encoding="utf-8")

    checked = run("verify", file, "--did", tmp_path / "did.json", "--json")

    assert (checked.code, checked.document["verdict"]) == (2, "could not be checked")


def test_what_was_withdrawn_is_no_longer_valid_in_any_form(run: Run, awarded: str, tmp_path: Path) -> None:
    files = [exported(run, awarded, form, tmp_path) for form in FORMS]

    assert run("revoke", awarded, "--reason", "mistake").code == 0

    answers = [run("verify", file, "--json") for file in files]
    assert [(one.code, one.document["verdict"]) for one in answers] == [(1, "no longer valid")] * len(FORMS)
    assert {one.document["result"] for one in answers} == {3}
    again = run("revoke", awarded, "--reason", "mistake")
    assert (again.code, again.err.strip()) == (1, "This certificate was withdrawn before.")


def qr_text(sessions: sessionmaker[Session], settings: Settings, number: str) -> str:
    """The text in the code on the paper."""
    with sessions() as session:
        award = finding.find_by_number(session, numbers.read(number))
        assert award is not None
        credential = issuing.credential_of(session, award)
        assert credential is not None
        return papers.qr_text(credential, settings)


def test_the_text_of_a_code_is_checked_too(
    run: Run, sessions: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 2, "--json").document
    text = qr_text(sessions, settings, made["number"])

    genuine = run("verify", text, "--json")
    altered = run("verify", text[:-40] + str(9 - int(text[-40])) + text[-39:], "--json")
    alone = run("verify", text, "--offline", "--json")
    missing = run("verify", text, "--status", tmp_path / "no such file", "--json")
    run("revoke", made["number"], "--reason", "misuse")
    withdrawn = run("verify", text, "--json")

    assert (genuine.code, genuine.document["verdict"], genuine.document["format"]) == (0, "genuine", "qr")
    assert (altered.code, altered.document["verdict"]) == (1, "not genuine")
    assert (alone.code, alone.document["verdict"]) == (2, "could not be checked")
    assert (missing.code, missing.document["verdict"]) == (2, "could not be checked")
    assert (withdrawn.code, withdrawn.document["verdict"]) == (1, "no longer valid")


def test_a_code_is_checked_with_a_bundle_from_a_file(
    run: Run, sessions: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 2, "--json").document
    text = qr_text(sessions, settings, made["number"])
    root = run("trust", "publish", "--out", tmp_path / "bundle").out.strip()
    forged = tmp_path / "forged"
    forged.write_bytes(changed((tmp_path / "bundle").read_bytes(), b"did:web:local", b"did:web:locam"))

    assert len(bytes.fromhex(root)) == 32
    assert run("verify", text, "--trust", tmp_path / "bundle", "--json").code == 0
    assert run("verify", text, "--trust", forged, "--json").code != 0


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["award"],
        ["award", demo.ACHIEVEMENT, "--name", "Ada", "--level", "9"],
        ["export", "x", "--format", "docx", "--out", "x"],
        ["simulate", "no such bank"],
        ["revoke", "x", "--reason", "because"],
        ["verify", "neither a file nor a code"],
        ["verify", "."],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_64(words: list[str], run: Run) -> None:
    ended = run(*words)

    assert ended.code == 64
    assert ended.out == ""
    assert ended.err


@pytest.mark.parametrize(
    "words",
    [
        ["award", "NO-SUCH-CODE", "--name", "Ada", "--level", "3"],
        ["award", demo.ACHIEVEMENT, "--name", "\u202e", "--level", "3"],
        ["award", demo.ACHIEVEMENT, "--name", "Ada", "--level", "3", "--result", "4.1=much"],
        ["revoke", "00000000-0000-4000-8000-000000000000", "--reason", "other"],
        ["revoke", "0M2RC-1M70Y-40FZ", "--reason", "other"],
        ["status-list", "9", "--out", "never"],
    ],
    ids=" ".join,
)
def test_a_refusal_is_one_sentence_and_ends_with_1(words: list[str], run: Run) -> None:
    ended = run(*words)

    assert ended.code == 1
    assert len(ended.err.strip().splitlines()) == 1
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("content", [b"", b"{}", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"<svg/>", b"\x00" * 10_000])
def test_a_file_that_is_no_certificate_could_not_be_checked(content: bytes, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "something"
    file.write_bytes(content)

    checked = run("verify", file, "--json")

    assert (checked.code, checked.document["verdict"]) == (2, "could not be checked")


def test_keys_are_listed_without_their_private_halves(run: Run) -> None:
    listed = run("keys", "list", "--json")

    assert {key["use"] for key in listed.document} == {"badge", "jwt", "certificate", "status", "root"}
    assert all({"kid", "use", "state", "public_hex"} <= set(key) for key in listed.document)
    assert not [name for key in listed.document for name in key if "sealed" in name or "private" in name]
    assert all(len(bytes.fromhex(key["public_hex"])) == 32 for key in listed.document)


@pytest.mark.parametrize("use", ["badge", "certificate", "status"])
def test_after_a_rotation_what_was_issued_still_verifies(use: str, run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, "json", tmp_path)

    rotated = run("keys", "rotate", use)

    assert rotated.code == 0
    assert run("verify", file).code == 0
    states = {key["kid"]: key["state"] for key in run("keys", "list", "--json").document if key["use"] == use}
    assert states.pop(rotated.out.strip()) == "active"
    assert list(states.values()) == ["retired"]


def test_the_wrong_passphrase_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSESSOR_KEY_PASSPHRASE", "another")

    ended = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 3)

    assert ended.code == 1
    assert "ASSESSOR_KEY_PASSPHRASE" in ended.err


def test_migrating_a_filled_installation_changes_nothing(run: Run) -> None:
    ended = run("migrate")

    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_the_module_is_the_console_script(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "assessor", "no-such-command"],
        env={"ASSESSOR_INSTANCE": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        cwd=demo.ROOT,
    )

    assert ended.returncode == commands.WRONG_USAGE
    assert "No such command" in ended.stderr
