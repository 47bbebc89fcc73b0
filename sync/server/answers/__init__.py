"""What goes out: pages, snapshots, sums, files, roots and the log, each within the reach of the one who asks."""
