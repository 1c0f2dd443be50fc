"""What a text says of something it mentions: that it is there, that it is not, or that a test for it was + or -.

Scope is by rule: a negator (`no`, `without`, `negative for`) reaches to the end of its clause, over `or` and lists;
`and` before a verb, a preposition of time, `but` and a closing bracket end it.
"""

import re
from typing import Literal

Sign = Literal["+", "-", ""]

# A clause is looked at over this many characters; longer ones are not told in papers.
_REACH = 300

_OPENER = re.compile(
    r"\b(?:(?P<list>(?:negative|positive)(?: staining)? for)"
    r"|(?P<gone>(?:no|not|without|never|neither|nor|absence of|absent|lack(?:s|ed|ing)?(?: of)?"
    r"|free (?:of|from)|wild[ -]?type|denie[sd]|un-?detectable|non-?detectable|ruled out)\b)"
    r"|(?P<there>express(?:es|ed|ing)|expression of))"
    r"(?! (?:longer|more|later|less|only|until)\b|\.? ?\d)",
    re.IGNORECASE,
)
_CLOSER = re.compile(
    r"[;:] |\.(?= )|\b(?:but|however|although|while|whereas|except|after|before|during|following"
    r"|by|at|since|when|despite|with)\b"
    r"|\band (?=(?:had|has|have|was|were|is|are|the|he|she|they|remained|achieved|received|underwent|continued"
    r"|developed|relapsed|died)\b)|, (?=(?:and )?(?:the|he|she|they|who|which|then)\b)",
    re.IGNORECASE,
)
# How far from what it is about "not examined" may stand, and what may not stand between.
_NEXT = 80
_PARTS = re.compile(
    r"[;:.]|\b(?:but|while|whereas|although|was|were|is|are|had|has|have|showed|remained|became|achieved|received)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"\b(?:was|were|is|are|(?:has|have|had|could) (?:been|be))\s*$", re.IGNORECASE)
_IN = re.compile(r"\bin (?:an? |the )?$", re.IGNORECASE)
_DISEASE = re.compile(r"\b(?:disease|leuka?emia|blasts?|MRD)\b", re.IGNORECASE)
_REMISSION = re.compile(r"(?:[\w-]+ ){0,3}(?:remission|CR)\b", re.IGNORECASE)
_LIST_GOES_ON = re.compile(r"\b(?:n?or)\b", re.IGNORECASE)
_DENIED_BEHIND = re.compile(
    r"(?: \([^()]{0,80}\))? (?:was|were|is|are|has been|have been|had|could|did)(?: also)? (?:not|never)\b"
    # What was not looked for is not denied.
    r"(?! (?:been |be )?(?:examined|tested|assessed|evaluated|analy[sz]ed|studied|measured|determined|investigated)\b)"
    r"|(?: \([^()]{0,80}\))? (?:was|were|is|are|remained|became) (?:absent|undetectable|excluded|ruled out)\b"
    r"|(?: (?:was|were|is|are|remained))? (?:of )?wild[ -]?type\b",
    re.IGNORECASE,
)
_RESULT_BEHIND = re.compile(
    r"(?P<sign>[+-])(?![\w+-])"
    # "MRD by flow cytometry was still positive": a method may stand between, and "still" or "again".
    r"|(?: (?:by|on|with|using|in) (?:(?!\b(?:and|or)\b)[^,;:.()]){1,60}?(?= (?:was|were|is|are|remained|became|stayed)\b))?"
    r"[- ](?:status )?(?:(?:was|were|is|are|remained|became|stayed) )?(?:(?:still|again|also) )?(?P<word>negativ|positiv)",
    re.IGNORECASE,
)
_RESULT_BEFORE = re.compile(
    r"\b(?P<word>negative|positive|un-?detectable|non-?detectable|no detectable|detectable)[ -]$", re.IGNORECASE
)
_HEDGE = re.compile(
    r"\b(?:suspected|suspicious|suspicion|possibl[ey]|probabl[ey]|likely|suggest(?:s|ed|ing|ive)?|presum\w{2,6}|questionable)\b",
    re.IGNORECASE,
)
_NO_DATA = re.compile(
    r"\b(?:not|never|un|nor)[ -]?(?:been |be |yet |further |re)?(?:available|reported|provided|stated|given|known|assessed"
    r"|performed|done|documented|evaluated|tested|examined|studied|measured|determined|investigated|analy[sz]ed|recorded"
    r"|mentioned|described|specified|carried out|looked for|sought|checked|followed(?! by\b)|assessable|evaluable)\b"
    r"|\bunknown\b|\blimited information\b|\bno (?:data|information)\b|\b(?-i:NR|ND|NA|NE)\b|\bn/a\b|\bnot applicable\b",
    re.IGNORECASE,
)

_UNREPORTED = re.compile(
    r"(?: \([^()]{0,80}\))? (?:was|were|is|are|has been|have been)(?: also)? not "
    r"(?:reported|described|stated|given|provided|available|known|documented|mentioned|specified)\b",
    re.IGNORECASE,
)
_ONLY_NONE = re.compile(
    r"(?:no|none|nil|zero|0|-|absent|never|not (?:given|seen|observed|present|found))\.?", re.IGNORECASE
)
_NOT_DONE = re.compile(
    r"\b(?:not|never) (?:performed|done|assessed|evaluated|tested|examined|carried out|measured|determined)\b",
    re.IGNORECASE,
)


def denied(text: str, start: int, end: int) -> bool:
    """Whether the text says that what stands at `start` to `end` was not so.

    >>> text = "skin aGVHD; no CNS toxicity or CRS"
    >>> denied(text, 5, 10), denied(text, 31, 34)
    (False, True)
    """
    return _scope(text, start) == "-" or _DENIED_BEHIND.match(text, end) is not None


def result_sign(text: str, start: int, end: int) -> Sign:
    """Return the result that the text gives for what stands at `start` to `end`: a marker, MRD, an abnormality.

    >>> text = "positive for CD4 and negative for CD2; CD19- lung mass, MRD-negative"
    >>> [result_sign(text, text.index(name), text.index(name) + len(name)) for name in ("CD4", "CD2", "CD19", "MRD")]
    ['+', '-', '-', '-']
    """
    if behind := _RESULT_BEHIND.match(text, end):
        return "+" if behind["sign"] == "+" or (behind["word"] or "").casefold() == "positiv" else "-"
    if before := _RESULT_BEFORE.search(text, max(0, start - 20), start):
        return "+" if before["word"].casefold() in {"positive", "detectable"} else "-"
    return "-" if _DENIED_BEHIND.match(text, end) else _scope(text, start)


def hedged(text: str, start: int) -> bool:
    """Whether what stands at `start` is told as a suspicion."""
    reach = text[max(0, start - 60) : start]
    return any(not _CLOSER.search(reach, found.end()) for found in _HEDGE.finditer(reach))


def data_lacking(text: str, start: int, end: int) -> bool:
    """Whether the text says of what stands at `start` to `end`, and not of something else, that it has no data.

    >>> text = "MRD was negative and IKZF1 was not examined"
    >>> data_lacking(text, 0, 3), data_lacking(text, 21, 26)
    (False, True)
    """
    for found in _NO_DATA.finditer(text):
        before = found.start() >= end
        between = _AUXILIARY.sub("", text[end : found.start()]) if before else text[found.end() : start]
        if found.end() > start and found.start() < end:
            return True
        if len(between) <= _NEXT and not _PARTS.search(between):
            return True
    return False


def unreported(text: str, end: int) -> bool:
    """Whether what ends at `end` is said not to be reported."""
    return _UNREPORTED.match(text, end) is not None


def not_done(text: str) -> bool:
    """Whether the text says that a test was not done."""
    return _NOT_DONE.search(text) is not None


def without_data(text: str) -> bool:
    """Whether the text says that it has no data."""
    return _NO_DATA.search(text) is not None


def says_none(text: str) -> bool:
    """Whether words say no more than that something is not so, or that it was not done: "none", "not done", "NR"."""
    return _ONLY_NONE.fullmatch(text.strip()) is not None or _NO_DATA.fullmatch(text.strip()) is not None


def _scope(text: str, start: int) -> Sign:
    """Return the sign of the last opener before `start` whose scope reaches there."""
    reach = text[max(0, start - _REACH) : start]
    openers = list(_OPENER.finditer(reach))
    if not openers:
        return ""
    opener, between = openers[-1], reach[openers[-1].end() :]
    if _CLOSER.search(between) or between.count(")") > between.count("("):
        return ""
    if opener["gone"]:
        if _IN.search(between) and _DISEASE.search(between) and _REMISSION.match(text, start):
            return ""  # "no residual disease in complete remission"
        # "no CRS, aGVHD" ends at the comma; "no CRS, aGVHD or rash" is one list.
        rest = text[start : start + _REACH]
        stop = _CLOSER.search(rest)
        is_list = _LIST_GOES_ON.search(between) or _LIST_GOES_ON.search(rest[: stop.start()] if stop else rest)
        return "" if (" and " in between or ", " in between) and not is_list else "-"
    return "-" if (opener["list"] or "").casefold().startswith("negative") else "+"
