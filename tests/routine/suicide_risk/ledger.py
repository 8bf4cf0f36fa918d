"""What has been done and said, as the checker itself keeps it, and what table A10 lets follow from it.

Nothing here asks the rules under test: it knows decisions, events and instants, and when the gate may be open.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LOW, ELEVATED = ("none", "low"), ("moderate", "high", "acute")
CALLS, REFUSALS = 2, 2
ELSEWHERE = ("seen_elsewhere", "admitted", "deceased", "other", "moved_outside")
"""Real endings: they wait for no paper."""
GOES_ON = ("safe_online", "offer_answered", "attended", "dismissed")
"""Exits after which the patient's next words are answered in the chat, and begin nothing anew."""
ACK_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Told:
    """A handover to somebody outside: when, and what they said."""

    at: datetime
    target: str
    by_assessor: bool
    outcome: str | None = None


@dataclass(frozen=True)
class Fact:
    """Something that has happened on the contact, which the pathway hears of by a signal."""

    kind: Literal["flag", "word", "call", "reached", "reopened", "outside", "asked", "answered"]
    at: datetime


@dataclass
class Ledger:
    """The pathway's history as table A10 reads it: this suspicion's assessment, what was tried, and the exit taken."""

    minor: bool
    level: str | None = None
    certain: bool = False
    because: bool = False
    unsafe: bool = False
    exit: str | None = None
    calls: int = 0
    """Unreached ones since the patient was last heard."""
    due: datetime | None = None
    """The moderate risk's, by our own arithmetic."""
    told: dict[str, Told] = field(default_factory=dict)
    ever_told: dict[str, Told] = field(default_factory=dict)
    writing: set[str] = field(default_factory=set)
    """Who has assessed and not yet written it in the record."""
    guardians: bool = False
    assessed: int | None = None
    """The number, in the whole life's order, of the assessment that counts."""
    assessed_at: datetime | None = None
    resolved_as: int | None = None
    """The number of what resolved it elsewhere, while that stands."""
    spoken: bool = False
    """Whether the patient has ever been heard since what was sent in."""
    asked: bool = False
    """Whether she has the word."""
    seen: bool = False
    """Whether the visit that was booked last has happened."""

    # What the pathway decides.

    def assess(self, by: str, level: str, at: datetime, number: int, *, certain: bool, because: bool) -> None:
        """A new assessment undoes an exit. The first moderate one sets the due instant, for as long as it is open."""
        if level in LOW or self.exit is not None or (level == "moderate" and self.seen):
            self.due = None
        self.seen = self.seen and level != "moderate"
        self.resolved_as = None
        self.level, self.certain, self.because = level, certain, because
        self.exit, self.unsafe, self.assessed = None, False, number
        if level == "moderate" and self.due is None:
            day = at.astimezone(STOCKHOLM).date() + timedelta(days=2)
            self.due = datetime.combine(day, time(23, 59, 59), STOCKHOLM).astimezone(UTC)
        self.writing.add(by)
        self.assessed_at = at
        for each in self.told.values():
            self._handed_over(each)
        self._unreachable()

    def retract(self) -> None:
        """Back to where nothing has been judged."""
        self.level = self.exit = self.assessed = self.resolved_as = None

    def booked(self) -> None:
        """Another visit than the one before."""
        self.seen = False

    def opposed(self) -> None:
        """She has said no to a visit: somebody has spoken with her."""
        self.seen, self.spoken, self.calls = False, True, 0

    def answered(self, answer: str) -> None:
        """Whether it feels safe enough (T4, T5)."""
        self.unsafe = answer == "no"
        if self.level in LOW and not self.unsafe:
            self.exit = "safe_online"

    def offered(self, answer: str | None) -> None:
        """What was offered instead, and what she said to it (T5)."""
        if self.level in LOW and self.unsafe and answer is not None:
            self.exit = "offer_answered"

    def attended(self) -> None:
        """The physical visit has happened (T8, T10)."""
        self.seen = True
        if self.level in ("moderate", "high"):
            self.exit = "attended"

    def handed(self, ident: str, target: str, at: datetime, *, by_assessor: bool) -> None:
        """Somebody outside is asked."""
        self.told[ident] = self.ever_told[ident] = Told(at, target, by_assessor)

    def called_112(self, ident: str, at: datetime, *, by_assessor: bool) -> None:
        """Acute danger: after an exit or a low risk it is one anew, and waits for its acknowledgement (T1)."""
        if self.exit is not None or self.level in LOW:
            self._anew()
        self.handed(ident, "emergency_112", at, by_assessor=by_assessor)

    def acked(self, ident: str | None, outcome: str) -> None:
        """What they said, about the handover named or the newest without an answer."""
        open_ones = [name for name, each in self.told.items() if each.outcome is None]
        ident = ident or (open_ones[-1] if open_ones else None)
        if ident in self.told:
            self.told[ident] = self.ever_told[ident] = replace(self.told[ident], outcome=outcome)
            self._handed_over(self.told[ident])

    def last_resort(self, at: datetime, *, safety: bool) -> None:
        """After a handover, or two that nobody took (R75)."""
        not_taken = [
            each
            for each in self.told.values()
            if each.outcome in ("declined", "advice_only") or (each.outcome is None and each.at + ACK_WITHIN <= at)
        ]
        if self.level in ELEVATED and (self.accepted or (len(not_taken) >= REFUSALS and safety)):
            self.exit = "last_resort"

    def resolved(self, outcome: str, number: int) -> None:
        """Seen elsewhere, admitted, dead."""
        self.exit, self.resolved_as = outcome, number

    def dismissed(self) -> None:
        """There was no suspicion; only one that nobody has assessed can have been none."""
        if self.level is None and self.exit is None:
            self.exit, self.due = "dismissed", None

    def attested(self, by: str) -> None:
        """The assessment stands in the record."""
        self.writing.discard(by)

    def hear(self, fact: Fact) -> None:
        """What has happened on the contact, once the pathway has heard of it."""
        match fact.kind:
            case "flag" if self.exit is not None:
                self._anew()
            case "reopened" if self.exit is not None and self.exit not in GOES_ON:
                self._anew()
            case "word" | "reached":
                self.calls, self.spoken = 0, True
                self.exit = None if self.exit == "unreachable_low" else self.exit
            case "asked" | "answered":
                self.asked = fact.kind == "asked"
            case "call":
                self.calls += 1
                self._unreachable()
            case "outside" if self.exit is None:
                self.exit = "moved_outside"
            case _:
                pass

    def _anew(self) -> None:
        self.level = self.exit = self.assessed = self.due = self.resolved_as = None
        self.certain = self.because = self.unsafe = self.seen = False
        self.told = {}

    def _handed_over(self, told: Told) -> None:
        """An assessor stands behind it: her own, of an acute risk, or judged since (T1, T3)."""
        judged = self.level in ELEVATED and self.assessed_at is not None
        behind = told.by_assessor or self.level == "acute" or (judged and self.assessed_at >= told.at)  # type: ignore[operator]
        if self.exit is None and judged and behind and told.outcome == "accepted":
            self.exit = "acknowledged"

    def _unreachable(self) -> None:
        out_of_touch = self.asked or not self.spoken or self.calls > 0
        enough = out_of_touch and (self.because or self.calls >= CALLS)
        if self.exit is None and self.level in LOW and self.certain and enough:
            self.exit = "unreachable_low"

    @property
    def accepted(self) -> bool:
        """Whether somebody outside has taken her on."""
        return any(each.outcome == "accepted" for each in self.told.values())

    @property
    def may_be_open(self) -> bool:
        """Whether an exit of the routine's has been taken, and what it asks to be written is written."""
        if self.exit is None:
            return False
        if self.exit == "dismissed" or self.exit in ELSEWHERE:
            return True
        by_112 = any(each.outcome == "accepted" and each.target == "emergency_112" for each in self.told.values())
        considered = self.guardians or by_112 or not self.minor
        return considered and (self.accepted or not self.writing)


