"""Bring the text of a paper to one written form without touching what carries meaning.

Each rule stands in `RULES` with its number, its purpose and an example that is its test. Papers and the strings of
curators pass through the same rules, so that they can be compared.

No rule touches a sign, comparator, bracket, digit or unit; it only spells them in one way: `-` for `−`, `≥` for `⩾`,
`10^7` for `10⁷`. ASCII `-` stands for hyphen, minus and range; a dash between blanks stays a dash, so that punctuation
never becomes a minus. Two numbers never run into one: NFKC is not applied to the text as a whole, for it turns 10⁷
into 107 and 2½ into 21⁄2.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import EvidenceError

NORMALISATION_VERSION = "1"

# Each round undoes one layer of escapes; real text needs two or three rounds, what needs more than this is hostile.
_MAX_ROUNDS = 12
# UAX #15, section 13 (Stream-Safe Text Format): longer runs of combining marks make NFC take quadratic time.
_MAX_COMBINING_MARKS = 30

_TAG_ATTRIBUTES = r"""(?:\s+[a-z-]+="[^"<>]{0,200}")*"""
_TARGET = r"(?:https?:|mailto:|ftp:|doi:|#)[^\s()]*(?:\([^\s()]*\)[^\s()]*)*"

_LINE_END_SOFT_HYPHEN = re.compile(r"\u00ad[ \t]*\n\s*")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_NON_LATIN_RUN = re.compile(rf"[\u0300-\U0010ffff]{{{_MAX_COMBINING_MARKS + 1},}}")
_ENTITY = re.compile(r"&(?:amp;)*(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^\s()]+\.(?:png|jpe?g|gif|svg|webp|tiff?)\)", re.IGNORECASE)
_LINK = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.)*)\]\(" + _TARGET + r"\)", re.DOTALL)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")
_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:i|em|b|strong|u|small|span|a|p){_TAG_ATTRIBUTES}\s?/?>", re.IGNORECASE)
_SUP_TAG = re.compile(r"<sup>([^<>]{1,80})</sup>", re.IGNORECASE)
_SUB_TAG = re.compile(r"(.?)<sub>([^<>]{1,80})</sub>", re.IGNORECASE | re.DOTALL)
_MATHS = re.compile(r"((?<=\() +)?\$(?=\S)([^$\n]{1,200}?)(?<=\S)\$(?!\d)( +(?=[/)]))?")
_MATHS_FONT = re.compile(r"\\(?:text|mathrm|mathbf|mathit|mathsf|operatorname)(?![A-Za-z])\s?")
_MATHS_FRACTION = re.compile(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}")
_MATHS_COMMAND = re.compile(r"\\([A-Za-z]+)")
_MATHS_SPACE = re.compile(r"\\[,;: ]|~")
_MATHS_RAISED = re.compile(r"\^(?:\{([^{}]*)\}|([^\s{}]))")
_MATHS_LOWERED = re.compile(r"(.?)_(?:\{([^{}]*)\}|([^\s{}]))")
_MATHS_BRACE = re.compile(r"(?<!\\)[{}]")
_STARS = re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])([^*]*[^\s*\\])\1(?![\w*])")
_UNDERLINES = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_]*[^\s_\\])\1(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_COMPATIBILITY = re.compile(r"[\ufb00-\ufb06\uff01-\uff5e\u2160-\u217f\U0001d400-\U0001d7ff]")
_SCIENTIFIC = re.compile(r"(?<=\d) ?x ?(?=10\^)")
_HYPHEN_AT_LINE_END = re.compile(r"(?<=\w)-[ \t]*\n\s*(?=\w)")
_SYLLABLE_BEFORE = re.compile(r"(?:^|[^\w-])([A-Z]?[a-z]{2,})$")
_WORD_AFTER = re.compile(r"\w+")
_DASH_BESIDE_TEXT = re.compile(r"(?<=\S)[\u2012\u2013]|[\u2012\u2013](?=\S)")
# Control characters and lone surrogates are blanks, too: dropped, they could join two numbers.
_BLANKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")

_SIGN = re.compile(r"[+\-\u2010-\u2013\u2212\u00b1/]+|\u00b0|st|nd|rd|th")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()")
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ]+")
_LOWERED_RUN = re.compile("(.?)([₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎]+)", re.DOTALL)
_QUOTES = str.maketrans("‘’‚‛“”„‟′″", "''''\"\"\"\"'\"")
_LETTERS = str.maketrans({"µ": "μ", "×": "x", "✕": "x", "⨯": "x", "∼": "~"})
_COMPARATORS = str.maketrans({"⩽": "≤", "≦": "≤", "⩾": "≥", "≧": "≥"})
_HYPHENS = str.maketrans("\u2010\u2011\u2212\u2796\ufe63\u2015", "-----\u2014")
_GLYPHS = {
    "times": "×", "cdot": "·", "pm": "±", "mp": "∓", "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥",
    "geqslant": "≥", "lt": "<", "gt": ">", "ne": "≠", "neq": "≠", "sim": "~", "approx": "≈", "circ": "°", "mu": "μ",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "kappa": "κ", "lambda": "λ", "chi": "χ", "to": "→",
    "rightarrow": "→", "infty": "∞", "left": "", "right": "", "quad": " ",
}  # fmt: skip

