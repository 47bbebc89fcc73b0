-- 0004: photos and scans of a child's file, their content, and how far each is on its way.

CREATE TABLE attachment (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  person TEXT,
  visit TEXT,
  report TEXT,
  document TEXT,
  media_type TEXT,
  size INTEGER,
  sha256 TEXT,
  taken_on TEXT,
  added_at TEXT,
  officer TEXT,
  caption TEXT,
  content_key TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment_withdrawal (
  id TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  writers TEXT NOT NULL DEFAULT '',
  attachment TEXT,
  person TEXT,
  reason TEXT,
  withdrawn_at TEXT,
  officer TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX attachment_person ON attachment(person, added_at);
CREATE INDEX attachment_sha256 ON attachment(sha256);
CREATE INDEX attachment_withdrawal_attachment ON attachment_withdrawal(attachment);
CREATE INDEX attachment_withdrawal_person ON attachment_withdrawal(person);

-- Ciphertext, in pieces of up to 256 KiB; the key of each file stands in its record.
CREATE TABLE file_piece (
  sha256 TEXT NOT NULL,
  start INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (sha256, start)
) STRICT;

-- One row for each file whose content is here, or on its way.
CREATE TABLE file_queue (
  sha256 TEXT NOT NULL PRIMARY KEY,
  scope TEXT NOT NULL,
  size INTEGER NOT NULL,
  direction TEXT NOT NULL,  -- up (made here), down
  reached INTEGER NOT NULL, -- bytes that the other end is known to have, or that came
  state TEXT NOT NULL,      -- waiting, done, refused, damaged
  code TEXT NOT NULL,       -- why it was refused
  asked INTEGER NOT NULL,   -- an officer waits for it: no budget holds it back
  tries INTEGER NOT NULL,   -- how often it came and was not what its record says
  at TEXT NOT NULL          -- when the province said that it has it all; empty until then
) STRICT, WITHOUT ROWID;
CREATE INDEX file_queue_waiting ON file_queue(direction, asked) WHERE state='waiting';

-- Bytes of files that went over the line, by the day in Viet Nam.
CREATE TABLE file_day (
  day TEXT NOT NULL PRIMARY KEY,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
