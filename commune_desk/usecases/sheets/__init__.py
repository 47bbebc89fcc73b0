"""Files that hold lists: looked at before they are opened, read in a process of their own, written."""
