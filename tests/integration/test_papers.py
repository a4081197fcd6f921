"""From an award to its paper: what the holder may choose, what the award keeps, what the badge's folder adds."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessor import demo
from assessor.certificates.words import LANGUAGES
from assessor.config import Settings
from assessor.credentials import achievements, awarding, issuing, papers, wording
from tests import factories
from tests.factories import NOW
from tests.unit.certificates.samples import page_text

BADGE = demo.ROOT / "badge_templates" / "digital-first-steps"
EMBLEM = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'


def told(pdf: bytes, page: int) -> str:
    """The words of a page, a space between two."""
    return " ".join(page_text(pdf, page).split())


def with_emblem(folder: Path, svg: str = EMBLEM) -> Path:
    """The shipped badge with an emblem and a signature."""
    copied = Path(shutil.copytree(BADGE, folder / BADGE.name))
    (copied / "centre.svg").write_text(svg, "utf-8")
    text = (copied / "certificate.toml").read_text("utf-8")
    added = 'emblems = ["centre.svg"]\nemblem_alternatives = ["Open Door"]\n'
    added += 'signatures = [{ name = "Olu Adeyemi", role = "Head of centre" }]\n\n[title]'
    (copied / "certificate.toml").write_text(text.replace("[title]", added, 1), "utf-8")
    return copied


def test_a_second_language_is_a_third_page(session: Session, settings: Settings) -> None:
    award, _credential = factories.signed_award(session, settings)
    options = papers.PaperOptions(second_language="fr")

    pdf, again = (issuing.export(session, award, "pdf", settings, options).content for _ in range(2))

    assert pdf == again
    assert "Page 3 sur 3" in told(pdf, 2)
    assert "12" in told(pdf, 2)
    assert "Page 2 of 3" in told(pdf, 1)
    assert issuing.export(session, award, "pdf", settings).content != pdf


def test_a_second_language_that_is_the_first_says_nothing_twice(session: Session, settings: Settings) -> None:
    award, _credential = factories.signed_award(session, settings)

    pdf = issuing.export(session, award, "pdf", settings, papers.PaperOptions(second_language=award.language)).content

    assert pdf == issuing.export(session, award, "pdf", settings).content


def test_another_layout_says_the_same_and_an_unknown_one_is_refused(session: Session, settings: Settings) -> None:
    award, _credential = factories.signed_award(session, settings)

    pdf = issuing.export(session, award, "pdf", settings, papers.PaperOptions(layout="compact")).content

    assert "Ada Lovelace" in told(pdf, 0)
    with pytest.raises(papers.LayoutNotThere, match="glitter"):
        issuing.export(session, award, "pdf", settings, papers.PaperOptions(layout="glitter"))
    with pytest.raises(achievements.LanguageNotThere, match="pl"):
        issuing.export(session, award, "pdf", settings, papers.PaperOptions(second_language="pl"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_certificate_can_be_given_in_every_language(session: Session, settings: Settings, language: str) -> None:
    award, credential = factories.signed_award(session, settings, language=language)

    template = achievements.find(session, award.achievement_code, settings)
    content = papers.paper_content(award, template, papers.qr_text(credential, settings), settings)

    assert award.language == language
    assert "2026" in content.issued
    assert "12" in content.conditions
    assert all(c in "0123456789" for c in content.issued if c.isdigit())
    assert papers.paper(session, award, credential, settings).startswith(b"%PDF")


def test_the_badge_tells_the_conditions_as_before_and_the_paper_shorter(session: Session, settings: Settings) -> None:
    award, _credential = factories.signed_award(session, settings)

    assert wording.conditions(award, "en") == "Supervised by staff. On a phone. Tasks: 12. In English."
    assert wording.evidence(award, "en").startswith("Supervised by staff. On a phone. 12 tasks. In English.")


def test_partners_are_those_of_the_day_of_the_award(session: Session, settings: Settings) -> None:
    then = replace(settings, project="Digital Steps", partners="Riverside Job Centre; Harbour College ;")
    award, credential = factories.signed_award(session, then)
    later = replace(settings, partners="City Library Network")

    pdf = papers.paper(session, award, credential, later)

    assert "Partners: Riverside Job Centre · Harbour College" in told(pdf, 0)
    assert "City Library" not in told(pdf, 0)
    renamed = awarding.replace(session, award, awarding.Holder("Ada King"), later, NOW)
    assert renamed.issuer_details == award.issuer_details


def test_emblems_and_signatures_come_with_the_badge(session: Session, settings: Settings, tmp_path: Path) -> None:
    award, credential = factories.signed_award(session, settings)
    before = papers.paper(session, award, credential, settings)

    achievements.load(session, with_emblem(tmp_path), settings, NOW)

    after = papers.paper(session, award, credential, settings)
    assert "Olu Adeyemi" in told(after, 0)
    assert "Olu Adeyemi" not in told(before, 0)
    template = achievements.find(session, award.achievement_code, settings)
    assert template.emblems() == ((EMBLEM, "Open Door"),)


@pytest.mark.parametrize(
    ("svg", "reason"),
    [("<svg>", "not well-formed"), (EMBLEM + " " * 65_536, "larger than 64 kB"), (None, "cannot be read")],
)
def test_an_emblem_that_cannot_be_drawn_is_refused_by_its_name(
    session: Session, settings: Settings, tmp_path: Path, svg: str | None, reason: str
) -> None:
    folder = with_emblem(tmp_path, svg or EMBLEM)
    if svg is None:
        (folder / "centre.svg").unlink()

    with pytest.raises(achievements.BrokenTemplate, match=rf"centre.svg.*{reason}"):
        achievements.load(session, folder, settings, NOW)


def test_a_badge_that_a_paper_would_show_otherwise_is_refused_by_its_name(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(BADGE, tmp_path / BADGE.name))
    picture = folder / "badge-advanced.svg"
    picture.write_text(picture.read_text().replace("<path ", '<path opacity="0.5" ', 1))

    with pytest.raises(achievements.BrokenTemplate, match=r"badge-advanced.svg.*opacity"):
        achievements.load(session, folder, settings, NOW)


def test_the_badge_as_it_was_loaded_before_keeps_its_promise(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    one_file = (demo.ROOT / "tests" / "vectors" / "certificate-in-one-file.toml").read_bytes()
    old = Path(shutil.copytree(BADGE, tmp_path / BADGE.name))
    shutil.rmtree(old / "languages")
    (old / "certificate.toml").write_bytes(one_file)
    _achievement, was_new = achievements.load(session, old, settings, NOW)
    award, credential = factories.signed_award(session, settings, language="ar")
    assert papers.paper(session, award, credential, settings).startswith(b"%PDF")

    achievement, is_new = achievements.load(session, BADGE, settings, NOW)

    assert (was_new, is_new) == (True, True)
    assert achievements.find(session, achievement.code, settings).certificate.languages == LANGUAGES


def test_what_a_layout_leaves_out_is_told_when_the_badge_is_loaded(
    session: Session, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    badge = with_emblem(tmp_path / "badge_templates") / "certificate.toml"
    badge.write_text(badge.read_text("utf-8").replace('layout = "classic"', 'layout = "modern"'), "utf-8")
    monkeypatch.setattr(demo, "ROOT", tmp_path)

    done = demo.load_data(session, settings, NOW)

    assert "the layout of DIGI-FIRST-STEPS leaves out some of its signatures" in done


def test_layouts_beside_the_badges_are_no_badge_and_can_be_chosen(
    session: Session, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(BADGE, tmp_path / "badge_templates" / BADGE.name)
    ours = tmp_path / "badge_templates" / "layouts" / "ours"
    shutil.copytree(demo.ROOT / "assessor" / "certificates" / "layouts" / "modern", ours)
    monkeypatch.setattr(demo, "ROOT", tmp_path)

    done = demo.load_data(session, settings, NOW)

    award, _credential = factories.signed_award(session, settings)
    assert "loaded badge DIGI-FIRST-STEPS" in done
    assert papers.choices(session, award, settings).layouts == ("classic", "modern", "compact", "ours")
    modern, own = (
        issuing.export(session, award, "pdf", settings, papers.PaperOptions(layout=name)).content
        for name in ("modern", "ours")
    )
    assert modern == own
