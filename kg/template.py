"""The file of a new patient as a template: every line that most cases need, with what to write, ready to be filled."""

import re

from .cases.values import ValueFormError

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
BLANK = "…"

_TEMPLATE = """\
# Fill every … from the paper and delete what the paper does not tell: what is not reported stays away.
# 'at:' is the passage that says so, by its id in publication.yaml; 'printed:' (optional) the words or numbers that stand there:
#   sex: {value: female, printed: woman, at: case-presentation.s1}
# An editor completes keys and terms; 'leukemia-kg check FILE' tells what is wrong, and what to write instead.
patient: @PATIENT@
told by: @TOLD_BY@
# If the paper retells another one, the id of that one among its references:
# primary source: …

age: {value: … a, at: …}
sex: {value: …, at: …}

# Things that happened or held, one key each (a-z, 0-9 and -), however many passages tell of them.
occurrents:

  # --- presentation and diagnosis ---
  leukemia:
    # A class of the edition that the paper names, else without one: B acute lymphoblastic leukemia, B/myeloid mixed phenotype acute leukemia …
    type: …
    at: …
    # Lesions found; {absent: BCR::ABL1} is one that was looked for and not found.
    lesion: …
  presentation:
    type: presentation
    at: …
    # A date as precise as printed: 2015, 2015-09 or 2015-09-21.
    when: …
  diagnosis:
    type: diagnosis
    at: …
    disease treated or assessed: leukemia
    when: …
  immunophenotype-1:
    type: immunophenotyping
    at: …
    part of: presentation
    # Markers as printed, with their compartment where it is: CD19, sCD22, cCD79a.
    positive: [CD19, …]
    negative: […]
  marrow-1:
    type: bone marrow examination
    at: …
    part of: presentation
    blast percentage: …%
  cytogenetics-1:
    type: cytogenetic analysis
    at: …
    part of: presentation
    # The string as printed, in quotes; an odd one is kept and explained, never repaired.
    karyotype: "…"

  # --- treatment and response ---
  induction:
    type: induction therapy
    at: …
    regimen given: …
  cr-1:
    type: complete remission
    at: …
    remission number: 1
    # marrow compartment, or overall compartment if all sites are meant.
    compartment: …
    MRD status: …
    shown by: mrd-1
    # At or before a day of something; {day: 28, of: induction} on it; {offset: 3 months, after: hct}; {after: induction}.
    when: {by: day …, of: induction}
  mrd-1:
    type: MRD assessment
    at: …
    method: …
    sensitivity: …%
    MRD status: …
    when: {during: cr-1}

  # --- transplantation ---
  hct:
    type: allogeneic hematopoietic cell transplantation
    at: …
    when: …
    donor type: …
    # Written n/m.
    HLA match: …
    graft source: …
  conditioning:
    type: …
    at: …
    part of: hct
  gvhd-prophylaxis:
    type: GvHD prophylaxis
    at: …
    part of: hct
    agent: …

  # --- end of follow-up ---
  follow-up:
    type: follow-up
    at: …
    # 'at least: yes' because the patient was still followed then.
    until: {offset: … months, after: hct, at least: yes}

vital status: {value: …, at: …}

# What the paper says did not happen: a class, and where ('in:' an occurrent). What it does not mention is not absent.
absent:
  - {what: …, in: induction, printed: …, at: …}

# What the paper says that it has no data on.
not available:
  - {what: …, in: hct, at: …}

# Defects of the paper itself that 'leukemia-kg check' found and you have transcribed as they are:
# acknowledged:
#   - {rule: R44, on: hct, because: …}
"""


def new(patient: str, told_by: str) -> str:
    """Return the template of a patient's file; it reads and validates once every … is filled or its line deleted.

    Raises:
        ValueFormError: one of the two cannot be an id.
    """
    for name in (patient, told_by):
        if not _ID.fullmatch(name):
            raise ValueFormError(f"'{name}' cannot be an id; use a-z, 0-9 and - only, such as ueda-2016-p1")
    return _TEMPLATE.replace("@PATIENT@", patient).replace("@TOLD_BY@", told_by)
