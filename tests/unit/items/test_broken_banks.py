"""Each way to break a bank is refused with its file, its line and its reason."""

import os
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessor.items.findings import BrokenBank, Problem
from assessor.items.source import load_bank, read_bank
from tests.unit.items.sample_bank import (
    CUP,
    INBOX,
    NOTE,
    OUTCOMES,
    PROFILE,
    SPANISH,
    UPDATE,
    SampleBank,
)

BOMB = """\
a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
"""


def refusal(sample: SampleBank) -> tuple[Problem, ...]:
    """The problems for which the bank is refused."""
    with pytest.raises(BrokenBank) as refused:
        load_bank(sample.folder, OUTCOMES)
    return refused.value.problems


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        # The form of an item file
        (UPDATE, "setting: cleaning", "setting: palace", "setting is 'palace'; it must be one of the names"),
        (UPDATE, "kind: choice", "kind: essay", "kind is 'essay'; it must be one of choice, choices,"),
        (UPDATE, "level: 1", "level: 9", "level is '9'; it must be a whole number from 1 to 8."),
        (UPDATE, "level: 1", 'level: "1"', "level is '1'; it must be a whole number from 1 to 8."),
        (UPDATE, "complexity: 0", "complexity: 0.5", "complexity is '0.5'"),
        (UPDATE, "agreed: true", "agreed: yes", "agreed is 'yes'; it must be true or false."),
        (UPDATE, "icon: wifi", "icon: rocket", "icon is 'rocket'"),
        (UPDATE, "text: Press Later", "text:", "text is empty."),
        (UPDATE, "text: Press Later", "text: [Press, Later]", "text must be one value"),
        (UPDATE, "text: Press Later", "text: " + "x" * 301, "text has 301 characters; 300 is the most."),
        (UPDATE, "key: [wifi]", "key: wifi", "key must be a list with something in it."),
        (UPDATE, "key: [wifi]", "key: []", "key must be a list with something in it."),
        (UPDATE, "key: [wifi]", "key: [wifi, wifi]", "key has 'wifi' twice."),
        (UPDATE, "key: [wifi]", "key: [wlan]", "The key 'wlan' is not an option."),
        (UPDATE, "cannot: ", "can_not: ", "'can_not' is not known here; look at the spelling."),
        (UPDATE, "note: What", "level: What", "'level' stands twice; it was first given in line 6."),
        (UPDATE, "id: later", "id: wifi", "The option id 'wifi' stands twice."),
        (UPDATE, "id: later", "id: Later!", "id 'Later!' must have only a-z, 0-9 and hyphens"),
        (UPDATE, "level: 1", "level: &one 1", "Anchors (&) and aliases (*) are not used"),
        (UPDATE, "level: 1", "level: *one", "Anchors (&) and aliases (*) are not used"),
        (UPDATE, "level: 1", "level: !!python/object:os.system 1", "Tags (!) are not used"),
        (UPDATE, "level: 1", "level: [[[[[[[[[[1]]]]]]]]]]", "This is nested too deeply."),
        (UPDATE, "agreed: true", "agreed: true\n---\nlevel: 1", "A second document begins"),
        (
            UPDATE,
            "    why_wrong: The phone asks",
            "    because: The phone asks",
            "'because' is not known here",
        ),
        (UPDATE, "complexity: 0", "complexity: 0\norder: random", "order is 'random'"),
        (PROFILE, "text: Date of birth", "text: Home address", "The text is the same as that of 'street'."),
        (NOTE, "box: [10, 10, 60, 60]", "box: [10, 10, 60]", "box must be a list of 4 numbers."),
        (NOTE, "box: [10, 10, 60, 60]", "box: [10, 10, 40, 60]", "smaller than 44 units"),
        (NOTE, "box: [10, 10, 60, 60]", "box: [300, 10, 60, 60]", "The box reaches out of the picture."),
        (NOTE, "box: [100, 10, 60, 60]", "box: [60, 60, 60, 60]", "The box overlaps with that of 'note'."),
        (NOTE, "file: desk.svg", "file: ../secret.svg", "There is no usable picture media/../secret.svg."),
        (INBOX, "kind: inbox", "kind: chat", "kind is 'chat'; it must be one of inbox."),
        (INBOX, "goal: {bank: junk}", "goal: {bank: inbox}", "bank is 'inbox'; it must be one of delete,"),
        (INBOX, "goal: {bank: junk}", "goal: {olga: junk}", "There is no message 'olga'."),
        (
            INBOX,
            "goal: {bank: junk}",
            "goal: {bank: junk, rosa: keep}",
            "Moving 'rosa' is the goal; it cannot be wrong.",
        ),
        (INBOX, "why_wrong: {rosa: ", "why_wrong: {bank: ", "Moving 'bank' is the goal; it cannot be wrong."),
        # Its place in the framework and the bank
        (UPDATE, "outcome: LO4.1.03", "outcome: LO4.1.99", "The framework has no outcome 'LO4.1.99'."),
        (UPDATE, "outcome: LO4.1.03", "outcome: LO4.2.05", "move it to items/4.2/."),
        (UPDATE, "level: 1", "level: 3", "The level is 3, but LO4.1.03 is of level 1 or 2."),
        (UPDATE, "id: fs-41-update", "id: fs-41-other", "but the file is named 'fs-41-update.yaml'."),
        (UPDATE, "id: fs-41-update", "id: fs-42-inbox", "but the file is named 'fs-41-update.yaml'."),
        (UPDATE, "enemies: [fs-41-note]", "enemies: [fs-41-gone]", "There is no item 'fs-41-gone'."),
        (UPDATE, "enemies: [fs-41-note]", "enemies: [fs-41-update]", "The item is its own enemy."),
        (CUP, "practice: true", "practice: false", "move it to items/2.1/."),
        ("bank.yaml", 'competences: ["2.1"', "competences: ]", "This is not YAML"),
        (
            "bank.yaml",
            "languages: [en, es]",
            "languages: [es]",
            "The source language 'en' is not in the list.",
        ),
        ("bank.yaml", "languages: [en, es]", "languages: [en, es, ../x]", "'../x' is not a language code"),
        ("bank.yaml", "code: sample", "code: Sample", "code 'Sample' must have only a-z"),
        ("bank.yaml", "licence: ", "license: ", "'license' is not known here"),
        # Parameters
        (
            "parameters.csv",
            "item,model",
            "item;model",
            "The first line must be item,model,a,b,se_a,se_b,source.",
        ),
        (
            "parameters.csv",
            "fs-41-note,2pl,1.2",
            "fs-41-note,2pl,9",
            "a is '9'; it must be a number from 0.2 to 4.",
        ),
        ("parameters.csv", "fs-41-note,2pl,1.2", "fs-41-note,2pl,nan", "a is 'nan'"),
        ("parameters.csv", "fs-41-note,2pl,1.2", "fs-41-note,2pl,1_2", "a is '1_2'"),
        ("parameters.csv", "fs-41-note,2pl", "fs-41-note,3pl", "The model is '3pl'; only 2pl is known."),
        ("parameters.csv", "fs-41-note,2pl", "fs-41-gone,2pl", "There is no item 'fs-41-gone'."),
        ("parameters.csv", "fs-41-note,2pl", "practice-cup,2pl", "is a practice item and never scored"),
        ("parameters.csv", "fs-41-note,2pl,", "fs-41-note,", "The row has 6 values; 7 are needed."),
        # Translations
        (
            SPANISH,
            'msgid "Home address"',
            "msgid Home",
            "a keyword and a text in quotation marks are expected.",
        ),
        (SPANISH, 'msgstr "[es] Home address"', 'msgid "Home"', "This is not PO: msgid is out of place."),
        (
            SPANISH,
            '"[es] Home address"',
            '"[es] {home} address"',
            "has other placeholders than its source (none).",
        ),
        (SPANISH, '"[es] Home address"', '"[es] Home\u202eaddress"', "has hidden control characters"),
        (SPANISH, '"[es] Home address"', '"' + "x" * 500 + '"', "is far longer than its source."),
        (SPANISH, "Language: es", "Language: ar", "The header says that the language is 'ar', not 'es'."),
        # Pictures
        ("media/desk.svg", "<circle", "<script/><circle", "<script> is not allowed in a picture"),
        ("media/desk.svg", ' viewBox="0 0 320 240"', "", "viewBox is missing or is not four numbers."),
    ],
)
def test_a_broken_bank_is_refused_with_file_line_and_reason(
    sample: SampleBank, file: str, old: str, new: str, reason: str
) -> None:
    line = sample.replace(file, old, new)

    problems = [problem for problem in refusal(sample) if problem.file == file and reason in problem.reason]

    assert problems, "\n".join(map(str, refusal(sample)))
    assert abs(problems[0].line - line) <= 2


