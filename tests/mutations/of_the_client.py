"""Faults in what a desk believes of what comes over the line, and in what it sends."""

from __future__ import annotations

from tests.mutations.fault import Fault

_PAGE, _SESSION, _CHANNEL = "sync/client/page.py", "sync/client/session.py", "sync/client/channel.py"
_EXCHANGE = "sync/client/exchange.py"
_FRAMING = "sync/framing.py"
_TRANSPORT, _CHANGE = "sync/client/transport.py", "sync/change.py"
_SESSIONS = ("sync/client/test_session.py",)
_KEPT = "sync/client/test_kept_tickets.py"
_BITS, _PROOFS = ("sync/wire/test_flipped_bits.py",), ("sync/wire/test_page_proofs.py",)
_LINES = ("sync/client/test_transport.py",)
_SIMULATED = ("simulator/test_simulator.py::test_a_kept_seed_holds",)
_PROOF = "    if not seal.verify(authority_public, domain, reply.body, protocol.unb64(reply.signature)):"
_SIGNED = "    return public is not None and line.signed_by(public)"
_HERE = "if event.scope not in granted or not is_for(event, line):"
_CURSOR = "        if protocol.unb64(cursor.chain) != position.chain:\n            raise errors.HistoryRewritten\n"

BELIEF = (
    Fault(
        name="a-province-that-never-said-so-is-sent-frames-of-the-dictionary",
        file=_CHANNEL,
        old="framing.DICTIONARY_TYPE if dictionary >= framing.NEWEST_DICTIONARY else framing.CONTENT_TYPE",
        new="framing.DICTIONARY_TYPE",
        tests=("sync/wire/test_framing.py",),
    ),
    Fault(
        name="who-asked-without-the-dictionary-is-answered-with-it",
        file="sync/server/edge/app.py",
        old="framed = DICTIONARY_TYPE if knows else CONTENT_TYPE",
        new="framed = DICTIONARY_TYPE",
        tests=("sync/wire/test_framing.py", "sync/wire/test_plain_client.py"),
    ),
    Fault(
        name="a-kept-ticket-forgets-the-dictionary",
        file="sync/client/channel.py",
        old="        self._content_type = _framed_for(kept.dictionary)\n",
        new="",
        tests=("sync/wire/test_framing.py",),
    ),
    Fault(
        name="a-garbled-line-told-as-another-certificate",
        file="sync/client/line_faults.py",
        old="errors.HalfPage() if _GARBLED in said else errors.WrongCertificate()",
        new="errors.WrongCertificate()",
        tests=_LINES,
    ),
    Fault(
        name="a-certificate-is-spelt-in-two-ways",
        file="sync/seal.py",
        old="    if base64.b64encode(der) != text:",
        new="    if not der:",
        tests=("sync/client/test_transport.py::test_whatever_its_size_a_letter_more_is_none",),
    ),
    Fault(
        name="ticket-believed-for-ever",
        file=_CHANNEL,
        old="        return monotonic() < self._ends_at",
        new="        return bool(self._ends_at)",
        tests=("sync/client/test_tickets.py",),
    ),
    Fault(
        name="change-signature-unchecked",
        file=_PAGE,
        old=_SIGNED,
        new="    return public is not None",
        tests=_SESSIONS,
    ),
    Fault(
        name="unknown-author-believed",
        file=_PAGE,
        old=_SIGNED,
        new="    return public is None or line.signed_by(public)",
        tests=_PROOFS,
    ),
    Fault(
        name="one-old-page-begins-anew",
        file=_SESSION,
        old="            self._pull_or_begin(channel, identity)",
        new="            self._replica.begin_all_anew()\n            self._pull_or_begin(channel, identity)",
        tests=_PROOFS,
    ),
    Fault(
        name="page-signature-unchecked",
        file=_CHANNEL,
        old=_PROOF,
        new=_PROOF.replace("if not", "if domain != seal.FEED and not"),
        tests=("sync/wire/test_page_proofs.py",),
    ),
    Fault(
        name="receipt-signature-unchecked",
        file=_CHANNEL,
        old=_PROOF,
        new=_PROOF.replace("if not", "if domain != seal.RECEIPT and not"),
        tests=("sync/wire/test_page_proofs.py",),
    ),
    Fault(
        name="hello-signature-unchecked",
        file=_CHANNEL,
        old=_PROOF,
        new=_PROOF.replace("if not", "if domain != seal.HELLO and not"),
        tests=("sync/wire/test_page_proofs.py",),
    ),
    Fault(
        name="refusal-signature-unchecked",
        file=_CHANNEL,
        old="    if not seal.verify(authority_public, seal.HELLO, reply.body, protocol.unb64(reply.signature)):\n"
        "        return errors.Unproven()",
        new="",
        tests=("sync/wire/test_flipped_bits.py::test_a_bit_of_a_signed_refusal_decides_nothing",),
    ),
    Fault(
        name="another-desks-refusal-obeyed",
        file=_CHANNEL,
        old="        if problem.desk != desk:\n",
        new="        if False:\n",
        tests=("sync/wire/test_played_back.py::test_another_desks_refusal_decides_nothing",),
    ),
    Fault(
        name="ticket-of-another-desk-or-epoch-begun-with",
        file=_SESSION,
        old="kept is not None and (kept.desk, kept.epoch) == (identity.desk, identity.epoch):",
        new="kept is not None:",
        tests=(_KEPT + "::test_a_ticket_of_something_else_is_not_begun_with",),
    ),
    Fault(
        name="counters-of-a-former-process-used-again",
        file=_CHANNEL,
        old="self._count_from(1 + int(age * _COUNTED_A_SECOND), kept.ticket)",
        new="self._count_from(1, kept.ticket)",
        tests=(_KEPT + "::test_the_first_sync_of_a_day_sends_its_visits_at_once",),
    ),
    Fault(
        name="hello-within-a-request-not-heard",
        file=_CHANNEL,
        old="        self._greeted(hello)\n",
        new="",
        tests=("sync/client/test_tickets.py",),
    ),
    Fault(
        name="kept-ticket-judges-no-certificate",
        file=_CHANNEL,
        old="        self._transport.advance_province_time(_instant(kept.at) + timedelta(seconds=age))\n",
        new="",
        tests=(
            "sync/client/test_tickets.py::test_a_new_process_judges_the_certificate_by_what_time_it_must_be_by_now",
        ),
    ),
    Fault(
        name="failed-hello-leaves-an-unjudged-connection",
        file=_TRANSPORT,
        old="                self._context.province_time = known\n                self._adapter.close()\n",
        new="                pass\n",
        tests=(
            "sync/client/test_clock_and_certificate.py::test_a_hello_that_fails_leaves_no_connection_that_nothing_judged",
        ),
    ),
    Fault(
        name="hello-nonce-unchecked",
        file=_CHANNEL,
        old="            if hello.nonce != nonce:\n                raise errors.Unproven\n",
        new="",
        tests=_SESSIONS,
    ),
    Fault(
        name="certificate-signature-unchecked",
        file=_PAGE,
        old="        if not seal.verify(authority_public, seal.DESK_CERT, body, protocol.unb64(signed.signature)):\n"
        "            raise errors.Unproven\n",
        new="",
        tests=_PROOFS,
    ),
    Fault(
        name="feed-chain-unchecked",
        file=_PAGE,
        old=_CURSOR,
        new="",
        tests=("sync/wire/test_page_proofs.py::test_a_page_that_ends_elsewhere_than_its_chain_is_another_history",),
    ),
    Fault(
        name="gap-in-feed-accepted",
        file=_PAGE,
        old="if event.seq != before.seq + 1:",
        new="if event.seq <= before.seq:",
        tests=("sync/wire/test_page_proofs.py::test_a_number_left_out_is_another_history_though_the_chain_fits_it",),
    ),
    Fault(
        name="shorter-feed-accepted",
        file=_PAGE,
        old="if head.seq < position.seq or (head",
        new="if (head",
        tests=("sync/wire/test_page_proofs.py::test_a_feed_that_ends_before_the_desks_place_is_another_history",),
    ),
    Fault(
        name="rewritten-head-accepted",
        file=_PAGE,
        old=" or (head.seq == position.seq and protocol.unb64(head.chain) != position.chain)",
        new="",
        tests=_PROOFS,
    ),
    Fault(
        name="page-of-a-foreign-scope-taken",
        file=_PAGE,
        old=_HERE,
        new="if not is_for(event, line):",
        tests=_SESSIONS,
    ),
    Fault(
        name="event-of-another-scope-than-its-change",
        file=_PAGE,
        old=_HERE,
        new="if event.scope not in granted:",
        tests=_PROOFS,
    ),
    Fault(
        name="trailer-cursors-unchecked",
        file=_PAGE,
        old="        if cursor.seq != position.seq:\n            raise protocol.Malformed\n",
        new="",
        tests=_SESSIONS,
    ),
    Fault(
        name="endless-promise-of-more",
        file=_PAGE,
        old=" or (trailer.more and not page.steps):",
        new=":",
        tests=_SESSIONS,
    ),
    Fault(
        name="page-epoch-unchecked",
        file=_EXCHANGE,
        old="    if page.header.epoch != identity.epoch:\n        raise errors.ProvinceRestored\n",
        new="",
        tests=_SESSIONS,
    ),
    Fault(
        name="older-copy-unnoticed",
        file=_EXCHANGE,
        old="    refuse_to_be_a_past(replica, identity, page.events)\n    _refuse_to_be_one",
        new="    _refuse_to_be_one",
        tests=("sync/put_back/test_older_copy.py::test_an_older_copy_stops_before_it_uses_a_number_twice",),
    ),
)
SENDING = (
    Fault(
        name="only-the-first-page-is-pulled",
        file=_SESSION,
        old="            more = page.trailer.more or bool(page.trailer.snapshots)\n",
        new="            more = False\n",
        tests=("sync/client/test_session.py",),
    ),
    Fault(
        name="what-the-province-lost-is-not-offered",
        file=_SESSION,
        old="            self._replica.resend_from(self._replica.last_n())\n            self._pusher.push_all",
        new="            self._pusher.push_all",
        tests=(
            "sync/put_back/test_restored_province.py::test_what_it_had_signed_for_comes_back_though_nothing_new_was_typed",
        ),
    ),
    Fault(
        name="cut-reply-taken-for-whole",
        file=_TRANSPORT,
        old="        if declared != str(len(received)) and not is_chunked:\n            raise errors.HalfPage\n",
        new="",
        tests=_LINES,
    ),
    Fault(
        name="reply-without-end-is-read",
        file=_TRANSPORT,
        old="            if len(received) > limit:\n                raise errors.TooLarge\n",
        new="",
        tests=_LINES,
    ),
    Fault(
        name="portal-page-taken-for-a-reply",
        file="sync/client/reply.py",
        old='is_html = "html" in response.headers.get("Content-Type", "").lower() or raw[:1] == b"<"',
        new="is_html = False",
        tests=("sync/client/test_transport.py", "sync/client/test_session.py"),
    ),
    Fault(
        name="unsigned-no-believed",
        file=_CHANNEL,
        old="    return errors.ServerTrouble(status=reply.status)\n",
        new="    return errors.NotRecognised()\n",
        tests=("sync/files/test_unsigned_refusals.py",),
    ),
    Fault(
        name="one-refused-file-keeps-all",
        file="sync/client/files.py",
        old="        if len(self.refused_on_the_way) >= _MOST_STRANGERS:\n",
        new="        if self.refused_on_the_way:\n",
        tests=(
            "sync/files/test_unsigned_refusals.py::test_a_file_that_somebody_always_refuses_keeps_no_other_from_moving",
        ),
    ),
    Fault(
        name="every-refused-file-is-tried",
        file="sync/client/files.py",
        old="        if len(self.refused_on_the_way) >= _MOST_STRANGERS:\n",
        new="        if not self.refused_on_the_way:\n",
        tests=(
            "sync/files/test_unsigned_refusals.py::test_of_many_files_that_somebody_refuses_few_are_tried_in_one_sync",
        ),
    ),
    Fault(
        name="pieces-as-large-as-before-they-were-refused",
        file="sync/client/files.py",
        old="            self._piece = self._largest = max(_SMALLEST, self._piece // 2)\n",
        new="            self._piece = max(_SMALLEST, self._piece // 2)\n",
        tests=("sync/files/test_unsigned_refusals.py::test_who_takes_no_large_pieces_gets_smaller_ones",),
    ),
    Fault(
        name="inflated-without-a-cap",
        file=_FRAMING,
        old="        inside = unpacking.stream_reader(body).read(limit + 1)\n",
        new="        inside = unpacking.stream_reader(body).read()[: limit + 1]\n",
        tests=("sync/server/test_limits.py",),
    ),
    Fault(
        name="too-much-inside-accepted",
        file=_FRAMING,
        old="    if len(inside) > limit or declared not in (-1, len(inside)):",
        new="    if declared not in (-1, len(inside)):",
        tests=("sync/wire/test_one_spelling.py",),
    ),
    Fault(
        name="line-in-another-spelling-accepted",
        file=_CHANGE,
        old="return _encoder.encode(plain) == raw and _within_profile(plain)",
        new="return _within_profile(plain)",
        tests=("sync/wire/test_one_spelling.py",),
    ),
    Fault(
        name="numbers-out-of-profile-accepted",
        file=_CHANGE,
        old="return _encoder.encode(plain) == raw and _within_profile(plain)",
        new="return _encoder.encode(plain) == raw",
        tests=("sync/wire/test_one_spelling.py",),
    ),
    Fault(
        name="green-though-records-differ",
        file="commune_desk/store/pages/sync_status.py",
        old=" and not self.differing",
        new="",
        tests=("presenters/sync/test_page.py::test_what_differs_from_the_province_is_told_at_the_top",),
    ),
    Fault(
        name="two-authorities-pinned",
        file="sync/client/tls.py",
        old="cadata=seal.certificate_der(ca_pem)",
        new="cadata=ca_pem.decode()",
        tests=("sync/client/test_transport.py::test_two_authorities_are_none",),
    ),
    Fault(
        name="a-stranger-beside-the-codes-authority",
        file="sync/seal.py",
        old="return sha256(certificate_der(pem))",
        new='return sha256(base64.b64decode(pem.split(b"-----")[2]))',
        tests=("sync/client/test_enrol.py::test_a_second_authority_beside_the_codes_gets_nothing",),
    ),
    Fault(
        name="a-comparison-fails-the-sync",
        file="sync/client/session.py",
        old="        except TOO_MUCH_FOR_THE_LINE:\n            return\n",
        new="        except TOO_MUCH_FOR_THE_LINE:\n            raise\n",
        tests=("sync/client/test_compared_over_a_poor_line.py",),
    ),
)
FAULTS = (*BELIEF, *SENDING)
