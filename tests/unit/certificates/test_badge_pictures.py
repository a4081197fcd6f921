"""The family of badge pictures: read by shape and count, in grey and without seeing colours."""

import io
from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from assessor.certificates.badge_pictures import AREAS, BANDS, ICONS, badge_svg
from assessor.certificates.svg_drawing import parse_svg

FAMILY = (*AREAS, None)
LEVELS = range(1, len(BANDS) + 1)
SVG = "{http://www.w3.org/2000/svg}"
PRINTED = 165  # pixels: 28 mm, the smallest badge on paper, at 150 dpi
#: Linear light as eyes without one kind of cone see it: Viénot, Brettel and Mollon 1999; for tritanopia one half-plane
#: of Brettel, Viénot and Mollon 1997.
SEEN_BY = {
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    "tritanopia": ((1.01277, 0.13548, -0.14826), (-0.01243, 0.86812, 0.14431), (0.07589, 0.80500, 0.11911)),
    "achromatopsia": ((0.2126, 0.7152, 0.0722),) * 3,
}
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def drawn(area: int | None, band: int | None) -> NDArray[np.float64]:
    """Rows × columns × (red, green, blue, alpha), 0 to 1."""
    png = bytes(resvg_py.svg_to_bytes(svg_string=badge_svg(area, band, "Ada's badge"), width=PRINTED))
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    return pixels.astype(np.float64) / 255


def silhouette(area: int | None) -> NDArray[np.bool_]:
    """What lies under a badge that is cut out."""
    cut_out: NDArray[np.bool_] = drawn(area, 1)[..., 3] > 0.5
    return cut_out


def in_grey(area: int | None, band: int | None, seen_by: str = "achromatopsia") -> NDArray[np.float64]:
    """Luminance on white paper, 0 to 1, of colours as these eyes see them."""
    picture = drawn(area, band)
    paper = picture[..., :3] * picture[..., 3:] + 1 - picture[..., 3:]
    linear = np.where(paper <= 0.04045, paper / 12.92, ((paper + 0.055) / 1.055) ** 2.4)
    seen: NDArray[np.float64] = np.clip(linear @ np.array(SEEN_BY[seen_by]).T, 0, 1)
    grey: NDArray[np.float64] = seen @ LUMINANCE
    return grey


@pytest.mark.parametrize("area", FAMILY)
@pytest.mark.parametrize("band", [*LEVELS, None])
def test_a_picture_is_drawn_on_paper_as_it_is_on_screens(area: int | None, band: int | None) -> None:
    svg = badge_svg(area, band, "First steps")

    shapes = parse_svg(svg).shapes

    assert len(shapes) >= 4
    assert svg == badge_svg(area, band, "First steps")
    assert len(svg) < 6000


@pytest.mark.parametrize("area", FAMILY)
@pytest.mark.parametrize("band", LEVELS)
def test_a_band_has_as_many_lozenges_and_stitched_rows_as_it_counts(area: int | None, band: int) -> None:
    paths = ElementTree.fromstring(badge_svg(area, band, "T")).findall(f"{SVG}path")

    threads = sum(path.get("stroke-dasharray") is not None for path in paths)
    lozenges = paths[-1].get("d", "").count("M")

    assert threads == band * (4 if area == 4 else 1)  # a shield is sewn side by side
    assert lozenges == band


def test_a_name_is_said_to_those_who_hear_the_picture() -> None:
    root = ElementTree.fromstring(badge_svg(4, 2, "Passwords & <locks>\x07"))

    assert root.findtext(f"{SVG}title") == "Passwords & <locks>, intermediate"
    assert root.findtext(f"{SVG}desc") == "A shield for safety; 2 stitched rows and 2 lozenges of four tell the band."
    assert root.get("role") == "img"


def test_the_badge_whatever_the_band_tells_no_band() -> None:
    root = ElementTree.fromstring(badge_svg(None, None, "First steps"))

    assert root.findtext(f"{SVG}title") == "First steps"
    assert "stroke-dasharray" not in badge_svg(None, None, "First steps")


@pytest.mark.parametrize(("one", "other"), [*combinations(FAMILY, 2)])
def test_every_area_has_an_outline_of_its_own(one: int | None, other: int | None) -> None:
    a, b = silhouette(one), silhouette(other)

    assert (a ^ b).sum() / (a | b).sum() > 0.06


@pytest.mark.parametrize("area", FAMILY)
@pytest.mark.parametrize("eyes", SEEN_BY)
def test_neighbouring_bands_differ_without_colours(area: int | None, eyes: str) -> None:
    pictures = [in_grey(area, band, eyes) for band in (None, *LEVELS)]

    changed = [float((abs(a - b) > 0.3).mean()) for a, b in pairwise(pictures)]

    assert min(changed) > 0.012  # of all pixels, at the smallest size on paper


@pytest.mark.parametrize("area", FAMILY)
@pytest.mark.parametrize("eyes", SEEN_BY)
def test_thread_and_icon_stand_out_for_all_eyes(area: int | None, eyes: str) -> None:
    light = in_grey(area, 1, eyes)
    dark = float(np.percentile(light, 5))  # the coloured part

    assert dark > 0
    assert 1.05 / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("icon", ICONS)
def test_a_job_has_its_icon_in_a_pentagon(icon: str) -> None:
    svg = badge_svg(None, 2, "Kitchen", icon)

    assert ICONS[icon] in svg
    assert parse_svg(svg).shapes


@pytest.mark.parametrize(
    ("area", "band", "icon"), [(0, 1, None), (6, 1, None), (1, 0, None), (1, 5, None), (1, 1, "x")]
)
def test_what_is_not_of_the_family_is_refused(area: int, band: int, icon: str | None) -> None:
    with pytest.raises(ValueError, match="There is no"):
        badge_svg(area, band, "T", icon)
