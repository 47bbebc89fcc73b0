-- 0005: records that were erased by law.

-- Of a change of this desk's own whose words were erased: the digest, over which its chain goes.
ALTER TABLE change ADD COLUMN digest BLOB;
-- Erasures that this desk carried out: by which change of the province, when it was ordered, how many records were here.
CREATE TABLE erasure (
  change TEXT NOT NULL PRIMARY KEY,
  at TEXT NOT NULL,
  records INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
