"""The judgement: which section a department has, what an item's money buys, which entry fits, what is wrong.

Pure: dates, paths and catalogs come in as arguments; nothing is printed, stored or fetched.
"""
