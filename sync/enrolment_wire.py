"""The messages of `/v1/enrol`: what a PC says of itself, and what it needs to be a desk.

Unknown members are ignored, so that a later version may say more.
"""

from __future__ import annotations

import msgspec

from sync.protocol import B64, MAX_RECEIPT, Grant, ScopeKey

MAX_ENROLMENT = 2 * MAX_RECEIPT
"""Bytes of the whole question; what is base64 within base64 takes 16 for 9."""


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    locator: B64
    sign_public: B64
    box_public: B64
    doorbell_public: B64
    label: str
    program_version: str
    receipt: B64 = ""
    """What the province signed for last under a former name of this desk: it shows a province that was put back."""
    receipt_signature: B64 = ""


class Enrolled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`locker` opens with the code alone: JSON {scope: base64 private key}."""

    desk: str
    epoch: str
    authority_public: B64
    escrow_public: B64
    grants: list[Grant]
    scope_keys: list[ScopeKey]
    locker: B64
    province_name: str = ""
    courier_public: B64 = ""
    """The province's X25519 key that bundles for it are sealed to (docs/protocol.md, section 23)."""


class Proven(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A body with its MAC under a key that both sides derive from the enrolment code."""

    body: B64
    mac: B64
