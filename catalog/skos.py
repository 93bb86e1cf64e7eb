"""A catalog version as linked data: SKOS concepts in an XKOS classification, written as Turtle.

Each entry is a concept of its own, since a fourth-level code means something only in its department: its name is the
preferred label, names that the apparatus leaves open are alternative labels, what the apparatus says of it is an
editorial note. Levels are XKOS classification levels, departments SKOS collections, validity stands on the version.
Names of things are URNs made of version, section and code; they can be resolved nowhere and claim nothing else.
Needs rdflib (the extra `goufu[rdf]`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from goufu.catalog.codes import ancestors
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import alternatives
from goufu.catalog.model import CatalogVersion, Entry, Reading

if TYPE_CHECKING:
    from rdflib import Graph, URIRef

BASE = "urn:x-goufu:"
XKOS = "http://rdf-vocabulary.ddialliance.org/xkos#"
_LEVELS = ("一级目录", "二级目录", "三级目录", "四级目录")


def turtle(
    shown: Iterable[tuple[CatalogVersion, Sequence[str]]], readings: Mapping[str, Sequence[Reading]]
) -> str:
    """Turtle of the given sections of each version; `readings` are the versions' apparatus, by version id.

    Raises GoufuError where rdflib is not installed.
    """
    try:
        from rdflib import Graph
    except ImportError:
        raise GoufuError(
            '导出 ttl 需要 rdflib，请先安装：pip install "goufu[rdf]"',
            'exporting ttl needs rdflib; install it with: pip install "goufu[rdf]"',
        ) from None
    graph = Graph()
    for prefix, uri in (("xkos", XKOS), ("goufu", BASE)):
        graph.bind(prefix, uri)
    for version, sections in shown:
        _add_version(graph, version)
        apparatus = tuple(readings.get(version.id, ()))
        for section in sections:
            _add_section(graph, version, section, apparatus)
    return str(graph.serialize(format="turtle"))


def _urn(*parts: str) -> URIRef:
    from rdflib import URIRef

    return URIRef(BASE + ":".join(parts))


def _add_version(graph: Graph, version: CatalogVersion) -> None:
    from rdflib import DCTERMS, RDF, SDO, SKOS, BNode, Literal, Namespace
    from rdflib.collection import Collection

    xkos = Namespace(XKOS)
    scheme = _urn(version.id)
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, SKOS.prefLabel, Literal(version.title, lang="zh")))
    graph.add((scheme, DCTERMS.identifier, Literal(version.number)))
    graph.add((scheme, xkos.numberOfLevels, Literal(version.levels)))
    if version.printed:
        graph.add((scheme, DCTERMS.issued, Literal(version.printed)))
    if version.in_force:
        graph.add((scheme, SDO.validFrom, Literal(version.in_force)))
    if version.repealed:
        graph.add((scheme, SDO.validThrough, Literal(version.repealed - timedelta(days=1))))
    if version.repealed_by:
        graph.add((scheme, DCTERMS.isReplacedBy, _urn(version.repealed_by)))
    for earlier in version.repeals:
        graph.add((scheme, xkos.supersedes, _urn(earlier)))
    if version.note:
        graph.add((scheme, SKOS.note, Literal(version.note, lang="zh")))
    levels = [_urn(version.id, "level", str(depth)) for depth in range(1, version.levels + 1)]
    for depth, level in enumerate(levels, 1):
        graph.add((level, RDF.type, xkos.ClassificationLevel))
        graph.add((level, xkos.depth, Literal(depth)))
        graph.add((level, SKOS.prefLabel, Literal(_LEVELS[depth - 1], lang="zh")))
    head = BNode()
    Collection(graph, head, list(levels))
    graph.add((scheme, xkos.levels, head))


def _add_section(graph: Graph, version: CatalogVersion, section: str, apparatus: Sequence[Reading]) -> None:
    from rdflib import DCTERMS, RDF, SKOS, Literal

    scheme, collection = _urn(version.id), _urn(version.id, section)
    held = version.sections[section]
    graph.add((collection, RDF.type, SKOS.Collection))
    graph.add((collection, SKOS.prefLabel, Literal(section, lang="zh")))
    graph.add((collection, DCTERMS.isPartOf, scheme))
    if held.coverage != "complete":
        words = {"partial": "所存不全", "absent": "未存"}[held.coverage]
        note = f"{words}：{held.evidence}" if held.evidence else words
        graph.add((collection, SKOS.scopeNote, Literal(note, lang="zh")))
    also = alternatives(apparatus)
    notes: dict[str, list[str]] = {}
    for reading in apparatus:
        if reading.section == section:
            notes.setdefault(reading.code, []).append(reading.why)
    entries = {entry.code: entry for entry in version.in_section(section)}
    for entry in entries.values():
        above = next((entries[code] for code in reversed(ancestors(entry.code)) if code in entries), None)
        _add_entry(graph, entry, above, also.get((section, entry.code), ()), notes.get(entry.code, ()))


def _add_entry(
    graph: Graph, entry: Entry, above: Entry | None, also: Sequence[str], notes: Sequence[str]
) -> None:
    from rdflib import RDF, SKOS, Literal

    scheme = _urn(entry.version)
    concept = _urn(entry.version, entry.section, entry.code)
    graph.add((concept, RDF.type, SKOS.Concept))
    graph.add((concept, SKOS.inScheme, scheme))
    graph.add((concept, SKOS.notation, Literal(entry.code)))
    if entry.printed_code != entry.code:
        graph.add((concept, SKOS.notation, Literal(entry.printed_code, datatype=_urn("printed-code"))))
    graph.add((concept, SKOS.prefLabel, Literal(entry.name, lang="zh")))
    for name in also:
        graph.add((concept, SKOS.altLabel, Literal(name, lang="zh")))
    for note in notes:
        graph.add((concept, SKOS.editorialNote, Literal(note, lang="zh")))
    if above is None:
        graph.add((concept, SKOS.topConceptOf, scheme))
    else:
        graph.add((concept, SKOS.broader, _urn(entry.version, above.section, above.code)))
    graph.add((_urn(entry.version, entry.section), SKOS.member, concept))
    graph.add((_urn(entry.version, "level", str(entry.level)), SKOS.member, concept))
