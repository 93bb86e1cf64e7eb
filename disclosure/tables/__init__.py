"""The tables of a budget disclosure: project tables with their totals and furniture, and the others."""
