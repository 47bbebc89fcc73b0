CREATE TABLE audit (
    seq BIGINT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    chain BLOB NOT NULL,
    PRIMARY KEY (seq)
)
--
CREATE TABLE change (
    id TEXT NOT NULL,
    desk TEXT NOT NULL,
    n BIGINT NOT NULL,
    digest BLOB NOT NULL,
    raw BLOB NOT NULL,
    signature BLOB NOT NULL,
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    status TEXT NOT NULL,
    received_at TEXT NOT NULL,
    skew_ms BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (desk, n)
)
--
CREATE INDEX change_by_record ON change (record)
--
CREATE TABLE "conflict" (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    base TEXT,
    ours TEXT,
    theirs TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_by TEXT,
    PRIMARY KEY (id)
)
--
CREATE INDEX conflict_by_record ON "conflict" (record, field)
--
CREATE TABLE desk (
    id TEXT NOT NULL,
    label TEXT NOT NULL,
    status TEXT NOT NULL,
    sign_public BLOB NOT NULL,
    box_public BLOB NOT NULL,
    doorbell_public BLOB NOT NULL,
    last_n BIGINT NOT NULL,
    head BLOB NOT NULL,
    durable_n BIGINT NOT NULL,
    program_version TEXT NOT NULL,
    audit_head TEXT NOT NULL,
    enrolled_at TEXT,
    seen_at TEXT,
    cert BLOB NOT NULL,
    cert_signature BLOB NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE TABLE desk_grant (
    desk TEXT NOT NULL,
    scope TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (desk, scope)
)
--
CREATE INDEX desk_grant_by_scope ON desk_grant (scope)
--
CREATE TABLE enrol_code (
    locator TEXT NOT NULL,
    desk TEXT NOT NULL,
    label TEXT NOT NULL,
    request_key BLOB NOT NULL,
    reply_key BLOB NOT NULL,
    locker BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    tries BIGINT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (locator)
)
--
CREATE TABLE feed (
    scope TEXT NOT NULL,
    seq BIGINT NOT NULL,
    change TEXT NOT NULL,
    chain BLOB NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (scope, seq)
)
--
CREATE UNIQUE INDEX feed_by_change ON feed (change)
--
CREATE TABLE meta (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
)
--
CREATE TABLE outcome (
    change TEXT NOT NULL,
    field TEXT NOT NULL,
    outcome TEXT NOT NULL,
    stands_for TEXT,
    PRIMARY KEY (change, field)
)
--
CREATE TABLE quarantine (
    desk TEXT NOT NULL,
    n BIGINT NOT NULL,
    id TEXT NOT NULL,
    code TEXT NOT NULL,
    digest BLOB NOT NULL,
    raw BLOB NOT NULL,
    signature BLOB NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (desk, n)
)
--
CREATE TABLE record_bed (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    label TEXT,
    bed_kind TEXT,
    status TEXT,
    note TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_bed_by_scope ON record_bed (scope)
--
CREATE TABLE record_care_log_entry (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    placement TEXT,
    logged_at TEXT,
    entry_kind TEXT,
    note TEXT,
    officer TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_care_log_entry_by_scope ON record_care_log_entry (scope)
--
CREATE TABLE record_child_file (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    person TEXT,
    household TEXT,
    case_number TEXT,
    status TEXT,
    risk_level TEXT,
    opened_on TEXT,
    import_id TEXT,
    schooling TEXT,
    school TEXT,
    health_insurance TEXT,
    birth_certificate TEXT,
    disability_types TEXT,
    disability_degree TEXT,
    note TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_child_file_by_scope ON record_child_file (scope)
--
CREATE TABLE record_desk (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    desk_id TEXT,
    label TEXT,
    program_version TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_desk_by_scope ON record_desk (scope)
--
CREATE TABLE record_group_membership (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    person TEXT,
    group_code TEXT,
    from_on TEXT,
    to_on TEXT,
    basis TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_group_membership_by_scope ON record_group_membership (scope)
--
CREATE TABLE record_home_visit (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    person TEXT,
    visited_on TEXT,
    visited_at TEXT,
    officer TEXT,
    present TEXT,
    risk_level TEXT,
    observations TEXT,
    needs TEXT,
    next_step TEXT,
    next_visit_on TEXT,
    amends TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_home_visit_by_scope ON record_home_visit (scope)
--
CREATE TABLE record_household (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    head_name TEXT,
    village TEXT,
    address TEXT,
    household_class TEXT,
    class_year BIGINT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_household_by_scope ON record_household (scope)
--
CREATE TABLE record_officer (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    display_name TEXT,
    role TEXT,
    phone TEXT,
    left_on TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_officer_by_scope ON record_officer (scope)
--
CREATE TABLE record_person (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    full_name TEXT,
    other_name TEXT,
    sex TEXT,
    birth_date TEXT,
    ethnicity TEXT,
    id_number TEXT,
    phone TEXT,
    village TEXT,
    address TEXT,
    occupation TEXT,
    life_status TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_person_by_scope ON record_person (scope)
--
CREATE TABLE record_placement (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    status TEXT,
    bed TEXT,
    admitted_at TEXT,
    companions BIGINT,
    isolation_from TEXT,
    isolation_to TEXT,
    home_commune TEXT,
    case_code TEXT,
    due_back_at TEXT,
    discharged_at TEXT,
    discharge_reason TEXT,
    person TEXT,
    papers TEXT,
    alias TEXT,
    reason TEXT,
    brought_by TEXT,
    belongings TEXT,
    receiver TEXT,
    condition TEXT,
    safety_plan TEXT,
    destination TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_placement_by_scope ON record_placement (scope)
--
CREATE TABLE record_placement_notice (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    case_code TEXT,
    status TEXT,
    since_on TEXT,
    isolation_until TEXT,
    stay_until TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_placement_notice_by_scope ON record_placement_notice (scope)
--
CREATE TABLE record_relation (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    person TEXT,
    relative TEXT,
    relation TEXT,
    is_caregiver BIGINT,
    is_guardian BIGINT,
    ended_on TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_relation_by_scope ON record_relation (scope)
--
CREATE TABLE record_report (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    received_at TEXT,
    status TEXT,
    acknowledged_at TEXT,
    acted_at TEXT,
    handled_by TEXT,
    from_province BIGINT,
    source TEXT,
    place TEXT,
    person TEXT,
    child_name TEXT,
    child_age BIGINT,
    child_sex TEXT,
    forms TEXT,
    setting TEXT,
    relation TEXT,
    description TEXT,
    measures TEXT,
    reporter_name TEXT,
    reporter_contact TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_report_by_scope ON record_report (scope)
--
CREATE TABLE record_shelter (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT,
    address TEXT,
    phone TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_shelter_by_scope ON record_shelter (scope)
--
CREATE TABLE record_task (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    title TEXT,
    due_on TEXT,
    person TEXT,
    officer TEXT,
    status TEXT,
    born TEXT NOT NULL,
    writers TEXT NOT NULL,
    tags TEXT NOT NULL,
    stamps TEXT NOT NULL,
    extra TEXT NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE INDEX record_task_by_scope ON record_task (scope)
--
CREATE TABLE scope (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    head BIGINT NOT NULL,
    chain BLOB NOT NULL,
    PRIMARY KEY (id)
)
--
CREATE TABLE scope_key (
    "key" TEXT NOT NULL,
    scope TEXT NOT NULL,
    public BLOB NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY ("key")
)
--
CREATE INDEX scope_key_by_scope ON scope_key (scope)
--
CREATE TABLE scope_writer (
    scope TEXT NOT NULL,
    desk TEXT NOT NULL,
    PRIMARY KEY (scope, desk)
)
--
CREATE TRIGGER change_no_update BEFORE UPDATE ON change
BEGIN
    SELECT RAISE(ABORT, 'change is append-only');
END
--
CREATE TRIGGER change_no_delete BEFORE DELETE ON change
BEGIN
    SELECT RAISE(ABORT, 'change is append-only');
END
--
CREATE TRIGGER feed_no_update BEFORE UPDATE ON feed
BEGIN
    SELECT RAISE(ABORT, 'feed is append-only');
END
--
CREATE TRIGGER feed_no_delete BEFORE DELETE ON feed
BEGIN
    SELECT RAISE(ABORT, 'feed is append-only');
END
--
CREATE TRIGGER outcome_no_update BEFORE UPDATE ON outcome
BEGIN
    SELECT RAISE(ABORT, 'outcome is append-only');
END
--
CREATE TRIGGER outcome_no_delete BEFORE DELETE ON outcome
BEGIN
    SELECT RAISE(ABORT, 'outcome is append-only');
END
--
CREATE TRIGGER quarantine_no_update BEFORE UPDATE ON quarantine
BEGIN
    SELECT RAISE(ABORT, 'quarantine is append-only');
END
--
CREATE TRIGGER quarantine_no_delete BEFORE DELETE ON quarantine
BEGIN
    SELECT RAISE(ABORT, 'quarantine is append-only');
END
--
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only');
END
--
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only');
END
