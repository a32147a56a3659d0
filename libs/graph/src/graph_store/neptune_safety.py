"""Would Neptune take this traversal? Checks over bytecode, for every traversal that the code can emit.

TinkerGraph accepts what Neptune does not, or does differently (AWS_FACTS 5.2): lambdas, ids that are no text,
properties without cardinality (Neptune adds a value instead of replacing it), lists as values, repeats without
an end. Too many steps in one request are refused there (AWS_FACTS 5.3).
"""

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, Final

from gremlin_python.process.traversal import Bytecode, Cardinality, P, T, Traversal

MAX_STEPS: Final = 1500
_EDGE_STEPS: Final = frozenset({"mergeE", "addE", "E", "outE", "inE", "bothE"})
_LEAVES_EDGES: Final = frozenset({"mergeV", "addV", "V", "outV", "inV", "bothV", "otherV"})
_BRANCHES: Final = frozenset({"coalesce", "union", "choose"})
_FORBIDDEN_STEPS: Final = frozenset({"program", "io", "call", "connectedComponent", "pageRank"})
_BOUNDS: Final = frozenset({"times"})
_GUARDS: Final = frozenset({"dedup", "simplePath"})


def find_violations(bytecode: Bytecode) -> tuple[str, ...]:
    """What Neptune would refuse or do differently; empty when the traversal is safe."""
    found = list(_check(bytecode, on_edge=False))
    steps = count_steps(bytecode)
    if steps > MAX_STEPS:
        found.append(f"{steps} steps in one request, more than {MAX_STEPS}")
    return tuple(found)


def count_steps(bytecode: Bytecode) -> int:
    """Steps of a traversal, those of its children included."""
    return sum(
        1 + sum(count_steps(child) for argument in arguments for child in _children(argument))
        for _, *arguments in bytecode.step_instructions
    )


def _check(bytecode: Bytecode, *, on_edge: bool) -> Iterator[str]:
    instructions = bytecode.step_instructions
    for position, (name, *arguments) in enumerate(instructions):
        before, on_edge = on_edge, _stands_on_edge(name, arguments, before=on_edge)
        if name in _FORBIDDEN_STEPS:
            yield f"step {name} is not supported"
        if name == "repeat":
            yield from _check_repeat(arguments, instructions, position)
        if name == "property":
            yield from _check_property(arguments, on_edge=on_edge)
        yield from _CHECKS.get(name, _accept)(name, arguments)
        for argument in arguments:
            if isinstance(argument, FunctionType):
                yield f"step {name} holds a lambda"
            for child in _children(argument):
                yield from _check(child, on_edge=before)


def _stands_on_edge(name: str, arguments: list[Any], *, before: bool) -> bool:
    """Whether what leaves a step is an edge."""
    if name in _EDGE_STEPS:
        return True
    if name in _BRANCHES:
        return any(
            _ends_on_edge(child, before=before) for argument in arguments for child in _children(argument)
        )
    return before and name not in _LEAVES_EDGES


def _ends_on_edge(bytecode: Bytecode, *, before: bool) -> bool:
    for name, *arguments in bytecode.step_instructions:
        before = _stands_on_edge(name, arguments, before=before)
    return before


def _accept(_name: str, _arguments: list[Any]) -> Iterator[str]:
    yield from ()


def _check_property(arguments: list[Any], *, on_edge: bool) -> Iterator[str]:
    if on_edge and isinstance(arguments[0], Cardinality):
        yield "an edge's property takes no cardinality"
    if not on_edge and arguments[0] is not Cardinality.single:
        yield f"property {arguments[0]!r} without cardinality single"
    value = arguments[-1]
    if value is None or isinstance(value, list | set | tuple | dict):
        yield f"property {arguments[-2]!r} holds a {type(value).__name__}"
    if isinstance(value, str) and "\x00" in value:
        yield f"property {arguments[-2]!r} holds a null character"


def _check_ids(name: str, arguments: list[Any]) -> Iterator[str]:
    for argument in arguments:
        values = argument.value if isinstance(argument, P) else argument
        for value in values if isinstance(values, list | tuple | set) else [values]:
            if not isinstance(value, str):
                yield f"step {name} takes ids as text, not {value!r}"


def _check_merge(name: str, arguments: list[Any]) -> Iterator[str]:
    for argument in arguments:
        if not isinstance(argument, dict):
            continue
        if set(argument) != {T.id}:
            yield f"step {name} matches by id alone, not by {sorted(map(str, argument))}"
        elif not isinstance(argument[T.id], str):
            yield f"step {name} takes ids as text, not {argument[T.id]!r}"


def _check_option(_name: str, arguments: list[Any]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, dict) and any(isinstance(key, str) for key in argument):
            yield "an option sets properties without cardinality"


def _check_repeat(arguments: list[Any], instructions: list[list[Any]], position: int) -> Iterator[str]:
    following = {name for name, *_ in instructions[position + 1 : position + 3]}
    preceding = {name for name, *_ in instructions[max(0, position - 2) : position]}
    if not (following | preceding) & _BOUNDS:
        yield "a repeat without times()"
    inside = {
        name
        for argument in arguments
        for child in _children(argument)
        for name, *_ in child.step_instructions
    }
    if not inside & _GUARDS:
        yield "a repeat without a guard against cycles"


def _children(argument: Any) -> Iterator[Bytecode]:  # noqa: ANN401 - arguments of steps are anything
    if isinstance(argument, Traversal):
        yield argument.bytecode
    elif isinstance(argument, Bytecode):
        yield argument
    elif isinstance(argument, list | tuple):
        for one in argument:
            yield from _children(one)


_CHECKS: Final[dict[str, Callable[[str, list[Any]], Iterator[str]]]] = {
    "V": _check_ids,
    "E": _check_ids,
    "hasId": _check_ids,
    "mergeV": _check_merge,
    "mergeE": _check_merge,
    "option": _check_option,
}
