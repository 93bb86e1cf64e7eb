"""Lists that people keep: one budget line a row, known by its headings, in any table or record file."""
