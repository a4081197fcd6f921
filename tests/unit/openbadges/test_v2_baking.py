"""Older programs find a 2.0 badge in a picture under the words of 2.0, and one picture carries one badge."""

import json

import pytest

from assessor.openbadges.baking import bake_png, bake_svg, unbake_png, unbake_svg
from assessor.openbadges.errors import AlteredCarrier, OpenBadgesError
from tests.unit.openbadges.badges import PICTURE_SVG
from tests.unit.openbadges.older_badges import PLACES, ada, signed_assertion, token
from tests.unit.openbadges.test_baking import _png

HOSTED = ada().assertion
SIGNED = token(signed_assertion())


@pytest.mark.parametrize("text", [HOSTED, SIGNED])
def test_what_was_baked_comes_out_unchanged(text: bytes) -> None:
    assert unbake_png(bake_png(_png(), text, "2.0")) == text
    assert unbake_svg(bake_svg(PICTURE_SVG, text, "2.0")) == text


def test_the_chunk_has_the_keyword_of_2_0() -> None:
    assert b"iTXtopenbadges\0\0\0\0\0" + HOSTED in bake_png(_png(), HOSTED, "2.0")


def test_the_element_has_the_namespace_of_2_0_and_the_address() -> None:
    hosted, signed = bake_svg(PICTURE_SVG, HOSTED, "2.0"), bake_svg(PICTURE_SVG, SIGNED, "2.0")

    assert b'<openbadges:assertion xmlns:openbadges="http://openbadges.org"' in hosted
    assert f' verify="{PLACES.assertion}"><![CDATA['.encode() + HOSTED + b"]]></openbadges:assertion>" in hosted
    assert b' verify="' + SIGNED + b'"/>' in signed


def test_a_badge_of_the_other_edition_is_replaced() -> None:
    newer = b'{"id":"urn:x:1"}'

    assert bake_png(bake_png(_png(), newer), HOSTED, "2.0") == bake_png(_png(), HOSTED, "2.0")
    assert bake_png(bake_png(_png(), HOSTED, "2.0"), newer) == bake_png(_png(), newer)
    assert bake_svg(bake_svg(PICTURE_SVG, newer), HOSTED, "2.0") == bake_svg(PICTURE_SVG, HOSTED, "2.0")
    assert bake_svg(bake_svg(PICTURE_SVG, HOSTED, "2.0"), newer) == bake_svg(PICTURE_SVG, newer)


def test_an_address_written_with_escapes_is_the_same_address() -> None:
    escaped = json.dumps(json.loads(HOSTED)).replace("/", "\\/").encode()
    other_baker = bake_svg(PICTURE_SVG, HOSTED, "2.0").replace(HOSTED, escaped)
    start = other_baker.index(b" digestSRI")
    other_baker = other_baker[:start] + other_baker[other_baker.index(b" verify") :]

    assert unbake_svg(other_baker) == escaped


def test_every_changed_byte_of_a_baked_picture_is_noticed() -> None:
    for data, unbake in (
        (bake_png(_png(), HOSTED, "2.0"), unbake_png),
        (bake_svg(PICTURE_SVG, HOSTED, "2.0"), unbake_svg),
    ):
        for place in range(len(data)):
            changed = data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :]
            try:
                text = unbake(changed)
            except OpenBadgesError:
                continue
            assert text != HOSTED, place


@pytest.mark.parametrize(
    "text",
    [b'{"id":"https://a.example/1","name":"]]>"}', b'{"id":"1"}', b"{}", b"", b'{"id":"https://a.example/\r\n"}'],
)
def test_a_text_that_would_change_on_the_way_is_not_baked(text: bytes) -> None:
    with pytest.raises(OpenBadgesError):
        bake_svg(PICTURE_SVG, text, "2.0")


def test_two_badges_in_one_picture_are_refused() -> None:
    both = bake_png(_png(), HOSTED, "2.0")
    newer = bake_png(_png(), b"{}")
    both = both[:33] + newer[33 : newer.index(b"IDAT") - 4] + both[33:]

    with pytest.raises(AlteredCarrier, match="more than one"):
        unbake_png(both)
