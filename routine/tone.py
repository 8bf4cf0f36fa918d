"""How texts to patients are written: no capitals, exclamation marks or abbreviations (R55), never "sök igen" (R57).

Hard for our own texts, which configuration refuses; for what staff write it is a hint and never stops a message.
"""

import re
from typing import Literal

from routine.frozen import Frozen

Kind = Literal["capitals", "exclamation", "abbreviation", "seek_again"]

WRITTEN_IN_CAPITALS = frozenset(
    {
        *("SMS", "BVC", "MVC", "BUP", "BUM", "IVO", "SOS", "ID", "EU", "PDF"),
        *("ADHD", "ADD", "KBT", "EKG", "CRP", "HIV", "KOL", "MR", "DT", "TBE", "HPV", "DNA"),
    }
)
"""Names that are written so, by themselves or in a compound (`BVC-sköterska`). Add one here, with a test."""

ABBREVIATIONS = (
    *("t.ex", "tex", "bl.a", "m.m", "m.fl", "o.s.v", "d.v.s", "p.g.a", "s.k", "f.n", "f.d", "e.d", "o.d", "i.o.m"),
    *("fr.o.m", "t.o.m", "m.a.o", "m.h.a", "m.t.p", "g.m", "v.b", "v.g"),
    *("ev", "ca", "kl", "tel", "nr", "mvh", "ang", "enl", "inkl", "exkl", "resp", "obs", "ssk", "dr", "leg", "mob"),
)
"""Matched with and without their dots and blanks: `t.ex.`, `t ex`, `tex`."""
ONLY_WITH_A_DOT = ("forts", "jan", "feb", "aug", "sept", "okt", "nov", "dec", "mån", "tis", "tim", "min", "st", "tom")
"""Words of their own without the dot, so only the dotted form counts, and only inside a sentence."""
WORDS_WITHOUT_DOTS = frozenset({"fd", "ed", "od", "sk", "gm", "vg", "mm", "fn"})
"""What is left of a dotted abbreviation that could as well be something else: `5 mm`. Counted only with a dot."""

SEEK_AGAIN = (
    r"\bsök(?:a|er)?\b[^.!?]*\b(?:igen|på nytt|en gång till|senare)\b",
    r"\b(?:hör|höra) av (?:dig|er|sig)\b[^.!?]*\b(?:igen|på nytt|senare)\b",
    r"\b(?:kontakta|ring|ringa|skriv|skriva|chatta|besök|besöka|försök|försöka) (?:(?:till|med) )?(?:oss |vården |"
    r"mottagningen |vårdcentralen |chatten |gärna |bara |då )*(?:igen|på nytt|en annan dag|i morgon|nästa vecka)\b",
    r"\båterkom\b",
    r"\b(?:ber|be) (?:dig|er) (?:att )?återkomma\b",
    r"\b(?:du|ni) (?:\w+ ){0,3}återkomma\b",
    r"\bvälkommen (?:åter|tillbaka|att återkomma)\b",
    r"\b(?:skicka|skriv|starta|öppna|gör|skapa|ta|med)a? [^.!?]*\b(?:ny|nytt) "
    r"(?:kontakt|ärende|chatt|förfrågan|meddelande|ansökan)\b",
    r"\b(?:börja|starta) om\b",
    r"\bkom (?:gärna )?tillbaka\b",
    r"\b(?:logga|gå) in (?:igen|på nytt)\b",
)
"""Any form of asking somebody to seek again (R57). What we do ourselves (`vi återkommer`) is not among them."""

HINTS: dict[Kind, str] = {
    "capitals": "Skriv {what} med små bokstäver. Versaler uppfattas som att du ropar.",
    "exclamation": "Avsluta med punkt i stället för utropstecken.",
    "abbreviation": "Skriv ut {what} i stället för att förkorta.",
    "seek_again": "Be inte patienten att söka igen ({what}). Behåll ärendet och erbjud en tid kommande dag.",
}


class Finding(Frozen):
    """Something in a text that R55 or R57 advises against."""

    kind: Kind
    what: str
    hint: str


def findings(text: str) -> tuple[Finding, ...]:
    """What the routine advises against in the text, each once, in reading order within each kind."""
    plain = " ".join(_ADDRESS.sub(" ", _PLACEHOLDER.sub("x", text)).split())
    found: list[tuple[Kind, str]] = [
        *(("capitals", word) for word in _CAPITALS.findall(plain) if word not in WRITTEN_IN_CAPITALS),
        *(("exclamation", "!") for _ in _EXCLAMATION.findall(plain)),
        *(("abbreviation", hit.group().strip()) for pattern in _SHORT for hit in pattern.finditer(plain)),
        *(("seek_again", hit.group()) for pattern in _AGAIN for hit in pattern.finditer(plain)),
    ]
    return tuple(
        Finding(kind=kind, what=what, hint=HINTS[kind].format(what=what)) for kind, what in dict.fromkeys(found)
    )


def hints(text: str) -> tuple[str, ...]:
    """The same as soft advice to staff, in Swedish; a clinical message is never stopped for its style (R55)."""
    return tuple(finding.hint for finding in findings(text))


def _dotted(short: str) -> str:
    """A dotted abbreviation with its dots, with blanks, or with neither if that is no word of its own."""
    parts = short.split(".")
    joined = "".join(parts)
    spaced = r"\.\s?".join(parts) + r"\b\.?" + "|" + " ".join(parts) + r"\b\.?"
    return spaced if joined in WORDS_WITHOUT_DOTS or joined == "tom" else f"{spaced}|{joined}" + r"\b\.?"


_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_ADDRESS = re.compile(r"\S+\.(?:se|nu|com|org|eu)\b(?:/\S*)?|\S+@\S+", re.IGNORECASE)
_CAPITALS = re.compile(r"\b[A-ZÅÄÖÉÜ]{2,}\b")
_EXCLAMATION = re.compile("[!！¡❗]")
_SHORT = (
    re.compile(rf"(?<![\w.])(?:{'|'.join(_dotted(short) for short in ABBREVIATIONS)})", re.IGNORECASE),
    re.compile(rf"(?<![\w.])(?:{'|'.join(ONLY_WITH_A_DOT)})\.(?=\s+[a-zåäö0-9])", re.IGNORECASE),
)
_AGAIN = tuple(re.compile(pattern, re.IGNORECASE) for pattern in SEEK_AGAIN)
