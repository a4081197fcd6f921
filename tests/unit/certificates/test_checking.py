"""The ten results of a check, in the order of spec/qr.md, section 2."""

from datetime import UTC, datetime, timedelta

import pytest

from assessor.certificates import cbor, cose, qr
from assessor.certificates.checking import CHECK_NAMES, CheckedSummary
from assessor.certificates.status import StatusListNotReadable, read_status_list
from assessor.certificates.trust import StatusListPlace, Withdrawal, Withdrawals, number_hash
from tests.unit.certificates.trusted import (
    CERTIFICATE,
    DAY,
    HELD_PLACE,
    HOLD_LIST,
    LIST,
    NOW,
    PREFIX,
    STATUS,
    STRANGER,
    WITHDRAWN_PLACE,
    Checker,
    both_lists,
    bundle,
    issuer,
    key,
    status_token,
    summary,
    text,
)


def state(checked: CheckedSummary, name: str) -> str:
    return next(check.state for check in checked.checks if check.name == name)


def test_a_good_certificate_is_genuine_and_every_check_passed() -> None:
    checked = Checker().check(text())

    assert (checked.result, checked.cause) == (1, None)
    assert {check.state for check in checked.checks} == {"passed"}
    assert (checked.summary, checked.number) == (summary(), "3MZ0S-WJR5T-RQHN")
    assert checked.issuer == issuer()
    assert checked.status_at == NOW


def test_without_the_status_list_it_is_never_plainly_genuine() -> None:
    checked = Checker(status={}).check(text())

    assert (checked.result, checked.cause, checked.status_at) == (2, "not_had", None)
    assert state(checked, "withdrawal") == "not checked"
    assert checked.summary == summary()


@pytest.mark.parametrize("missing", [LIST, HOLD_LIST])
def test_both_lists_are_needed(missing: str) -> None:
    lists = both_lists()
    del lists[missing]

    assert Checker(status=lists).check(text()).result == 2


