"""The bundler of few rules: it puts our modules into one, and refuses what it does not know."""

from pathlib import Path

import pytest

from assessor.verification import one_file


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A page of two modules."""
    (tmp_path / "page.js").write_text("import { a as first, b } from './other.js';\nfirst(b);\n")
    (tmp_path / "other.js").write_text("export const b = 1;\nexport function a() {}\n")
    return tmp_path


def test_a_module_becomes_a_function_that_gives_what_it_exports(static: Path) -> None:
    script = one_file.bundle(static)

    assert "const { a: first, b } = await $module('other.js');\nfirst(b);" in script
    assert "const b = 1;\nfunction a() {}\nreturn { b, a };" in script
    assert script.endswith('await $module("page.js");\n')


def test_what_is_imported_later_and_what_lies_beside_a_module_are_found(static: Path) -> None:
    (static / "page.js").write_text(
        "const { b } = await import('./other.js');\nfetch(new URL(`./words/${b}.json`, import.meta.url));\n"
    )
    script = one_file.bundle(static)

    assert "const { b } = await $module('other.js');" in script
    assert "fetch($beside(`./words/${b}.json`));" in script


def test_a_list_of_exports_under_other_names_is_given_under_them(static: Path) -> None:
    (static / "other.js").write_text("var x=1,y=2;export{x as a,y as b};\n")

    assert "var x=1,y=2;\nreturn { a: x, b: y };" in one_file.bundle(static)


@pytest.mark.parametrize(
    "source",
    [
        "import everything from './other.js';",
        "import * as everything from './other.js';",
        "import { a } from 'https://elsewhere.example/a.js';",
        "export default 1;",
        "export * from './other.js';",
        "const name = './other.js';\nimport(name);",
        "console.log(import.meta.url);",
    ],
)
def test_a_form_that_the_rules_do_not_know_is_refused(static: Path, source: str) -> None:
    (static / "page.js").write_text(source)

    with pytest.raises(one_file.NotPacked, match=r"page\.js"):
        one_file.bundle(static)


def test_every_module_of_our_page_is_in_it_once() -> None:
    folder = Path(one_file.__file__).parent / "static"

    script = one_file.bundle(folder)

    for name in ("page", "judge", "check", "summary", "trust", "show", "start", "scanner", "merkle"):
        assert script.count(f'\n"{name}.js": async () => {{') == 1
    assert script == one_file.bundle(folder)
