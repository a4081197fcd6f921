"""The documents tell the truth: every setting, command, link and foreign thing is where they say."""

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import click
import pytest

from assessor import create_app
from assessor.certificates.template_reading import read_template
from assessor.certificates.words import WORDING
from assessor.commands import cli
from assessor.config import Settings
from assessor.credentials.table import COLUMNS
from assessor.frameworks import digcomp_3_0
from assessor.items import source

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
TABLE = re.compile(r"<!-- settings -->\n(.*?)<!-- /settings -->", re.DOTALL)


def settings_table() -> str:
    """The table of settings as it must stand in the README, made from the settings themselves."""
    lines = ["| environment | default | meaning |", "|---|---|---|"]
    for setting in fields(Settings):
        default = "`instance` beside the package" if setting.default is MISSING else f"`{setting.default}`"
        default = "" if setting.default == "" else default
        lines.append(f"| `ASSESSOR_{setting.name.upper()}` | {default} | {setting.metadata['help']} |")
    return "\n".join(lines) + "\n"


def commands(group: click.Group, path: str = "assessor") -> Iterator[str]:
    """The full name of every command."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def named_commands(document: Path) -> Iterator[tuple[click.Command, list[str]]]:
    """Every command that a document names as code, with the words that follow it."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line.partition(" #")[0] for block in blocks for line in block.splitlines()]
    inline = re.findall(r"`([^`]+)`", re.sub(r"^```\w*\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    for line in [*lines, *(" ".join(code.split()) for code in inline)]:
        if called := re.match(r"(?:[A-Z_]+=\S+ )*(?:\S*/bin/)?assessor ([a-z].*)", line):
            command: click.Command = cli
            words = called[1].split()
            while isinstance(command, click.Group) and words:
                group, name = command, words.pop(0)
                assert name in group.commands, f"{document.name}: assessor {called[1]}"
                command = group.commands[name]
            yield command, words


def sections(document: Path) -> set[str]:
    """The names by which links reach the headings of a document."""
    headings = re.findall(r"^#+ (.*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code_blocks(document: str, language: str) -> list[str]:
    """The blocks of code in this language."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_readme_names_every_setting_as_it_is() -> None:
    found = TABLE.search(README)

    assert found is not None
    assert found[1] == settings_table()


@pytest.mark.parametrize("command", sorted(commands(cli)))
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"^\| `{command}[ `]", README, re.MULTILINE)


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    known = set(commands(cli))

    named = re.findall(r"^\| `(assessor [^`]+)`", README, re.MULTILINE)

    assert [line for line in named if not any(f"{line} ".startswith(f"{one} ") for one in known)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_option_that_a_document_gives_a_command_exists(document: Path) -> None:
    unknown = []
    for command, words in named_commands(document):
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        unknown += [(command.name, word) for word in words if word.startswith("--") and word not in known]

    assert unknown == []


def test_every_address_that_is_told_to_other_software_answers(tmp_path: Path) -> None:
    document = (ROOT / "docs/open-badges.md").read_text(encoding="utf-8")
    table = document.partition("## Addresses")[2].partition("\n## ")[0]
    app = create_app(Settings(tmp_path, database_url="sqlite://", secret_key="x" * 32))
    answered = {re.sub(r"<[^>]+>", "*", rule.rule) for rule in app.url_map.iter_rules()}

    told = [re.sub(r"\b(ID|CODE|SECRET|N)\b", "*", address) for address in re.findall(r"`(?:POST )?(/[^` ]+)`", table)]

    assert len(told) > 20
    assert [address for address in told if address not in answered] == []


@pytest.mark.parametrize("target", ["run", "test"])
def test_the_two_commands_of_a_stranger_stand_in_readme_and_makefile(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert f"make {target}" in README
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_picture_of_a_document_exists(document: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(document.read_text(encoding="utf-8"))]

    missing = [target for target in targets if "://" not in target and not (document.parent / target).exists()]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_section_that_a_document_links_to_exists(document: Path) -> None:
    inside = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link and "#" in link]
    links = [(document.parent / (path or document.name), part) for path, _, part in (x.partition("#") for x in inside)]

    missing = [f"{path.name}#{part}" for path, part in links if part not in sections(path)]

    assert missing == []


def test_the_guide_names_every_column_of_a_table_of_awards() -> None:
    guide = (ROOT / "docs/operators.md").read_text(encoding="utf-8")
    told = guide.partition("## Awarding a table of people")[2].partition("\n## ")[0]

    assert [column for column in COLUMNS if f"`{column}`" not in told] == []


def test_every_folder_of_the_package_stands_in_the_tree() -> None:
    folders = [path.name for path in (ROOT / "assessor").iterdir() if path.is_dir() and path.name != "__pycache__"]

    assert [name for name in folders if f"{name}/" not in README] == []


def test_every_module_that_the_way_of_an_answer_names_exists() -> None:
    journey = README.partition("## The way of an answer")[2].partition("\n## ")[0]

    named = re.findall(r"`([\w/]+\.(?:py|js))", journey)

    assert len(named) >= 9
    assert [name for name in named if not (ROOT / "assessor" / name).exists()] == []


def test_notice_names_every_foreign_thing() -> None:
    contexts = json.loads((ROOT / "assessor/openbadges/contexts/index.json").read_text(encoding="utf-8"))
    foreign = [entry["file"] for entry in contexts.values()]
    foreign += {path.name.partition("-")[0] for path in (ROOT / "assessor/certificates/fonts").glob("*.ttf")}
    foreign += [path.name for path in (ROOT / "assessor").rglob("*.icc")]
    foreign += [path.name for path in (ROOT / "assessor/verification/static/vendor").rglob("*.js")]
    vectors = [path for path in (ROOT / "tests/vectors").rglob("*") if path.suffix in (".json", ".xz")]
    foreign += [path.name for path in vectors if not path.parent.name.startswith("hostile")]  # those are our own
    framework = json.loads((ROOT / "assessor/frameworks/data/digcomp-3.0.json").read_text(encoding="utf-8"))
    foreign += re.findall(r"JRC\d+", framework["attribution"])

    assert [name for name in foreign if name not in NOTICE] == []


def test_the_question_that_the_guide_shows_can_be_loaded(tmp_path: Path) -> None:
    bank, item, inbox = code_blocks("docs/question-banks.md", "yaml")
    simulated = re.sub(r"^options:.*?(?=^note:)", inbox, item, flags=re.DOTALL | re.MULTILINE)
    simulated = simulated.replace("my-update", "my-inbox").replace("kind: choice ", "kind: simulation ")
    folder = tmp_path / "items" / "4.1"
    folder.mkdir(parents=True)
    (tmp_path / "bank.yaml").write_text(bank.replace("[en, es]", "[en]"), encoding="utf-8")
    (folder / "my-update.yaml").write_text(item, encoding="utf-8")
    (folder / "my-inbox.yaml").write_text(simulated, encoding="utf-8")

    reading = source.read_bank(tmp_path, digcomp_3_0.levels_by_outcome())

    assert [problem for problem in reading.errors if problem.file != "parameters.csv"] == []
    assert reading.bank is not None
    assert len(reading.bank.items) == 2


def test_the_certificate_that_the_guide_shows_can_be_read() -> None:
    sample, spanish, own_look, added = code_blocks("docs/badge-templates.md", "toml")
    before, mark, task = sample.partition("[[levels")
    words = before.replace("[title]", f"{added}\n[title]", 1) + 3 * (mark + re.sub(r" +#.*", "", task) + "\n")

    in_spanish = "[languages.es]\n" + re.sub(r"^\[", "[languages.es.", spanish, flags=re.MULTILINE)
    template = read_template(words + in_spanish)
    with_own_look = read_template(re.sub(r"^layout = .*", "", words, flags=re.MULTILINE) + own_look)

    assert template.code == "MY-BADGE"
    assert template.languages == ("en", "es")
    assert len(template.emblems) == len(template.signatures) == 2
    assert template.wording["en"].keys() == WORDING.keys()
    assert with_own_look.layout != template.layout
