"""The memory: runs, decisions and precedents (not built yet; nothing imports this room)."""
