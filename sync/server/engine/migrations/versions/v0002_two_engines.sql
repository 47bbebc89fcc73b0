CREATE VIEW change_key AS SELECT id, desk, scope, n, digest FROM change
--
CREATE VIEW record_key AS SELECT DISTINCT record, kind FROM change
