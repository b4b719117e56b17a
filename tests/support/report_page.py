"""Read a class report as a person and as a browser would."""

import base64
import hashlib
from pathlib import Path

from bs4 import BeautifulSoup, Tag

ACTIVE = ("script", "iframe", "object", "embed", "form", "input", "button", "link")
ACTIVE += ("base", "svg", "math", "template", "video", "audio", "source", "applet")


def table(page: BeautifulSoup, section: str, number: int) -> list[list[str]]:
    """The body rows of a section's table, cell by cell; lines where <br> stands."""
    found = page.select(f"#{section} table")
    if len(found) <= number:
        return []
    return [
        [_text(cell) for cell in row.find_all(["th", "td"])]
        for row in found[number].select("tbody tr:not(.looks)")
    ]


def _text(cell: Tag) -> str:
    for line in cell.find_all("br"):
        line.replace_with("\n")
    return cell.get_text().strip()


def harmless(path: Path) -> BeautifulSoup:
    """Assert that nothing in the page runs, or is fetched; return the page."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    assert [tag.name for tag in page.find_all(ACTIVE)] == []
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            assert not name.startswith("on"), tag
            assert name != "style", tag
            if name in ("href", "src", "action", "srcset", "data", "background"):
                assert name != "href" or value.startswith("#"), tag
                assert name != "src" or value.startswith("data:image/svg+xml;base64,")
                assert name in ("href", "src"), tag
    for image in page.find_all("img"):
        assert len(image["alt"]) >= 30
        drawn = base64.b64decode(image["src"].split(",")[1]).decode()
        assert "<script" not in drawn
    (policy,) = page.find_all("meta", {"http-equiv": "Content-Security-Policy"})
    (style,) = page.find_all("style")
    digest = base64.b64encode(hashlib.sha256(style.string.encode()).digest()).decode()
    rules = policy["content"].split("; ")
    assert rules[:3] == [
        "default-src 'none'",
        "img-src data:",
        f"style-src 'sha256-{digest}'",
    ]
    # It binds what comes after it only.
    assert page.find("style").find_previous("meta", {"http-equiv": True}) is policy
    return page