def drop(name: str) -> Callable[[SampleBank], None]:
    """Remove a file."""
    return lambda sample: (sample.folder / name).unlink()


def put(name: str, content: bytes) -> Callable[[SampleBank], None]:
    """Write a file."""
    return lambda sample: sample.write_bytes(name, content)


def link(name: str, target: str) -> Callable[[SampleBank], None]:
    """Put a link in place of a file or folder."""
    return lambda sample: (sample.folder / name).symlink_to(target)


@pytest.mark.parametrize(
    ("breaks", "file", "line", "reason"),
    [
        (drop("bank.yaml"), "bank.yaml", 1, "this is not a question bank"),
        (drop("parameters.csv"), "parameters.csv", 1, "The file is missing"),
        (drop(SPANISH), SPANISH, 1, "bank.yaml names the language 'es', but this file is missing."),
        (drop("media/desk.svg"), NOTE, 13, "There is no usable picture media/desk.svg."),
        (drop(NOTE), UPDATE, 11, "There is no item 'fs-41-note'."),
        (drop(NOTE), "parameters.csv", 2, "There is no item 'fs-41-note'."),
        (put("translations/ar.po", b""), "translations/ar.po", 1, "bank.yaml does not name this language"),
        (put("items/4.1/fs-41-new.yml", b""), "items/4.1/fs-41-new.yml", 1, "rename or remove this file."),
        (put("items/4.1/bomb.yaml", BOMB.encode()), "items/4.1/bomb.yaml", 1, "are not used"),
        (put("items/4.1/big.yaml", b"#" * 70_000), "items/4.1/big.yaml", 1, "more than 64 kB"),
        (put("items/4.1/latin.yaml", b"a: 1\nb: \xe9"), "items/4.1/latin.yaml", 2, "not UTF-8"),
        (put("items/4.1/list.yaml", b"- a"), "items/4.1/list.yaml", 1, "must be a table of names"),
        (put("items/4.1/empty.yaml", b""), "items/4.1/empty.yaml", 1, "must be a table of names"),
        (put(SPANISH, b"#" * 3_000_000), SPANISH, 1, "more than 2048 kB"),
        (put("media/photo.png", b"x"), "media/photo.png", 1, "Media are <name>.svg"),
        (put("media/Big Name.svg", b"x"), "media/Big Name.svg", 1, "Media are <name>.svg"),
        (put("media/0123456789abcdef.mp3", b"RIFF"), "media/0123456789abcdef.mp3", 1, "not an MP3 sound"),
        (put("media/large.svg", b" " * 9000), "media/large.svg", 1, "more than 8 kB"),
        (link("media/passwd.svg", "/etc/passwd"), "media/passwd.svg", 1, "This is a link"),
        (link("items/5.1", "/etc"), "items/5.1", 1, "This is a link"),
        (
            lambda sample: os.mkfifo(sample.folder / "media/pipe.svg"),
            "media/pipe.svg",
            1,
            "not an ordinary file",
        ),
    ],
)
def test_a_bank_with_a_bad_file_is_refused(
    sample: SampleBank, breaks: Callable[[SampleBank], None], file: str, line: int, reason: str
) -> None:
    breaks(sample)

    problems = [one for one in refusal(sample) if (one.file, one.line) == (file, line) and reason in one.reason]

    assert problems, "\n".join(map(str, refusal(sample)))


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenBank, match="not a question bank"):
        load_bank(tmp_path / "nowhere", OUTCOMES)


