"""Keys: from a passphrase to the register key; slots, recovery, sealing at rest."""
