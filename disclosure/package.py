"""An office document as a package of parts: zipped (.docx), or as one XML file (flat OPC). Parts and their relations.

Documents saved as "Strict Open XML" name everything by ISO's namespaces; they are read as if they were named in the
usual way. Some programs write the names in the zip with backslashes.
"""

from __future__ import annotations

import base64
import binascii
import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/([A-Za-z]+)/")
_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"


def parts_of(data: bytes) -> Mapping[str, bytes]:
    """The parts of the package `data` by their names (`word/document.xml`).

    Raises what the zip and XML layers raise where it is damaged.
    """
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                entry.filename.replace("\\", "/").lstrip("/"): archive.read(entry)
                for entry in archive.infolist()
                if not entry.is_dir()
                and not re.search(r"\.(?:png|jpe?g|gif|bmp|emf|wmf|tiff?)\Z", entry.filename.lower())
            }
    return dict(_flat(data))


def _flat(data: bytes) -> list[tuple[str, bytes]]:
    from lxml import etree

    parts = []
    for part in xml(data).iter(f"{_PKG}part"):
        name = (part.get(f"{_PKG}name") or "").lstrip("/")
        content = part.find(f"{_PKG}xmlData")
        binary = part.find(f"{_PKG}binaryData")
        if content is not None and len(content):
            parts.append((name, etree.tostring(content[0])))
        elif binary is not None:
            try:
                parts.append((name, base64.b64decode(binary.text or "")))
            except binascii.Error:
                continue
    return parts


def xml(data: bytes) -> Any:
    """The root of an XML part, Strict names as the usual ones; entities are never resolved, nothing is fetched."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(_STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data), parser)


def relations(parts: Mapping[str, bytes], part: str = "") -> dict[str, tuple[str, str]]:
    """By its id, each relation of a part (of the package itself for ""): the last word of its type, and its target."""
    folder, name = posixpath.split(part)
    content = parts.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    if content is None:
        return {}
    found = {}
    for relation in xml(content):
        if not isinstance(relation.tag, str) or relation.get("TargetMode") == "External":
            continue
        target = unquote(relation.get("Target") or "").replace("\\", "/")
        path = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        found[relation.get("Id") or ""] = ((relation.get("Type") or "").rpartition("/")[2], path)
    return found
