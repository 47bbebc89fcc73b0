"""Signatures, boxes, sealed values and spoken codes hold, and break when they should."""

from __future__ import annotations

import base64
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commune_desk.domain.words.errors import Invalid
from sync import seal, spelling
from sync.seal import BoxKey, SealBroken, SigningKey
from tests.helpers.examples import examples

DESK = SigningKey.from_bytes(bytes(range(32)))
PROVINCE = BoxKey.from_bytes(bytes(range(32, 64)))
STRANGER = BoxKey.from_bytes(bytes(range(64, 96)))
PLACE = {"scope": "S:AD01", "record": "0" * 32, "field": "address"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(data=st.binary(max_size=300))
def test_a_signature_holds_for_its_data_and_domain_only(data: bytes) -> None:
    signature = DESK.sign(seal.CHANGE, data)
    assert seal.verify(DESK.public, seal.CHANGE, data, signature)
    assert not seal.verify(DESK.public, seal.HEAD, data, signature)
    assert not seal.verify(DESK.public, seal.CHANGE, data + b"\0", signature)
    assert not seal.verify(SigningKey.generate().public, seal.CHANGE, data, signature)


def test_no_domain_is_the_beginning_of_another_so_none_can_be_mistaken() -> None:
    for one, other in combinations(seal.DOMAINS, 2):
        assert not one.startswith(other)
        assert not other.startswith(one)


def test_without_domains_a_signed_hello_would_pass_as_a_change() -> None:
    body = b'{"n":1}'
    assert seal.verify(DESK.public, b"", body, DESK.sign(b"", body))


@given(public=st.binary(max_size=40), signature=st.binary(max_size=70))
@example(public=b"", signature=b"")
@example(public=b"\xff" * 32, signature=bytes(64))
@example(public=DESK.public, signature=bytes(64))
def test_verify_says_no_to_anything_malformed_and_never_raises(public: bytes, signature: bytes) -> None:
    assert seal.verify(public, seal.CHANGE, b"data", signature) is False


@pytest.mark.parametrize("malformed", [None, 7, "text", ["list"]])
def test_verify_says_no_even_to_another_type(malformed: object) -> None:
    assert seal.verify(malformed, seal.CHANGE, b"data", bytes(64)) is False  # type: ignore[arg-type]
    assert seal.verify(DESK.public, seal.CHANGE, b"data", malformed) is False  # type: ignore[arg-type]


def test_keys_survive_their_bytes_and_show_nothing_of_themselves() -> None:
    key = SigningKey.generate()
    box = BoxKey.generate()
    assert SigningKey.from_bytes(key.to_bytes()).public == key.public
    assert BoxKey.from_bytes(box.to_bytes()).public == box.public
    assert key.to_bytes().hex() not in repr(key)
    assert box.to_bytes().hex() not in repr(box)


@given(plaintext=st.binary(max_size=600), info=st.binary(max_size=40))
def test_a_box_opens_for_its_recipient_and_its_info_only(plaintext: bytes, info: bytes) -> None:
    box = seal.seal(PROVINCE.public, plaintext, info=info)
    assert PROVINCE.open(box, info=info) == plaintext
    with pytest.raises(SealBroken):
        PROVINCE.open(box, info=info + b"x")
    with pytest.raises(SealBroken):
        STRANGER.open(box, info=info)


def test_a_box_with_any_byte_changed_does_not_open() -> None:
    box = seal.seal(PROVINCE.public, b"the address", info=b"")
    for place in range(len(box)):
        broken = box[:place] + bytes([box[place] ^ 1]) + box[place + 1 :]
        with pytest.raises(SealBroken):
            PROVINCE.open(broken, info=b"")


@given(box=st.binary(max_size=100))
def test_garbage_is_a_broken_seal_and_nothing_worse(box: bytes) -> None:
    with pytest.raises(SealBroken):
        PROVINCE.open(box, info=b"")


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32)])
def test_sealing_to_a_key_that_is_none_is_refused(public: bytes) -> None:
    with pytest.raises(SealBroken):
        seal.seal(public, b"data", info=b"")
    with pytest.raises(SealBroken):
        PROVINCE.agree(public, info=b"")


