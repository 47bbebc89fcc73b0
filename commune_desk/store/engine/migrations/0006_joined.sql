-- 0006: two records of one child.

-- The person who is the same child, as the province's or this desk's own change says.
ALTER TABLE person ADD COLUMN joined_to TEXT;
CREATE INDEX person_joined_to ON person(joined_to) WHERE joined_to IS NOT NULL;
-- Who is the same child as whom here, followed to the end: both are in this register.
CREATE TABLE joined (
  person TEXT NOT NULL PRIMARY KEY,
  kept TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX joined_kept ON joined(kept);
