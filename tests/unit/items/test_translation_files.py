"""PO files: what a translator gets, and what of it is used."""

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.items.bank import Translation
from assessor.items.findings import Findings, Problem
from assessor.items.item import Item, texts
from assessor.items.translation_files import UnreadablePo, catalogue, read_translations
from tests.unit.items.sample_bank import spanish
from tests.unit.items.strategies import all_items

FILE = "translations/es.po"


def read(po: str, *items: Item) -> tuple[dict[str, dict[str, Translation]], Findings]:
    """Read a Spanish PO file of some items."""
    findings = Findings()
    found = read_translations(po, "es", {item.id: item for item in items}, (), FILE, findings)
    return found, findings


def test_a_new_file_has_every_text_empty_in_reading_order(items: dict[str, Item]) -> None:
    item = items["fs-41-note"]

    po = catalogue([item], "ar")

    contexts = [line for line in po.splitlines() if line.startswith("msgctxt")]
    assert contexts == [f'msgctxt "fs-41-note/{field}"' for field in texts(item)]
    assert '"Language: ar\\n"' in po
    assert "#. The note has the password." in po
    assert read(po.replace("ar\\n", "es\\n"), item) == ({}, Findings())


def test_a_fuzzy_translation_is_used_but_not_approved(items: dict[str, Item]) -> None:
    item = items["fs-41-note"]
    po = spanish(catalogue([item], "es"))

    found, findings = read(po, item)

    assert found["fs-41-note"]["options.note.text"] == Translation("[es] The note", approved=True)
    assert found["fs-41-note"]["options.cup.text"] == Translation("[es] The cup", approved=False)
    assert findings == Findings()


def test_a_translation_of_an_earlier_text_is_not_used(items: dict[str, Item]) -> None:
    po = spanish(catalogue([items["fs-41-note"]], "es"))
    changed = replace(items["fs-41-note"], stem="Tap the thing to hide.")

    found, findings = read(po, changed)

    assert "stem" not in found["fs-41-note"]
    line = po.splitlines().index('msgid "Tap the thing to put away."') + 1
    assert findings.warnings == [Problem(FILE, line, "'fs-41-note/stem' is out of date: its source text has changed.")]


def test_updating_keeps_what_still_fits_with_its_flag_and_comments(items: dict[str, Item]) -> None:
    item = items["fs-41-note"]
    po = spanish(catalogue([item], "es")).replace("#, fuzzy", "# Which cup?\n#, fuzzy")
    changed = replace(item, stem="Tap the thing to hide.")

    updated = catalogue([changed, items["fs-41-update"]], "es", po)
    found, findings = read(updated, changed, items["fs-41-update"])

    assert findings == Findings()
    assert found == {
        "fs-41-note": {
            "picture.alt": Translation("[es] A desk with a cup and a note", approved=True),
            "options.note.text": Translation("[es] The note", approved=True),
            "options.cup.text": Translation("[es] The cup", approved=False),
        }
    }
    assert "# Which cup?" in updated
    assert "# Earlier: [es] Tap the thing to put away." in updated
    assert catalogue([changed, items["fs-41-update"]], "es", updated) == updated


def test_updating_drops_what_no_item_has(items: dict[str, Item]) -> None:
    po = spanish(catalogue([items["fs-41-note"]], "es"))

    assert "fs-41-note" not in catalogue([items["fs-41-update"]], "es", po)


def test_updating_keeps_the_header_with_the_translator_s_name(items: dict[str, Item]) -> None:
    header = '# Grace\nmsgid ""\nmsgstr ""\n"Language: es\\n"\n"Last-Translator: Grace\\n"\n'

    for line_end in ("\n", "\r\n"):
        po = catalogue([items["fs-41-note"]], "es", (header + "\n").replace("\n", line_end))

        assert po.startswith(header + "\n#.")


@given(all_items())
def test_whatever_the_words_are_they_come_back(item: Item) -> None:
    po = catalogue([item], "es")

    assert read(po, item) == ({}, Findings())
    assert catalogue([item], "es", po) == po


def test_texts_of_unknown_items_are_a_warning(items: dict[str, Item]) -> None:
    po = spanish(catalogue([items["fs-41-note"]], "es"))

    found, findings = read(po, items["fs-41-update"])

    assert found == {}
    assert len(findings.warnings) == 4
    assert findings.warnings[0].reason == "'fs-41-note/stem' is no text of this bank; remove it."


def test_a_text_given_twice_is_refused(items: dict[str, Item]) -> None:
    po = spanish(catalogue([items["fs-41-note"]], "es"))
    twice = po + '\nmsgctxt "fs-41-note/stem"\nmsgid "x"\nmsgstr "y"\n'

    _, findings = read(twice, items["fs-41-note"])

    assert [problem.line for problem in findings.errors] == [len(twice.splitlines()) - 1]
    assert "'fs-41-note/stem' stands twice" in findings.errors[0].reason


def test_files_of_other_tools_are_read(items: dict[str, Item]) -> None:
    po = (
        'msgid ""\r\nmsgstr ""\r\n"Language: es\\n"\r\n\r\n'
        '#: items/4.1/fs-41-note.yaml:11\r\n#, no-wrap\r\n#| msgid "Tap."\r\n'
        'msgctxt ""\r\n"fs-41-"\r\n"note/stem"\r\n'
        'msgid ""\r\n"Tap the thing "\r\n"to put away."\r\nmsgstr ""\r\n'
        '"Toca lo que "\r\n"hay que guardar."\r\n\r\n'
        '#~ msgid "Old"\r\n#~ msgstr "Viejo"\r\n'
    )

    found, findings = read(po, items["fs-41-note"])

    assert found == {"fs-41-note": {"stem": Translation("Toca lo que hay que guardar.", approved=True)}}
    assert findings == Findings()


@pytest.mark.parametrize(
    ("po", "line"),
    [
        ("hello", 1),
        ('msgid "a"', 1),
        ('\nmsgstr "a"', 2),
        ('msgid "a\nmsgstr "b"', 1),
        ('msgid "a" b\nmsgstr "b"', 1),
        ('msgctxt "a"\nmsgstr "b"', 2),
        ('"a"\n', 1),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[7] "c"', 1),
    ],
)
def test_what_is_no_po_file_is_refused_with_its_line(po: str, line: int, items: dict[str, Item]) -> None:
    found, findings = read(po, items["fs-41-note"])

    assert found == {}
    assert [problem.line for problem in findings.errors] == [line]
    with pytest.raises(UnreadablePo):
        catalogue(items.values(), "es", po)


@given(st.text('msgidtrctx_pul[0]"\\\n #~,fuzzy', max_size=200))
def test_whatever_the_text_is_there_is_an_answer(po: str) -> None:
    read(po)


def test_two_megabytes_are_read_in_seconds(items: dict[str, Item]) -> None:
    started = process_time()

    _, findings = read('#, fuzzy\nmsgctxt "a/b"\nmsgid "c"\nmsgstr "d"\n\n' * 40_000, items["fs-41-note"])

    assert len(findings.errors) + len(findings.warnings) == 40_000
    assert process_time() - started < 15