@given(data=st.binary(max_size=700), bucket=st.integers(1, 300))
@example(data=b"\x80", bucket=256)
@example(data=b"\0" * 255, bucket=256)
@example(data=b"\0" * 256, bucket=256)
def test_padding_fills_whole_buckets_and_comes_off_again(data: bytes, bucket: int) -> None:
    padded = seal.pad(data, bucket)
    assert len(padded) % bucket == 0
    assert 0 < len(padded) - len(data) <= bucket
    assert seal.unpad(padded, bucket) == data


@pytest.mark.parametrize("padded", [b"", bytes(256), b"x" * 256, b"x\x80", b"\x80" + bytes(511)])
def test_padding_that_is_not_whole_is_a_broken_seal(padded: bytes) -> None:
    with pytest.raises(SealBroken):
        seal.unpad(padded)


@settings(deadline=None, max_examples=examples(50))
@given(value=VALUES)
def test_a_sealed_value_comes_back_as_it_was(value: object) -> None:
    sealed = seal.seal_value(PROVINCE.public, value, **PLACE)
    assert seal.is_sealed(sealed)
    assert seal.open_value(PROVINCE, sealed, **PLACE) == value


@pytest.mark.parametrize("moved", [{"scope": "C:06838"}, {"record": "1" * 32}, {"field": "room"}])
def test_a_sealed_value_moved_elsewhere_does_not_open(moved: dict[str, str]) -> None:
    sealed = seal.seal_value(PROVINCE.public, "12 Lê Lợi", **PLACE)
    with pytest.raises(SealBroken):
        seal.open_value(PROVINCE, sealed, **(PLACE | moved))


def test_without_binding_a_value_would_open_anywhere() -> None:
    box = seal.seal(PROVINCE.public, b"12", info=b"")
    assert PROVINCE.open(box, info=b"") == b"12"


def test_scope_record_and_field_cannot_run_into_each_other() -> None:
    sealed = seal.seal_value(PROVINCE.public, 1, scope="a", record="b|c", field="d")
    with pytest.raises(SealBroken):
        seal.open_value(PROVINCE, sealed, scope="a|b", record="c", field="d")


def test_short_texts_of_any_length_seal_to_the_same_length() -> None:
    sealed = {len(seal.seal_value(PROVINCE.public, "ạ" * length, **PLACE)) for length in range(0, 80)}
    assert len(sealed) == 1


def test_equal_values_never_look_equal_when_sealed() -> None:
    assert seal.seal_value(PROVINCE.public, "x", **PLACE) != seal.seal_value(PROVINCE.public, "x", **PLACE)


@pytest.mark.parametrize(
    "text", [None, 3, "", "Lê Lợi", "bGUgbG9p", base64.b64encode(b"cd1" + bytes(300)).decode(), "Y2Qx", "Y2Qx!"]
)
def test_clear_text_does_not_pass_as_sealed(text: object) -> None:
    assert not seal.is_sealed(text)


def test_opening_clear_text_is_a_broken_seal() -> None:
    with pytest.raises(SealBroken):
        seal.open_value(PROVINCE, "12 Lê Lợi", **PLACE)


@given(data=st.binary(max_size=200), aad=st.binary(max_size=50))
def test_wrapping_is_undone_by_the_same_key_and_binding_only(data: bytes, aad: bytes) -> None:
    key = bytes(32)
    wrapped = seal.wrap(key, data, aad)
    assert len(wrapped) == len(data) + 28
    assert seal.unwrap(key, wrapped, aad) == data
    for broken in (wrapped[:-1], wrapped[1:], b"", wrapped[:11]):
        with pytest.raises(SealBroken):
            seal.unwrap(key, broken, aad)
    with pytest.raises(SealBroken):
        seal.unwrap(key, wrapped, aad + b"x")
    with pytest.raises(SealBroken):
        seal.unwrap(b"\1" * 32, wrapped, aad)


