"""Reading a page back, as a browser would."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "col", "hr", "link", "meta"}


@dataclass
class Node:
    """One element of a page."""

    name: str
    attributes: dict[str, str | None]
    children: list["Node | str"] = field(default_factory=list)

    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def all(self, name: str) -> list["Node"]:
        """Elements of a name below this one, in order."""
        found: list[Node] = []
        for child in self.children:
            if isinstance(child, Node):
                found += [child] * (child.name == name) + child.all(name)
        return found

    def everything(self) -> list["Node"]:
        """All elements below this one, in order."""
        found: list[Node] = []
        for child in self.children:
            if isinstance(child, Node):
                found += [child, *child.everything()]
        return found

    def by_id(self, element_id: str) -> "Node":
        (found,) = [node for node in self.everything() if node.attributes.get("id") == element_id]
        return found

    def value(self, key: str) -> float:
        """Exact value of the number that the page shows under a key."""
        (found,) = {node.attributes["value"] for node in self.all("data") if node.attributes.get("data-key") == key}
        return float(str(found))


class Reader(HTMLParser):
    """Builds the tree, and refuses what is not closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        node = Node(tag, dict(attrs))
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, f"</{tag}> where <{self._open[-1].name}> is open"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(text: str) -> Node:
    """Return the tree of a page or of a part of one."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert len(reader._open) == 1, f"<{reader._open[-1].name}> is not closed"
    return reader.root


def rows(table: Node) -> list[dict[str, Node]]:
    """Return a table's rows, each cell by the heading of its column."""
    heads = [head.text() for head in table.all("th")]
    lines = [line.all("td") for line in table.all("tbody")[0].all("tr")]
    return [dict(zip(heads, line, strict=True)) for line in lines]


def figure(page: Node, picture: str) -> dict:
    """Return the data and layout of a picture."""
    return json.loads(page.by_id(f"data-{picture}").text())
