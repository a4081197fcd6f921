"""Sounds are named after what is said."""

import hashlib

from assessor.items.speech import sound_name


def test_a_sound_is_named_by_language_and_text() -> None:
    expected = hashlib.sha256("ar\nمرحبا".encode()).hexdigest()[:16] + ".mp3"

    assert sound_name("ar", "مرحبا") == expected
    assert sound_name("en", "Choose the cup.") == "8280202fe220e258.mp3"


def test_another_language_or_text_is_another_sound() -> None:
    names = {sound_name("en", "No"), sound_name("es", "No"), sound_name("en", "No.")}

    assert len(names) == 3
