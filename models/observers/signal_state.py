"""What a signal shows, of what single looks at its lamps show: one state machine for each signal, without pictures."""

from __future__ import annotations

from collections import deque
from typing import Final

from core.signals import SignalState

SECOND_NS: Final = 1_000_000_000
HOLD_NS: Final = 2 * SECOND_NS
"""For so long no lamp may be seen lit before the state is unknown: LEDs and rolling shutters leave single frames dark,
what flashes is dark for half a second, a bus passes. No phase is shorter than an amber of 3 s (QCVN 41:2019 and HCM
name 3 to 6 s), so that hardly more than one change can be missed."""
GAP_NS: Final = 5 * SECOND_NS
"""After a longer time without any look nothing is known."""
RETURN_NS: Final = 6 * SECOND_NS
"""Who is hidden for no longer and then shows the same has not been through the other phases meanwhile."""
CONFIRM_NS: Final = 300_000_000
"""A change that signals do not make must be seen for so long, and at `CONFIRM_LOOKS` looks; one that follows the cycle
is believed at once, when the look is sure of it."""
CONFIRM_LOOKS: Final = 3
SURE: Final = 0.5
"""Confidence of a look from which the cycle's next state is believed at once; below it, at the second look."""
BLINK_NS: Final = (180_000_000, 1_600_000_000)
"""Least and longest darkness between two flashes, which come once or twice a second; the least is longer than one look
at which a flickering LED happened to be dark."""
BLINKS: Final = 3
FIRST_BLINKS: Final = 2
"""So many are enough while nothing is known of the signal."""
BLINKING_NS: Final = 5 * SECOND_NS
LEAST_FLASHING_NS: Final = 5_500_000_000
"""So many blinks of amber within this time are flashing, once no steady amber lasts so long: it may flicker, too."""
FIRST_STEADY_NS: Final = 1_200_000_000
"""While nothing is known, amber must be lit for so long to be steady: a flash is shorter. What was green before may
be believed to be amber at once."""
STEADY_NS: Final = 2_500_000_000
"""Amber that has not been dark for so long flashes no more."""
LONG_AMBER_NS: Final = 8 * SECOND_NS
SLOW_NS: Final = 450_000_000
"""Where looks are further apart, flashes are not seen as such: amber for longer than any steady one is flashing."""

CYCLE: Final = frozenset(
    {
        (SignalState.GREEN, SignalState.AMBER),
        (SignalState.AMBER, SignalState.RED),
        (SignalState.RED, SignalState.GREEN),
        (SignalState.RED, SignalState.RED_AMBER),
        (SignalState.RED_AMBER, SignalState.GREEN),
    }
)
UNKNOWN, AMBER, FLASHING = SignalState.UNKNOWN, SignalState.AMBER, SignalState.FLASHING_AMBER