# First parts of compounds that keep their hyphen when a line ends there; any other lower-case word was cut in two.
_COMPOUND_STARTS = {
    "anti", "bone", "cell", "disease", "donor", "dose", "double", "early", "first", "five", "four", "graft",
    "high", "host", "late", "long", "low", "minimal", "mixed", "multi", "non", "one", "post", "pre", "relapse",
    "second", "self", "seven", "short", "single", "six", "stem", "third", "three", "two", "versus", "well",
}  # fmt: skip
# A hyphen before one of these is a sign (`CD20- and`) or hangs (`B- and T-cell`): the line end is a blank.
_WORDS_AFTER_A_SIGN = {
    "and", "are", "at", "but", "by", "for", "in", "is", "on", "or", "to", "was", "were", "with", "without",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A numbered step of the normalisation; `before` becomes `after` (its test).

    Attributes:
        id: The rule's number, `N01` onwards, in order of application.
        what: What it does, for a reader who compares two texts.
        before: An example.
        after: What this rule alone makes of the example.
        apply: The step itself, from text to text.
    """

    id: str
    what: str
    before: str
    after: str
    apply: Callable[[str], str]


def normalise(text: str) -> str:
    """Return the normalised form: one line, one blank between words, one spelling of each sign.

    The rules are applied in order until nothing changes; hence `normalise(normalise(t)) == normalise(t)`.

    Raises:
        EvidenceError: The text is quoted within itself, or heaped with combining marks, beyond any paper.
    """
    for _ in range(_MAX_ROUNDS):
        before = text
        for rule in RULES:
            text = rule.apply(text)
        if text == before:
            return text
    raise EvidenceError(
        f"The text still changes after {_MAX_ROUNDS} rounds of normalisation, near {text[:40]!r}: "
        "it is escaped within itself. Save it as plain text."
    )


def _drop_invisible(text: str) -> str:
    return _INVISIBLE.sub("", _LINE_END_SOFT_HYPHEN.sub("", text))


def _compose(text: str) -> str:
    for run in _NON_LATIN_RUN.finditer(text):
        marks = 0
        for character in run.group():
            marks = marks + 1 if unicodedata.combining(character) else 0
            if marks > _MAX_COMBINING_MARKS:
                raise EvidenceError(
                    f"More than {_MAX_COMBINING_MARKS} combining marks in a row at character {run.start()}: "
                    "this is not the text of a paper."
                )
    return unicodedata.normalize("NFC", text)


def _decode_entities(text: str) -> str:
    return _ENTITY.sub(lambda m: html.unescape(f"&{m[1]};"), text)


def _unlink(text: str) -> str:
    return _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", text)))


def _untag(text: str) -> str:
    return _TAG.sub("", _BREAK.sub("\n", text))


def _raise(content: str) -> str:
    """Write a superscript: a sign, degree or ordinal ending on the line, anything else after `^`."""
    content = _drop_emphasis(content.strip()).removeprefix("^")
    return content if not content or _SIGN.fullmatch(content) else f"^{content}"


def _lower(before: str, content: str) -> str:
    """Write a subscript on the line (CO2), but never let it run into a number (10_2)."""
    return f"{before}{'_' if before.isdigit() else ''}{content.strip()}"


def _read_maths(match: re.Match[str]) -> str:
    body = _MATHS_FRACTION.sub(r"\1/\2", _MATHS_FONT.sub("", match[2]))
    body = _MATHS_COMMAND.sub(lambda m: _GLYPHS.get(m[1], m[0]), _MATHS_SPACE.sub(" ", body))
    body = _MATHS_RAISED.sub(lambda m: _raise(m[1] or m[2] or ""), body)
    body = _MATHS_LOWERED.sub(lambda m: _lower(m[1], m[2] or m[3] or ""), body)
    return _MATHS_BRACE.sub("", body)


def _read_latex(text: str) -> str:
    return _MATHS.sub(_read_maths, text)


def _superscripts(text: str) -> str:
    text = _RAISED_RUN.sub(lambda m: _raise(m[0].translate(_RAISED)), text)
    return _SUP_TAG.sub(lambda m: _raise(m[1]), text)


def _subscripts(text: str) -> str:
    text = _LOWERED_RUN.sub(lambda m: _lower(m[1], m[2].translate(_LOWERED)), text)
    return _SUB_TAG.sub(lambda m: _lower(m[1], m[2]), text)


def _drop_emphasis(text: str) -> str:
    return _UNDERLINES.sub(r"\2", _STARS.sub(r"\2", text))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _fold_forms(text: str) -> str:
    return _COMPATIBILITY.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)


def _fold_letters(text: str) -> str:
    return _SCIENTIFIC.sub(" x ", text.translate(_LETTERS))


def _fold_comparators(text: str) -> str:
    return text.translate(_COMPARATORS).replace("<=", "≤").replace(">=", "≥")


def _fold_dashes(text: str) -> str:
    return _DASH_BESIDE_TEXT.sub("-", text.translate(_HYPHENS))


def _join_lines(text: str) -> str:
    def join(match: re.Match[str]) -> str:
        after = _WORD_AFTER.match(text, match.end(), match.end() + 40)
        word = after[0] if after else ""
        if word in _WORDS_AFTER_A_SIGN:
            return "- "
        before = _SYLLABLE_BEFORE.search(text[max(0, match.start() - 40) : match.start()])
        cut = before is not None and before[1].lower() not in _COMPOUND_STARTS and word[:2].isalpha() and word.islower()
        return "" if cut else "-"

    return _HYPHEN_AT_LINE_END.sub(join, text)


def _one_blank(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


RULES: tuple[Rule, ...] = (
    Rule("N01", "soft hyphens, zero-width and bidirectional characters go", "leu\u00adke\u200bmia\u202e", "leukemia",
         _drop_invisible),
    Rule("N02", "Unicode NFC, never NFKC", "Go\u0308k 10⁷", "Gök 10⁷", _compose),
    Rule("N03", "HTML entities become characters, also when escaped twice", "&lt; 1 &amp;amp; &ge; 2", "< 1 & ≥ 2",
         _decode_entities),
    Rule("N04", "links become their text, images go; a bracket that is no link stays",
         "[a](https://b.org) [11](q11)", "a [11](q11)", _unlink),
    Rule("N05", "<br> ends a line, tags of emphasis go; `<` and `>` elsewhere stay", "<b>n</b><br/>x <5 and> 3",
         "n\nx <5 and> 3", _untag),
    Rule("N06", "LaTeX in dollar signs becomes text, with no blank beside a bracket or solidus",
         r"( $\geq 1 \times 10^{7}$ /kg)", "(≥ 1 × 10^7/kg)", _read_latex),
    Rule("N07", "superscripts: signs and ordinals on the line, anything else after ^",
         "10⁷ 10⁻³ m<sup>2</sup> CD19<sup>+</sup> CD3⁻ 2<sup>nd</sup>", "10^7 10^-3 m^2 CD19+ CD3- 2nd",
         _superscripts),
    Rule("N08", "subscripts on the line; after a digit behind _", "CO₂ 10<sub>2</sub>", "CO2 10_2", _subscripts),
    Rule("N09", "marks of emphasis around words go; within a word they stay",
         "**a** *et al.* _b_ A*02:01 B*07:02", "a et al. b A*02:01 B*07:02", _drop_emphasis),
    Rule("N10", "Markdown's backslashes go", r"\*p \< 1 A\*02", "*p < 1 A*02", _unescape),
    Rule("N11", "ligatures, full-width forms, Roman numerals and mathematical letters in plain ones",
         "ﬁnal ＜５ grade Ⅲ 𝑛", "final <5 grade III n", _fold_forms),
    Rule("N12", "one micro sign (Greek), x for times, ~ for the tilde operator; blanks in a x 10^n",
         "5µg 3×10^6 del(5)×2", "5μg 3 x 10^6 del(5)x2", _fold_letters),
    Rule("N13", "straight quotation marks", "patient’s “CR”", "patient's \"CR\"", lambda t: t.translate(_QUOTES)),
    Rule("N14", "one sign each for ≤ and ≥", ">= 1, <=2, ⩾3", "≥ 1, ≤2, ≥3", _fold_comparators),
    Rule("N15", "hyphens, minus, and dashes that touch a word become -; a dash between blanks stays",
         "day −3, 3–5, CD20–, graft‑versus, CR – 3", "day -3, 3-5, CD20-, graft-versus, CR – 3", _fold_dashes),
    Rule("N16", "a word cut at a line end is joined; a compound keeps its hyphen, a sign its blank",
         "leuke-\nmia post-\ntransplant CD19-\npositive CD20-\nand", "leukemia post-transplant CD19-positive CD20- and",
         _join_lines),
    Rule("N17", "one blank for any run of white space and control characters; none at the ends",
         " a\u00a0\n\tb\x02", "a b", _one_blank),
)  # fmt: skip
