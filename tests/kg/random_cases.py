"""Random cases for the engines: plausible courses of disease, and the same with faults of many kinds."""

import random

from pyoxigraph import Literal, NamedNode, Triple

from kg.vocabulary import BASE, RDF_TYPE, TIME, XSD, lkg, terms

Nodes = list[NamedNode]
DRUGS = ["Blinatumomab", "DonorLymphocytes", "Dasatinib", "Methotrexate"]
COMPARTMENTS = ["MarrowCompartment", "OverallCompartment", "BloodCompartment", "CNSCompartment"]
COMPARTMENTS += ["ExtramedullaryCompartment"]
SITES = ["Liver", "Gut", "Skin", "CerebrospinalFluid", "EpiduralSpace", "Lung", "BoneMarrow", "ThirdCervicalVertebra"]
MARKERS = ["CD19", "CD3", "MPO", "CD34", "CD45", "CD10", "CD33", "CD2"]
DISEASES = ["MPALBMyeloid", "MPALTMyeloidNOSWHO2016", "BAcuteLymphoblasticLeukemia", "AcuteMyeloidLeukemia"]
STATES = ["Relapse", "MarrowRelapse", "MRDRelapse", "HematologicRelapse", "ExtramedullaryRelapse", "CNSRelapse"]
STATES += ["CompleteRemission", "MRDNegativeCompleteRemission", "PartialRemission", "ExtramedullaryDisease"]
STATES += ["OvertRelapse", "PostTransplantRelapse", "MRDNegativeMarrowCompleteRemission", "PostTransplantCNSRelapse"]
TREATMENTS = ["AllogeneicHCT", "HematopoieticCellTransplantation", "TreatmentCourse", "TreatmentCycle"]
TREATMENTS += ["DonorLymphocyteInfusion", "Chemotherapy", "MyeloablativeConditioning", "BlinatumomabCycle"]
TREATMENTS += ["BlinatumomabDLICourse", "AntileukemicRegimenTreatment", "BlinatumomabBridgeToTransplant"]
GVHD = ["AcuteGvHD", "ChronicGvHD", "OverlapGvHD", "LateOnsetAcuteGvHD", "GraftVersusHostDisease", "VisceralAcuteGvHD"]
PATIENTS = [
    "Patient",
    "Patient",
    "Patient",
    "PatientWithPostTransplantRelapse",
    "PatientBridgedToTransplantWithBlinatumomab",
]


