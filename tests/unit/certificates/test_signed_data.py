"""Bundle, catalogue and withdrawals: what was signed is read, and nothing else is."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from assessor.certificates import cose, signed_data
from assessor.certificates.signed_data import (
    BUNDLE_CONTEXT,
    NotSignedByTrustedKey,
    SignedDataNotReadable,
    read_bundle,
    read_catalogue,
    read_withdrawals,
    sign_bundle,
    sign_catalogue,
    sign_withdrawals,
)
from assessor.certificates.trust import (
    AchievementText,
    Catalogue,
    IssuedPlace,
    Issuer,
    IssuersOverlap,
    StatusListPlace,
    Withdrawal,
    Withdrawals,
    check_distinct,
    number_hash,
)
from tests.unit.certificates.trusted import (
    CATALOGUE,
    CERTIFICATE,
    DAY,
    NOW,
    PREFIX,
    ROOT,
    STATUS,
    STRANGER,
    bundle,
    issuer,
    key,
)

KITCHEN = Catalogue(
    "open-door",
    2,
    NOW,
    {
        "DCW-KITCHEN": {
            "en": AchievementText("Kitchen work", ("Information", "Safety"), {3: ("Reads the plan",)}, "tills"),
            "ar": AchievementText("العمل في المطبخ"),
        }
    },
)
WITHDRAWN = Withdrawals("open-door", NOW, {number_hash(bytes(8)): Withdrawal(NOW - DAY, "replaced")})


def signed_json(document: object) -> bytes:
    return cose.sign1(json.dumps(document).encode(), context=BUNDLE_CONTEXT, signer=ROOT)


def test_a_bundle_is_read_as_it_was_signed() -> None:
    full = issuer(
        url="https://opendoor.example",
        email="doubt@opendoor.example",
        project={"en": "Digital Steps"},
        catalogue_url="https://v.badges.example/c/trust/catalogue",
        catalogue_sha256="00" * 32,
        withdrawals_url="https://v.badges.example/c/trust/withdrawals",
        keys=(key(CERTIFICATE, "certificate", valid_until=NOW, compromised_since=NOW - DAY),),
        status_lists=(StatusListPlace(3, "https://v.badges.example/status/3"),),
    )

    assert read_bundle(sign_bundle(bundle(full), ROOT), ROOT.public_key) == bundle(full)


def test_a_bundle_names_what_was_issued_with_a_stolen_key() -> None:
    place = IssuedPlace("https://v.badges.example/c/trust/issued/0", bytes(32), 3)
    stolen = issuer(replace(key(CERTIFICATE, "certificate", compromised_since=NOW), issued=place))

    assert read_bundle(sign_bundle(bundle(stolen), ROOT), ROOT.public_key) == bundle(stolen)


@pytest.mark.parametrize(
    "issued",
    [{"url": "x", "root": "00", "count": 1}, {"url": "x", "root": "00" * 32, "count": 10**7}, {"root": "00" * 32}, 5],
)
def test_a_list_that_nobody_could_read_is_no_part_of_a_bundle(issued: object) -> None:
    document = signed_data.bundle_document(bundle())
    document["issuers"][0]["keys"][0]["issued"] = issued

    with pytest.raises(SignedDataNotReadable):
        read_bundle(signed_json(document), ROOT.public_key)


def test_a_draft_says_what_is_signed() -> None:
    draft = json.dumps(signed_data.bundle_document(bundle())).encode()

    assert signed_data.read_draft(draft) == bundle()
    with pytest.raises(SignedDataNotReadable):
        signed_data.read_draft(b"[]")


OTHER = issuer(id="other", keys=(key(STRANGER, "certificate"),), prefixes=("https://o.example/c",))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "named twice"),
        ({"id": "eve", "keys": (key(CERTIFICATE, "status"),)}, "key"),
        ({"id": "eve", "keys": (), "status_lists": ()}, "address"),
        ({"id": "eve", "keys": (), "status_lists": (), "prefixes": ("HTTPS://V.badges.example/c/x",)}, "address"),
        ({"id": "eve", "keys": (), "prefixes": ("https://v.badges.example/c2",)}, "status list"),
    ],
)
def test_no_two_issuers_claim_the_same(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(IssuersOverlap, match=said):
        check_distinct([issuer(), issuer(**changes)])


def test_issuers_beside_each_other_are_distinct() -> None:
    beside = replace(OTHER, status_lists=(), prefixes=(f"{PREFIX}2",))
    below = replace(beside, prefixes=(f"{PREFIX}/2",))

    assert not overlap(issuer(), beside)
    assert overlap(issuer(), below)


def overlap(*issuers: Issuer) -> bool:
    try:
        check_distinct(issuers)
    except IssuersOverlap:
        return True
    return False


def test_the_same_bundle_is_signed_to_the_same_bytes() -> None:
    assert sign_bundle(bundle(), ROOT) == sign_bundle(bundle(), ROOT)


def test_a_bundle_of_another_root_is_not_believed() -> None:
    with pytest.raises(NotSignedByTrustedKey):
        read_bundle(sign_bundle(bundle(), STRANGER), ROOT.public_key)


def test_no_changed_byte_of_a_bundle_is_believed() -> None:
    signed = sign_bundle(bundle(), ROOT)

    for at in range(0, len(signed), 7):
        with pytest.raises((NotSignedByTrustedKey, SignedDataNotReadable)):
            read_bundle(signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :], ROOT.public_key)


def test_a_catalogue_is_read_as_it_was_signed() -> None:
    assert read_catalogue(sign_catalogue(KITCHEN, CATALOGUE), issuer()) == KITCHEN


def test_a_catalogue_must_have_the_hash_the_bundle_pins() -> None:
    signed = sign_catalogue(KITCHEN, CATALOGUE)
    pinned = issuer(catalogue_sha256=hashlib.sha256(signed).hexdigest())

    assert read_catalogue(signed, pinned) == KITCHEN
    with pytest.raises(NotSignedByTrustedKey, match="names"):
        read_catalogue(sign_catalogue(replace(KITCHEN, version=3), CATALOGUE), pinned)


def test_withdrawals_are_read_as_they_were_signed() -> None:
    assert read_withdrawals(sign_withdrawals(WITHDRAWN, CATALOGUE), issuer()) == WITHDRAWN


def test_only_a_key_named_for_that_use_may_sign() -> None:
    with pytest.raises(NotSignedByTrustedKey):
        read_catalogue(sign_catalogue(KITCHEN, STATUS), issuer())
    with pytest.raises(NotSignedByTrustedKey):
        read_withdrawals(sign_withdrawals(WITHDRAWN, CERTIFICATE), issuer())


def test_a_stolen_key_signs_nothing_any_more() -> None:
    robbed = issuer(keys=(key(CATALOGUE, "catalogue", compromised_since=NOW),))

    with pytest.raises(NotSignedByTrustedKey):
        read_catalogue(sign_catalogue(KITCHEN, CATALOGUE), robbed)


def test_one_kind_of_document_is_not_read_as_another() -> None:
    everything = issuer(keys=(key(CATALOGUE, "catalogue", "withdrawals"),))

    with pytest.raises(NotSignedByTrustedKey):
        read_withdrawals(sign_catalogue(KITCHEN, CATALOGUE), everything)


def test_a_catalogue_of_another_issuer_is_refused() -> None:
    with pytest.raises(SignedDataNotReadable, match="issuer is not 'open-door'"):
        read_catalogue(sign_catalogue(replace(KITCHEN, issuer="other"), CATALOGUE), issuer())


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "not a JSON object"),
        ({"type": "catalogue"}, "type is not 'bundle'"),
        ({"type": "bundle", "version": -1}, "version must be"),
        ({"type": "bundle", "version": True}, "version must be"),
        ({"type": "bundle", "version": 1, "issued": 10**15}, "outside the calendar"),
        ({"type": "bundle", "version": 1, "issued": 1, "expires": 2, "issuers": [3]}, "list of objects"),
        ({"type": "bundle", "version": 1, "issued": 1, "expires": 2, "issuers": [{}]}, r"issuers\[0\].id"),
    ],
)
def test_a_field_that_is_not_right_is_named(document: object, why: str) -> None:
    with pytest.raises(SignedDataNotReadable, match=why):
        read_bundle(signed_json(document), ROOT.public_key)


def test_a_key_whose_name_does_not_fit_is_refused() -> None:
    signed = sign_bundle(bundle(), ROOT)
    document = json.loads(cose.read_sign1(signed, max_bytes=10**6).payload)
    document["issuers"][0]["keys"][0]["kid"] = "00" * 8

    with pytest.raises(SignedDataNotReadable, match=r"issuers\[0\].keys\[0\].kid"):
        read_bundle(signed_json(document), ROOT.public_key)


@pytest.mark.parametrize("payload", [b'{"type":"bundle","type":"bundle"}', b'{"a":NaN}', b"[" * 90_000, b"\xff"])
def test_hostile_json_is_refused_with_a_sentence(payload: bytes) -> None:
    signed = cose.sign1(payload, context=BUNDLE_CONTEXT, signer=ROOT)

    with pytest.raises(SignedDataNotReadable, match="cannot be read"):
        read_bundle(signed, ROOT.public_key)


HALF = "\ud800"  # of a pair of UTF-16: no text of Unicode, and nothing can write it


@pytest.mark.parametrize(
    "changes",
    [
        {"id": HALF},
        {"names": {"en": f"Open {HALF}Door"}},
        {"names": {HALF: "Open Door"}},
        {"prefixes": [f"https://{HALF}.example/c"]},
    ],
    ids=["a text", "a text by name", "a name", "a text in a list"],
)
def test_half_a_sign_is_no_text_of_a_bundle(changes: dict[str, object]) -> None:
    document = signed_data.bundle_document(bundle())
    document["issuers"][0] |= changes

    with pytest.raises(SignedDataNotReadable, match="half a sign"):
        signed_data.read_draft(json.dumps(document).encode())
    with pytest.raises(SignedDataNotReadable, match="half a sign"):
        read_bundle(signed_json(document), ROOT.public_key)


def test_half_a_sign_is_no_text_of_a_catalogue() -> None:
    texts = {"DCW-KITCHEN": {"en": {"title": "Kitchen", "tasks": {"3": [f"Reads {HALF}"]}}}}
    document = {"type": "catalogue", "issuer": "open-door", "version": 2, "issued": 1, "achievements": texts}
    signed = cose.sign1(json.dumps(document).encode(), context=signed_data.CATALOGUE_CONTEXT, signer=CATALOGUE)

    with pytest.raises(SignedDataNotReadable, match="half a sign"):
        read_catalogue(signed, issuer())


def test_a_sign_beyond_the_first_plane_is_text() -> None:
    smiling = bundle(issuer(names={"en": "Open 😀 Door"}))

    assert signed_data.read_draft(json.dumps(signed_data.bundle_document(smiling)).encode()) == smiling


def test_documents_too_large_are_neither_signed_nor_read() -> None:
    many = bundle(issuer(names={"en": "x" * signed_data.MAX_BUNDLE}))

    with pytest.raises(SignedDataNotReadable, match="at most"):
        sign_bundle(many, ROOT)
    with pytest.raises(SignedDataNotReadable):
        read_bundle(bytes(signed_data.MAX_BUNDLE + 1), ROOT.public_key)


def test_a_reason_of_a_later_version_is_read_as_other() -> None:
    later = replace(WITHDRAWN, entries={"00": Withdrawal(NOW, "moved")})  # type: ignore[arg-type]  # not ours

    assert read_withdrawals(sign_withdrawals(later, CATALOGUE), issuer()).entries["00"].reason == "other"
