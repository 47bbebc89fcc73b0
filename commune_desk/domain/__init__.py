"""Records and rules: pure Python, no I/O, no Qt, no SQL. The ground floor of client and server."""
