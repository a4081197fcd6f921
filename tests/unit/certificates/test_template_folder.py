"""The folder of a badge's paper: languages in files of their own, words of the product, layouts beside it."""

import shutil
import tomllib
import unicodedata
from importlib.resources import files
from pathlib import Path

import pytest

from assessor.certificates.layout import shipped
from assessor.certificates.pdf import certificate_pdf
from assessor.certificates.template_reading import load_template, read_template, whole
from assessor.certificates.toml_reading import TemplateInvalid, as_toml
from assessor.certificates.words import LANGUAGES, WORDING, words_of
from tests.unit.certificates.samples import BADGE, TEMPLATE, certificate, page_picture

ONE_FILE = (Path(__file__).parents[2] / "vectors" / "certificate-in-one-file.toml").read_text("utf-8")
ENGLISH_ONLY = (BADGE / "certificate.toml").read_text("utf-8")


def copied(folder: Path) -> Path:
    """The shipped badge, to be changed."""
    return Path(shutil.copytree(BADGE, folder / "my-badge"))


def changed(folder: Path, name: str, before: str, after: str) -> Path:
    """The shipped badge with another text in one of its files."""
    badge = copied(folder)
    text = (badge / name).read_text("utf-8")
    assert before in text
    (badge / name).write_text(text.replace(before, after), "utf-8")
    return badge / "certificate.toml"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_of_the_paper(language: str) -> None:
    words = words_of(language)

    assert words is not None
    assert words.texts.keys() == WORDING.keys()
    assert all(unicodedata.is_normalized("NFC", text) for text in words.texts.values())
    assert words.reviewed == (language == "en")


def test_a_language_that_we_lack_has_no_words() -> None:
    assert words_of("pl") is None
    assert words_of("../en") is None


def test_a_badge_in_one_file_is_read_as_before() -> None:
    old = read_template(ONE_FILE)

    assert old.languages == ("en", "es", "ar")
    assert old.reviewed == {"en", "es", "ar"}
    for language in old.languages:
        assert old.tasks_at(3, language) == TEMPLATE.tasks_at(3, language)
        assert old.title[language] == TEMPLATE.title[language]
        assert old.wording[language].keys() == WORDING.keys()


def test_a_badge_in_a_language_that_we_lack_brings_its_own_words() -> None:
    source = ONE_FILE.replace("\nes = ", "\npl = ").replace("[wording.es]", "[wording.pl]")

    template = read_template(source)

    assert template.languages == ("en", "pl", "ar")
    assert template.wording["pl"]["certificate"] == "Certificado"
    assert template.wording["pl"]["with_sound"] == "With sound."


def test_a_table_of_words_replaces_only_what_it_names() -> None:
    template = read_template(ENGLISH_ONLY + '\n[wording.en]\ncan_do = "Knows how to"\n')

    assert template.wording["en"]["can_do"] == "Knows how to"
    assert template.wording["en"]["scan"] == TEMPLATE.wording["en"]["scan"]


def test_a_folder_becomes_one_text_that_says_the_same() -> None:
    assert read_template(whole(BADGE)) == TEMPLATE


def test_any_value_is_written_as_it_is_read_again() -> None:
    value = {"a b": ['"\\', "\x7f\n", 1, 2.5, True, {"ar": "\u2066x\u2069"}]}

    assert tomllib.loads("x = " + as_toml(value)) == {"x": value}


@pytest.mark.parametrize(
    ("before", "after", "key", "reason"),
    [
        ("title = ", "titel = ", "titel", "not a key"),
        ("\ntitle = ", "\n# ", "title", "missing"),
        ('short_title = "', 'short_title = "' + "x" * 30, "short_title", "room for 48"),
        ('"4.2" = ', '"4.3" = ', r"areas\.4\.2", "missing"),
        ("[areas]", '[areas]\n"5.1" = "x"', r"areas\.5\.1", "not an area"),
        ("[tasks]", '[tasks]\n8 = ["x"]', r"tasks\.8", "not a level"),
        ("1 = [", '1 = [\n"x",', r"tasks\.1", "4 to 4"),
        ("reviewed = false", 'reviewed = "no"', "reviewed", "true or false"),
        ("reviewed = false", "reviewed = 2026-01-01", "file", "date"),
        ("[areas]", "[areas", "TOML", ""),
    ],
)
def test_a_broken_language_names_file_key_and_reason(
    tmp_path: Path, before: str, after: str, key: str, reason: str
) -> None:
    path = changed(tmp_path, "languages/es.toml", before, after)

    with pytest.raises(TemplateInvalid, match=rf"^my-badge/languages/es\.toml: {key}: .*{reason}"):
        load_template(path)


