"""What a desk tells after a sync: what it removed because it left, and once a day how it stands itself."""

from __future__ import annotations

from sync import protocol, purge_wire, seal
from sync.client import errors
from sync.client.channel import Channel
from sync.client.replica import Replica

_NOT_THEN = (errors.Busy, errors.DeskRevoked, errors.Stopped)
"""Who has too much to do is asked for nothing more, and nobody looks after a PC that was withdrawn."""


def report(channel: Channel, replica: Replica, now: str = "") -> None:
    """Send the statements until they are kept; with them how the desk stands, if that is due at the province's `now`.

    Raises a SyncFault or Malformed.
    """
    purges = replica.unsent_purges()
    if not purges:
        _tell_alone(channel, replica, now)
        return
    health = replica.health(now) if now else None
    for request in purge_wire.requests_with(purges, health):
        replica.purges_kept(_told(channel, request).purges)
    if health is not None:
        replica.health_told(now)


def report_of_trouble(channel: Channel, replica: Replica, fault: errors.SyncFault, now: str) -> None:
    """A sync that the province, or what it showed, has ended: its PC is one whose words wait for long.

    So the province is told of it as of any other.
    """
    if not isinstance(fault, _NOT_THEN) and (fault.said_at or isinstance(fault, errors.SyncHalted)):
        _tell_alone(channel, replica, fault.said_at or now)


def _tell_alone(channel: Channel, replica: Replica, now: str) -> None:
    """How the desk stands, in a request of its own: whatever comes of it makes no sync good or bad."""
    health = replica.health(now) if now else None
    for request in purge_wire.requests_with((), health):
        try:
            _told(channel, request)
            replica.health_told(now)
        except errors.Stopped:
            raise
        except (errors.SyncFault, protocol.Malformed):
            return


def _told(channel: Channel, request: purge_wire.PurgeRequest) -> purge_wire.PurgeReply:
    body, _ = channel.call("/v1/report", protocol.encode(request), seal.HELLO)
    return protocol.decode(body, purge_wire.PurgeReply)
