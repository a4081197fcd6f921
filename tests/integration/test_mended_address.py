"""The address under which an installation began stays: every badge names it."""

from pathlib import Path

import pytest

from assessor.config import BadSetting, load_settings, remember_address


def environment(folder: Path, **others: str) -> dict[str, str]:
    return {"ASSESSOR_INSTANCE": str(folder), **others}


def test_a_command_in_a_plain_shell_speaks_for_the_same_issuer(tmp_path: Path) -> None:
    remember_address(load_settings(environment(tmp_path, ASSESSOR_PUBLIC_URL="https://badges.example")))

    assert load_settings(environment(tmp_path)).public_url == "https://badges.example"


def test_another_address_is_refused_and_both_are_named(tmp_path: Path) -> None:
    remember_address(load_settings(environment(tmp_path, ASSESSOR_PUBLIC_URL="https://badges.example")))

    with pytest.raises(BadSetting, match=r"began as https://badges\.example .* https://other\.example"):
        load_settings(environment(tmp_path, ASSESSOR_PUBLIC_URL="https://other.example"))


def test_the_first_address_is_kept_once(tmp_path: Path) -> None:
    settings = load_settings(environment(tmp_path, ASSESSOR_PUBLIC_URL="https://badges.example/"))
    remember_address(settings)
    remember_address(settings)

    assert (tmp_path / "public-url.txt").read_text().split() == ["https://badges.example"]


def test_without_an_address_the_port_that_is_listened_on_is_the_one_that_is_printed(tmp_path: Path) -> None:
    assert load_settings(environment(tmp_path, ASSESSOR_BIND="127.0.0.1:8017")).public_url == "http://localhost:8017"
