"""What a desk that was not in touch with its province may still do: all of its work, but nothing sealed, no exports."""

from __future__ import annotations

from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.register import Register

CLOSED = N_("Closed until this PC has been in touch with the province.")


def require_open(register: Register) -> None:
    """Raise Refusal once the lease has run out: what is sealed is not opened, and nothing leaves the register."""
    if register.is_closed:
        raise Refusal(
            N_(
                "This is closed until this PC has been in touch with the province. Nothing is lost; "
                "connect to the network and sync, or bring the province's reply on a USB stick."
            )
        )
