-- 0007: own changes about what has left that have their words still, found without reading through all that this desk ever
-- wrote.

CREATE INDEX change_left ON change(desk, n) WHERE state='left' AND length(raw)>0;
