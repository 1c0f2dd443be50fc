"""Pages: every link leads somewhere, nothing is fetched from elsewhere, all text is escaped, and terms tell what is known."""

import posixpath
import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import pages
from kg.errors import ReleaseError
from kg.pages import cases, terms
from kg.vocabulary import BASE, lkg

VOID = {"meta", "link", "input", "br", "img"}


class Page(HTMLParser):
    """What a test asks of a page: its elements, ids, links and text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.ids, self.links, self.loaded, self.words, self.open = [], [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Keep an element, and open it."""
        given = dict(attrs)
        self.elements.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        if tag == "a":
            self.links.append(given["href"])
        elif "href" in given or "src" in given:
            self.loaded.append(given.get("href") or given["src"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close the element that is open."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep text."""
        self.words.append(data)

    @property
    def text(self):
        """All text, with single spaces."""
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def site(shipped):
    return dict(pages.render(shipped))


@pytest.fixture(scope="module")
def parsed(site):
    found = {path: Page(text) for path, text in site.items() if path.endswith(".html")}
    assert len(found) > 1300
    return found


def test_every_page_is_well_formed_and_accessible(parsed):
    """Language, title, one first heading, headings that skip no level, a way past the navigation, unique ids."""
    for path, page in parsed.items():
        assert page.open == [], path
        tags = [tag for tag, _ in page.elements]
        assert ("html", {"lang": "en"}) in page.elements
        assert tags.count("h1") == tags.count("main") == tags.count("title") == 1, path
        levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False)), path
        assert page.links[0] == "#content"
        assert [name for name, count in Counter(page.ids).items() if count > 1] == [], path


def test_no_page_has_anything_inline_or_from_elsewhere(parsed):
    """A strict content security policy holds, and nothing is requested but the pages' own files."""
    for path, page in parsed.items():
        for tag, given in page.elements:
            assert tag != "style"
            assert tag != "script" or set(given) == {"src", "defer"}, path
            assert not [name for name in given if name == "style" or name.startswith("on")], path
        assert not [address for address in page.loaded if "://" in address or address.startswith("//")], path


def test_every_link_leads_to_a_page_and_a_place_on_it(site, parsed):
    seen = 0
    for path, page in parsed.items():
        for link in [*page.links, *page.loaded]:
            if link.startswith(("https://", "http://")):
                assert not link.startswith(BASE), path  # these names do not resolve
                continue
            address, fragment = urldefrag(link)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(address))) if address else path
            assert target in site, (path, link)
            assert not fragment or fragment in parsed[target].ids, (path, link)
            seen += 1
    assert seen > 10000


def test_no_two_pages_differ_by_case_only(site):
    """A disk of macOS or Windows would keep one of `about` and `About`."""
    assert len({path.casefold() for path in site}) == len(site)
    assert {"property/about.html", "value/About.html"} <= set(site)


# --- what a term's page tells ---


def test_a_defined_class_tells_axioms_and_what_follows(parsed):
    page = parsed["class/PostTransplantRelapse.html"]
    assert "A relapse that begins after a hematopoietic cell transplantation." in page.text
    assert re.search(
        r"post-transplant relapse is the same as \( ?relapse and \( ?follows transplantation some", page.text
    )
    assert "Relapse.html" in " ".join(page.links)
    assert "../patient/paul-2017-p1.html#relapse" in page.links


def test_a_value_tells_synonyms_and_the_places_of_its_cases(parsed):
    page = parsed["value/Blinatumomab.html"]
    assert "Blincyto" in page.text
    assert "../patient/durer-2019-p1.html" in page.links
    assert "../publication/durer-2019.html#case-presentation.s11" in page.links


def test_a_property_tells_of_what_it_is_said_and_what_it_takes(parsed):
    page = parsed["property/followsTransplantation.html"]
    assert {"../class/HematopoieticCellTransplantation.html", "../class/Occurrent.html"} <= set(page.links)


def test_a_statement_that_denies_is_not_counted_as_one_that_affirms(parsed):
    """Cytokine release syndrome is denied of one patient and told of another."""
    text = parsed["class/CytokineReleaseSyndrome.html"].text
    assert "alcharakh-2016-p1 1 stated absent durer-2019/table-1.r6.c6" in text
    assert "linder-2016-p1 1 affirmed" in text


def test_narrower_terms_count_for_the_wider(parsed):
    assert "Statements that use a narrower term only" in parsed["class/Leukemia.html"].text


def test_a_mapping_is_linked_with_its_predicate():
    """Mappings are read from whatever graph holds them."""
    from kg import assemble, files

    store = Store()
    store.extend(assemble.ontology(files.ontology_files()))
    match = NamedNode("http://www.w3.org/2004/02/skos/core#broadMatch")
    ncit = NamedNode("http://purl.obolibrary.org/obo/NCIT_C62528")
    store.add(Quad(lkg("Blinatumomab"), match, ncit, lkg("graph/mappings")))
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    store.add(Quad(ncit, label, Literal("Blinatumomab <NCI>"), lkg("graph/mappings")))
    book = terms.Book(store)
    entry = next(e for e in book.entries(cases.Told(store)) if e.iri == f"{BASE}Blinatumomab")
    assert [(m.kind, m.iri) for m in entry.matches] == [("broad", ncit.value)]
    text = (
        pages.environment()
        .get_template("term.html.j2")
        .render(entry=entry, root="../", href=lambda iri: iri, site={"title": "t", "version": "1", "licence": ""})
    )
    assert f'broad match: <a href="{ncit.value}">NCIT:C62528</a> Blinatumomab &lt;NCI&gt;' in text


# --- hostile values ---


def test_texts_are_escaped():
    hostile = '<script>alert(1)</script> & "quoted"'
    text = pages.environment().from_string("<p title=\"{{ x }}\">{{ x }}</p>").render(x=hostile)  # fmt: skip
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 2
    assert '&#34;quoted&#34;"' in text


@pytest.mark.parametrize("iri", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", f"{BASE}unknown"])
def test_what_is_no_web_address_becomes_no_link(iri):
    assert pages.Addresses({}).href(iri, "../") == ""


def test_a_web_address_becomes_a_link():
    assert pages.Addresses({}).href("https://doi.org/10.1/x", "../") == "https://doi.org/10.1/x"


# --- shapes, questions, search ---


def test_every_shape_with_a_message_is_told(parsed):
    text = parsed["shapes.html"].text
    assert "Relapse-remission-before" in text
    assert "rule R25, may be a defect of the source" in text


def test_a_question_shows_its_answer_with_certainty_and_places(parsed):
    page = parsed["question/post-transplant-relapse-blinatumomab-dli-mrd-negative-cr.html"]
    assert "certainty" in page.text
    assert "../patient/ueda-2016-p1.html" in page.links
    assert "../publication/durer-2019.html#case-presentation.s14" in page.links


def test_the_search_index_holds_every_term(site, parsed):
    assert site["static/index.js"].count('.html"') == sum(
        path.split("/")[0] in ("class", "property", "value") and not path.endswith("index.html") for path in parsed
    )


def test_a_folder_with_something_else_is_left_alone(tmp_path, shipped):
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ReleaseError, match="holds no pages of ours"):
        pages.write(shipped, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
