CREATE TABLE signed_head (
    desk TEXT NOT NULL,
    last_n BIGINT NOT NULL,
    first_n BIGINT NOT NULL,
    before BLOB NOT NULL,
    signature BLOB NOT NULL,
    digests BLOB NOT NULL,
    PRIMARY KEY (desk, last_n)
)
--
CREATE TRIGGER signed_head_no_update BEFORE UPDATE ON signed_head
BEGIN
    SELECT RAISE(ABORT, 'signed_head is append-only');
END
--
CREATE TRIGGER signed_head_no_delete BEFORE DELETE ON signed_head
BEGIN
    SELECT RAISE(ABORT, 'signed_head is append-only');
END
