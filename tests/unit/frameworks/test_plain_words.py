"""What learners read is complete in every language, short, and linked to the framework."""

import itertools

import pytest

from assessor.frameworks.digcomp_3_0 import competence
from assessor.frameworks.plain_words import (
    can_sentences,
    described_competences,
    description,
    everything,
    icon,
    languages,
    next_step,
    short_name,
)
from assessor.frameworks.unknown_code import UnknownCode

BANDS = ("basic", "intermediate")


def test_words_exist_for_the_competences_of_the_first_bank() -> None:
    assert described_competences() == ("1.1", "2.1", "4.1", "4.2")
    assert languages() == ("en", "es", "ar")
    assert all(competence(code) for code in described_competences())


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_every_phrase_exists_in_every_language(language: str) -> None:
    phrases = [
        *(short_name(code, language) for code in described_competences()),
        *(description(code, language) for code in described_competences()),
        *(sentence.phrase for band in BANDS for sentence in can_sentences(band, language)),
        *(
            next_step(code, reached, language)
            for code, reached in itertools.product(described_competences(), (None, *BANDS))
        ),
    ]

    assert all(phrase.text and phrase.language == language for phrase in phrases)
    assert all(phrase.reviewed == (language == "en") for phrase in phrases)
    assert len({phrase.text for phrase in phrases}) == len(phrases)


@pytest.mark.parametrize("band", BANDS)
def test_a_result_has_at_most_five_sentences_and_one_for_each_competence(band: str) -> None:
    sentences = can_sentences(band, "en")

    assert len(sentences) <= 5
    assert {one.competence for one in sentences} == set(described_competences())
    assert all(one.phrase.text.startswith("I can ") for one in sentences)
    assert all(len(one.phrase.text.split()) <= 15 for one in sentences)


def test_another_language_gets_english_and_is_told_so() -> None:
    phrase = short_name("4.1", "tr")

    assert (phrase.text, phrase.language) == ("Protect devices", "en")


def test_every_competence_has_an_icon() -> None:
    assert [icon(code) for code in described_competences()] == ["search", "message", "lock", "shield"]


def test_what_has_no_words_is_refused() -> None:
    with pytest.raises(UnknownCode, match=r"no competence '5\.1'"):
        short_name("5.1", "en")
    with pytest.raises(UnknownCode, match="no band 'advanced'"):
        can_sentences("advanced", "en")
    with pytest.raises(UnknownCode, match="no band 'advanced'"):
        next_step("4.1", "advanced", "en")


def test_everything_that_can_be_heard_is_listed_in_each_language() -> None:
    heard = everything("es")

    assert short_name("1.1", "es").text in heard
    assert next_step("4.2", "basic", "es").text in heard
    assert {one.phrase.text for one in can_sentences("intermediate", "es")} <= set(heard)
