"""Two titles of one badge: the short one in the code, and the catalogue's."""

from itertools import permutations

import pytest

from assessor.verification.titles import alike
from tests.unit.certificates.samples import TEMPLATE


@pytest.mark.parametrize("language", TEMPLATE.languages)
def test_the_short_title_is_known_as_the_title_of_its_language(language: str) -> None:
    assert alike(TEMPLATE.short_title[language], TEMPLATE.title[language])


@pytest.mark.parametrize(("printed", "read"), list(permutations(TEMPLATE.languages, 2)))
def test_the_titles_of_two_languages_are_two(printed: str, read: str) -> None:
    assert not alike(TEMPLATE.short_title[printed], TEMPLATE.title[read])


@pytest.mark.parametrize(
    ("title", "other", "is_one"),
    [
        ("DIGITAL SKILLS, first steps!", "Digital skills: first steps", True),
        ("Digital skills", "Skills for the kitchen", False),
        ("C", "C", True),
        ("C", "R", False),
        ("C", "C for beginners", False),
        ("", "C", False),
    ],
)
def test_marks_and_large_letters_are_no_difference_and_letters_are(title: str, other: str, is_one: bool) -> None:
    assert alike(title, other) == alike(other, title) == is_one
