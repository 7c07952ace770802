"""What building a wheel or a source archive does besides (hatchling finds these by pyproject.toml).

The browser assets are fetched when they are missing, and a wheel gets the files beside the
package that it serves with, its scripts and styles compressed already: where it is installed,
nothing is written but data.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

# What stockapp.places finds in an installed package.
_CARRIED = "stockapp/_files"


def requirements(path: Path) -> list[str]:
    """The lines of a file of requirements, less comments, with those of files it includes."""
    found = []
    for line in path.read_text().splitlines():
        wanted = line.partition("#")[0].strip()
        if wanted.startswith("-r "):
            found += requirements(path.parent / wanted.removeprefix("-r "))
        elif wanted:
            found.append(wanted)
    return found


class Dependencies(MetadataHookInterface):  # type: ignore[misc]
    """What installing brings: the versions that the tests ran with."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what pyproject.toml calls dynamic."""
        root = Path(self.root)
        metadata["dependencies"] = requirements(root / "requirements.in")
        metadata["optional-dependencies"] = {
            extra: requirements(root / f"requirements-{extra}.in")
            for extra in ("redis", "distributed")
        }


class Assets(BuildHookInterface):  # type: ignore[misc]
    """Fetches the browser assets, and packs what a wheel carries."""

    def dependencies(self) -> list[str]:
        """What building needs here besides: npm, where there is none and it will be used."""
        if self._vendor.is_file() or shutil.which("npm"):
            return []
        return requirements(Path(self.root) / "requirements-node.in")

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before files are collected. Ends the build with a sentence where there are no assets."""
        # The backend does not look for modules in the folder that it builds.
        sys.path.insert(0, self.root)
        from scripts import assets
        from stockapp.web import packing

        if not self._vendor.is_file():
            try:
                assets.fetch()
            except assets.NoAssets as error:
                raise SystemExit(
                    f"The wheel needs the browser assets in static/vendor. {error}"
                ) from None
        if self.target_name != "wheel" or version == "editable":
            return
        self._packed = tempfile.mkdtemp(prefix="stockapp-packed-")
        packing.pack(Path(self.root) / "static", Path(self._packed))
        build_data["force_include"][self._packed] = f"{_CARRIED}/build/static"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After the archive is written."""
        if packed := getattr(self, "_packed", None):
            shutil.rmtree(packed)

    @property
    def _vendor(self) -> Path:
        return Path(self.root) / "static" / "vendor" / "manifest.json"
