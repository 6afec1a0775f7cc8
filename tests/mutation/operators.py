"""Small changes to a module, each of which some test of it should notice. Works on `ast`; the file is never written.

A mutant is one change at one place: a comparison turned or moved by one, an arithmetic or boolean operator exchanged, a
condition negated, a constant changed, a statement removed, a value returned as None, the least taken for the greatest.
Left alone are docstrings, annotations, decorators, imports and `__all__`: what they say decides nothing at run time, or is
looked after by the type checker (`frozen`, `slots`).
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_UNTOUCHED = {"annotation", "returns", "type_comment", "decorator_list"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: its number in the module, the line, what stood there and what stands there now."""

    number: int
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a node hangs: a field of its parent, and its place there if that is a list."""

    parent: ast.AST
    name: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.name, node)
        else:
            getattr(self.parent, self.name)[self.index] = node


def mutants(source: str) -> Iterator[Mutant]:
    """Every change of a module, in the order of its lines' nodes; the same source always gives the same numbers."""
    found = ((slot, node, changed) for slot, node in _slots(ast.parse(source)) for changed in _changes(node))
    for number, (_, node, changed) in enumerate(found):
        yield Mutant(number, getattr(node, "lineno", 0), _shown(node), _shown(changed))


def mutated(source: str, number: int) -> ast.Module:
    """Give the module with change `number` made, its lines where they were."""
    tree = ast.parse(source)
    found = ((slot, node, changed) for slot, node in _slots(tree) for changed in _changes(node))
    for at, (slot, node, changed) in enumerate(found):
        if at == number:
            slot.put(ast.copy_location(changed, node))
            return ast.fix_missing_locations(tree)
    raise IndexError(number)


def _shown(node: ast.AST) -> str:
    said = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return said if len(said) <= 160 else f"{said[:120]} … {said[-39:]}"


def _slots(node: ast.AST) -> Iterator[tuple[_Slot, ast.AST]]:
    """All nodes below a node that may be changed, each with its place, from above to below."""
    for name, value in ast.iter_fields(node):
        if name in _UNTOUCHED:
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and not _idle(node, name, index, child):
                yield _Slot(node, name, index), child
                yield from _slots(child)


def _idle(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> bool:
    """Tell whether nothing that runs hangs on a node: docstrings, imports, `__all__`, the empty parts of f-strings."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.expr_context):
        return True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
        return True
    if isinstance(parent, ast.FormattedValue) and name == "format_spec":
        return True
    return (
        name == "body"
        and isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _changes(node: ast.AST) -> list[ast.AST]:
    """Every other node that may stand at its place."""
    match node:
        case ast.Compare():
            return [*_turned(node), *_negated(node)] if len(node.ops) > 1 else _turned(node)
        case ast.BoolOp():
            return [_with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And()), *node.values]
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _RECKONED:
            return [_with(node, op=_RECKONED[type(node.op)]()), *_gone(node)]
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            return [node.operand]
        case ast.IfExp():
            return [_with(node, test=_not(node.test)), node.body, node.orelse]
        case ast.If() | ast.While():
            return [_with(node, test=_not(node.test))]
        case ast.comprehension() if node.ifs:
            return [_with(node, ifs=[]), *(_with(node, ifs=[_not(one)]) for one in node.ifs[:1])]
        case ast.Constant():
            return [ast.Constant(one) for one in _other(node.value)]
        case ast.Call(func=ast.Name(id=name)) if name in _NAMED:
            return [_with(node, func=ast.Name(_NAMED[name], ast.Load()))]
        case ast.Return(value=ast.expr() as value) if not _said_apart(value):
            return [ast.Return(ast.Constant(None))]
        case ast.Break():
            return [ast.Continue()]
        case ast.stmt():
            return _gone(node)
    return []


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _not(test: ast.expr) -> ast.expr:
    return (
        test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ast.UnaryOp(ast.Not(), test)
    )


def _turned(node: ast.Compare) -> list[ast.AST]:
    return [
        _with(node, ops=[*node.ops[:at], other(), *node.ops[at + 1 :]])
        for at, one in enumerate(node.ops)
        for other in _COMPARED[type(one)]
    ]


def _negated(node: ast.Compare) -> list[ast.AST]:
    return [_not(node)]


def _said_apart(value: ast.expr) -> bool:
    """None is what would stand there; True and False are turned by themselves, and None is as good as False."""
    return isinstance(value, ast.Constant) and (value.value is None or isinstance(value.value, bool))


def _gone(node: ast.AST) -> list[ast.AST]:
    """Remove a statement that acts on something; names that are bound stay, their absence every test would notice."""
    acts = isinstance(node, ast.Expr | ast.AugAssign | ast.Raise | ast.Continue | ast.Delete | ast.Assert) or (
        isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name | ast.Tuple)
    )
    return [ast.Pass()] if acts else []


def _other(value: object) -> list[object]:
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 1, value - 1]
        case float():
            return [value + 1.0, value / 2] if value else [1.0]
        case str():
            return ["" if value else "lain"]
        case bytes():
            return [b"" if value else b"lain"]
    return []
