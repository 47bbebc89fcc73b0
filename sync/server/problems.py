"""Why a request is refused: an HTTP status, a code for the program, a sentence for the person behind it."""

from __future__ import annotations

import msgspec

from sync.protocol import Problem, b64
from sync.refusals import SENTENCES


class Refused(Exception):
    """A request is refused; the transaction it was in is undone."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        expect_n: int = 0,
        retry_after: int = 0,
        removes: bool = False,
        head: bytes = b"",
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.problem = Problem(
            code=code,
            text=SENTENCES[code],
            expect_n=expect_n,
            retry_after=retry_after,
            removes=removes,
            head=b64(head),
        )

    def to(self, desk: str) -> Refused:
        """The same, naming the desk that asked."""
        self.problem = msgspec.structs.replace(self.problem, desk=desk)
        return self
