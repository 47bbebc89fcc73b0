"""Keys: passphrase to slot to register key, recovery with the province. This is the door; use these names."""

from commune_desk.vault.keyfile import KeyfileDamaged, KeyfileMissing, KeyfileNewer, KeyfileNotSaved
from commune_desk.vault.keys import RegisterKey, open_at_rest, seal_at_rest, subkey
from commune_desk.vault.passphrases import WrongPassphrase, check_passphrase
from commune_desk.vault.recovery import WrongAnswer, recover, recovery_request, set_recovery
from commune_desk.vault.throttle import TooManyTries
from commune_desk.vault.vault import (
    Slot,
    add_officer,
    change_passphrase,
    create,
    remove_officer,
    slots,
    unlock,
)

__all__ = [
    "KeyfileDamaged",
    "KeyfileMissing",
    "KeyfileNewer",
    "KeyfileNotSaved",
    "RegisterKey",
    "Slot",
    "TooManyTries",
    "WrongAnswer",
    "WrongPassphrase",
    "add_officer",
    "change_passphrase",
    "check_passphrase",
    "create",
    "open_at_rest",
    "recover",
    "recovery_request",
    "remove_officer",
    "seal_at_rest",
    "set_recovery",
    "slots",
    "subkey",
    "unlock",
]
