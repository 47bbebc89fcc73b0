-- 0001: the register of the first release. Frozen: later releases add files, they never change this one.

CREATE TABLE person (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
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
  life_status TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE household (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  head_name TEXT,
  village TEXT,
  address TEXT,
  household_class TEXT,
  class_year INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE relation (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  person TEXT,
  relative TEXT,
  relation TEXT,
  is_caregiver INTEGER,
  is_guardian INTEGER,
  ended_on TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE child_file (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
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
  note TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE group_membership (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  person TEXT,
  group_code TEXT,
  from_on TEXT,
  to_on TEXT,
  basis TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE home_visit (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
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
  amends TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE report (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  received_at TEXT,
  status TEXT,
  acknowledged_at TEXT,
  acted_at TEXT,
  handled_by TEXT,
  from_province INTEGER,
  source TEXT,
  place TEXT,
  person TEXT,
  child_name TEXT,
  child_age INTEGER,
  child_sex TEXT,
  forms TEXT,
  setting TEXT,
  relation TEXT,
  description TEXT,
  measures TEXT,
  reporter_name TEXT,
  reporter_contact TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE shelter (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  name TEXT,
  address TEXT,
  phone TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE bed (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  label TEXT,
  bed_kind TEXT,
  status TEXT,
  note TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE placement (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  status TEXT,
  bed TEXT,
  admitted_at TEXT,
  companions INTEGER,
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
  destination TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE placement_notice (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  case_code TEXT,
  status TEXT,
  since_on TEXT,
  isolation_until TEXT,
  stay_until TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE care_log_entry (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  placement TEXT,
  logged_at TEXT,
  entry_kind TEXT,
  note TEXT,
  officer TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE officer (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  display_name TEXT,
  role TEXT,
  phone TEXT,
  left_on TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE desk (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  desk_id TEXT,
  label TEXT,
  program_version TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE task (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  title TEXT,
  due_on TEXT,
  person TEXT,
  officer TEXT,
  status TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX relation_person ON relation(person);
CREATE INDEX relation_relative ON relation(relative);
CREATE INDEX person_id_number ON person(id_number) WHERE id_number IS NOT NULL;
CREATE INDEX child_file_person ON child_file(person);
CREATE INDEX child_file_case_number ON child_file(case_number) WHERE case_number IS NOT NULL;
CREATE INDEX group_membership_person ON group_membership(person);
CREATE INDEX home_visit_person ON home_visit(person, visited_on);
CREATE INDEX report_status ON report(status, received_at);
CREATE INDEX report_person ON report(person) WHERE person IS NOT NULL;
CREATE INDEX placement_status ON placement(status);
CREATE INDEX placement_person ON placement(person);
CREATE INDEX care_log_entry_placement ON care_log_entry(placement, logged_at);
CREATE INDEX care_log_entry_logged_at ON care_log_entry(logged_at);

-- Every change this desk made or received, with the exact signed bytes. Own changes without `seq` are the journal.
CREATE TABLE change (
  id TEXT NOT NULL PRIMARY KEY,
  desk TEXT NOT NULL,
  n INTEGER,                -- the desk's number; NULL while an import is not complete
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  record TEXT NOT NULL,
  officer TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  raw BLOB NOT NULL,
  signature BLOB,           -- NULL while not numbered
  head BLOB,                -- own changes: the desk's chain after this one
  state TEXT NOT NULL,      -- waiting, sent, accepted, quarantined, received, staged, withdrawn
  code TEXT,
  seq INTEGER,              -- place in the scope's feed
  outcomes TEXT,            -- JSON {field: outcome} for those not plainly applied
  import_id TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX change_number ON change(desk, n) WHERE n IS NOT NULL;
CREATE INDEX change_record ON change(record);
CREATE INDEX change_staged ON change(import_id, id) WHERE state='staged';
-- What the status of sync counts after every save, without reading the changes themselves; empty once all is accepted.
CREATE INDEX change_open ON change(state, desk, kind, record, stamp, length(raw))
  WHERE state IN ('waiting', 'sent', 'staged', 'quarantined');

-- What the province holds where a change of ours still waits: the value to fall back to.
CREATE TABLE shadow (
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT,
  writer TEXT,
  PRIMARY KEY (record, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  base TEXT,
  ours TEXT,
  theirs TEXT NOT NULL,
  opened_seq INTEGER NOT NULL,
  state TEXT NOT NULL,      -- open, deciding (a resolution of ours waits), closed
  closed_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX conflict_open ON conflict(record) WHERE state='open';

CREATE TABLE cursor (
  scope TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL,
  head_seq INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE desk_cert (
  desk TEXT NOT NULL PRIMARY KEY,
  sign_public BLOB NOT NULL,
  scopes TEXT NOT NULL,
  label TEXT NOT NULL,
  revoked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scope_key (
  key TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  public BLOB NOT NULL,
  private BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
  accepted_n INTEGER NOT NULL PRIMARY KEY,
  durable_n INTEGER NOT NULL,
  at TEXT NOT NULL,
  body BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT;

-- One row for this desk: its identity, counters and pinned keys.
CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB
) STRICT, WITHOUT ROWID;

-- Derived from the records, written in the same transaction: what lists sort, filter and show.
CREATE TABLE child_index (
  row INTEGER PRIMARY KEY,
  person TEXT NOT NULL UNIQUE,
  file TEXT NOT NULL,
  scope TEXT NOT NULL,
  shown INTEGER NOT NULL,
  status TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  village_key TEXT NOT NULL,
  birth_key TEXT NOT NULL,  -- the earliest possible day
  risk INTEGER NOT NULL,
  groups TEXT NOT NULL,
  special INTEGER NOT NULL,
  at_risk INTEGER NOT NULL,
  last_visit_on TEXT,
  next_visit_on TEXT,
  import_id TEXT,
  carer TEXT,               -- who looks after the child, or else the first of the family
  carer_phone TEXT,
  carer_relation TEXT
) STRICT;
CREATE INDEX child_index_name ON child_index(status, name_key, person) WHERE shown=1;
CREATE INDEX child_index_birth ON child_index(birth_key);
CREATE INDEX child_index_next_visit ON child_index(next_visit_on) WHERE next_visit_on IS NOT NULL;
CREATE VIRTUAL TABLE child_search USING fts5(
  words, content='', contentless_delete=1, prefix='1 2 3', tokenize='unicode61 remove_diacritics 0'
);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  officer TEXT NOT NULL,
  action TEXT NOT NULL,
  kind TEXT NOT NULL,
  record TEXT NOT NULL,
  detail TEXT NOT NULL,
  h BLOB NOT NULL
) STRICT;

CREATE TABLE draft (
  form TEXT NOT NULL,
  officer TEXT NOT NULL,
  record TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  focus TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (form, officer, record)
) STRICT, WITHOUT ROWID;

-- Lists brought in from files. Until an import is complete its records are unsigned, unnumbered and not shown.
CREATE TABLE import (
  id TEXT NOT NULL PRIMARY KEY,
  at TEXT NOT NULL,
  officer TEXT NOT NULL,
  file_digest TEXT NOT NULL,
  title TEXT NOT NULL,      -- what the list calls itself: the basis of its groups
  columns TEXT NOT NULL,    -- JSON: the titles of its columns
  state TEXT NOT NULL,      -- staging, ready, running, complete, removing, withdrawing, undone
  total INTEGER NOT NULL,
  done INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE import_row (
  import_id TEXT NOT NULL,
  row INTEGER NOT NULL,     -- as Excel counts it, from 1
  payload TEXT NOT NULL,    -- JSON, empty once the row is in the register
  level INTEGER NOT NULL,   -- 0 fine, 1 warning, 2 error
  twin_row INTEGER NOT NULL,  -- an earlier row that may be the same child, or 0
  twin_person TEXT NOT NULL,  -- a child of the register that may be the same, or empty
  score REAL NOT NULL,
  decision TEXT NOT NULL,   -- same, different, or empty while open
  state TEXT NOT NULL,      -- staged, saved, filling, filled, joined, rejected
  PRIMARY KEY (import_id, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_row_view ON import_row(import_id, level, twin_row, twin_person, row);
CREATE INDEX import_row_next ON import_row(import_id, state, row);
CREATE TABLE import_mapping (
  titles TEXT NOT NULL PRIMARY KEY,
  mapping TEXT NOT NULL
) STRICT, WITHOUT ROWID;
