"""One reader for each kind of file: bytes in, printed lines (or records) out, each with its place.

`detect` tells which kind a file is, `gate` keeps out what is too large or no file; `goufu.disclosure.read` calls the readers.
"""
