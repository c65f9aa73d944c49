"""What of which contract was executed: each request is run again under a tracer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from typing import Any

Rpc = Callable[[str, list[Any]], Any]

CREATION = "creation"
"""Stands for the code that creates a contract, where the address of one would."""

# Notes by the address of the code, which is not the address of the storage in a delegatecall:
# "12" instruction 12 was executed, "12t" its jump was taken, "12n" not taken; "12v" and "12f": the
# jump target 12 was reached by falling into it, with something true or false on top of the stack;
# "12s" the call at 12 succeeded, "12r" it reverted.
_TRACER = """{
 hits: {}, skip: %s, codes: [%s], last: [0], places: [0], notes: null,
 use: function() {
  var code = this.codes[this.codes.length - 1];
  if (code === null || this.skip[code]) { this.notes = null; return; }
  this.notes = this.hits[code];
  if (!this.notes) { this.notes = this.hits[code] = {}; }
 },
 setup: function() { this.use(); },
 enter: function(f) {
  this.codes.push(f.getType().indexOf("CREATE") == 0 ? null : toHex(f.getTo()));
  this.last.push(0);
  this.places.push(0);
  this.use();
 },
 exit: function(r) { this.codes.pop(); this.last.pop(); this.places.pop(); this.use(); },
 step: function(l) {
  if (this.notes === null) { return; }
  var pc = l.getPC(), op = l.op.toNumber(), top = this.last.length - 1, last = this.last[top];
  this.notes[pc] = 1;
  if (last == 0xf1 || last == 0xf4 || last == 0xfa) {
   this.notes[this.places[top] + (l.stack.peek(0).valueOf() == 0 ? "r" : "s")] = 1;
  }
  if (op == 0x57) {
   this.notes[pc + (l.stack.peek(1).valueOf() == 0 ? "n" : "t")] = 1;
  } else if (op == 0x5b && last != 0x56 && last != 0x57) {
   if (l.stack.length() > 0) {
    this.notes[pc + (l.stack.peek(0).valueOf() == 0 ? "f" : "v")] = 1;
   }
  }
  this.last[top] = op;
  this.places[top] = pc;
 },
 fault: function(l) {},
 result: function() {
  var out = {};
  for (var code in this.hits) { out[code] = Object.keys(this.hits[code]); }
  return out;
 }
}"""
_CALLS = ("eth_call", "eth_estimateGas")


class Tracer:
    """Sees requests and their answers, and runs each again under the tracer.

    Attributes:
        executed: Notes of the tracer by runtime code (hexadecimal).
        created: The same for the code that creates a contract, by that code and its arguments: a
            constructor that reverts leaves nothing else to be known by.
        traces: How many of each kind there were.
    """

    def __init__(self, without: Collection[str]) -> None:
        """Start with nothing executed.

        Args:
            without: Addresses of contracts that are none of ours and call none of ours.
        """
        self.executed: dict[str, set[str]] = defaultdict(set)
        self.created: dict[str, set[str]] = defaultdict(set)
        self.traces: Counter[str] = Counter()
        self._without = {address.lower() for address in without}
        self._skip = "{" + ",".join(f'"{a}":true' for a in self._without) + "}"
        self._known: set[tuple[str, str]] = set()
        self._busy = False

    def seen(self) -> dict[str, Any]:
        """What was seen so far, as plain lists and dictionaries, for `add` in another process."""
        return {
            "executed": {code: sorted(notes) for code, notes in self.executed.items()},
            "created": {code: sorted(notes) for code, notes in self.created.items()},
            "traces": dict(self.traces),
        }

    def add(self, seen: dict[str, Any]) -> None:
        """Take over what another tracer has seen."""
        for mine, kind in ((self.executed, "executed"), (self.created, "created")):
            for code, notes in seen.get(kind, {}).items():
                mine[code].update(notes)
        self.traces.update(seen.get("traces", {}))

    def observe(self, rpc: Rpc, method: str, params: list[Any], result: Any) -> None:  # noqa: ANN401
        """Run a request again that somebody has just made.

        Args:
            rpc: Asks the same node; returns the result.
            method: What was asked for.
            result: What came back, None for an error.
        """
        if self._busy:
            return
        self._busy = True
        try:
            if method == "eth_getTransactionReceipt" and result:
                self._transaction(rpc, result)
            elif method in _CALLS:
                self._call(rpc, params)
        finally:
            self._busy = False

    def _transaction(self, rpc: Rpc, receipt: dict[str, Any]) -> None:
        # After a snapshot is restored the same transaction may run again, in another block.
        key = (_text(receipt["transactionHash"]), _text(receipt["blockHash"]))
        if key in self._known or self._is_foreign(receipt.get("to")):
            return
        self._known.add(key)
        tracer = {"tracer": self._code(receipt.get("to"))}
        notes = rpc("debug_traceTransaction", [key[0], tracer])
        self.traces["transactions"] += 1
        creating = (
            rpc("eth_getTransactionByHash", [key[0]])["input"] if not receipt.get("to") else None
        )
        self._take(rpc, notes, creating)

    def _call(self, rpc: Rpc, params: list[Any]) -> None:
        call, block = params[0], params[1] if len(params) > 1 else "latest"
        if self._is_foreign(call.get("to")):
            return
        notes = rpc("debug_traceCall", [call, block, {"tracer": self._code(call.get("to"))}])
        self.traces["calls"] += 1
        creating = None if call.get("to") else _text(call.get("data") or call.get("input") or "0x")
        self._take(rpc, notes, creating)

    def _code(self, to: str | None) -> str:
        first = f'"{to.lower()}"' if to else f'"{CREATION}"'
        return _TRACER % (self._skip, first)

    def _take(self, rpc: Rpc, notes: dict[str, list[str]], creating: str | None) -> None:
        for address, executed in notes.items():
            if address != CREATION:
                self.executed[rpc("eth_getCode", [address, "latest"])].update(executed)
            elif creating:
                self.created[creating].update(executed)

    def _is_foreign(self, to: str | None) -> bool:
        return to is not None and to.lower() in self._without


def _text(value: Any) -> str:  # noqa: ANN401 - text or bytes
    return value if isinstance(value, str) else "0x" + bytes(value).hex()
