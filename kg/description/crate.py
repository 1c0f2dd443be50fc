"""RO-Crate 1.2: the release as a research object, its files as data entities."""

import json

from .facts import Facts

NAME = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.2/context"
# A folder of many small files is one entity.
_WHOLE = {"docs/": "Pages of the ontology, of shapes, questions and cases; open index.html"}

Entity = dict[str, object]


def describe(facts: Facts) -> bytes:
    """Return the crate's metadata; times are the release's date."""
    files = [file for file in facts.files if not file.path.startswith(tuple(_WHOLE))]
    folders = [folder for folder in _WHOLE if any(file.path.startswith(folder) for file in facts.files)]
    graph: list[Entity] = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "identifier": facts.dataset.value,
            "name": facts.title,
            "description": facts.description,
            "datePublished": facts.date,
            "version": facts.version,
            "license": {"@id": facts.licence},
            "author": {"@id": facts.creator},
            "publisher": {"@id": facts.creator},
            "isBasedOn": [{"@id": source.iri} for source in facts.publications],
            "hasPart": [{"@id": path} for path in (*(file.path for file in files), *folders)],
        },
        {"@id": facts.creator, "@type": "Organization", "name": "leukemia-kg contributors"},
        {
            "@id": facts.licence,
            "@type": "CreativeWork",
            "name": "Creative Commons Attribution 4.0 International",
            "description": "Share and adapt with attribution.",
        },
    ]
    graph += [{"@id": source.iri, "@type": "ScholarlyArticle", "name": source.title} for source in facts.publications]
    for file in files:
        graph.append(
            {
                "@id": file.path,
                "@type": "File",
                "name": file.path,
                "description": file.about,
                "encodingFormat": file.media_type,
                "contentSize": str(file.size),
                "sha256": file.sha256,
            }
        )
    for folder in folders:
        inside = sum(file.path.startswith(folder) for file in facts.files)
        graph.append(
            {"@id": folder, "@type": "Dataset", "name": folder, "description": f"{_WHOLE[folder]} ({inside} files)."}
        )
    document = {"@context": _CONTEXT, "@graph": graph}
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"
