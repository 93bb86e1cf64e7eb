"""Precedents in the store: their keys, their look-up, their exchange between offices."""
