"""The window before a register is open: first start, unlock, a forgotten passphrase."""
