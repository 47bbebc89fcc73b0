"""An answer over HTTP: the province's own, or what somebody on the way says in its place."""

from __future__ import annotations

from dataclasses import dataclass

import requests

from sync import framing, protocol
from sync.client import errors
from sync.client.backoff import CAP_SECONDS, wait_said

TOO_LARGE = 413
"""The status of what is too large: whoever says so, the province or somebody on the way, gets less."""
_SIGN_IN_FIRST = 511
"""What RFC 6585 has a network say that asks for a sign-in: it is never said by who is behind that network."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the inflated body, and the signature that should be the province's (empty if none)."""

    status: int
    body: bytes
    signature: str
    retry_after: float


def read_reply(response: requests.Response, raw: bytes, most: int) -> Reply:
    """The province's own body, `most` bytes at the most, whatever the status. Raises a SyncFault or Malformed."""
    status, retry_after = response.status_code, _retry_after(response)
    if is_page(response, raw):
        if status == TOO_LARGE:  # as front ends say it: whoever sends in batches sends less
            return Reply(status, b"", "", retry_after)
        raise no_answer(response, is_page=True)
    signature = response.headers.get(protocol.SIGNATURE_HEADER, "")
    if not signature and status != 200:
        return Reply(status, b"", "", retry_after)
    return Reply(status, framing.inflate(raw, most), signature, retry_after)


def is_page(response: requests.Response, raw: bytes) -> bool:
    """Whether it is a page for people, or leads to one: nothing that the province says."""
    is_html = "html" in response.headers.get("Content-Type", "").lower() or raw[:1] == b"<"
    return is_html or 300 <= response.status_code < 400


def no_answer(response: requests.Response, *, is_page: bool) -> errors.SyncFault:
    """What somebody says in the province's place."""
    status = response.status_code
    if status in (429, 503):
        return errors.Busy(_retry_after(response))
    if (is_page and status < 400) or status == _SIGN_IN_FIRST:
        return errors.CaptivePortal()
    return errors.ServerTrouble(status=status)


def _retry_after(response: requests.Response) -> float:
    """Seconds, as far as they are anybody's to ask: nobody signs a header, and a report waits twelve hours at most."""
    return min(wait_said(response.headers.get("Retry-After", ""), response.headers.get("Date", "")), CAP_SECONDS)
