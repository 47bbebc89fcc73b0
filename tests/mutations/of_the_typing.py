"""Faults in what keeps a sync from holding up whoever types and saves beside it."""

from __future__ import annotations

from tests.mutations.fault import Fault

FAULTS = (
    Fault(
        name="a-save-waits-behind-what-a-sync-has-handed-in",
        file="commune_desk/store/exchange/one_desk.py",
        old="return self._register.write(as_the_same_desk, gives_way=True)",
        new="return self._register.write(as_the_same_desk)",
        tests=("store/exchange/test_gives_way.py",),
    ),
    Fault(
        name="the-writer-takes-all-in-turn",
        file="commune_desk/store/engine/turns.py",
        old="queue = self._behind if gives_way else self._first",
        new="queue = self._first",
        tests=("store/exchange/test_gives_way.py", "store/engine/test_turns.py"),
    ),
    Fault(
        name="a-page-goes-into-transactions-of-one-length",
        file="sync/client/exchange.py",
        old="        pace.took(monotonic() - begun)\n",
        new="        monotonic()\n",
        tests=("sync/client/test_pages_in_portions.py",),
    ),
    Fault(
        name="a-page-goes-into-one-transaction",
        file="sync/client/exchange.py",
        old="    pace = Pace.up_to(at_once)\n",
        new="    pace = Pace(len(page.steps) + at_once)\n",
        tests=("sync/client/test_pages_in_portions.py",),
    ),
    Fault(
        name="a-portion-of-a-page-leaves-the-cursor-where-it-was",
        file="sync/client/page.py",
        old="zip(piece, reached[start:], strict=False)}",
        new="zip(piece, reached, strict=False)}",
        tests=("sync/client/test_pages_in_portions.py",),
    ),
    Fault(
        name="the-pages-read-anew-for-all-that-a-sync-changes",
        file="commune_desk/ui/tasks.py",
        old="            self._rest.start()\n",
        new="            self._rest.stop()\n",
        tests=("ui/window/test_tasks.py",),
    ),
    Fault(
        name="what-asks-for-a-sync-is-told-with-what-a-sync-brought",
        file="commune_desk/ui/tasks.py",
        old="if not is_first and self._told[-1].topics == changes.topics:",
        new="if not is_first:",
        tests=("ui/window/test_tasks.py",),
    ),
    Fault(
        name="the-window-is-looked-through-for-garbage-amid-a-sync",
        file="commune_desk/app.py",
        old="        gc.freeze()",
        new="        gc.enable()",
        tests=("system/test_loading.py",),
    ),
    Fault(
        name="a-thread-that-reckons-keeps-the-window-waiting",
        file="commune_desk/__main__.py",
        old="    sys.setswitchinterval(SWITCH_SECONDS)\n",
        new="",
        tests=("system/test_loading.py",),
    ),
    Fault(
        name="any-thread-looks-for-garbage",
        file="commune_desk/ui/garbage.py",
        old="        gc.disable()\n",
        new="        gc.enable()\n",
        tests=("system/test_garbage.py",),
    ),
    Fault(
        name="garbage-is-looked-for-no-more",
        file="commune_desk/ui/garbage.py",
        old="        self._timer.start()\n",
        new="",
        tests=("system/test_garbage.py",),
    ),
    Fault(
        name="the-thread-of-the-work-holds-what-follows-it",
        file="commune_desk/ui/tasks.py",
        old="partial(self._bring_home, number, done)",
        new="partial(self._bring_home, number, done, on_done, owner)",
        tests=("ui/window/test_tasks.py",),
    ),
)
