"""Croissant 1.1: the tables of a release, column by column, for programs that load data sets."""

import json
from collections.abc import Mapping, Sequence

from .facts import Facts, File

NAME = "croissant.json"
_CONTEXT: dict[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def describe(facts: Facts, columns: Mapping[str, Sequence[str]], meanings: Mapping[str, str]) -> bytes:
    """Return the description of the tables named; `columns` is by path, `meanings` says what a column of a name holds."""
    tables = [file for file in facts.files if file.path in columns]
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "leukemia-kg",
        "description": facts.description,
        "license": facts.licence,
        "url": facts.dataset.value,
        "version": facts.version,
        "datePublished": facts.date,
        "citeAs": f"leukemia-kg contributors. {facts.title}, version {facts.version}, {facts.date}.",
        "creator": {"@type": "sc:Organization", "name": "leukemia-kg contributors", "url": facts.creator},
        "isLiveDataset": False,
        "distribution": [_object(file) for file in tables],
        "recordSet": [_records(file, columns[file.path], meanings) for file in tables],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def _object(file: File) -> dict[str, object]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path.rpartition("/")[2],
        "description": file.about,
        "contentUrl": file.path,
        "contentSize": f"{file.size} B",
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }


def _records(file: File, columns: Sequence[str], meanings: Mapping[str, str]) -> dict[str, object]:
    name = file.path.rpartition("/")[2].removesuffix(".csv")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": file.about,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": column,
                "description": meanings.get(column, column.replace("_", " ")),
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": file.path}, "extract": {"column": column}},
            }
            for column in columns
        ],
    }