class SignalMachine:
    """Follows one signal.

    What single looks show is believed when it follows the cycle, and has to last when it does not. No lamp lit holds
    the state for `HOLD_NS`. A few numbers are kept, and the times of the last blinks.

    Attributes:
        state: now.
        changed_ns: time of the first look that showed it.
        confidence: 0..1, of the last looks; 0 while unknown.
    """

    def __init__(self) -> None:
        self._begin(0)
        self._now_ns: int | None = None

    def _begin(self, now_ns: int) -> None:
        self.state, self.changed_ns, self.confidence = UNKNOWN, now_ns, 0.0
        self._step_ns, self._seen_ns = 0, now_ns
        self._left = (UNKNOWN, 0)
        self._new = (UNKNOWN, 0, 0)  # a state that is not believed yet, since when, at how many looks
        self._amber_ns: int | None = None
        self._dark_ns: int | None = None
        self._bright_ns = 0
        self._blinks: deque[int] = deque(maxlen=BLINKS)

    def update(self, now_ns: int, lit: SignalState, sure: float) -> None:
        """One look.

        Args:
            now_ns: media time; one that goes back, or leaves out `GAP_NS`, begins anew.
            lit: red, red and amber, amber or green by the lamps that are lit; unknown: none is seen lit.
            sure: 0..1, of `lit`.
        """
        if self._now_ns is None or not 0 <= now_ns - self._now_ns <= GAP_NS:
            self._begin(now_ns)
        else:
            self._step_ns = now_ns - self._now_ns
        self._now_ns = now_ns
        self._note_amber(now_ns, lit)
        if self._flashes(now_ns):
            self._become(FLASHING, now_ns if self._amber_ns is None else self._amber_ns, sure, now_ns)
        elif lit is UNKNOWN:
            self._unseen(now_ns)
        elif lit is self.state or (self.state is FLASHING and lit is AMBER and not self._steady(now_ns)):
            self._seen(now_ns, sure)
        else:
            self._other(now_ns, lit, sure)

    def _seen(self, now_ns: int, sure: float) -> None:
        self._seen_ns, self._new = now_ns, (UNKNOWN, 0, 0)
        self.confidence += 0.3 * (sure - self.confidence)

    def _unseen(self, now_ns: int) -> None:
        if self.state is not UNKNOWN and now_ns - self._seen_ns > max(HOLD_NS, self._step_ns):
            left = self.state, self.changed_ns
            self._become(UNKNOWN, now_ns, 0.0, self._seen_ns)
            self._left = left

    def _other(self, now_ns: int, lit: SignalState, sure: float) -> None:
        """Something else than the state."""
        was, since_ns, looks = self._new
        if was is not lit or now_ns - since_ns > max(HOLD_NS, 2 * self._step_ns):
            since_ns, looks = now_ns, 0
        looks += 1
        self._new = lit, since_ns, looks
        if (self.state, lit) in CYCLE:
            believed = sure >= SURE or looks > 1
        elif self.state is UNKNOWN:
            believed = looks > 1 and (lit is not AMBER or self._not_a_flash(now_ns))
        else:
            believed = looks >= min(CONFIRM_LOOKS, 2 + CONFIRM_NS // max(self._step_ns, 1)) and (
                now_ns - since_ns >= CONFIRM_NS
            )
        if not believed:
            new = self._new
            self._unseen(now_ns)
            self._new = new
            return
        left, left_ns = self._left
        if self.state is UNKNOWN and left is lit and since_ns - self._seen_ns <= RETURN_NS:
            since_ns = left_ns
        self._become(lit, since_ns, sure, now_ns)

    def _become(self, state: SignalState, since_ns: int, sure: float, seen_ns: int) -> None:
        self.state, self.changed_ns, self.confidence = state, since_ns, sure
        self._seen_ns, self._left, self._new = seen_ns, (UNKNOWN, 0), (UNKNOWN, 0, 0)

    def _note_amber(self, now_ns: int, lit: SignalState) -> None:
        """Since when amber has been the only colour, since when it is dark, and its blinks."""
        if lit is AMBER:
            if self._amber_ns is None:
                self._amber_ns = self._bright_ns = now_ns
            elif self._dark_ns is not None:
                dark_ns = now_ns - self._dark_ns
                if dark_ns >= max(BLINK_NS[0], 3 * self._step_ns // 2):
                    self._bright_ns = now_ns
                    self._blinks.extend([now_ns] if dark_ns <= BLINK_NS[1] else [])
            self._dark_ns = None
        elif lit is UNKNOWN:
            if self._dark_ns is None:
                self._dark_ns = now_ns
            if now_ns - self._dark_ns > max(HOLD_NS, self._step_ns):
                self._amber_ns = None
                self._blinks.clear()
        else:
            self._amber_ns = self._dark_ns = None
            self._blinks.clear()

    def _flashes(self, now_ns: int) -> bool:
        if self._amber_ns is None or self.state is FLASHING:
            return False
        if self._step_ns >= SLOW_NS:
            return now_ns - self._amber_ns >= LONG_AMBER_NS
        if self.state is UNKNOWN:
            return len(self._blinks) >= FIRST_BLINKS and now_ns - self._blinks[-FIRST_BLINKS] <= BLINKING_NS
        often = len(self._blinks) == BLINKS and now_ns - self._blinks[0] <= BLINKING_NS
        return often and now_ns - self._amber_ns >= LEAST_FLASHING_NS

    def _not_a_flash(self, now_ns: int) -> bool:
        """Whether amber, of which nothing is known yet, is steady."""
        slow, green_before = self._step_ns >= SLOW_NS, self._left[0] is SignalState.GREEN
        return slow or green_before or now_ns - self._bright_ns >= FIRST_STEADY_NS

    def _steady(self, now_ns: int) -> bool:
        return self._step_ns < SLOW_NS and now_ns - self._bright_ns >= STEADY_NS
