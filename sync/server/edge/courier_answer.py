"""What a desk is to be told by courier: receipts, refusals and whatever else comes of its bundles in one round."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync import bundle
from sync.bundle import Item, PartKind
from sync.protocol import PullRequest, Receipt, encode
from sync.purge_wire import PurgeReply
from sync.server.identity.province import Province
from sync.server.problems import Refused
from sync.snapshot import Begin


@dataclass
class Answer:
    """What became of a desk's bundles in this round, and what it asks."""

    desk: str
    answers: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """Receipts and refusals, signed."""
    taken: int = 0
    """Changes of these bundles that the province now has."""
    quarantined: int = 0
    words: list[str] = field(default_factory=list)
    """The changes whose signed words of removal came with these bundles and are kept."""
    refused: list[str] = field(default_factory=list)
    """The codes of refusals, each once."""
    is_of_another_time: bool = False
    """A bundle was written in a former epoch: no change of it was taken in, and the answer tells the present one."""
    question: PullRequest | None = None
    """What the last written of these bundles asked; None when none of the present epoch asked anything."""
    begin: Begin | None = None
    """What stood beside that question of snapshots; None for a desk whose program knows none on sticks."""
    _asked: tuple[str, int] = ("", 0)

    @property
    def tells_only_the_epoch(self) -> bool:
        """Whether the desk has to go on in the present epoch before pages of it say anything to it."""
        return self.is_of_another_time and self.question is None

    def receive(self, province: Province, receipt: Receipt) -> None:
        """Note that a push was taken in."""
        self.items.append(bundle.answer(PartKind.RECEIPT, encode(receipt), province.keys.authority))
        self.taken += len(receipt.results)
        self.quarantined += sum(result.status == "quarantined" for result in receipt.results)

    def refuse(self, province: Province, refused: Refused) -> None:
        """Note that a push was refused."""
        if refused.code not in self.refused:
            self.refused.append(refused.code)
            self.items.append(refusal(province, refused.to(self.desk)))

    def keep(self, province: Province, kept: PurgeReply) -> None:
        """Note which of the desk's signed words are kept now."""
        self.items.append(bundle.answer(PartKind.PURGES_KEPT, encode(kept), province.keys.authority))
        self.words += [change for change in kept.purges if change not in self.words]

    def ask(self, request: PullRequest, begin: Begin | None, at: str) -> None:
        """Note what a bundle asks that was written at `at` by the desk's clock; the last one is answered."""
        asked = at, sum(request.cursors.values())
        if self.question is None or asked >= self._asked:
            self.question, self.begin, self._asked = request, begin, asked


def refusal(province: Province, refused: Refused) -> Item:
    """The province's no, signed, as a part."""
    return bundle.answer(PartKind.REFUSAL, encode(refused.problem), province.keys.authority, status=refused.status)
