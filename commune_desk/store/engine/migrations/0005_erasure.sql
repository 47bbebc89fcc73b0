-- 0005: records that were erased by law.

-- Of a change of this desk's own whose words were erased: the digest, over which its chain goes.
ALTER TABLE change ADD COLUMN digest BLOB;
-- Orders to erase that this desk carried out: by which change of the province, whose they were and on what ground.
CREATE TABLE erasure (
  change TEXT NOT NULL PRIMARY KEY,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  records INTEGER NOT NULL    -- how many of them were here
) STRICT, WITHOUT ROWID;
-- What was here and was erased: ids alone.
CREATE TABLE erased_record (
  record TEXT NOT NULL,
  kind TEXT NOT NULL,
  change TEXT NOT NULL,       -- of the order; empty until it comes
  about TEXT NOT NULL,        -- the person that it belonged to and who stays, or empty
  PRIMARY KEY (record, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_record_about ON erased_record(about) WHERE about<>'';
-- Changes of this desk's own whose words went before the province had taken them in.
CREATE TABLE erased_unsent (
  change TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
