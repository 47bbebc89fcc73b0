"""What proves to a stranger that a province signed two histories: two statements under its key, and no word of anybody.

The page that a desk was shown when it found so may hold what was entered about children: it stays on the desk. The
second statement of a proof is another root, or a page without a change that says where the chain stood.
"""

from __future__ import annotations

import msgspec

from sync.protocol import B64, Malformed, PullHeader, PullTrailer, RootShown, decode
from sync.roots import KnownRoot, contradicts, proven_root

FORMAT = "cd-split-v1"


class SignedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The exact bytes of a page and the signature over them, under `seal.FEED`."""

    body: B64
    signature: B64


class Proof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file. `authority` is the province's public key; beside `root` stands either another one or a page."""

    format: str
    authority: B64
    root: RootShown
    other: RootShown | None = None
    page: SignedPage | None = None


def other_root(known: KnownRoot, page: bytes, authority_public: bytes) -> RootShown | None:
    """The root that a page brought, if it cannot be true beside the one that is known.

    The page may have been found to be another history before anybody looked at its root.
    """
    try:
        shown = decode(page.rstrip(b"\n").rsplit(b"\n", 1)[-1], PullTrailer).root
        root = None if shown is None else proven_root(shown, authority_public)
    except Malformed:
        return None
    if root is None or root.epoch != known.epoch or root.n <= known.n or not contradicts(root, known):
        return None
    return shown


def names_another_chain(known: KnownRoot, page: bytes) -> bool:
    """Whether a page that names nobody says that the chain at the root's place is another one. Raises Malformed."""
    header, _, rest = page.rstrip(b"\n").partition(b"\n")
    if b"\n" in rest:
        return False  # it brings changes, as an older province does whatever it is asked for
    told, place = decode(header, PullHeader), decode(rest, PullTrailer).cursors.get(known.scope)
    if told.epoch != known.epoch or told.certs or place is None:
        return False
    return place.seq == known.seq and place.chain != known.chain
