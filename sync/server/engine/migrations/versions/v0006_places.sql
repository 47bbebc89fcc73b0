CREATE TABLE guest (
    scope TEXT NOT NULL,
    record TEXT NOT NULL,
    kind TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (scope, record)
)
--
CREATE INDEX guest_by_record ON guest (record)
--
CREATE TABLE departure (
    scope TEXT NOT NULL,
    record TEXT NOT NULL,
    kind TEXT NOT NULL,
    change TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (scope, record)
)
--
CREATE INDEX departure_by_record ON departure (record)
--
ALTER TABLE feed ADD COLUMN line BLOB
--
DROP INDEX feed_by_change
--
CREATE INDEX feed_by_change ON feed (change)
--
CREATE INDEX record_attachment_by_person ON record_attachment (person)
--
CREATE INDEX record_attachment_withdrawal_by_person ON record_attachment_withdrawal (person)
--
CREATE INDEX record_child_file_by_person ON record_child_file (person)
--
CREATE INDEX record_group_membership_by_person ON record_group_membership (person)
--
CREATE INDEX record_home_visit_by_person ON record_home_visit (person)
--
CREATE INDEX record_relation_by_person ON record_relation (person)
--
CREATE INDEX record_relation_by_relative ON record_relation (relative)
--
CREATE INDEX record_report_by_person ON record_report (person)
--
CREATE INDEX record_task_by_person ON record_task (person)
--
CREATE INDEX record_child_file_by_household ON record_child_file (household)
--
CREATE TABLE purge (
    desk TEXT NOT NULL,
    change TEXT NOT NULL,
    body BLOB NOT NULL,
    signature BLOB NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (desk, change)
)
--
CREATE TABLE snapshot (
    token TEXT NOT NULL,
    scope TEXT NOT NULL,
    epoch TEXT NOT NULL,
    seq BIGINT NOT NULL,
    chain BLOB NOT NULL,
    size BIGINT NOT NULL,
    sha256 BLOB NOT NULL,
    "key" TEXT NOT NULL,
    box TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (token)
)
--
CREATE INDEX snapshot_by_scope ON snapshot (scope, seq)
