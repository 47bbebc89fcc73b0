"""Why the province refuses, for the person behind a program: a message id for each code of docs/protocol.md."""

from __future__ import annotations

from collections.abc import Mapping

from commune_desk.domain.words.labels import N_

SENTENCES: Mapping[str, str] = {
    "ticket": N_("The request came too late; it will be repeated by itself."),
    "signature": N_("The province does not recognise this desk's signature. Nothing was lost; call the province."),
    "not_found": N_("The province does not know this, or it is not this desk's."),
    "code": N_("The enrolment code is not accepted. Compare it with the province; after five wrong tries it is void."),
    "expired": N_("The enrolment code has expired. Ask the province for a new one."),
    "used": N_("The enrolment code was used on another PC. Ask the province for a new one."),
    "gap": N_("Earlier changes are missing at the province; they will be sent again by themselves."),
    "fork": N_("This register exists twice. Nothing was lost; the province will give this PC a new enrolment code."),
    "head": N_("The desk's chain of changes does not add up. Nothing was lost; call the province."),
    "epoch": N_("The province was restored from a backup; this desk will send again what it lacks."),
    "resync": N_("The province has less than this desk has seen. Nothing was lost; call the province."),
    "revoked": N_("The province has taken this desk out of service. Call the province."),
    "too_large": N_("The message is too large for the province; it will be sent in smaller parts."),
    "file_too_large": N_("The province does not take files of this size. The file is kept on this PC."),
    "file_no_room": N_("The province has no room left for this place's files. The file is kept on this PC."),
    "file_day": N_("This PC has sent as many files today as the province takes; the rest follows tomorrow."),
    "file_waits": N_("The PC on which the file was added has not sent all of it yet."),
    "bundle_none": N_("The file on the stick is no bundle of Commune Desk. The province took nothing of it in."),
    "bundle_newer": N_(
        "The bundle was made by a newer version of the program than the province's. Nothing of it was taken in; "
        "it stays on the stick until the province is updated."
    ),
    "bundle_cut": N_(
        "The bundle was cut short: copying it did not finish. The province took nothing of it in; have it written "
        "again at the PC that it comes from."
    ),
    "bundle_damaged": N_(
        "The bundle was damaged or changed on the way. The province took nothing of it in; have it written again at "
        "the PC that it comes from."
    ),
    "bundle_for_another": N_(
        "The bundle is for another province or another PC, or its beginning was damaged. The province took nothing "
        "of it in."
    ),
    "bundle_unknown": N_(
        "No PC that is enrolled at the province made this bundle. The province took nothing of it in; find out who "
        "brought the stick, and ask the province's IT officer."
    ),
    "bundle_waits": N_(
        "Too much of the PC that wrote this bundle waits at the province for earlier changes. Bring its earlier "
        "bundles first."
    ),
    "slow": N_("The line was too slow. Nothing was lost; it will be tried again."),
    "busy": N_("The province is busy. Nothing was lost; it will be tried again by itself."),
    "malformed": N_("The province could not read the message. Nothing was lost; install the latest version."),
    "bug": N_("Something went wrong at the province. Nothing was lost; it will be tried again by itself."),
}
UNHEARD_OF = N_(
    "The province gave a reason that this program does not know yet ({code}). Everything is kept here; "
    "install the latest version."
)
