"""The encrypted file itself: opened, brought to this version, its tables, and this register's own facts."""
