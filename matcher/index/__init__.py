"""The searchable form of the catalogs: targets on a date, their index terms, character n-grams."""
