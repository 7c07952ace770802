"""Make the secrets that compose.yaml names, in ./secrets: `python3 -m scripts.compose_secrets`.

Those that are there stay.
"""

import secrets
from pathlib import Path


def main(folder: Path) -> None:
    """Write what is missing; say the password of the login page where it was made here."""
    folder.mkdir(mode=0o700, exist_ok=True)
    redis = _kept(folder / "redis_password")
    postgres = _kept(folder / "postgres_password")
    _kept(folder / "redis_url", f"redis://:{redis}@redis:6379/0")
    _kept(folder / "database_url", f"postgresql://stockapp:{postgres}@postgres:5432/stockapp")
    if not (folder / "password").exists():
        print(f"The password of the login page: {_kept(folder / 'password')}")


def _kept(path: Path, text: str | None = None) -> str:
    """What the file holds; made first where there is none."""
    if not path.exists():
        path.write_text(text or secrets.token_urlsafe(24))
        # Processes in containers have other users; the folder keeps everybody else out.
        path.chmod(0o444)
    return path.read_text()


if __name__ == "__main__":
    main(Path("secrets"))
