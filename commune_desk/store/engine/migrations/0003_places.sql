-- What leaves this place and what comes to it.
-- Records whose leave came in a signed event. The rows go once nothing of ours about them waits to be sent; a person's
-- stub stays where the province lets it.
CREATE TABLE departure (
  record TEXT NOT NULL,
  kind TEXT NOT NULL,
  change TEXT NOT NULL,     -- the change that they left by
  moved_to TEXT NOT NULL,   -- the scope, or empty
  at TEXT NOT NULL,
  case_number TEXT,
  is_gone INTEGER NOT NULL, -- the rows are removed
  PRIMARY KEY (record, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX departure_open ON departure(change) WHERE is_gone=0;
-- Persons who came by a move or are held as guests, until an officer has looked at them.
CREATE TABLE arrival (
  record TEXT NOT NULL PRIMARY KEY,
  change TEXT NOT NULL,
  come_from TEXT NOT NULL,
  at TEXT NOT NULL,
  is_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Signed statements that what left was removed, until the province has them.
CREATE TABLE purge_receipt (
  change TEXT NOT NULL PRIMARY KEY,
  body BLOB NOT NULL,
  signature BLOB NOT NULL,
  is_sent INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- A snapshot on its way, still encrypted: what came before the line broke.
CREATE TABLE snapshot_part (
  token TEXT NOT NULL,
  start INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (token, start)
) STRICT, WITHOUT ROWID;
