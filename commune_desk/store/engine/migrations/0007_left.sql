-- 0007: own changes about what has left, found without reading through all that this desk ever wrote.

CREATE INDEX change_left ON change(desk, n) WHERE state='left';
