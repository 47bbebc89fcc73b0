"""What the audit log of a desk can say that somebody did."""

from __future__ import annotations

from enum import StrEnum


class AuditAction(StrEnum):
    """The word of a row. Rows are chained and keep theirs, so a word that was changed here stays in older rows."""

    CREATE = "create"
    EDIT = "edit"
    DECIDE = "decide"
    MOVE = "move"
    JOIN = "join"
    """Said that two records are one child."""
    ERASE = "erase"
    """Erased what the province ordered to erase by law."""
    FOLLOW_EPOCH = "follow_epoch"
    REPAIR = "repair"
    """Records were brought back to what the province holds, after a comparison."""
    SPLIT_VIEW = "split_view"
    """The province showed a history that contradicts what it had signed before."""
    OPEN = "open"
    OPEN_INFORMANT = "open_informant"
    OPEN_SEALED = "open_sealed"
    OPEN_FILE = "open_file"
    """Looked at the content of a photo or scan."""
    SAVE_FILE = "save_file"
    """Took a copy of it out of the register."""
    SEARCH = "search"
    EXPORT = "export"
    IMPORT = "import"
    IMPORT_COMPLETE = "import_complete"
    IMPORT_UNDO = "import_undo"
    SETTING = "setting"
    BACKUP = "backup"
    RESTORE = "restore"
    COURIER_OUT = "courier_out"
    COURIER_IN = "courier_in"
    ENROL = "enrol"
    OFFICER_ADD = "officer_add"
    """`add officer` in older rows."""
    OFFICER_REMOVE = "officer_remove"
    """`remove officer` in older rows."""
    PASSPHRASE_CHANGE = "passphrase_change"  # noqa: S105 - a word
    """`change passphrase` in older rows."""
    PASSPHRASE_RECOVER = "passphrase_recover"  # noqa: S105 - a word
    """`recover passphrase` in older rows."""
    LOG_TOUCHED = "log_touched"
    """`audit log touched` in older rows."""