class _Case:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.patient = lkg(f"patient/random-{seed}-p1")
        self.triples: list[Triple] = []
        self.nodes: Nodes = [self.patient]

    def add(self, node: NamedNode, name: str, value: NamedNode | Literal) -> None:
        self.triples.append(Triple(node, lkg(name), value))

    def new(self, kind: str, *classes: str, of_patient: bool = True) -> NamedNode:
        node = NamedNode(f"{self.patient.value}/{kind}-{len(self.nodes)}")
        self.nodes.append(node)
        for name in classes:
            self.triples.append(Triple(node, RDF_TYPE, lkg(name)))
        if of_patient:
            self.add(node, "ofPatient", self.patient)
            self.triples.append(Triple(node, NamedNode(TIME + "hasTime"), NamedNode(node.value + "/time")))
        return node

    def sometimes(self, share: float = 0.5) -> bool:
        return self.rng.random() < share

    def plausible(self) -> None:
        rng = self.rng
        self.triples.append(Triple(self.patient, RDF_TYPE, lkg(rng.choice(PATIENTS))))
        self.new("leukemia", rng.choice(DISEASES))
        transplants = [self.new("hct", rng.choice(TREATMENTS[:2])) for _ in range(rng.randrange(3))]
        treatments = [self.new("treatment", rng.choice(TREATMENTS)) for _ in range(rng.randrange(1, 6))]
        states = [self.new("state", rng.choice(STATES)) for _ in range(rng.randrange(1, 5))]
        for treatment in treatments:
            if self.sometimes():
                self.add(treatment, "agent", lkg(rng.choice(DRUGS)))
            if self.sometimes(0.2):
                self.add(treatment, "regimen", lkg(rng.choice(["HyperCVAD", "BuCy"])))
            if self.sometimes(0.4) and (whole := rng.choice(treatments)) != treatment:
                self.add(treatment, "partOf", whole)
            if self.sometimes(0.3):
                self.add(treatment, "cycleNumber", Literal(str(rng.randrange(5)), datatype=NamedNode(XSD + "integer")))
        for state in states:
            if self.sometimes():
                self.add(state, "compartment", lkg(rng.choice(COMPARTMENTS[:3])))
            if self.sometimes(0.3):
                self.add(state, "site", lkg(rng.choice(SITES)))
            if self.sometimes(0.3):
                self.add(state, "mrdStatus", lkg("MRDNegative"))
            if self.sometimes(0.2):
                self.add(state, "startDate", Literal("2016-04", datatype=NamedNode(XSD + "gYearMonth")))
        for node in (*states, *treatments):
            if transplants and self.sometimes(0.6):
                order = rng.choice(["followsTransplantation", "precedesTransplantation"])
                self.add(node, order, rng.choice(transplants))
        if self.sometimes(0.4):
            self.add(self.new("gvhd", rng.choice(GVHD)), "site", lkg(rng.choice(SITES)))
        if self.sometimes():
            mrd = self.new("mrd", "MRDAssessment")
            self.add(mrd, "mrdStatus", lkg(rng.choice(["MRDNegative", "MRDPositive"])))
            self.add(rng.choice(states), "shownBy", mrd)
        if self.sometimes(0.6):
            whole = self.new("immunophenotype", "Immunophenotyping")
            for marker in rng.sample(MARKERS, rng.randrange(1, 5)):
                finding = self.new("finding", "MarkerFinding", of_patient=False)
                self.add(finding, "findingOf", whole)
                self.add(finding, "marker", lkg(marker))
                self.add(finding, "result", lkg(rng.choice(["PositiveResult", "NegativeResult", "PartialResult"])))

    def fault(self) -> None:
        """Change the case as no curator should: a class, a value, a property or a literal that does not fit."""
        rng, known = self.rng, terms().by_iri
        classes = sorted(iri for iri, term in known.items() if term.kind == "class" and iri.startswith(BASE))
        near = [*STATES, *TREATMENTS, *GVHD, "PositiveMarkerFinding", "NegativeMarkerFinding", "MRDPositiveAssessment"]
        relating = sorted(iri for iri, term in known.items() if term.kind == "object" and iri.startswith(BASE))
        valued = sorted(iri for iri, term in known.items() if term.kind == "data" and iri.startswith(BASE))
        individuals = sorted(iri for iri, term in known.items() if term.kind == "individual")
        node, other = rng.choice(self.nodes), rng.choice(self.nodes)
        match rng.randrange(7):
            case 0:
                self.triples.append(Triple(node, RDF_TYPE, NamedNode(rng.choice(classes))))
            case 1:
                self.triples.append(Triple(node, RDF_TYPE, lkg(rng.choice(near))))
            case 2:
                self.triples.append(Triple(node, NamedNode(rng.choice(relating)), other))
            case 3:
                self.triples.append(Triple(node, NamedNode(rng.choice(relating)), NamedNode(rng.choice(individuals))))
            case 4:
                kind = rng.choice(["integer", "decimal", "string", "boolean"])
                text = {"integer": "7", "decimal": "2.5", "string": "two", "boolean": "true"}[kind]
                value = Literal(text) if kind == "string" else Literal(text, datatype=NamedNode(XSD + kind))
                self.triples.append(Triple(node, NamedNode(rng.choice(valued)), value))
            case 5:
                old = rng.choice(self.triples)
                swapped = NamedNode(rng.choice(individuals)) if isinstance(old.object, NamedNode) else old.object
                if old.predicate != RDF_TYPE:
                    self.triples[self.triples.index(old)] = Triple(old.subject, old.predicate, swapped)
            case _:
                values = {"result": ["PositiveResult", "NegativeResult"], "mrdStatus": ["MRDNegative", "MRDPositive"]}
                name = rng.choice(sorted(values))
                said = [t.subject for t in self.triples if t.predicate == lkg(name)]
                subject = rng.choice(said) if said else node
                assert isinstance(subject, NamedNode)
                self.add(subject, name, lkg(rng.choice(values[name])))


def generated(seed: int, *, faults: bool = True) -> list[Triple]:
    """Return a case of 20 to 80 triples; with `faults`, most have one to three."""
    case = _Case(seed)
    case.plausible()
    for _ in range(case.rng.randrange(4) if faults else 0):
        case.fault()
    return case.triples
