"""The memory: runs, decisions, precedents, and what was done with them.

SQLite in the user's data folder, or PostgreSQL by URL for an office that shares one store. Nothing in `catalog`,
`disclosure` or `matcher` imports this room; precedents reach the judgement as an argument.
"""
