"""The documents tell the truth: every setting, command, link and foreign thing is where they say."""

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import click
import pytest

from assessor.certificates.template import WORDING, read_template
from assessor.commands import cli
from assessor.config import Settings
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
    foreign += [path.name for path in (ROOT / "assessor/verification/static/vendor").glob("*.js")]
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
    (sample,) = code_blocks("docs/badge-templates.md", "toml")
    pattern = (ROOT / "badge_templates/digital-first-steps/certificate.toml").read_text(encoding="utf-8")
    english = re.search(r"^\[wording\.en\]\n(.*?)^\[", pattern, re.DOTALL | re.MULTILINE)
    task = re.search(r"^\[\[levels.*?(?=\[wording)", sample, re.DOTALL | re.MULTILINE)
    assert english is not None
    assert task is not None

    three_tasks = re.sub(r" +#.*", "", task[0]) * 3
    template = read_template(sample.partition("[[levels")[0] + three_tasks + "[wording.en]\n" + english[1])

    assert template.code == "MY-BADGE"
    assert template.wording["en"].keys() == WORDING.keys()