def test_two_wrappings_never_share_a_nonce() -> None:
    nonces = {seal.wrap(bytes(32), b"", b"")[:12] for _ in range(1000)}
    assert len(nonces) == 1000


def test_a_typed_code_stretches_the_same_however_its_marks_were_typed() -> None:
    composed, combining = "m\u1eadt kh\u1ea9u", "ma\u0323\u0302t kha\u0309\u0302u"
    assert seal.stretch_code(composed, bytes(16)) != seal.stretch_code("mat khau", bytes(16))
    assert seal.stretch_code("m\u1eadt", bytes(16)) == seal.stretch_code("ma\u0323\u0302t", bytes(16))
    assert composed != combining


CODES = st.binary(min_size=1, max_size=64)


@given(data=CODES, group=st.integers(1, 9))
def test_a_spelled_code_reads_back(data: bytes, group: int) -> None:
    assert spelling.read_spelled(spelling.spell(data, group)) == data


@given(data=CODES)
def test_a_code_may_be_typed_the_way_people_type(data: bytes) -> None:
    text = spelling.spell(data)
    typed = text.lower().replace("-", "  ").replace("0", "o").replace("1", "l")
    assert spelling.read_spelled(f" {typed}\n") == data
    assert spelling.read_spelled(text.replace("1", "I")) == data


@settings(deadline=None, max_examples=examples(50))
@given(data=st.binary(min_size=1, max_size=12))
def test_every_single_wrong_character_is_found(data: bytes) -> None:
    text = spelling.spell(data, 999)
    for place in range(len(text)):
        for wrong in spelling.ALPHABET.replace(text[place], ""):
            with pytest.raises(Invalid):
                spelling.read_spelled(text[:place] + wrong + text[place + 1 :])


@settings(deadline=None, max_examples=examples(50))
@given(data=st.binary(min_size=1, max_size=48))
@example(data=bytes(range(48)))
def test_every_two_swapped_characters_are_found(data: bytes) -> None:
    text = spelling.spell(data, 999)
    for i, j in combinations(range(len(text)), 2):
        if text[i] != text[j]:
            swapped = list(text)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            with pytest.raises(Invalid):
                spelling.read_spelled("".join(swapped))


