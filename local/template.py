"""Reads `template.yaml`: CloudFormation's YAML, and the functions that the local stack must evaluate."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import yaml

try:
    from yaml import CSafeLoader as BaseLoader  # several times as fast
except ImportError:
    from yaml import SafeLoader as BaseLoader  # type: ignore[assignment]

Template: TypeAlias = dict[str, Any]

_SUBSTITUTION = re.compile(r"\$\{([^}]+)\}")
PSEUDO_PARAMETERS = {
    "AWS::AccountId": "000000000000",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


class TemplateError(ValueError):
    """The local stack does not support something in the template."""


class _Loader(BaseLoader):
    """YAML with CloudFormation's short tags, which become their long forms."""


def _short_tag(loader: BaseLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TemplateError(f"!{suffix} of an unknown kind")
    if suffix in {"Ref", "Condition"}:
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_tag)


def load(path: Path) -> Template:
    """The template with every short tag (`!Ref x`) in its long form (`{"Ref": "x"}`).

    Raises:
        TemplateError: it cannot be read, or has no resources.
    """
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader with tags
    except (OSError, yaml.YAMLError) as error:
        raise TemplateError(f"{path}: {error}") from error
    if not isinstance(loaded, dict) or not isinstance(loaded.get("Resources"), dict):
        raise TemplateError(f"{path}: no Resources")
    return loaded


def resources(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(logical id, resource) of every resource of a type."""
    for logical_id, resource in template["Resources"].items():
        if resource.get("Type") == kind:
            yield logical_id, resource


def functions(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """(logical id, properties) of every function; the properties are the template's own and may be changed."""
    for logical_id, resource in resources(template, "AWS::Serverless::Function"):
        yield logical_id, resource.setdefault("Properties", {})


class Resolver:
    """Evaluates values that depend only on parameters.

    Values that need a deployed resource stay as in the template.
    """

    def __init__(self, template: Template, parameters: Mapping[str, str], region: str) -> None:
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})
        self._known: dict[str, Any] = {**PSEUDO_PARAMETERS, "AWS::Region": region}
        for name, declared in template.get("Parameters", {}).items():
            value = str(parameters[name]) if name in parameters else declared.get("Default", "")
            is_list = str(declared.get("Type", "")).startswith(("CommaDelimitedList", "List<"))
            self._known[name] = [part.strip() for part in str(value).split(",") if part.strip()] if is_list else value
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::Sub": self._sub,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
        }

    def value(self, value: Any) -> Any:
        """`value` with everything evaluated that can be."""
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name in self._functions:
                return self._functions[name](argument)
        return {key: self.value(item) for key, item in value.items()}

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template holds.

        Raises:
            TemplateError: there is no such condition, or it uses an unknown function.
        """
        if condition not in self._conditions:
            raise TemplateError(f"no condition {condition}")
        return self._is_true(self._conditions[condition])

    def _is_true(self, expression: Any) -> bool:
        if isinstance(expression, dict) and len(expression) == 1:
            name, argument = next(iter(expression.items()))
            match name:
                case "Condition":
                    return self.holds(str(argument))
                case "Fn::Equals":
                    left, right = (self.value(side) for side in argument)
                    return str(left) == str(right)
                case "Fn::Not":
                    return not self._is_true(argument[0])
                case "Fn::And":
                    return all(self._is_true(part) for part in argument)
                case "Fn::Or":
                    return any(self._is_true(part) for part in argument)
        raise TemplateError(f"a condition that cannot be evaluated here: {expression}")

    def _ref(self, name: Any) -> Any:
        return self._known.get(name, {"Ref": name})

    def _sub(self, argument: Any) -> Any:
        text, extra = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])
        known = {**self._known, **{name: self.value(item) for name, item in extra.items()}}
        done = _SUBSTITUTION.sub(
            lambda found: str(known[found[1]]) if isinstance(known.get(found[1]), str | int) else found[0], text
        )
        return {"Fn::Sub": done} if _SUBSTITUTION.search(done) else done

    def _if(self, argument: Sequence[Any]) -> Any:
        condition, then, otherwise = argument
        return self.value(then if self.holds(condition) else otherwise)

    def _join(self, argument: Sequence[Any]) -> Any:
        parts = self.value(argument[1])
        if isinstance(parts, list) and all(isinstance(part, str | int) for part in parts):
            return str(argument[0]).join(str(part) for part in parts)
        return {"Fn::Join": [argument[0], parts]}

    def _split(self, argument: Sequence[Any]) -> Any:
        text = self.value(argument[1])
        return text.split(argument[0]) if isinstance(text, str) else {"Fn::Split": [argument[0], text]}

    def _select(self, argument: Sequence[Any]) -> Any:
        items = self.value(argument[1])
        return items[int(argument[0])] if isinstance(items, list) else {"Fn::Select": [argument[0], items]}
