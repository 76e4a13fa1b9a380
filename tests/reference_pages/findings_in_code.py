"""The findings that readers and rules make themselves, found in the source: check, severity and sentence."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tvec_pv

SOURCE = Path(tvec_pv.__file__).parent
_CHECK = re.compile(r"[A-Z]+(-[A-Z]+)+")
_OF_THE_COMMAND_LINE = ("find_files",)  # ends the command, before anything is received
_OTHER_SEVERITY = {"problem": "warning", "flag": "warning", "_missing": "critical"}


@dataclass(frozen=True)
class InCode:
    check: str
    severity: str
    sentence: str
    module: str


def findings_in_code() -> list[InCode]:
    """Every call that makes a finding with a name of its own, in order of check, one entry per sentence."""
    found = {
        InCode(*call, module=path.relative_to(SOURCE.parent).with_suffix("").as_posix().replace("/", "."))
        for path in SOURCE.rglob("*.py")
        for call in _calls(ast.parse(path.read_text("utf-8")))
    }
    return sorted(found, key=lambda one: (one.check, one.sentence, one.module))


def whole_file_reasons() -> list[str]:
    """The sentences with which a whole file is refused."""
    raised = {
        text(node.args[0])
        for path in SOURCE.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef) and function.name not in _OF_THE_COMMAND_LINE
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and _name(node.func) == "UnreadableFile"
    }
    return sorted(raised)


def _calls(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and len(node.args) >= 2):
            continue
        maker, check = _name(node.func), node.args[0]
        if not (isinstance(check, ast.Constant) and _CHECK.fullmatch(str(check.value))):
            continue
        if maker == "Finding" and isinstance(node.args[1], ast.Attribute):
            sentence = "the reason is one of those below" if check.value == "READ-FILE" else text(node.args[2])
            yield check.value, node.args[1].attr.lower(), sentence
        elif maker in _OTHER_SEVERITY:
            yield check.value, _given_severity(node) or _OTHER_SEVERITY[maker], text(node.args[1])


def _given_severity(call: ast.Call) -> str | None:
    given = [one.attr for one in call.args if isinstance(one, ast.Attribute) and _name(one.value) == "Severity"]
    return given[0].lower() if given else None


def text(node: ast.expr) -> str:
    """A string in the source; what is filled in at run time is shown as dots."""
    if isinstance(node, ast.JoinedStr):
        return "".join("..." if isinstance(part, ast.FormattedValue) else text(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "..."


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
