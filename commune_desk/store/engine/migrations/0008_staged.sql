-- 0008: changes without a number yet in the order in which they were written, which is the one they are numbered in. That of
-- their ids follows the clock of the PC, and is chance within a millisecond.

CREATE INDEX change_written ON change(stamp, id) WHERE state='staged';