@dataclass(frozen=True)
class Mark:
    """What the ledger said when the pathway sent its word: the contact may trust no other."""

    may_be_open: bool
    dismissed: bool
    let_go: bool
    """Whether it had let go of her without an assessment."""
    flags: int
    assessed: int | None
    resolved_as: int | None


@dataclass
class Contacted:
    """The contact's own history: suspicions, words that may mean one, and what has been asked."""

    flags: int = 0
    hits: list[int] = field(default_factory=list)
    """The numbers, in the whole life's order, of words that nobody has looked at."""
    asked: bool = False
    own_resolved: bool = False
    """Without a pathway it is the contact's own."""
    spoken: int = 0
    """The number of the patient's last word, or of the last flag."""
    facts: list[Fact] = field(default_factory=list)
    heard: Mark | None = None
    """The newest word of the pathway that has come."""

    def asked_her(self) -> None:
        """The question was put to her (R58)."""
        self.asked, self.hits = True, []

    @property
    def resolved(self) -> bool:
        """Whether it was resolved elsewhere, and nobody has said anything since."""
        told = self.heard.resolved_as if self.heard else None
        return self.own_resolved or (told is not None and told > self.spoken)

    @property
    def open_hits(self) -> bool:
        """Whether words stand that neither the question nor an assessment after them has met."""
        since = self.heard.assessed if self.heard and self.heard.assessed is not None else -1
        return any(each > since for each in self.hits)

    @property
    def suspected(self) -> bool:
        """Whether a suspicion stands that no assessor is known to have dismissed."""
        heard = self.heard
        return self.flags > 0 and not (heard is not None and heard.dismissed and heard.flags == self.flags)

    def may_close(self, *, mental: bool) -> bool:
        """Whether nothing about suicide need stop closing."""
        if self.resolved:
            return True
        heard = self.heard
        if self.suspected and not (heard is not None and heard.may_be_open and heard.flags == self.flags):
            return False
        assessed = heard is not None and heard.assessed is not None
        known = self.asked or assessed or (self.suspected and heard is not None and heard.let_go)
        return not self.open_hits and (known or not mental)
