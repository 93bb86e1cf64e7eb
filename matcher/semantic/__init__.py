"""A second opinion on close candidates by what words mean, from a sentence-embedding model that the user names.

Off unless a model is given to `goufu.matcher.assess.assess`; nothing of it is imported before that. See docs/semantic.md.
"""