@pytest.mark.parametrize(("name", "reason"), [("xx", r"\[wording.xx\]"), ("Spanish", "named after a language")])
def test_a_language_nobody_has_words_for_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    badge = copied(tmp_path)
    (badge / "languages" / "es.toml").rename(badge / "languages" / f"{name}.toml")

    with pytest.raises(TemplateInvalid, match=rf"languages/{name}\.toml: file: .*{reason}"):
        load_template(badge / "certificate.toml")


def test_a_language_in_two_places_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "certificate.toml", "[title]", '[title]\nes = "Dos"')

    with pytest.raises(TemplateInvalid, match=r"title.es: is in languages/es.toml too"):
        load_template(path)


def test_an_approved_translation_is_marked_as_such(tmp_path: Path) -> None:
    path = changed(tmp_path, "languages/es.toml", "reviewed = false", "reviewed = true")

    assert "es" not in load_template(path).reviewed  # the words of the product are not approved yet


def test_an_organisation_makes_a_layout_by_copying_a_folder(tmp_path: Path) -> None:
    badge = changed(tmp_path, "certificate.toml", 'layout = "classic"', 'layout = "ours"')
    own = tmp_path / "layouts" / "ours"
    shutil.copytree(Path(str(files("assessor.certificates"))) / "layouts" / "classic", own)
    text = (own / "layout.toml").read_text("utf-8")
    (own / "layout.toml").write_text(text.replace('accent = "#124C59"', 'accent = "#653A80"'), "utf-8")

    template = load_template(badge)

    assert template.layout.columns == shipped("classic").columns
    assert template.layouts == {"ours": template.layout}
    picture = page_picture(certificate_pdf(certificate(layout=template.layout)), dpi=72)
    assert (0x65, 0x3A, 0x80) in {colour for _, colour in picture.convert("RGB").getcolors(100_000) or []}


def test_an_unknown_layout_names_those_of_the_organisation_too(tmp_path: Path) -> None:
    badge = changed(tmp_path, "certificate.toml", 'layout = "classic"', 'layout = "our"')
    own = tmp_path / "layouts" / "ours"
    own.mkdir(parents=True)
    (own / "layout.toml").write_text('like = "classic"', "utf-8")

    with pytest.raises(TemplateInvalid, match=r"^my-badge/certificate\.toml: layout: .*classic, modern, compact, ours"):
        load_template(badge)


def test_a_layout_by_name_and_as_a_table_is_refused_in_words(tmp_path: Path) -> None:
    badge = copied(tmp_path) / "certificate.toml"
    with badge.open("a", encoding="utf-8") as file:
        file.write('\n[layout]\nlike = "modern"\n')

    with pytest.raises(TemplateInvalid, match=r"^my-badge/certificate\.toml: layout: is there twice"):
        load_template(badge)


def test_a_badge_tells_what_its_layout_has_no_place_for() -> None:
    signing = '\n[[signatures]]\nname = "Olu Adeyemi"\nrole = "Head"\n'

    classic, modern = (
        read_template(ENGLISH_ONLY.replace('layout = "classic"', f'layout = "{name}"') + signing)
        for name in ("classic", "modern")
    )

    assert (classic.left_out, modern.left_out) == ((), ("signatures",))


@pytest.mark.parametrize(
    ("folder", "text", "reason"),
    [
        ("ours", "page = 3", r"layouts/ours/layout\.toml: page: needs 2 numbers"),
        ("classic", "", r"layouts/classic/layout\.toml: folder: is the name of a layout that we ship"),
        ("Our own", 'like = "classic"', r"layouts/Our own/layout\.toml: folder: needs a name"),
    ],
)
def test_a_broken_layout_of_ones_own_is_refused_by_its_name(
    tmp_path: Path, folder: str, text: str, reason: str
) -> None:
    badge = copied(tmp_path)
    (tmp_path / "layouts" / folder).mkdir(parents=True)
    (tmp_path / "layouts" / folder / "layout.toml").write_text(text or 'like = "classic"', "utf-8")

    with pytest.raises(TemplateInvalid, match=reason):
        load_template(badge / "certificate.toml")
