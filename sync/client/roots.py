"""The daily root as a desk meets it: proven, held against the chain that the desk follows, and kept.

What the province signed once as the head of a feed has to lie on every chain that it shows later. If it does not, two
statements under its signature contradict each other: both are kept, and sync stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from sync import protocol, seal
from sync.change import START, FeedPosition
from sync.client import errors
from sync.client.channel import Channel
from sync.client.page import Page, keys_told, read_page, verify_page
from sync.client.replica import DeskIdentity, Replica, Roots
from sync.roots import KnownRoot, contradicts, proven_root
from sync.split_view import names_another_chain

Signed = tuple[bytes, bytes]
"""A reply's body and the province's signature over it."""


def note_root(page: Page, signed: Signed, replica: Roots, authority_public: bytes, epoch: str) -> KnownRoot | None:
    """The root that a page brought, if it is new to the desk. Raises Unproven, Malformed or SplitView."""
    if page.trailer.root is None:
        return None
    root, known = proven_root(page.trailer.root, authority_public), replica.known_root()
    if root is None or root.epoch != epoch:
        raise errors.Unproven
    if known is None or known.epoch != epoch:
        return root
    if root.n <= known.n:
        return None
    if contradicts(root, known):
        replica.keep_contradiction(known, *signed)
        raise errors.SplitView
    return root


def hold_against(
    root: KnownRoot,
    page: Page,
    before: Mapping[str, FeedPosition],
    reached: Sequence[FeedPosition],
    signed: Signed,
    replica: Roots,
) -> bool:
    """Whether the page passes the root's position; then the chain there is the one that the root names.

    `reached`: where each step's scope stands after it. Raises SplitView.
    """
    start = before.get(root.scope, START)
    chains = {start.seq: start.chain}
    chains |= {
        position.seq: position.chain
        for (event, _), position in zip(page.steps, reached, strict=True)
        if event.scope == root.scope
    }
    if root.seq in chains and chains[root.seq] != protocol.unb64(root.chain):
        replica.keep_contradiction(root, *signed)
        raise errors.SplitView
    return root.seq <= max(chains)


def refuse_rewritten(root: KnownRoot, signed: Signed, identity: DeskIdentity, replica: Roots) -> None:
    """Raise SplitView unless the feed, shown from the root's position on, continues the chain that the root names.

    Raises Unproven, Malformed for what is no page.
    """
    page = read_page(signed[0])
    public_of = keys_told(page.header, identity, replica.public_of)
    try:
        verify_page(page, {root.scope: FeedPosition(root.seq, protocol.unb64(root.chain))}, public_of)
    except errors.HistoryRewritten:
        replica.keep_contradiction(root, *signed)
        raise errors.SplitView from None


def seek_proof(channel: Channel, replica: Replica) -> None:
    """Have the province sign, in a page that names nobody, where the chain stood at the root's place.

    So it can be shown to others that both are its own. Where it does not say so it is asked again with the next sync.
    """
    root = replica.unproven_root()
    if root is None:
        return
    request = protocol.PullRequest(
        epoch=root.epoch,
        cursors={root.scope: root.seq},
        certs=replica.certs_version(),
        directory=replica.directory_version(),
        root=root.n,
        only_chains=True,
    )
    with suppress(errors.SyncFault, protocol.Malformed):
        body, signature = channel.call("/v1/pull", protocol.encode(request), seal.FEED)
        if names_another_chain(root, body):
            replica.keep_proof(body, signature)
