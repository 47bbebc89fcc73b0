"""The province's address, as a person types it."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_

_LONGEST_LABEL = 63
"""Letters between two dots of a name; the resolver asks for no longer ones."""


def read_address(text: str) -> str:
    """`https://host[:port]` from what a person typed: a host, with or without port and `https://`. Raises Invalid."""
    typed = text.strip().removesuffix("/")
    wrong = Invalid(N_("The province's address should look like a name or numbers, for example 10.0.0.5:8443."))
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        _ = parts.port  # read here because it is checked when it is read
        is_host = _is_host(parts.netloc)
    except ValueError:
        raise wrong from None
    beside = parts.path or parts.username or parts.query or parts.fragment
    if parts.scheme != "https" or not is_host or beside:
        raise wrong
    return f"https://{parts.netloc}"


def _is_host(typed: str) -> bool:
    """Whether a request can go there, and a name can be asked for: each of its parts has 1 to 63 letters."""
    request = requests.PreparedRequest()
    try:
        request.prepare_url(f"https://{typed}", None)
    except requests.exceptions.RequestException:
        return False
    host = urlsplit(str(request.url)).hostname or ""
    return ":" in host or all(0 < len(part) <= _LONGEST_LABEL and "%" not in part for part in host.split("."))
