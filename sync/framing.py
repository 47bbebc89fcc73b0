"""The framing of bodies: each is one zstd frame (RFC 8878); HTTP's own encoding stays `identity`.

A frame may be made with a dictionary that both sides have: the words that messages say each time, so that on a poor
line they cost next to nothing. The type of the content says so; whether the province knows it, its hello says.
"""

from __future__ import annotations

from base64 import b64decode

import zstandard

from sync.protocol import MAX_INFLATED, Malformed

CONTENT_TYPE = "application/vnd.commune-desk+zstd"
DICTIONARY_TYPE = "application/vnd.cd1+zstd"
"""Of a body whose frame was made with the dictionary, and of a request that is answered so."""
NEWEST_DICTIONARY = 1
"""The number of the dictionary below. Another one gets the next number and a type of its own; this is read for ever."""
DICTIONARY_HEAD = (
    "N6Qw7EGcAAA3EKgimQcwMzMzs7IzMzMzM7USggI7hpBSu40kJU2kefwFR1AMQQEAAAB1veGWKSXVH0SsrqrqIcMwGCAakEuHZqsLAABUwYmRx02HiehR"
    "YjxHogzEcZRBBClFiAEAAAAAAAMAAAAA5IkJRCPlYXEwFEVhIIVwNYUZhSjFBAAAAAEAAAAEAAAACAAAAA=="
)
"""b64 of what stands before the text in a dictionary of RFC 8878, section 5: its id, 40001, and how often which symbol
is met beside such a text. Made by zstd's `ZDICT_finalizeDictionary` from the bodies of recorded exchanges."""
DICTIONARY_TEXT = (
    "Gia đình khó khăn, nhà ở tạm, bố mẹ đi làm xa, ông bà nội ngoại trông các em. Cô giáo chủ nhiệm nói cháu nghỉ "
    "học nhiều buổi. Đã hẹn thăm lại, trao đổi với trưởng thôn, công an xã, trạm y tế; sức khoẻ ổn định, vui vẻ, ăn "
    'uống được. "role":"shelter_staff","certs":[{"body":"","signature":"=="}],"directory":[{"scope":"H:",'
    '"drops_stubs":true,"late_conflicts":{"receipt":"","receipt_signature":"","audit_cut":"marks":[{"n":'
    '"results":[{"id":"","status":"conflict","n":"noop""late""dup""quarantined","code":""field""base""ours""theirs"'
    '"tx":"","k":"resolve","resolves":{"seal":{"key":"im":"to":"H:"t":"child","risk_level":"high""low",'
    '"status":"active","t":"referral""task""hotline_report""t":"person","dc":1,"base":{"phone":""},"set":{"full_name":'
    '"Nguyễn Thị ","sex":"female","birth_date":"20","ethnicity":"village":"phone":"0"}}"runs":[{"desk":"","first_n":,'
    '"last_n":,"before":"=","signature":"=="}],"root":{"body":"{"nonce":"==","waiting":0,"purges":[],"version":'
    '{"desk":"","accepted_n":,"durable_n":0,"at":"2026-12-0T0:00Z","results":[],"audit_head":"  =","epoch":"",'
    '"head":"="}{"epoch":"","cursors":{"C:0":,"certs":"","directory":"","root":1,"snapshots":true}{"epoch":"",'
    '"grants":[{"scope":"C:0","role":"commune_officer","name":"Xã "}],"certs_version":"","scope_keys":[{"scope":"C:0",'
    '"key":"","public":"="}],"directory_version":"","courier_public":"=","at":"202T0Z","lease_until":"202T0Z",'
    '"accepted_n":,"head":"="}\n{"s":"C:0","q":\t {"cursors":{"C:0":{"seq":,"chain":"="}},"more":false,"heads":{"C:0":'
    '{"seq":,"chain":"="}}}{"desk":"","epoch":"","first_n":,"last_n":,"head":"=","head_signature":"==",'
    '"audit_head":" =","brief":true}\n {"id":"01a2","d":"","n":,"u":"01a2","at":179,"sv":4,"s":"C:0",'
    '"t":"home_visit","r":"01a2","dc":1,"set":{"person":"01a2","visited_on":"202-0","risk_level":"medium",'
    '"observations":"Cháu ","next_visit_on":"202-0"}}'
)
"""UTF-8; what is said most stands last, where it is found with the fewest bits."""
_DICTIONARY = zstandard.ZstdCompressionDict(b64decode(DICTIONARY_HEAD) + DICTIONARY_TEXT.encode())
_USUAL_LEVEL, _THOROUGH_LEVEL = 3, 12
_SMALL = 16 * 1024
"""Bytes of a body that is packed thoroughly with the dictionary: that takes a fraction of a millisecond."""


def deflate(body: bytes, content_type: str = CONTENT_TYPE) -> bytes:
    """The frame of a body that is sent as `content_type`."""
    if content_type != DICTIONARY_TYPE:
        return zstandard.ZstdCompressor(level=_USUAL_LEVEL).compress(body)
    level = _THOROUGH_LEVEL if len(body) <= _SMALL else _USUAL_LEVEL
    return zstandard.ZstdCompressor(level=level, dict_data=_DICTIONARY).compress(body)


def inflate(body: bytes, limit: int = MAX_INFLATED) -> bytes:
    """The inside of one zstd frame of at most `limit` bytes. Raises Malformed, in bounded memory.

    A frame says by its id whether it was made with the dictionary: one of either type can be read.
    """
    try:
        unpacking = zstandard.ZstdDecompressor(dict_data=_DICTIONARY, max_window_size=1 << 23)
        inside = unpacking.stream_reader(body).read(limit + 1)
        declared = zstandard.frame_content_size(body) if body else -1
    except zstandard.ZstdError:
        raise Malformed from None
    if len(inside) > limit or declared not in (-1, len(inside)):
        raise Malformed
    return inside
