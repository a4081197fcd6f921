"""How contexts are built: which files know the web, and what every view states."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "assessor"
CONTEXTS = (
    *("accounts", "organisations", "banks", "credentials", "assessments", "sittings"),
    *("verification", "wallets", "hosting"),
)
WEB = {"flask", "flask_wtf", "wtforms", "flask_babel", "flask_limiter", "werkzeug"}
#: File names, or folders of them, that may know the web; everything else takes a session and values.
KNOW_THE_WEB = {"views", "staff_views", "forms", "commands", "api"}
#: Other files that know the web, each with its reason.
EXCEPTIONS: dict[str, str] = {}
MARKS = {"public", "public_writing", "public_reading", "learner", "signed_in", "staff"}


def sources(*contexts: str) -> Iterator[Path]:
    """The Python files of these contexts."""
    for context in contexts:
        yield from sorted((ROOT / context).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The packages that a file imports anywhere."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def name_of(path: Path) -> str:
    """The name of a file below the package."""
    return path.relative_to(ROOT).as_posix()


def views() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function that answers an address, with the file it is in."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(is_route(one) for one in node.decorator_list):
                yield name_of(path), node


def is_route(decorator: ast.expr) -> bool:
    """Whether a decorator gives a function an address."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in {"get", "post", "put", "patch", "delete", "route"}


def mark(decorator: ast.expr) -> str:
    """The access mark that a decorator is, or nothing."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    is_mark = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "access"
    return called.attr if is_mark and isinstance(called, ast.Attribute) else ""


@pytest.mark.parametrize("context", CONTEXTS)
def test_only_views_forms_commands_and_api_know_the_web(context: str) -> None:
    for path in sources(context):
        parts = {*path.relative_to(ROOT).parts[1:-1], path.stem}
        if not parts & KNOW_THE_WEB and name_of(path) not in EXCEPTIONS:
            assert not imports(path) & WEB, name_of(path)


def test_every_exception_is_still_one() -> None:
    for name in EXCEPTIONS:
        assert imports(ROOT / name) & WEB, name


def test_every_view_states_who_may_open_it_right_under_its_addresses() -> None:
    checked = 0
    for name, view in views():
        stated = [found for decorator in view.decorator_list if (found := mark(decorator))]
        assert len(stated) == 1, f"{name}: {view.name} states {stated or 'nobody'}"
        assert stated[0] in MARKS
        # A mark above a route would mark a function that the router does not have.
        assert mark(view.decorator_list[-1]), f"{name}: {view.name}"
        checked += 1
    assert checked > 50


def test_every_view_says_in_a_sentence_what_it_is() -> None:
    for name, view in views():
        assert ast.get_docstring(view), f"{name}: {view.name}"


def test_no_activity_commits() -> None:
    for path in sources(*CONTEXTS):
        if {*path.relative_to(ROOT).parts[1:-1], path.stem} & KNOW_THE_WEB:
            continue
        calls = [
            node.lineno
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and node.attr == "commit"
        ]
        assert not calls, f"{name_of(path)} commits in lines {calls}; the entry point does that, once"


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        name_of(path): lines
        for path in ROOT.rglob("*.py")
        if "versions" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }

    assert long == {}
