"""What a person should look at does not stop a bank."""

from assessor.items.findings import Problem
from assessor.items.source import check_bank, load_bank
from assessor.items.speech import sound_name
from tests.unit.items.sample_bank import CUP, DESK, OUTCOMES, PROFILE, SOUND, SPANISH, UPDATE, SampleBank


def warnings(sample: SampleBank) -> set[str]:
    """The warnings of a bank that is good enough to load."""
    return {str(problem) for problem in load_bank(sample.folder, OUTCOMES).warnings}


def test_the_sample_lacks_practice_of_three_kinds(sample: SampleBank) -> None:
    assert warnings(sample) == {
        f"bank.yaml:1: No practice item shows how a {kind} is answered."
        for kind in ("choices", "picture", "simulation")
    }


def test_a_flaw_of_writing_is_a_warning_with_its_line(sample: SampleBank) -> None:
    line = sample.replace(UPDATE, "text: Press Later", "text: Click on Later")

    assert f"{UPDATE}:{line}: A phone is not clicked; write “tap” or “press”." in warnings(sample)


def test_an_out_of_date_translation_is_a_warning(sample: SampleBank) -> None:
    sample.replace(PROFILE, "text: Home address", "text: Street and number")

    report = check_bank(sample.folder, OUTCOMES)

    assert report.errors == ()
    assert report.languages["es"].translated == 22 / 23
    line = sample.read(SPANISH).splitlines().index('msgid "Home address"') + 1
    reason = "'fs-42-profile/options.street.text' is out of date: its source text has changed."
    assert Problem(SPANISH, line, reason) in report.warnings


def test_pictures_and_sounds_that_nothing_needs_are_named(sample: SampleBank) -> None:
    sample.write("media/cup.svg", DESK)
    sample.write_bytes("media/0123456789abcdef.mp3", SOUND)

    assert {
        "media/cup.svg:1: No item uses this picture.",
        "media/0123456789abcdef.mp3:1: This sound belongs to no present text.",
    } <= warnings(sample)


def test_practice_that_cannot_be_heard_is_named(sample: SampleBank) -> None:
    (sample.folder / "media" / sound_name("es", "[es] Leaf")).unlink()

    assert f"{CUP}:1: 1 texts of this practice item have no sound in es." in warnings(sample)


def test_a_family_of_one_is_named(sample: SampleBank) -> None:
    line = sample.replace(UPDATE, "complexity: 0", "complexity: 0\nfamily: update-phone") + 1

    reason = "No other item is of the family 'update-phone'; look at the spelling."
    assert f"{UPDATE}:{line}: {reason}" in warnings(sample)
