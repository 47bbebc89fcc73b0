CREATE TABLE root (
    n BIGINT NOT NULL,
    day TEXT NOT NULL,
    epoch TEXT NOT NULL,
    body BLOB NOT NULL,
    signature BLOB NOT NULL,
    leaves TEXT NOT NULL,
    PRIMARY KEY (n),
    UNIQUE (epoch, day)
)
--
CREATE TRIGGER root_no_update BEFORE UPDATE ON root
BEGIN
    SELECT RAISE(ABORT, 'root is append-only');
END
--
CREATE TRIGGER root_no_delete BEFORE DELETE ON root
BEGIN
    SELECT RAISE(ABORT, 'root is append-only');
END
