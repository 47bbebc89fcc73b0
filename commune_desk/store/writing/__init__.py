"""The one way into the register: row, change, audit row and keys together; drafts, and what is asked before a save."""
