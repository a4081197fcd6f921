"""The pinned contexts are the published ones."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import pytest

from assessor.openbadges import contexts
from assessor.openbadges.errors import UnknownContext

SAME_JSON_ONLY = {contexts.DID_V1, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"}


def test_every_file_has_the_sha256_of_the_index() -> None:
    for url, entry in contexts.index().items():
        data = files(contexts).joinpath(entry["file"]).read_bytes()

        assert hashlib.sha256(data).hexdigest() == entry["sha256"], url
        assert entry["package"]
        assert entry["licence"]


def test_the_files_are_those_of_the_standards(reference: Path) -> None:
    folder = reference / "openbadges" / "contexts"
    published = json.loads((folder / "index.json").read_bytes())

    for url, entry in contexts.index().items():
        if url in SAME_JSON_ONLY:
            expected = json.loads((folder / published[url]["file"]).read_bytes())
            assert contexts.context(url) == expected
        else:
            assert entry["sha256"] == published[url]["sha256"], url


def test_an_address_that_is_not_pinned_is_refused() -> None:
    with pytest.raises(UnknownContext, match=r"eve\.example"):
        contexts.load_document("https://eve.example/context.json")


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "context.json"
    changed.write_text('{"@context": {"@vocab": "https://eve.example/"}}')
    url = "https://badges.example/changed"
    monkeypatch.setitem(contexts.index(), url, {"file": str(changed), "sha256": "0" * 64})

    with pytest.raises(UnknownContext, match="not the pinned one"):
        contexts.context(url)


def test_no_pinned_context_defines_a_scheme_or_a_catch_all() -> None:
    for url in contexts.index():
        terms = contexts.context(url)["@context"]

        # A term named “https” would turn every https address into something else.
        assert not {"https", "http", "urn", "did", "mailto"} & terms.keys()
        assert "@vocab" not in terms
