"""What the province published: versions of the guiding catalog, their entries, and when each holds.

This room knows nothing of budgets, matching or the command line. Everything here is a fact taken from
a document, or a pure function over such facts: no clock, no environment, no printing.
"""
