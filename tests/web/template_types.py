"""Following the types of what templates receive through their source, as mypy would.

Roots are templates with the types of the values that Python hands to them. Included and extended
templates, macros, loops, `with` and `set` are followed from there. What is not known is Any.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType, MethodType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from jinja2 import Environment, nodes
from jinja2.visitor import NodeVisitor

Scope = dict[str, Any]

# Of Jinja itself.
_BUILTIN = {"loop", "range", "namespace", "caller", "varargs", "kwargs", "super", "self"}


@dataclass(frozen=True)
class Macro:
    """A macro, with the names that it sees and the template that it stands in."""

    node: nodes.Macro
    scope: Scope
    template: str


class Checker(NodeVisitor):
    """Finds names that nobody hands over, and attributes that a value does not have.

    A visit of an expression returns its type.
    """

    def __init__(self, environment: Environment, known: Mapping[str, Any]) -> None:
        self._environment = environment
        self._known = known
        self._found: set[str] = set()
        self._template = ""
        self._calling: list[nodes.Macro] = []

    def check(self, template: str, names: Mapping[str, Any]) -> list[str]:
        """What is wrong in a template and in those that it uses."""
        self._found = set()
        self._file(template, dict(names))
        return sorted(self._found)

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        """Of what has no rule of its own the parts are looked at."""
        super().generic_visit(node, *args, **kwargs)
        return Any

    def _file(self, name: str, scope: Scope) -> None:
        assert self._environment.loader is not None
        source, _, _ = self._environment.loader.get_source(self._environment, name)
        with self._within(name):
            self._statements(self._environment.parse(source).body, scope)

    @contextmanager
    def _within(self, template: str) -> Iterator[None]:
        before, self._template = self._template, template
        yield
        self._template = before

    def _statements(self, body: Iterable[nodes.Node], scope: Scope) -> None:
        for node in body:
            self.visit(node, scope)

    def visit_Extends(self, node: nodes.Extends, scope: Scope) -> None:
        self._file(_name_of(node.template), scope)

    def visit_Include(self, node: nodes.Include, scope: Scope) -> None:
        self._file(_name_of(node.template), dict(scope))

    def visit_FromImport(self, node: nodes.FromImport, scope: Scope) -> None:
        inside: Scope = dict(scope) if node.with_context else {}
        self._file(_name_of(node.template), inside)
        for name in node.names:
            theirs, ours = name if isinstance(name, tuple) else (name, name)
            if theirs not in inside:
                self._say(node, f"{_name_of(node.template)} has no {theirs}")
            scope[ours] = inside.get(theirs, Any)

    def visit_Macro(self, node: nodes.Macro, scope: Scope) -> None:
        scope[node.name] = Macro(node, scope, self._template)

    def visit_For(self, node: nodes.For, scope: Scope) -> None:
        inner = dict(scope)
        self._bind(node.target, element(self.visit(node.iter, scope)), inner)
        if node.test:
            self.visit(node.test, inner)
        self._statements(node.body, inner)
        self._statements(node.else_, dict(scope))

    def visit_With(self, node: nodes.With, scope: Scope) -> None:
        values = [self.visit(value, scope) for value in node.values]
        inner = dict(scope)
        for target, value in zip(node.targets, values, strict=True):
            self._bind(target, value, inner)
        self._statements(node.body, inner)

    def visit_Assign(self, node: nodes.Assign, scope: Scope) -> None:
        self._bind(node.target, self.visit(node.node, scope), scope)

    def visit_AssignBlock(self, node: nodes.AssignBlock, scope: Scope) -> None:
        self._statements(node.body, dict(scope))
        self._bind(node.target, str, scope)

    def visit_Block(self, node: nodes.Block, scope: Scope) -> None:
        self._statements(node.body, dict(scope))

    def visit_Const(self, node: nodes.Const, scope: Scope) -> Any:
        return type(node.value)

    def visit_Name(self, node: nodes.Name, scope: Scope) -> Any:
        if node.name in scope:
            return scope[node.name]
        if node.name not in self._known and node.name not in _BUILTIN:
            self._say(node, f"nobody hands over {node.name}")
        return self._known.get(node.name, Any)

    def visit_Getattr(self, node: nodes.Getattr, scope: Scope) -> Any:
        owners = [kind for kind in members(self.visit(node.node, scope)) if kind is not NoneType]
        got = [attribute(kind, node.attr) for kind in owners]
        for kind, value in zip(owners, got, strict=True):
            if value is None:
                self._say(node, f"{getattr(kind, '__name__', kind)} has no {node.attr}")
        return either(*got)

    def visit_Getitem(self, node: nodes.Getitem, scope: Scope) -> Any:
        self.visit(node.arg, scope)
        whole = self.visit(node.node, scope)
        return whole if isinstance(node.arg, nodes.Slice) else element(whole)

    def visit_CondExpr(self, node: nodes.CondExpr, scope: Scope) -> Any:
        self.visit(node.test, scope)
        other = self.visit(node.expr2, scope) if node.expr2 else None
        return either(self.visit(node.expr1, scope), other)

    def visit_Or(self, node: nodes.Or, scope: Scope) -> Any:
        return either(self.visit(node.left, scope), self.visit(node.right, scope))

    visit_And = visit_Or

    def visit_Filter(self, node: nodes.Filter, scope: Scope) -> Any:
        of = self.visit(node.node, scope) if node.node else Any
        for part in (*node.args, *node.kwargs):
            self.visit(part, scope)
        return of if node.name in ("list", "sort", "reverse") else Any

    def visit_Test(self, node: nodes.Test, scope: Scope) -> Any:
        if node.name != "defined":
            self.generic_visit(node, scope)
        return bool

    def visit_Call(self, node: nodes.Call, scope: Scope) -> Any:
        arguments = [self.visit(part, scope) for part in node.args]
        named = {part.key: self.visit(part.value, scope) for part in node.kwargs}
        called = self.visit(node.node, scope)
        if isinstance(called, Macro):
            self._expand(called, arguments, named)
            return str
        if isinstance(called, FunctionType | MethodType):
            return get_type_hints(called).get("return", Any)
        return Any

    def _expand(self, macro: Macro, arguments: list[Any], named: Mapping[str, Any]) -> None:
        if macro.node in self._calling:
            return
        names = [argument.name for argument in macro.node.args]
        inner = {**macro.scope, **dict.fromkeys(names, Any)}
        inner |= {**dict(zip(names, arguments, strict=False)), **named}
        self._calling.append(macro.node)
        with self._within(macro.template):
            self._statements(macro.node.body, inner)
        self._calling.pop()

    def _bind(self, target: nodes.Node, value: Any, scope: Scope) -> None:
        if isinstance(target, nodes.Name):
            scope[target.name] = value
        elif isinstance(target, nodes.Tuple):
            for position, item in enumerate(target.items):
                self._bind(item, element(value, position), scope)

    def _say(self, node: nodes.Node, text: str) -> None:
        self._found.add(f"{self._template}:{node.lineno}: {text}")


def _name_of(template: nodes.Node) -> str:
    """The template that another uses; one that is found out only in use could not be followed."""
    assert isinstance(template, nodes.Const), "name the template"
    return str(template.value)


def members(kind: Any) -> Iterator[Any]:
    """The types that a union is of, or the one."""
    if get_origin(kind) in (Union, UnionType):
        for member in get_args(kind):
            yield from members(member)
    else:
        yield kind


def either(*kinds: Any) -> Any:
    """The type of what is of one of these; None stands for "not at all"."""
    known = {kind for kind in kinds if kind is not None and kind is not NoneType}
    if not known or Any in known or any(isinstance(kind, Macro) for kind in known):
        return Any
    return Union[tuple(known)]  # noqa: UP007 - made of what is found


def attribute(kind: Any, name: str) -> Any:
    """The type of an attribute of a type; None: it has none of that name."""
    plain = get_origin(kind) or kind
    if kind is Any or not isinstance(plain, type):
        return Any
    hints = get_type_hints(plain)
    if name in hints:
        return hints[name]
    value = getattr(plain, name, None)
    if isinstance(value, property):
        return get_type_hints(value.fget).get("return", Any)
    if value is not None:
        return Any
    # A class that is no data class names its attributes where it sets them.
    made = getattr(vars(plain).get("__init__"), "__code__", None)
    return Any if made is not None and name in made.co_names else None


def element(kind: Any, position: int | None = None) -> Any:
    """The type of what is in it: of all, or at a place where places differ."""
    known = [member for member in members(kind) if member is not NoneType]
    arguments = get_args(known[0]) if len(known) == 1 else ()
    if not arguments:
        return Any
    if get_origin(known[0]) is tuple and Ellipsis not in arguments:
        return arguments[position] if position is not None else either(*arguments)
    if get_origin(known[0]) is dict:
        return Any if position is None else arguments[position]
    return arguments[0]
