"""What can go wrong, as a person can be told it.

    DeskError                a sentence for a person, with what was kept and what to do
    +-- Fault                the surroundings: disk full, line down, a bad file, a wrong passphrase
    +-- Refusal              a rule says no: not allowed, not in this state
    +-- Invalid              what was entered does not hold; names the fields
    +-- Mistake              the program itself failed while somebody waited for it

Bugs are ordinary Python exceptions; only the two top-level hooks catch them. Who waited hears a Mistake.
"""

from __future__ import annotations

from collections.abc import Mapping

from commune_desk.domain.words.labels import N_


class DeskError(Exception):
    """A sentence for a person. `text` is an English message id, `params` fills its `{placeholders}`.

    `str(error)` never holds `params` (they may be personal data): only the message id, for the log.
    """

    def __init__(self, text: str, /, **params: object) -> None:
        super().__init__(text)
        self.text = text
        self.params = params


class Fault(DeskError):
    """The surroundings failed; nothing already saved is lost."""


class Refusal(DeskError):
    """A rule says no."""


class Invalid(DeskError):
    """What was entered does not hold. `fields` maps a field's name to a message id."""

    def __init__(self, text: str, /, *, fields: Mapping[str, str] | None = None, **params: object) -> None:
        super().__init__(text, **params)
        self.fields: dict[str, str] = dict(fields or {})


class Mistake(DeskError):
    """A bug, of which the top-level hook tells: what was waited for will not come."""

    def __init__(self) -> None:
        super().__init__(N_("The program made a mistake, so this was not done. What was saved before is kept."))
