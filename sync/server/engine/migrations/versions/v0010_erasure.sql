CREATE TABLE erasure (
    record TEXT NOT NULL,
    kind TEXT NOT NULL,
    act TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (record)
)
--
CREATE TRIGGER erasure_no_update BEFORE UPDATE ON erasure
BEGIN
    SELECT RAISE(ABORT, 'erasure is append-only');
END
--
CREATE TRIGGER erasure_no_delete BEFORE DELETE ON erasure
BEGIN
    SELECT RAISE(ABORT, 'erasure is append-only');
END
--
DROP TRIGGER change_no_update
--
CREATE TRIGGER change_no_update BEFORE UPDATE ON change
WHEN NOT (
    length(NEW.raw) = 0 AND length(NEW.signature) = 0
    AND (NEW.id, NEW.desk, NEW.n, NEW.digest, NEW.scope, NEW.kind, NEW.record, NEW.status, NEW.received_at, NEW.skew_ms)
        = (OLD.id, OLD.desk, OLD.n, OLD.digest, OLD.scope, OLD.kind, OLD.record, OLD.status, OLD.received_at, OLD.skew_ms)
    AND EXISTS (SELECT 1 FROM erasure WHERE record = OLD.record)
)
BEGIN
    SELECT RAISE(ABORT, 'change is append-only');
END
--
DROP TRIGGER feed_no_update
--
CREATE TRIGGER feed_no_update BEFORE UPDATE ON feed
WHEN NOT (
    NEW.line IS NULL
    AND (NEW.scope, NEW.seq, NEW.change, NEW.chain) = (OLD.scope, OLD.seq, OLD.change, OLD.chain)
    AND NOT EXISTS (SELECT 1 FROM json_each(NEW.event) WHERE key NOT IN ('s', 'q', 'd'))
    AND EXISTS (SELECT 1 FROM change WHERE id = OLD.change AND length(raw) = 0)
)
BEGIN
    SELECT RAISE(ABORT, 'feed is append-only');
END
--
DROP TRIGGER quarantine_no_update
--
CREATE TRIGGER quarantine_no_update BEFORE UPDATE ON quarantine
WHEN NOT (
    length(NEW.raw) = 0 AND length(NEW.signature) = 0
    AND (NEW.desk, NEW.n, NEW.id, NEW.code, NEW.digest, NEW.received_at)
        = (OLD.desk, OLD.n, OLD.id, OLD.code, OLD.digest, OLD.received_at)
    AND EXISTS (SELECT 1 FROM erasure WHERE instr(OLD.raw, CAST(record AS BLOB)) > 0)
)
BEGIN
    SELECT RAISE(ABORT, 'quarantine is append-only');
END
--
DROP TRIGGER outcome_no_delete
--
CREATE TRIGGER outcome_no_delete BEFORE DELETE ON outcome
WHEN NOT EXISTS (SELECT 1 FROM change WHERE id = OLD.change AND length(raw) = 0)
BEGIN
    SELECT RAISE(ABORT, 'outcome is append-only');
END
--
CREATE TRIGGER conflict_only_erased BEFORE DELETE ON conflict
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.record)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_attachment_only_erased BEFORE DELETE ON record_attachment
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_attachment_withdrawal_only_erased BEFORE DELETE ON record_attachment_withdrawal
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_bed_only_erased BEFORE DELETE ON record_bed
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_care_log_entry_only_erased BEFORE DELETE ON record_care_log_entry
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_child_file_only_erased BEFORE DELETE ON record_child_file
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_desk_only_erased BEFORE DELETE ON record_desk
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_group_membership_only_erased BEFORE DELETE ON record_group_membership
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_home_visit_only_erased BEFORE DELETE ON record_home_visit
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_household_only_erased BEFORE DELETE ON record_household
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_officer_only_erased BEFORE DELETE ON record_officer
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_person_only_erased BEFORE DELETE ON record_person
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_placement_only_erased BEFORE DELETE ON record_placement
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_placement_notice_only_erased BEFORE DELETE ON record_placement_notice
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_relation_only_erased BEFORE DELETE ON record_relation
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_report_only_erased BEFORE DELETE ON record_report
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_shelter_only_erased BEFORE DELETE ON record_shelter
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
--
CREATE TRIGGER record_task_only_erased BEFORE DELETE ON record_task
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE record = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'nothing but an erasure takes records away');
END