def test_two_items_with_one_id_are_refused(sample: SampleBank) -> None:
    sample.write("items/4.2/fs-41-update.yaml", sample.read(UPDATE))

    problems = refusal(sample)

    assert Problem("items/4.2/fs-41-update.yaml", 1, f"The id 'fs-41-update' is taken by {UPDATE}.") in problems


def test_an_item_without_parameters_is_refused(sample: SampleBank) -> None:
    rows = sample.read("parameters.csv").splitlines(keepends=True)
    sample.write("parameters.csv", "".join(rows[:-1]))

    assert refusal(sample) == (
        Problem("parameters.csv", 1, "The item 'fs-42-profile' has no parameters; add its row."),
    )


def test_an_item_with_two_rows_of_parameters_is_refused(sample: SampleBank) -> None:
    rows = sample.read("parameters.csv").splitlines(keepends=True)
    sample.write("parameters.csv", "".join([*rows, rows[-1]]))

    assert refusal(sample) == (Problem("parameters.csv", 6, "The item 'fs-42-profile' has a row already."),)


def test_what_belongs_to_a_broken_item_is_no_problem_of_its_own(sample: SampleBank) -> None:
    line = sample.replace(NOTE, "level: 2", "level: two")

    assert refusal(sample) == (Problem(NOTE, line, "level is 'two'; it must be a whole number from 1 to 8."),)


