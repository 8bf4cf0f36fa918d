"""A contact and its pathway as their two workflows carry them, with the mail between them in the checker's hands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Generic, TypeVar

from routine.actors import Actor
from routine.chat import gated
from routine.chat.case import Asked, Chat
from routine.chat.decide import decide as decide_on_chat
from routine.chat.decisions import AnyDecision as OfChat
from routine.chat.elapse import elapse as elapse_chat
from routine.chat.elapse import next_due as next_of_chat
from routine.chat.events import Event, PathwayBegun, PathwayChanged
from routine.chat.hear import hear as hear_chat
from routine.chat.row import word_of
from routine.gate import Contact, Gate
from routine.people import PersonId
from routine.refusals import Refusal
from routine.suicide_risk import meeting
from routine.suicide_risk.decide import AnyDecision as OfPathway
from routine.suicide_risk.decide import decide as decide_on_pathway
from routine.suicide_risk.elapse import elapse as elapse_pathway
from routine.suicide_risk.elapse import next_due as next_of_pathway
from routine.suicide_risk.hear import ContactChanged, begun
from routine.suicide_risk.hear import hear as hear_pathway
from routine.suicide_risk.pathway import Pathway
from routine.suicide_risk.summary import gate
from tests.routine.suicide_risk.ledger import Contacted, Fact, Ledger, Mark

T = TypeVar("T")
M = TypeVar("M")


FIRST = {"outside": 0, "reopened": 1, "flag": 2}
"""In this order, and then the rest as it happened."""


@dataclass
class Letter(Generic[T, M]):
    """A word on its way, and what the checker knew when it was sent."""

    word: T
    mark: M


@dataclass
class Box(Generic[T, M]):
    """What has been sent one way: each letter arrives at least once, in any order, and perhaps again."""

    sent: list[Letter[T, M]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)

    def post(self, word: T, mark: M) -> None:
        """One more letter."""
        self.waiting.append(len(self.sent))
        self.sent.append(Letter(word, mark))

    def deliver(self, letter: int) -> Letter[T, M]:
        """That one, for the first time or again."""
        if letter in self.waiting:
            self.waiting.remove(letter)
        return self.sent[letter]

    def take(self, chance: Random) -> Letter[T, M]:
        """One of those that wait, and it is delivered."""
        return self.sent[self.waiting.pop(chance.randrange(len(self.waiting)))]


def ledger_of(chat: Chat) -> Ledger:
    """An empty one, for a patient of that age; the fixture persons' years of birth are enough to tell a minor."""
    born = int(str(chat.submission.person.personnummer)[:4])
    return Ledger(minor=chat.opened_at.year - born < 18)


