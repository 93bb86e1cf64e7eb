"""How two versions of the catalog correspond: links between entries, typed changes, the life of an entry."""
