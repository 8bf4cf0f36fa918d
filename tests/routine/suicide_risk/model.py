"""The model checker: random lives of a contact and its pathway, what holds after every step, and what they have met."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from routine.chat.owed import waits as chat_waits
from routine.refusals import Refusal
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import Released
from routine.suicide_risk.view import case_view
from routine.tasks import Owed
from tests.routine.suicide_risk import driver, invariants
from tests.routine.suicide_risk.moves import Decide, Move, Settle, Until, act, shown
from tests.routine.suicide_risk.pair import Pair

LIFE = 60
"""Steps of a life."""
DEEP = 250
"""One step in so many is looked at in everything that costs time."""


@dataclass
class Met:
    """What the lives have met."""

    steps: int = 0
    states: Counter[str] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    blocks: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    chats: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Met") -> None:
        """Those of another run too."""
        self.steps += other.steps
        for name in ("states", "exits", "blocks", "accepted", "refused", "chats"):
            getattr(self, name).update(getattr(other, name))


class Broken(AssertionError):
    """An invariant does not hold; the message is the seed and the shortest trace that was found."""


@dataclass
class Life:
    """One contact with its pathway, checked after every move."""

    seed: str
    pair: Pair
    met: Met
    chance: Random
    """Decides only what is looked at."""
    chat_owes: tuple[Owed, ...] = ()
    owes: tuple[Owed, ...] = ()

    def __post_init__(self) -> None:
        self.chat_owes = chat_waits(self.pair.chat)

    def make(self, move: Move) -> None:
        """The move, and all that must hold after it. Raises AssertionError."""
        pair, deep = self.pair, self.chance.randrange(DEEP) == 0
        foresee = isinstance(move, Until) and self.chance.randrange(8) == 0
        was = invariants.before(pair, self.chat_owes, self.owes, foresee=foresee)
        kept = (pair.chat.model_dump_json(), pair.pathway and pair.pathway.model_dump_json()) if deep else None
        refused = act(pair, move)
        self._holds(was, move, refused)
        if deep:
            self._holds_deeply()
            if refused is not None and pair.chat is was.chat:
                assert kept == (pair.chat.model_dump_json(), pair.pathway and pair.pathway.model_dump_json())
        self._count(move, refused)

    def _holds(self, was: invariants.Before, move: Move, refused: Refusal | None) -> None:
        pair = self.pair
        if refused is not None and not (isinstance(move, Decide) and move.decision.type in ("assess", "call_112")):
            assert pair.chat is was.chat, "a refusal changed the contact"
            assert pair.pathway is was.pathway, "a refusal changed the pathway"
        if pair.chat is not was.chat or pair.pathway is not was.pathway:
            self.chat_owes = chat_waits(pair.chat)
            self.owes = waits(pair.pathway) if pair.pathway else ()
            invariants.gate_is_shut_until_an_exit(pair)
            invariants.somebody_owns_the_next_step(pair, self.chat_owes, self.owes)
            invariants.deadlines_stand(was, pair, self.chat_owes, self.owes)
            invariants.tier_and_level_are_peoples(pair)
        if isinstance(move, Until):
            invariants.foretold_came_true(was, pair, move.at)
        if isinstance(move, Settle):
            invariants.they_have_met(pair)

    def _holds_deeply(self) -> None:
        invariants.ladders_lead_somewhere(self.pair)
        invariants.acknowledgements_stand(self.pair)
        invariants.values_hold(self.pair, self.chance)
        chat, pathway = self.pair.met()
        assert case_view(chat, pathway, self.chance.choice(driver.STAFF)).model_dump_json()

    def _count(self, move: Move, refused: Refusal | None) -> None:
        pair, met = self.pair, self.met
        met.steps += 1
        met.chats[pair.chat.state.state] += 1
        if isinstance(move, Decide):
            if refused is None:
                met.accepted[move.decision.type] += 1
            else:
                met.refused[refused.code] += 1
        if pair.pathway is not None and pair.gate is not None:
            state = pair.pathway.state
            met.states[type(state).__name__] += 1
            met.blocks.update(block.code for block in pair.gate.blocks)
            if isinstance(state, Released):
                met.exits[state.way] += 1

    def over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.pair.chat.ended and (self.pair.pathway is None or self.pair.pathway.ended)


def run(seed: int, steps: int) -> Met:
    """So many steps of random lives. Raises Broken."""
    met, number = Met(), 0
    while met.steps < steps:
        live(f"{seed}/{number}", met)
        number += 1
    return met


def live(seed: str, met: Met) -> None:
    """One life, from its beginning until all mail has come. Raises Broken."""
    chance = Random(seed)
    life = _born(seed, met)
    made: list[Move] = []
    try:
        for _ in range(LIFE):
            made.append(driver.next_move(life.pair, chance))
            life.make(made[-1])
            if life.over():
                break
        made.append(Settle(chance.randrange(1000)))
        life.make(made[-1])
    except Exception as error:
        raise Broken(_told(seed, made, error)) from error


def _born(seed: str, met: Met) -> Life:
    pair = driver.begun(Random(f"{seed} begins"))
    return Life(seed, pair, met, Random(f"{seed} is looked at"))


def _told(seed: str, made: list[Move], error: Exception) -> str:
    short = _shortest(seed, made, error)
    pair = driver.begun(Random(f"{seed} begins"))
    lines = "\n".join(f"  {shown(each, pair.now)}" for each in short)
    return f"seed {seed}: {type(error).__name__}: {error}\nfrom {_begins(pair)}\n{lines}"


def _begins(pair: Pair) -> str:
    sent = pair.chat.submission
    signs = [sign.kind for sign in pair.chat.signs]
    person = "a minor" if pair.ledger.minor else "an adult"
    return f"{pair.now} at {pair.chat.unit.code}: {person}, {sent.area}, {signs}"


def _shortest(seed: str, made: list[Move], error: Exception) -> list[Move]:
    """What is left when every move is left out without which it still goes wrong in the same way."""
    kept = list(made)
    for nth in reversed(range(len(made))):
        without = kept[:nth] + kept[nth + 1 :]
        if _still(seed, without, error):
            kept = without
    return kept


def _still(seed: str, moves: list[Move], error: Exception) -> bool:
    life = _born(seed, Met())
    try:
        for move in moves:
            life.make(move)
    except Exception as again:
        return type(again) is type(error) and str(again)[:25] == str(error)[:25]
    return False
