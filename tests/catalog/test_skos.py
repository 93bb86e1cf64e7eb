"""The Turtle of a version, read back and compared with the edition."""

from __future__ import annotations

import sys
from datetime import date

import pytest
from goufu.catalog.errors import GoufuError
from goufu.catalog.load import load_catalogs, load_readings, version_named
from goufu.catalog.skos import BASE, XKOS, turtle
from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection

VERSIONS = load_catalogs()
xkos = Namespace(XKOS)
schema = Namespace("https://schema.org/")


def graph(version: str, *sections: str) -> Graph:
    chosen = version_named(VERSIONS, version)
    text = turtle([(chosen, sections or list(chosen.sections))], {version: load_readings(version)})
    return Graph().parse(data=text, format="turtle")


def urn(*parts: str) -> URIRef:
    return URIRef(BASE + ":".join(parts))


@pytest.fixture(scope="module")
def current() -> Graph:
    return graph("2025-28")


def test_every_entry_is_a_concept_of_the_scheme(current: Graph) -> None:
    version = version_named(VERSIONS, "2025-28")
    assert set(current.subjects(SKOS.inScheme, urn("2025-28"))) == {
        urn("2025-28", e.section, e.code) for e in version.entries
    }
    for entry in version.entries[::97]:
        concept = urn("2025-28", entry.section, entry.code)
        assert current.value(concept, SKOS.prefLabel) == Literal(entry.name, lang="zh")
        assert Literal(entry.code) in current.objects(concept, SKOS.notation)


def test_broader_is_the_heading_that_is_printed(current: Graph) -> None:
    heading = current.value(urn("2025-28", "水利", "A121201"), SKOS.broader)
    assert heading == urn("2025-28", "水利", "A1212")
    unheaded = urn("2025-28", "统战部", "A15")  # 统战部 prints no A
    assert current.value(unheaded, SKOS.broader) is None
    assert (unheaded, SKOS.topConceptOf, urn("2025-28")) in current


def test_the_version_its_levels_and_its_days(current: Graph) -> None:
    scheme = urn("2025-28")
    assert (scheme, RDF.type, SKOS.ConceptScheme) in current
    assert current.value(scheme, DCTERMS.identifier) == Literal("晋财综〔2025〕28号")
    assert current.value(scheme, schema.validFrom) == Literal(date(2025, 7, 15))
    assert current.value(scheme, schema.validThrough) is None
    assert current.value(scheme, xkos.supersedes) == urn("2024-37")
    listed = Collection(current, current.value(scheme, xkos.levels))  # type: ignore[arg-type]
    assert [current.value(level, xkos.depth) for level in listed] == [Literal(n) for n in (1, 2, 3, 4)]
    assert len(list(current.objects(urn("2025-28", "level", "4"), SKOS.member))) == 1160


def test_departments_are_collections(current: Graph) -> None:
    collections = set(current.subjects(RDF.type, SKOS.Collection))
    assert len(collections) == 56
    members = set(current.objects(urn("2025-28", "科技"), SKOS.member))
    assert len(members) == 13 and urn("2025-28", "科技", "A070110") in members


def test_open_readings_are_alternative_labels_and_misprints_second_notations(current: Graph) -> None:
    open_reading = urn("2025-28", "外事", "A150201")
    assert list(current.objects(open_reading, SKOS.altLabel)) == [Literal("领事宣传服务", lang="zh")]
    assert len(list(current.triples((None, SKOS.altLabel, None)))) == 20
    misprint = urn("2025-28", "民营经济发展", "A160901")
    assert {str(notation) for notation in current.objects(misprint, SKOS.notation)} == {"A160901", "A160401"}
    assert list(current.objects(misprint, SKOS.editorialNote))


def test_a_repealed_version_held_in_part() -> None:
    old = graph("2024-37", "信访", "生态环境")
    assert old.value(urn("2024-37"), schema.validThrough) == Literal(date(2025, 7, 14))
    assert old.value(urn("2024-37"), DCTERMS.isReplacedBy) == urn("2025-28")
    assert "A100401" in str(old.value(urn("2024-37", "信访"), SKOS.scopeNote))
    assert old.value(urn("2024-37", "生态环境"), SKOS.scopeNote) is None


def test_without_rdflib_one_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rdflib", None)
    with pytest.raises(GoufuError, match=r'pip install "goufu\[rdf\]"') as error:
        turtle([], {})
    assert "\n" not in error.value.message and "goufu[rdf]" in error.value.english
