CREATE TABLE awaited (
    scope TEXT NOT NULL,
    record TEXT NOT NULL,
    desk TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (scope, record, desk, n)
)
--
CREATE INDEX awaited_by_desk ON awaited (desk, n)
--
DROP TRIGGER quarantine_no_delete
--
CREATE TRIGGER quarantine_no_delete BEFORE DELETE ON quarantine
WHEN NOT EXISTS (SELECT 1 FROM change WHERE (desk, n, id, digest) = (OLD.desk, OLD.n, OLD.id, OLD.digest))
BEGIN
    SELECT RAISE(ABORT, 'quarantine is append-only');
END
