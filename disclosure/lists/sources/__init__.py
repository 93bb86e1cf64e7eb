"""Where lists come from: JSON, delimited and plain text, and workbooks, each as grids."""
