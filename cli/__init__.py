"""The desk: one command per file. A command parses its arguments, calls one function and renders."""
