"""Whether a code, a name or a document number that somebody wrote stands, and what replaces it."""
