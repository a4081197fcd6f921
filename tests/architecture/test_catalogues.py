"""Every sentence of the interface is there in Spanish and Arabic."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from assessor import errors, locale, problems
from assessor.credentials import wording

PACKAGE = Path(locale.__file__).parent
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
ONE = ("_", "gettext", "lazy_gettext", "gettext_noop", "say", "mark")
KEYWORDS = {
    **dict.fromkeys(ONE),
    **dict.fromkeys(("sentence", "_say"), (2,)),
    **dict.fromkeys(("ngettext", "lazy_ngettext", "say_count"), (1, 2)),
    "sentences": (2, 3),
}
#: Sentences that only the person who runs the installation meets, in modules that others meet as well.
OPERATORS = frozenset(
    {
        "%(path)s: %(why)s",
        "%(why)s",
        "A worker was ended from outside, probably for want of memory. Try again with fewer --workers.",
        "People hold %(code)s already, and its %(part)s must stay. Give the changed template a new code.",
        "Reading this file outside of memory needs DuckDB. Install it with: pip install 'assessor[scale]'",
        "The code of this certificate would not be genuine: %(why)s",
        "There are no signing keys yet. Run: assessor migrate",
        "There is no app %(id)s. See: assessor apps list",
        "With this badge the list of all badges has %(size)s kB, and verifiers read at most %(most)s kB. "
        "Leave this one out, or give the badges fewer languages.",
    }
)
#: Modules whose refusals are read on the command line alone: by name, by folder, or by place in the package.
COMMANDS = (
    *("commands", "commands.py", "serving.py", "jobs.py", "demo.py"),
    *("credentials/batch.py", "credentials/table.py", "credentials/endorsing.py", "credentials/profiles.py"),
    *("credentials/hardware.py", "credentials/keys.py", "credentials/rotation.py", "credentials/signers.py"),
    "credentials/sealing.py",
    *("credentials/foreign.py", "credentials/adopted.py", "credentials/drafts.py", "credentials/root_file.py"),
)
#: Modules whose refusals are read by those who write other software, in an `Imsx_StatusInfo`.
PROGRAMS = ("hosting/api.py", "hosting/holding.py", "hosting/profiles.py")
#: What stands in such a module and is met by people all the same.
PEOPLE = ("This badge is not here any more.", "There is no organisation with the code “%(code)s”.")


def extracted() -> Iterator[str]:
    for _file, _line, message, _comments, _context in extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS):
        yield from [message] if isinstance(message, str) else [part for part in message[:1] if part]


def refusals() -> Iterator[str]:
    """The first argument and the title of every refusal: they are translated when they are shown."""
    names = {kind.__name__ for kind in every_refusal()}
    for path in PACKAGE.rglob("*.py"):
        if {path.name, path.parent.name, path.relative_to(PACKAGE).as_posix()} & {*COMMANDS, *PROGRAMS}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name), args=[ast.Constant(str(text)), *_]):
                    if name in names:
                        yield text
    yield from PEOPLE
    yield from (kind.title for kind in every_refusal() if not kind.__module__.endswith(("jobs", "serving")))


def every_refusal() -> Iterator[type[errors.Refusal]]:
    """The families of refusals with all below them, in every module: a class is known once its module is."""
    for module in walk_packages([str(PACKAGE)], "assessor."):
        if not module.name.startswith(("assessor.__main__", "assessor.wsgi", "assessor.migrations")):  # they act
            import_module(module.name)
    return families(errors.Refusal)


def families(kind: type[errors.Refusal]) -> Iterator[type[errors.Refusal]]:
    yield kind
    for below in kind.__subclasses__():
        yield from families(below)


@pytest.mark.parametrize("language", [one.code for one in locale.LANGUAGES if one.code != "en"])
def test_no_sentence_is_missing(language: str) -> None:
    with (locale.FOLDER / f"{language}.po").open("rb") as file:
        known = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in read_po(file, locale=language)
            if message.string
        }
    fixed = [text for pair in problems.SENTENCES.values() for text in pair]
    levels = (*wording.LEVELS, *wording.OR_HIGHER.values())
    needed = {*extracted(), *refusals(), *fixed, *levels}

    missing = sorted(needed - known - OPERATORS)

    assert not missing, "\n".join(missing)
