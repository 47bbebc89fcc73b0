"""Work on records: children, visits, reports, files, tasks, moves, and what is typed and not saved yet."""
