"""Files that are not as they were written: never a wrong value, never an exception."""

import os
import random
import shutil
from pathlib import Path

import pytest

from stockapp.caching.lru_filesystem import LruFileSystemCache

from .conftest import Open
from .folders import count_of, counted, file_of, files, in_folder

CORRUPTIONS = 3_000
KEYS = [f"quote:{number}" for number in range(50)]


def value_of(key: str, version: int) -> dict[str, object]:
    return {"key": key, "version": version, "price": 1.5, "rows": list(range(version % 50))}


def flip(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def truncate(path: Path, draw: random.Random) -> None:
    os.truncate(path, draw.randrange(path.stat().st_size))


def extend(path: Path, draw: random.Random) -> None:
    with path.open("ab") as file:
        file.write(draw.randbytes(draw.randint(1, 100)))


def swap(path: Path, draw: random.Random) -> None:
    other = draw.choice([entry for entry in files(path.parent) if entry != path])
    spare = path.parent / ".meta" / "spare"
    path.rename(spare)
    other.rename(path)
    spare.rename(other)


def overwrite(path: Path, draw: random.Random) -> None:
    path.write_bytes(draw.randbytes(draw.randint(0, 300)))


def replace_by_link(path: Path, draw: random.Random) -> None:
    del draw
    path.unlink()
    path.symlink_to("/etc/hostname")


KINDS = (flip, truncate, extend, swap, overwrite, replace_by_link)


def test_thousands_of_damaged_files_give_no_wrong_value_and_no_exception(
    cache: LruFileSystemCache, folder: Path
) -> None:
    draw = random.Random(7)
    cache.set_many({key: value_of(key, 0) for key in KEYS})
    versions = dict.fromkeys(KEYS, 0)
    missed = 0
    for number in range(1, CORRUPTIONS + 1):
        key = draw.choice(KEYS)
        draw.choice(KINDS)(file_of(folder, key), draw)
        for each in (key, draw.choice(KEYS)):
            found = cache.get(each)
            assert found in (None, value_of(each, versions[each]))
            if found is None:
                missed += 1
                versions[each] = number
                assert cache.set(each, value_of(each, number))
        if number % 10 == 0:
            # What a swap damaged besides, so that there are files to damage.
            for each in KEYS:
                if cache.get(each) is None:
                    versions[each] = number
                    cache.set(each, value_of(each, number))
    assert missed > CORRUPTIONS / 2
    assert count_of(cache, "damaged") >= missed - CORRUPTIONS / 10
    cache.recover(thorough=True)
    assert counted(cache) == in_folder(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_counted_under_its_prefix_and_removed(
    kind: object, cache: LruFileSystemCache, folder: Path
) -> None:
    assert callable(kind)
    cache.set_many({"quote:A": {"n": 1}, "quote:B": {"n": 2}})
    kind(file_of(folder, "quote:A"), random.Random(1))
    assert cache.get("quote:A") is None
    assert not file_of(folder, "quote:A").exists()
    assert cache.statistics().counters["quote", "damaged"] == 1


def test_a_check_finds_every_damaged_file(cache: LruFileSystemCache, folder: Path) -> None:
    cache.set_many({key: value_of(key, 1) for key in KEYS})
    draw = random.Random(3)
    for key in KEYS[:20]:
        flip(file_of(folder, key), draw)
    shutil.copy(file_of(folder, KEYS[30]), file_of(folder, KEYS[31]))
    (folder / "README").write_text("what is this?")
    check = cache.recover(thorough=True)
    assert check is not None
    assert (check.damaged, check.entries) == (22, 29)
    assert in_folder(folder) == counted(cache)
    assert len(files(folder)) == 29


def test_a_quick_look_corrects_what_changed_its_size_or_is_gone_or_new(
    open_cache: Open, folder: Path
) -> None:
    cache = open_cache()
    cache.set_many({key: value_of(key, 1) for key in KEYS})
    extend(file_of(folder, KEYS[0]), random.Random(1))
    file_of(folder, KEYS[1]).unlink()
    elsewhere = LruFileSystemCache(str(folder.parent / "other"))
    elsewhere.set("quote:foreign", 1)
    shutil.copy(file_of(folder.parent / "other", "quote:foreign"), folder)
    check = cache.recover(thorough=False)
    assert check is not None
    assert (check.damaged, check.missing, check.uncounted, check.entries) == (1, 1, 1, 49)
    assert counted(cache) == in_folder(folder)
    assert cache.get("quote:foreign") == 1


def test_a_folder_in_place_of_a_file_is_a_miss_and_cannot_be_stored(
    cache: LruFileSystemCache, folder: Path
) -> None:
    (file_of(folder, "quote:A") / "below").mkdir(parents=True)
    assert cache.get("quote:A") is None
    assert not cache.set("quote:A", 1)
    assert cache.set("quote:B", 1)
    assert counted(cache) == in_folder(folder)
