"""Networks, one file each; catalog.create makes them by name."""