@dataclass
class Pair:
    """The two, the instant, the mail, and what the checker has written down."""

    chat: Chat
    now: datetime
    version: int = 0
    pathway: Pathway | None = None
    pathway_version: int = 0
    gate: Gate | None = None
    """What the pathway told last."""
    contact: Contact | None = None
    """What the contact told last."""
    starting: tuple[Contact, datetime, int] | None = None
    to_pathway: Box[Contact, int] = field(default_factory=Box)
    to_chat: Box[Gate | PathwayBegun, Mark | None] = field(default_factory=Box)
    contacted: Contacted = field(default_factory=Contacted)
    ledger: Ledger = field(init=False)
    asked: bool = False
    """Whether the patient has the word."""
    heard: int = 0
    """How many facts of the contact the pathway has heard of."""
    number: int = 0
    """Counts what happens, over both."""
    delivered: int = 0
    """Counts the letters that changed somebody's mind."""

    def __post_init__(self) -> None:
        self.ledger = ledger_of(self.chat)

    # The shells, as `workflows.durable`, `.chat` and `.suicide_risk` are written.

    def become(self, chat: Chat) -> None:
        """The contact is another; its pathway is begun, or told if that changes what it knows."""
        if chat is self.chat:
            return
        self.chat = chat
        self.version += 1
        self._note_word()
        self._tell_pathway()
        self._want()

    def _note_word(self) -> None:
        asked = isinstance(word_of(self.chat), Asked)
        if asked is not self.asked:
            self.asked = asked
            self.contacted.facts.append(Fact("asked" if asked else "answered", self.now))

    def _want(self) -> None:
        if self.chat.wants_pathway and not self.chat.ended and self.starting is None and self.pathway is None:
            contact = gated.contact_of(self.chat, self.version)
            self.starting = (contact, self.now, len(self.contacted.facts))

    def _tell_pathway(self) -> None:
        if not self.chat.pathway_begun:
            return
        contact = gated.contact_of(self.chat, self.version)
        if self.contact is None or contact.model_copy(update={"version": self.contact.version}) != self.contact:
            self.contact = contact
            self.to_pathway.post(contact, len(self.contacted.facts))

    def begin(self) -> None:
        """The activity has started the pathway, with what it was given then; the contact is told so."""
        assert self.starting is not None
        contact, at, upto = self.starting
        self.starting = None
        self.hear_facts(upto)
        self.pathway = begun(self.chat.contact_id, self.chat.unit, self._person(), contact, at)
        self._tell_chat()
        self.become_pathway(elapse_pathway(self.pathway, self.now))
        self.to_chat.post(PathwayBegun(), None)

    def _person(self) -> PersonId:
        return self.chat.submission.person.personnummer

    def become_pathway(self, pathway: Pathway) -> None:
        """The pathway is another; the contact is told if that changes its gate."""
        if pathway is self.pathway:
            return
        self.pathway = pathway
        self.pathway_version += 1
        self._tell_chat()

    def _tell_chat(self) -> None:
        assert self.pathway is not None
        now = gate(self.pathway, self.pathway_version)
        if self.gate is None or now.model_copy(update={"version": self.gate.version}) != self.gate:
            self.gate = now
            self.to_chat.post(now, self.mark())

    def mark(self) -> Mark:
        """What the ledger says now."""
        heard = sum(fact.kind == "flag" for fact in self.contacted.facts[: self.heard])
        return Mark(
            may_be_open=self.ledger.may_be_open,
            dismissed=self.ledger.exit == "dismissed",
            let_go=self.ledger.may_be_open and self.ledger.exit != "dismissed",
            flags=heard,
            assessed=self.ledger.assessed,
            resolved_as=self.ledger.resolved_as,
        )

    # What can happen.

    def hear_facts(self, upto: int) -> None:
        """The pathway now knows of so many of the contact's facts; of several at once a suspicion comes first."""
        news = self.contacted.facts[self.heard : upto]
        for fact in sorted(news, key=lambda each: FIRST.get(each.kind, len(FIRST))):
            self.ledger.hear(fact)
        self.heard = max(self.heard, upto)

    def hear(self, event: Event) -> None:
        """The patient, or a machine."""
        self.become(hear_chat(self.chat, event, self.now))

    def to_the_pathway(self, letter: Letter[Contact, int]) -> None:
        """A letter arrives; one to a pathway that is gone is lost."""
        if self.pathway is None or self.pathway.ended:
            return
        if letter.word.version > self.pathway.contact.version:
            self.hear_facts(letter.mark)
            self.delivered += 1
        self.become_pathway(hear_pathway(self.pathway, ContactChanged(contact=letter.word), self.now))

    def to_the_chat(self, letter: Letter[Gate | PathwayBegun, Mark | None]) -> None:
        """A letter arrives; one to a contact that is gone is lost."""
        if self.chat.ended:
            return
        match letter.word:
            case PathwayBegun():
                self.hear(letter.word)
            case Gate(version=version):
                known = self.chat.gate
                if known is None or version > known.version:
                    self.contacted.heard = letter.mark
                    self.delivered += 1
                self.hear(PathwayChanged(gate=letter.word))

    def settle(self, chance: Random) -> None:
        """All mail arrives, what it brings about too, in any order."""
        while self.starting or self.to_pathway.waiting or self.to_chat.waiting:
            if self.starting:
                self.begin()
            if self.to_pathway.waiting and self.pathway is not None:
                self.to_the_pathway(self.to_pathway.take(chance))
            if self.to_chat.waiting:
                self.to_the_chat(self.to_chat.take(chance))

    def next_at(self) -> datetime | None:
        """When the clock brings something about next, on either."""
        found = [next_of_chat(self.chat), next_of_pathway(self.pathway) if self.pathway else None]
        return min((due.at for due in found if due is not None), default=None)

    def pass_to(self, instant: datetime, chance: Random | None) -> None:
        """Time passes, in hops from one due instant to the next; with `chance` the mail arrives after each."""
        while (due := self.next_at()) is not None and due <= instant:
            self.now = max(self.now, due)
            self._elapse()
            if chance is not None:
                self.settle(chance)
        self.now = max(self.now, instant)
        self._elapse()

    def _elapse(self) -> None:
        self.become(elapse_chat(self.chat, self.now))
        if self.pathway is not None:
            self.become_pathway(elapse_pathway(self.pathway, self.now))

    def met(self) -> tuple[Chat, Pathway | None]:
        """The two as whoever routes a decision sees them."""
        if self.pathway is None:
            return self.chat, None
        return meeting.meet(self.chat, self.version, self.pathway, self.pathway_version)

    def on_chat(self, decision: OfChat, by: Actor, note: Callable[[Chat], None]) -> Refusal | None:
        """What the contact makes of a decision; what is accepted is noted first, then told."""
        answer = decide_on_chat(self.chat, decision, by, self.now)
        if isinstance(answer, Refusal):
            return answer
        note(answer)
        self.become(answer)
        return None

    def on_pathway(self, decision: OfPathway, by: Actor, note: Callable[[Pathway], None]) -> Refusal | None:
        """What the pathway makes of a decision; what is accepted is noted first, then told."""
        assert self.pathway is not None
        answer = decide_on_pathway(self.pathway, decision, by, self.now)
        if isinstance(answer, Refusal):
            return answer
        note(answer)
        self.become_pathway(answer)
        return None
