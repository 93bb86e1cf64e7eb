"""One reader for each kind of file: bytes in, printed lines (or records) out, each with its place."""
