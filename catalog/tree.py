"""The code tree of one section, as anytree nodes.

A heading that a section leaves out (统战部 prints no `A`) is no node: its children hang from the nearest
heading above that is printed, or from the section's own root.
"""

from __future__ import annotations

from anytree import Node
from goufu.catalog.codes import ancestors
from goufu.catalog.model import CatalogVersion


def section_tree(version: CatalogVersion, section: str) -> Node:
    """The tree of `section` in printed order: a root named after it, nodes with `entry` and `code`."""
    root = Node(section or version.id, code="", entry=None)
    nodes: dict[str, Node] = {}
    for entry in version.in_section(section):
        above = next((nodes[code] for code in reversed(ancestors(entry.code)) if code in nodes), root)
        nodes[entry.code] = Node(entry.name, parent=above, code=entry.code, entry=entry)
    return root
