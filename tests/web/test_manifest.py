"""What makes the page installable: the manifest and its icons."""

import json
import struct
from pathlib import Path

from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

STATIC = Path(__file__).parent.parent.parent / "static"


def size_of(png: bytes) -> str:
    width, height = struct.unpack(">II", png[16:24])
    return f"{width}x{height}"


def test_a_page_leads_to_the_manifest_and_its_icons(reader: FlaskClient) -> None:
    head = LexborHTMLParser(reader.get("/about").text).head
    assert head is not None
    link = head.css_first("link[rel=manifest]")
    assert link is not None
    address = link.attributes["href"] or ""
    answer = reader.get(address)
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.data)
    for icon in manifest["icons"]:
        drawing = reader.get(address.rsplit("/", 1)[0] + "/" + icon["src"])
        assert drawing.mimetype == icon["type"]
        assert icon["sizes"] in ("any", size_of(drawing.data))
    assert {icon.get("purpose") for icon in manifest["icons"]} == {None, "maskable"}


def test_its_shortcuts_and_its_start_are_pages(reader: FlaskClient) -> None:
    manifest = json.loads((STATIC / "manifest.webmanifest").read_text())
    for address in [manifest["start_url"], *(short["url"] for short in manifest["shortcuts"])]:
        assert reader.get(address).status_code == 200