@pytest.mark.parametrize("shift", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_list_older_than_its_time_or_of_the_future_is_not_enough(shift: timedelta) -> None:
    checked = Checker(status=both_lists(NOW - shift)).check(text())

    assert (checked.result, checked.cause, checked.status_at) == (2, "old_list", NOW - shift)


def test_a_certificate_without_a_list_cannot_be_plainly_genuine() -> None:
    checked = Checker().check(text(status_list=None, status_index=None))

    assert (checked.result, checked.cause) == (2, "no_list")


def test_an_old_trust_list_is_said() -> None:
    checked = Checker(bundle(expires=NOW)).check(text())

    assert (checked.result, checked.cause) == (2, "old_bundle")
    assert state(checked, "trust list") == "not checked"


def test_a_withdrawn_certificate_shows_its_number_only() -> None:
    number = bytes.fromhex("3a7c19e4b05d62f1")
    withdrawals = Withdrawals("open-door", NOW, {number_hash(number): Withdrawal(NOW - DAY, "replaced")})

    checked = Checker(withdrawals={"open-door": withdrawals}).check(text(status_index=WITHDRAWN_PLACE))

    assert (checked.result, checked.summary, checked.number) == (3, None, "3MZ0S-WJR5T-RQHN")
    assert checked.withdrawal == Withdrawal(NOW - DAY, "replaced")
    assert checked.withdrawal_reason == "replaced"


def test_a_withdrawal_without_a_published_date_is_a_withdrawal() -> None:
    checked = Checker().check(text(status_index=WITHDRAWN_PLACE))

    assert (checked.result, checked.withdrawal, checked.withdrawal_reason) == (3, None, "other")


def test_a_published_withdrawal_counts_without_the_list() -> None:
    withdrawals = Withdrawals("open-door", NOW, {number_hash(summary().number): Withdrawal(NOW, "request")})

    assert Checker(status={}, withdrawals={"open-door": withdrawals}).check(text()).result == 3


def test_an_old_list_that_says_withdrawn_is_believed() -> None:
    assert Checker(status=both_lists(NOW - 9 * DAY)).check(text(status_index=WITHDRAWN_PLACE)).result == 3


def test_a_certificate_on_hold_shows_its_number_only() -> None:
    checked = Checker().check(text(status_index=HELD_PLACE))

    assert (checked.result, checked.summary, checked.number) == (4, None, "3MZ0S-WJR5T-RQHN")


def test_an_expired_certificate_is_genuine_and_says_so() -> None:
    checked = Checker().check(text(expires=NOW))

    assert checked.result == 5
    assert checked.summary is not None
    assert state(checked, "expiry") == "failed"


def test_withdrawn_is_graver_than_expired_and_than_a_foreign_address() -> None:
    foreign = text(prefix="https://evil.example/c", status_index=WITHDRAWN_PLACE, expires=NOW)

    assert Checker().check(foreign).result == 3


def test_an_unknown_issuer_shows_no_field_but_the_name_of_the_key() -> None:
    checked = Checker().check(text(STRANGER))

    assert (checked.result, checked.cause) == (6, "unknown_key")
    assert (checked.summary, checked.number, checked.issuer) == (None, None, None)
    assert checked.kid == cose.key_id(STRANGER.public_key)


def test_without_a_trust_list_nothing_is_judged() -> None:
    checked = Checker(None).check(text())

    assert (checked.result, checked.cause) == (6, "no_bundle")


def test_a_changed_code_shows_no_field() -> None:
    written = text()
    changed = written[:-100] + str((int(written[-100]) + 1) % 10) + written[-99:]

    checked = Checker().check(changed)

    assert (checked.result, checked.cause) == (7, "altered")
    assert (checked.summary, checked.number, checked.issuer) == (None, None, None)
    assert state(checked, "signature") == "failed"


def test_a_key_not_meant_for_certificates_signs_none() -> None:
    assert Checker().check(text(STATUS)).result == 6


@pytest.mark.parametrize(
    ("terms", "cause"),
    [
        ({"valid_from": NOW}, "key_not_valid"),
        ({"valid_until": NOW - 10 * DAY}, "key_not_valid"),
        ({"compromised_since": NOW}, "key_stolen"),
    ],
)
def test_a_signature_outside_the_keys_term_is_not_genuine(terms: dict[str, object], cause: str) -> None:
    trusted = bundle(issuer(key(CERTIFICATE, "certificate", **terms)))

    checked = Checker(trusted).check(text())

    assert (checked.result, checked.cause, checked.summary) == (7, cause, None)


def test_a_genuine_code_behind_a_foreign_address_is_a_wrong_address() -> None:
    checked = Checker().check(text(prefix="https://v.badges.example.evil/c"))

    assert checked.result == 8
    assert checked.summary == summary()


def test_an_address_given_beside_the_bytes_is_checked() -> None:
    signed = qr.sign_summary(summary(), CERTIFICATE)

    assert Checker().check(signed, PREFIX).result == 1
    assert Checker().check(signed, "https://evil.example/c").result == 8
    assert state(Checker().check(signed), "address") == "not checked"


def test_something_else_is_another_kind_of_code() -> None:
    checked = Checker().check("https://example.com/menu")

    assert checked.result == 9
    assert tuple(check.name for check in checked.checks) == CHECK_NAMES


def test_signed_content_of_another_form_is_another_kind() -> None:
    odd = cose.sign1(cbor.encode({1: 2}), context=qr.CONTEXT, signer=CERTIFICATE)

    assert Checker().check(odd).result == 9


def test_a_code_with_a_part_missing_could_not_be_read() -> None:
    assert Checker().check(text()[:-1]).result == 10


def test_a_list_not_named_in_the_bundle_is_not_asked() -> None:
    trusted = bundle(issuer(status_lists=(StatusListPlace(4, LIST),)))

    assert Checker(trusted).check(text()).cause == "no_list"


def test_an_issuer_without_a_hold_list_needs_only_one() -> None:
    trusted = bundle(issuer(status_lists=(StatusListPlace(3, LIST),)))

    assert Checker(trusted, status={LIST: status_token()}).check(text()).result == 1


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "x" * 600_000,
        status_token(signer=STRANGER),
        status_token(HOLD_LIST),
        status_token(purpose="suspension"),
        status_token(header={"alg": "none"}),
        status_token(header={"alg": "HS256"}),
        status_token(header={"alg": "EdDSA", "crit": ["b64"]}),
        status_token(type="StatusList2021"),
        status_token(bits=bytes(100)),
        status_token(bits=bytes(1 << 20)),
        status_token(encodedList="uAAAA"),
        status_token(encodedList="z123"),
        status_token(ttl="soon"),
    ],
)
def test_a_status_list_that_is_not_one_leaves_the_question_open(token: str) -> None:
    checked = Checker(status={**both_lists(), LIST: token}).check(text())

    assert (checked.result, checked.cause) == (2, "bad_list")


@pytest.mark.parametrize("signed_at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)], ids=str)
def test_a_list_of_the_end_of_the_calendar_is_old_and_still_withdraws(signed_at: datetime) -> None:
    lists = both_lists() | {LIST: status_token(places=(WITHDRAWN_PLACE,), signed_at=signed_at)}

    good, withdrawn = (
        Checker(status=lists).check(text()),
        Checker(status=lists).check(text(status_index=WITHDRAWN_PLACE)),
    )

    assert (good.result, good.cause, withdrawn.result) == (2, "old_list", 3)


def test_a_place_outside_the_list_leaves_the_question_open() -> None:
    assert Checker().check(text(status_index=(1 << 20) - 1)).cause == "bad_list"


def test_the_bits_of_a_list_are_counted_from_the_left() -> None:
    listed = read_status_list(status_token(places=(0, 131071)), [STATUS.public_key], url=LIST, purpose="revocation")

    assert [index for index in range(131072) if listed.is_set(index)] == [0, 131071]
    with pytest.raises(StatusListNotReadable):
        listed.is_set(131072)


def test_a_bomb_is_not_unpacked() -> None:
    token = status_token(bits=bytes(50_000_000))

    with pytest.raises(StatusListNotReadable, match="too long"):
        read_status_list(token, [STATUS.public_key], url=LIST, purpose="revocation")
