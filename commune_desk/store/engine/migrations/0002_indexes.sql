-- What a person is still due, what is due in the house and what is told of a case: read by index, however long the lists.
CREATE INDEX task_person ON task(person) WHERE person IS NOT NULL;
CREATE INDEX task_due ON task(status, due_on);
CREATE INDEX placement_notice_case_code ON placement_notice(case_code);