def test_the_checksum_misses_no_error_up_to_the_longest_code() -> None:
    longest = -(-spelling.LONGEST_SPELLED * 8 // 5) + 2
    weights = [pow(32, place, 1019) for place in range(longest)]
    assert len(set(weights)) == longest
    assert 0 not in weights


def test_a_checksum_of_mere_addition_would_miss_swaps() -> None:
    text = spelling.spell(b"\x12\x34\x56\x78\x9a", 999)
    swapped = text[1] + text[0] + text[2:]
    assert sum(map(spelling.ALPHABET.index, text)) == sum(map(spelling.ALPHABET.index, swapped))
    with pytest.raises(Invalid):
        spelling.read_spelled(swapped)


@pytest.mark.parametrize("lost", [b"\0" * 5, b"\0" * 32, b"\0\0\0\7"])
def test_a_lost_leading_zero_is_found(lost: bytes) -> None:
    text = spelling.spell(lost, 999)
    assert text.startswith("0")
    with pytest.raises(Invalid):
        spelling.read_spelled(text[1:])


@given(text=st.text(max_size=40))
@example(text="")
@example(text="0")
@example(text="000")
@example(text="0" * 100_000)
@example(text="\u1eac")
def test_any_text_is_either_a_code_or_refused(text: str) -> None:
    try:
        data = spelling.read_spelled(text)
    except Invalid:
        return
    assert spelling.read_spelled(spelling.spell(data)) == data


def test_a_code_has_one_spelling_only() -> None:
    for spare in range(4):
        number = (0xAB << 2 | spare) * 1024
        code = number + (2 - number) % 1019
        text = "".join(spelling.ALPHABET[code >> shift & 31] for shift in (15, 10, 5, 0))
        if spare:
            with pytest.raises(Invalid):
                spelling.read_spelled(text)
        else:
            assert text == spelling.spell(b"\xab", 9)


def test_a_character_outside_the_alphabet_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        spelling.read_spelled("AB\u00caCD")
    assert caught.value.params == {"character": "\u00ca"}


@pytest.mark.parametrize("data", [b"", bytes(spelling.LONGEST_SPELLED + 1)])
def test_what_is_too_short_or_too_long_is_not_spelled(data: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be spelled"):
        spelling.spell(data)


def test_the_province_answers_only_the_holder_of_the_one_time_key() -> None:
    once = BoxKey.generate()
    desk_id = "0ZKQ2M"
    request = seal.recovery_request(desk_id, once.public)
    asked, answer = seal.answer_recovery(PROVINCE.to_bytes(), request)
    secret = seal.recovery_secret(once, PROVINCE.public, desk_id=desk_id, ephemeral_public=once.public)
    assert asked == desk_id
    assert spelling.read_spelled(answer) == secret
    assert len(secret) == 16
    assert seal.answer_recovery(STRANGER.to_bytes(), request)[1] != answer


def test_another_code_is_not_taken_for_a_recovery_request() -> None:
    with pytest.raises(Invalid):
        seal.answer_recovery(PROVINCE.to_bytes(), spelling.spell(bytes(16)))


def test_mac_is_mac_and_same_agree_with_the_published_vector() -> None:
    expected = bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")  # RFC 4231, case 2
    assert seal.same(seal.mac(b"Jefe", b"what do ya want for nothing?"), expected)
    assert not seal.same(expected, expected[:-1])
    assert seal.is_mac(expected, b"Jefe", b"what do ya want for nothing?")
    for other in (expected[:-1], expected[:-1] + b"?", b""):
        assert not seal.is_mac(other, b"Jefe", b"what do ya want for nothing?")
    assert not seal.is_mac(expected, b"jefe", b"what do ya want for nothing?")


KEPT_VALUE = (
    "Y2QxireIoh3ijEGTUWdv/clYmm9iXfroHfv3ucxY+mo3K1WSMrFFsCok8IXn0VaB7kjXzt8w+5gyTgW8SqMSFO1Yw6FtTFN5qJJh"
    "Z/uoXZgtKtOUxj9NFnjQ7Jn7OrPr5WMhNJJ0Th+InVlfpe8vsOnZqL3cT2KrROTyTrJ8+aNqrhLR6l9yP5fREv9Kxc2CLi6iAUhk"
    "CyMMvNVRdXBaUKNbOLXrYevuCt6YGjB7QvbIhPw8jD/X2xB83blEb9+ZShqmhcvnIHANxgzRO7vH0+p6akfHbVKnmZQdlFi9yrgE"
    "ggSugcc1O+6as9YWj7Eiv6Dnqt//z1P6QlVbRK9nFH3jr2UQbJbdbWlA5Yzknn0ieBK79wuVsZlhvWxeEv/FVGRU4z50HgN2O3Pt"
    "lI8k0Bb/lQ=="
)


def test_what_the_first_version_sealed_signed_and_spelled_still_opens() -> None:
    assert seal.open_value(PROVINCE, KEPT_VALUE, **PLACE) == "12 Lê Lợi"
    assert DESK.sign(seal.CHANGE, b"kept").hex().startswith("8f1d121a7363199955e572621e8dbb17")
    assert spelling.spell(bytes(range(10))) == "000G4-0R40M-30E20-9YW"
    assert seal.derive(bytes(32), b"kept").hex().startswith("80331c744215264b793715e106e24f69")
    assert seal.stretch_code("7ZK2M", bytes(16)).hex().startswith("349fa5672ebffaad5cac7d938e5f9e01")
