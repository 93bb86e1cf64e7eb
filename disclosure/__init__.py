"""What a department says it buys: its documents read into budget items, with the place of every value.

This room knows nothing of catalogs' content, matching or the command line; it reads, adds up and reports what it
could not read. No network, no clock.
"""