def test_a_bank_of_too_many_items_is_refused_without_reading_them_all(sample: SampleBank) -> None:
    for number in range(2001):
        sample.write(f"items/9.9/i-{number:04}.yaml", "a: 1")

    started = process_time()
    problems = refusal(sample)

    assert any("The bank has 2006 items; 2000 is the most." in problem.reason for problem in problems)
    assert process_time() - started < 20


def test_a_yaml_bomb_costs_no_time(sample: SampleBank) -> None:
    sample.write("items/4.1/bomb.yaml", "a: &a [x]\n" + "".join(f"b{n}: [*a, *a]\n" for n in range(4000)))
    sample.write("items/4.1/deep.yaml", "[" * 60_000)

    started = process_time()
    problems = refusal(sample)

    assert {"items/4.1/bomb.yaml", "items/4.1/deep.yaml"} <= {problem.file for problem in problems}
    assert process_time() - started < 5


def test_hidden_files_of_an_editor_are_left_alone(sample: SampleBank) -> None:
    sample.write("items/.DS_Store", "x")
    sample.write("items/4.1/.fs-41-update.yaml.swp", "x")

    assert load_bank(sample.folder, OUTCOMES).code == "sample"


@pytest.mark.parametrize("file", [UPDATE, NOTE, INBOX, "bank.yaml", "parameters.csv", SPANISH, "media/desk.svg"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(data=st.data())
def test_whatever_a_file_has_is_read_or_refused(sample: SampleBank, file: str, data: st.DataObject) -> None:
    good = (sample.folder / file).read_bytes()
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 40)))
    damaged = good[:start] + data.draw(st.binary(max_size=12)) + good[end:]

    (sample.folder / file).write_bytes(damaged)
    reading = read_bank(sample.folder, OUTCOMES)
    (sample.folder / file).write_bytes(good)

    assert all(problem.file and problem.line > 0 and problem.reason for problem in reading.errors)
