"""What pages and forms read: ids of a list, the rows around what is visible, one record with all about it."""
