"""Downloads: checked, resumed, and unpacked nowhere but in their own folder."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

import cornu
from cornu.errors import DataError
from cornu_preprocessing.files import DownloadError, archives, get_file

CONTENT = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


def tar_of(members, mode="w:gz"):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content
                archive.addfile(info)
    return data.getvalue()


def zip_of(members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.fixture
def url(server):
    server.files["/data.bin"] = CONTENT
    return f"{server.url}/data.bin"


def test_a_file_is_fetched_once(url, server, cache, capsys):
    path = cornu.utils.get_file("mine.bin", url, file_hash=SHA256)
    assert Path(path) == cache / "datasets" / "mine.bin"
    assert Path(path).read_bytes() == CONTENT
    assert get_file("mine.bin", url, md5_hash=MD5) == path
    assert len(server.requests) == 1
    assert [p.name for p in Path(path).parent.iterdir()] == ["mine.bin"]
    assert f"Downloading data from {url}" in capsys.readouterr().out


def test_its_name_comes_from_the_url_and_its_folder_from_arguments(url, tmp_path):
    path = get_file(
        origin=f"{url}?version=2", cache_dir=tmp_path, cache_subdir="a/b", verbose=False
    )
    assert Path(path) == tmp_path / "a" / "b" / "data.bin"


def test_a_broken_connection_is_taken_up_where_it_broke(url, server):
    server.breaks = [100_000, 50_000]
    path = get_file(origin=url, file_hash=SHA256, verbose=False)
    assert Path(path).read_bytes() == CONTENT
    assert [r.get("Range") for r in server.requests] == [None, "bytes=100000-", "bytes=150000-"]


def test_the_next_call_goes_on_where_the_last_one_gave_up(url, server, cache):
    server.breaks = [1000, 1000, 1000]
    with pytest.raises(DownloadError, match="what has come so far is kept"):
        get_file(origin=url, verbose=False)
    assert not (cache / "datasets" / "data.bin").exists()
    path = get_file(origin=url, verbose=False)
    assert server.requests[-1]["Range"] == "bytes=3000-"
    assert Path(path).read_bytes() == CONTENT


def test_a_part_that_is_complete_already(url, server, cache):
    server.breaks = [1000, 1000, 1000]
    with pytest.raises(DownloadError):
        get_file(origin=url, verbose=False)
    part = cache / "datasets" / "data.bin.part"
    part.write_bytes(CONTENT)
    assert Path(get_file(origin=url, verbose=False)).read_bytes() == CONTENT


def test_a_server_that_is_busy_is_asked_again(url, server):
    server.busy = [503, 502]
    assert Path(get_file(origin=url, verbose=False)).read_bytes() == CONTENT
    server.busy = [500, 500, 500]
    with pytest.raises(DownloadError, match="status 500"):
        get_file("other", url, verbose=False)


def test_parts_of_different_files_are_never_joined(url, server):
    server.breaks = [1000, 1000, 1000]
    with pytest.raises(DownloadError):
        get_file(origin=url, verbose=False)
    server.files["/data.bin"] = CONTENT[::-1]
    assert Path(get_file(origin=url, verbose=False)).read_bytes() == CONTENT[::-1]


def test_a_wrong_file_is_an_error_and_is_not_kept(url, cache):
    with pytest.raises(DownloadError, match=f"its sha256 is {SHA256}, and should be {'0' * 64}"):
        get_file(origin=url, file_hash="0" * 64, verbose=False)
    assert list((cache / "datasets").iterdir()) == []


def test_a_damaged_file_in_the_cache_is_fetched_again(url, cache, capsys):
    path = Path(get_file(origin=url, verbose=False))
    path.write_bytes(b"damaged")
    assert Path(get_file(origin=url, file_hash=SHA256, verbose=False)).read_bytes() == CONTENT
    assert "not the expected file" in capsys.readouterr().out


def test_force_download_keeps_the_old_file_until_the_new_one_is_there(url, server):
    path = Path(get_file(origin=url, verbose=False))
    del server.files["/data.bin"]
    with pytest.raises(DownloadError, match="404"):
        get_file(origin=url, force_download=True, verbose=False)
    assert path.read_bytes() == CONTENT


def test_without_a_connection_the_error_says_where_to_put_a_copy(server, cache):
    server.shutdown()
    server.server_close()
    where = cache / "datasets" / "x.bin"
    with pytest.raises(DownloadError, match=r"could not be fetched.*put a copy") as caught:
        get_file(origin=f"{server.url}/x.bin", file_hash=SHA256, verbose=False)
    assert str(where) in str(caught.value)
    assert SHA256 in str(caught.value)
    assert isinstance(caught.value, OSError)


def test_more_than_the_limit_is_refused(url):
    with pytest.raises(DownloadError, match="max_bytes=1,000"):
        get_file(origin=url, max_bytes=1000, verbose=False)


def test_a_redirection_is_followed_but_not_to_a_file(url, server):
    server.files["/moved"] = url
    assert Path(get_file("a", f"{server.url}/moved", verbose=False)).read_bytes() == CONTENT
    server.files["/local"] = "file:///etc/hostname"
    with pytest.raises(DownloadError):
        get_file("b", f"{server.url}/local", verbose=False)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"origin": None}, "origin is missing"),
        ({"fname": "../x"}, r"fname='../x'"),
        ({"fname": "a/b"}, "cache_subdir"),
        ({"origin": "ftp://host/x"}, "origin='ftp"),
        ({"origin": "https://host/"}, "is no name of a file"),
        ({"file_hash": "abc"}, "no digest"),
        ({"file_hash": SHA256, "hash_algorithm": "md5"}, "no digest"),
        ({"file_hash": SHA256, "hash_algorithm": "sha1"}, "hash_algorithm='sha1'"),
    ],
)
def test_arguments_that_cannot_be_meant(kwargs, message):
    with pytest.raises(DataError, match=message):
        get_file(**{"origin": "https://127.0.0.1/x", **kwargs})


@pytest.mark.parametrize("pack", [tar_of, zip_of], ids=["tar", "zip"])
def test_an_archive_is_unpacked_to_a_folder_beside_it(pack, server, cache):
    server.files["/pets.data"] = pack({"cats/1.txt": b"miau", "dogs/1.txt": b"wau"})
    folder = Path(get_file("pets", f"{server.url}/pets.data", extract=True, verbose=False))
    assert folder == cache / "datasets" / "pets"
    assert (folder / "cats" / "1.txt").read_bytes() == b"miau"
    assert (cache / "datasets" / "pets_archive").is_file()
    named = get_file("pets.data", f"{server.url}/pets.data", extract=True, verbose=False)
    assert named == str(cache / "datasets" / "pets_extracted")
    assert get_file("pets", f"{server.url}/pets.data", untar=True, verbose=False) == str(folder)
    assert len(server.requests) == 2


def test_what_is_no_archive_stays_as_it_is(url):
    with pytest.warns(UserWarning, match="was not unpacked"):
        get_file("a", url, extract=True, verbose=False)


LINK, HARD, DEVICE = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE)


OUTSIDE = {
    "up": tar_of({"ok.txt": b"1", "../evil.txt": b"2"}),
    "root": tar_of({"/var/evil.txt": b"2"}),
    "down and up": tar_of({"a/../../evil.txt": b"2"}),
    "through a link": tar_of({"link": (LINK, "/etc"), "link/passwd": b"2"}),
    "link": tar_of({"a/link": (LINK, "../../x")}),
    "hard link": tar_of({"hard": (HARD, "../x")}),
    "device": tar_of({"tty": (DEVICE, "")}),
    "zip, up": zip_of({"ok.txt": b"1", "../evil.txt": b"2"}),
    "zip, root": zip_of({"/abs.txt": b"2"}),
    "zip, drive": zip_of({"c:\\evil.txt": b"2"}),
    "zip, backslashes": zip_of({"a\\..\\..\\evil.txt": b"2"}),
}


@pytest.mark.parametrize("archive", OUTSIDE.values(), ids=OUTSIDE)
def test_an_archive_that_leads_out_of_its_folder_is_refused_as_a_whole(archive, tmp_path):
    (tmp_path / "a.arc").write_bytes(archive)
    with pytest.raises(DataError, match=r"leads out of the folder|refused"):
        archives.unpack(tmp_path / "a.arc", tmp_path / "inner" / "folder")
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["a.arc"]


@pytest.mark.parametrize("pack", [tar_of, zip_of], ids=["tar", "zip"])
def test_an_archive_that_grows_too_large_is_refused(pack, tmp_path):
    (tmp_path / "bomb").write_bytes(pack({"zeros": bytes(10**6)}))
    with pytest.raises(DataError, match="max_bytes=100,000"):
        archives.unpack(tmp_path / "bomb", tmp_path / "folder", max_bytes=100_000)
    assert not (tmp_path / "folder").exists()


def test_links_within_the_folder_are_welcome(tmp_path):
    (tmp_path / "a.tar").write_bytes(tar_of({"a/1": b"one", "a/2": (LINK, "1")}, mode="w"))
    assert archives.unpack(tmp_path / "a.tar", tmp_path / "folder")
    assert (tmp_path / "folder" / "a" / "2").read_bytes() == b"one"
