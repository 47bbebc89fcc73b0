"""Faults of a PC whose clock fell behind, of pages that stand open while time goes on, and of what the lease closes."""

from __future__ import annotations

from tests.mutations.fault import Fault

_SHOWN = "presenters/day/test_clock_behind.py"
_BEHIND = "presenters/child/test_clock_behind.py"
_LIVE = "commune_desk/ui/pages/live.py"
_MIDNIGHT = "ui/child/test_over_midnight.py"

FAULTS = (
    Fault(
        name="a-pc-of-1970-has-no-backup",
        file="commune_desk/store/desk/backup.py",
        old="        archive.writestr(_undated(MANIFEST), msgspec.json.encode(manifest))\n",
        new="        archive.writestr(MANIFEST, msgspec.json.encode(manifest))\n",
        tests=("usecases/registers/test_backups.py",),
    ),
    Fault(
        name="a-pc-of-2010-shows-that-year",
        file="commune_desk/usecases/desk/workplace.py",
        old="        return self.read(lambda connection: settings.present(connection, self.register.clock.now()))\n",
        new="        return self.register.clock.now()\n",
        tests=(_BEHIND, _SHOWN),
    ),
    Fault(
        name="the-hour-that-the-province-told-stands-still",
        file="commune_desk/store/engine/settings.py",
        old="    return gone_on if last <= gone_on <= last + _A_WEEK else last\n",
        new="    return last\n",
        tests=(f"{_SHOWN}::test_the_hours_of_a_time_limit_go_on",),
    ),
    Fault(
        name="a-pc-of-2010-enters-who-is-grown-up-as-a-child",
        file="commune_desk/usecases/records/children.py",
        old="    check_child(entry.person, local_day(tx.present()))\n",
        new="    check_child(entry.person, local_day(tx.ledger.now()))\n",
        tests=(_SHOWN,),
    ),
    Fault(
        name="a-pc-of-2010-spends-its-bound-for-files-once",
        file="commune_desk/store/exchange/file_replica.py",
        old="            day_budget.spend(tx.connection, local_day(tx.present()), more)\n",
        new="            day_budget.spend(tx.connection, local_day(tx.ledger.now()), more)\n",
        tests=(_SHOWN,),
    ),
    Fault(
        name="a-pc-of-2010-lets-nobody-come-back-today",
        file="commune_desk/presenters/shelter/outing_form.py",
        old="        now = self._workplace.present()\n",
        new="        now = self._workplace.register.clock.now()\n",
        tests=("presenters/shelter/test_clock_behind.py",),
    ),
    Fault(
        name="today-is-yesterday-on-a-page-that-stands-open",
        file=_LIVE,
        old="        return self._read_at != self._moment()\n",
        new="        return False\n",
        tests=(_MIDNIGHT, "ui/pages/test_shelter_over_midnight.py"),
    ),
    Fault(
        name="a-limit-that-ran-out-still-runs-on-the-childs-page",
        file="commune_desk/ui/pages/child.py",
        old="        return super().is_overtaken() or self._view != self._state.view()\n",
        new="        return super().is_overtaken()\n",
        tests=(_MIDNIGHT,),
    ),
    Fault(
        name="a-closed-report-stays-to-be-read-after-the-lease",
        file="commune_desk/ui/pages/report_detail.py",
        old="        if self._detail is not None:\n            self.read_again()\n",
        new="        if self._detail is not None and self._detail.clock is not None:\n            self.read_again()\n",
        tests=("ui/pages/test_reports_close.py",),
    ),
    Fault(
        name="a-pc-that-went-back-to-an-older-program-never-looks-again",
        file="commune_desk/store/desk/versions.py",
        old="    return _own_schema(connection) == SCHEMA_VERSION\n",
        new="    return _own_schema(connection) >= SCHEMA_VERSION\n",
        tests=("sync/wire/test_other_versions.py",),
    ),
    Fault(
        name="born-on-1-march-is-a-year-older-on-29-february",
        file="commune_desk/presenters/child/register_page.py",
        old="    return months_after(day, -12 * years).isoformat()\n",
        new="    return (months_after(day, -12 * years) + timedelta(days=1)).isoformat()\n",
        tests=("presenters/child/test_register_page.py",),
    ),
)
