"""``assessor verifier export``: the checking page as files of anybody."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessor.certificates import signed_data
from assessor.config import Settings
from assessor.credentials import foreign, issued, keys, mirroring, publishing, resigning
from assessor.credentials.models import MirroredDocument
from assessor.verification.views import copies
from tests import factories
from tests.console import Run
from tests.fixtures import PASSPHRASE
from tests.integration.theft import Sessions
from tests.partner import ID, Partner, serving

TODAY = datetime.now(UTC).replace(microsecond=0)  # the command has no other clock
ABSOLUTE = re.compile(rb"https?://[\w.:-]+|[\"'(=]/\w")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "copy"


def content(folder: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def sums(files: Mapping[str, bytes]) -> dict[str, str]:
    """The hashes as SHA256SUMS has them, by path."""
    lines = files["SHA256SUMS"].decode().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def inside(page: bytes, name: str) -> dict[str, str]:
    """A block of data of the page that is one file."""
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>'.encode(), page, re.DOTALL)
    assert found is not None
    document: dict[str, str] = json.loads(found[1])
    return document


def test_a_copy_holds_every_file_that_it_names_and_the_hash_of_each(run: Run, folder: Path) -> None:
    told = run("verifier", "export", folder, "--json").document

    files = content(folder)
    named = {name: hashlib.sha256(body).hexdigest() for name, body in files.items() if name != "SHA256SUMS"}
    assert sums(files) == named
    assert told["sums"] == hashlib.sha256(files["SHA256SUMS"]).hexdigest()
    assert told["root"].encode() in files["index.html"]
    page = files["index.html"].decode()
    asked = [one for one in re.findall(r'(?:src|href)="([^"#]+)', page) if not one.startswith("data:")]
    [static] = {name[: name.index("page.js")] for name in files if name.endswith("/page.js")}
    scripts = [name for name in files if name.startswith("static/") and name.endswith(".js") and "vendor" not in name]
    for name in scripts:
        for one in re.findall(r"(?:from |import\(|URL\()'\./([\w./-]+)'", files[name].decode()):
            asked.append(f"{static}{one}")
    assert len(asked) > 20
    for name in [*asked, *(icon["src"] for icon in json.loads(files["manifest.webmanifest"])["icons"])]:
        assert name in files, name
    assert files["trust/bundle"]
    assert {"status/1.jwt", "status/1-suspension.jwt"} <= files.keys()


def test_only_signed_files_and_the_text_for_people_name_a_host(run: Run, folder: Path) -> None:
    run("verifier", "export", folder)

    files = content(folder)
    own = [name for name in files if name.startswith(("index", "sw.js", "manifest")) or name.endswith(".css")]
    for name in own:
        found = [one for one in ABSOLUTE.findall(files[name]) if b"www.w3.org" not in one]
        assert found == [], name
    for name in set(files) - {"README.txt"}:
        assert name.startswith(("trust/", "status/")) or b"http://localhost:8000" not in files[name], name


def test_the_same_trust_gives_the_same_bytes_and_what_is_no_more_is_taken_away(run: Run, folder: Path) -> None:
    run("verifier", "export", folder)
    first = content(folder)
    (folder / "status" / "9.jwt").write_bytes(b"of a list that is no more")
    older = folder / "static" / "0123456789ab" / "words" / "en.json"
    older.parent.mkdir(parents=True)
    older.write_bytes(b"of a version that is no more")
    (folder / "robots.txt").write_bytes(b"by the people of this host")
    with (folder / "SHA256SUMS").open("a", encoding="utf-8") as listed:
        listed.write(f"{'0' * 64}  status/9.jwt\n{'0' * 64}  ../outside\n")
        listed.write(f"{'0' * 64}  static/0123456789ab/words/en.json\n")
    outside = folder.parent / "outside"
    outside.write_bytes(b"of somebody else")

    assert run("verifier", "export", folder).code == 0

    assert content(folder) == first | {"robots.txt": b"by the people of this host"}
    assert not older.parents[1].exists()
    assert outside.exists()


def test_a_folder_of_somebody_else_is_left_as_it_is(run: Run, folder: Path) -> None:
    folder.mkdir()
    (folder / "index.html").write_bytes(b"a page of somebody else")
    (folder / "thesis.txt").write_bytes(b"ten years")

    refused = run("verifier", "export", folder)

    assert refused.code == 1
    assert "--force" in refused.err
    assert content(folder).keys() == {"index.html", "thesis.txt"}
    assert (folder / "index.html").read_bytes() == b"a page of somebody else"
    assert run("verifier", "export", folder, "--force").code == 0
    assert (folder / "thesis.txt").read_bytes() == b"ten years"
    assert b"data-root" in (folder / "index.html").read_bytes()


def test_neither_a_folder_nor_a_file_is_wrong_usage(run: Run) -> None:
    assert run("verifier", "export").code == 64


def test_one_file_holds_words_scanner_and_every_signed_file_and_is_the_one_of_the_folder(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    single = tmp_path / "check.html"

    run("verifier", "export", folder, "--single", single)

    files, page = content(folder), single.read_bytes()
    assert page == files["check.html"]
    signed = inside(page, "inside")
    for name in (one for one in files if one.startswith(("trust/", "status/"))):
        assert base64.b64decode(signed[name]) == files[name]
    held = inside(page, "files")
    [static] = {name[: name.index("page.js")] for name in files if name.endswith("/page.js")}
    for name, text in held.items():
        assert base64.b64decode(text) == files[f"{static}{name}"]
    assert len([name for name in held if name.startswith("words/")]) == 19
    assert "vendor/zxing/reader.wasm.gz" in held
    for licence in ("Paul Miller", "Ze-Zheng Wu", "Apache License"):
        assert licence.encode() in page
    assert len(page) < 1_600_000


def test_one_file_may_run_its_own_script_and_ask_for_nothing(run: Run, tmp_path: Path) -> None:
    single = tmp_path / "check.html"
    run("verifier", "export", "--single", single)

    page = single.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    [script] = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    assert policy is not None
    allowed = dict(one.split(" ", 1) for one in policy[1].replace("&#x27;", "'").split("; "))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert allowed["default-src"] == "'none'"
    assert allowed["script-src"] == f"'sha256-{digest}' 'wasm-unsafe-eval'"
    assert allowed["connect-src"] == "data:"
    assert not re.search(r'<(?:script|link|img)[^>]* (?:src|href)="(?!data:)', page)


def test_files_of_partners_and_of_what_was_issued_with_a_stolen_key_go_along(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    known = Partner(dated=TODAY, issued=(b"a payload",))
    offered = foreign.read(known.bundle, known.root.public_key)
    foreign.add(session, offered, publishing.own_issuer(session, settings), TODAY)
    missing = copies.trusted(session, settings, TODAY)
    session.commit()
    mirroring.mirror(sessions, settings, TODAY, serving(known.files))
    factories.award(session, settings)
    stolen = keys.signer(session, "certificate", PASSPHRASE).kid
    resigning.report_stolen(session, stolen, TODAY, settings, TODAY)

    taken = copies.trusted(session, settings, TODAY)

    place = foreign.place_of(ID)
    mirrored = session.get(MirroredDocument, (place, "status/3.jwt"))
    assert mirrored is not None
    assert taken.files[f"trust/{place}/status/3.jwt"] == mirrored.body
    assert taken.files[f"trust/issued/{stolen}"] == issued.leaves(session, stolen)
    assert (len(missing.lacking), taken.lacking) == (5, ())
    bundle = signed_data.read_bundle(taken.files["trust/bundle"], publishing.root_key(session))
    assert [one.id for one in bundle.issuers][1:] == [ID]
