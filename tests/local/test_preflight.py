"""What stands in the way is named before anything slow begins."""

import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from disputes.local import preflight
from disputes.local.failures import CannotStart
from tests.local.processes import free_port

Usage = namedtuple("Usage", "total used free")


class TestPorts:
    def test_a_taken_port_is_named_with_its_setting(self) -> None:
        with listening() as taken, pytest.raises(CannotStart) as caught:
            port = port_of(taken)
            preflight.check_port("127.0.0.1", port, "PORT", purpose="the web site")
        sentence = str(caught.value)
        assert f"Port {port}" in sentence
        assert "PORT" in sentence
        assert "\n" not in sentence

    def test_a_port_taken_on_all_addresses_counts(self) -> None:
        with socket.socket() as everywhere, pytest.raises(CannotStart, match="is taken"):
            everywhere.bind(("", 0))
            everywhere.listen()
            preflight.check_port("127.0.0.1", port_of(everywhere), "PORT", purpose="the web site")

    def test_a_free_port_passes(self) -> None:
        preflight.check_port("127.0.0.1", free_port(), "PORT", purpose="the web site")

    def test_a_foreign_address_is_told(self) -> None:
        with pytest.raises(CannotStart, match=r"cannot be opened on 192\.0\.2\.7"):
            preflight.check_port("192.0.2.7", free_port(), "PORT", purpose="the web site")

    def test_where_nobody_chose_another_port_is_found(self) -> None:
        usual = free_port()
        assert preflight.free_port(usual, set()) == usual
        assert preflight.free_port(usual, {usual}) != usual
        with listening() as taken:
            assert preflight.free_port(port_of(taken), set()) != port_of(taken)


class TestDisk:
    def test_enough_room_passes_and_makes_the_folder(self, tmp_path: Path) -> None:
        preflight.check_disk(tmp_path / "var")
        assert (tmp_path / "var" / "log").is_dir()

    def test_a_full_disk_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12, 199_999_999))
        with pytest.raises(CannotStart, match="is full: 199 MB are free and 200 MB are needed"):
            preflight.check_disk(tmp_path / "var")

    def test_a_file_in_the_way_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "var").write_text("")
        with pytest.raises(CannotStart, match="cannot be written to"):
            preflight.check_disk(tmp_path / "var")


class TestOnlyOneRun:
    def test_the_second_is_told_who_holds_it(self, tmp_path: Path) -> None:
        with preflight.only_one_run(tmp_path):
            assert preflight.is_run_from(tmp_path)
            with pytest.raises(CannotStart, match="already running"), preflight.only_one_run(tmp_path):
                pass
        assert not preflight.is_run_from(tmp_path)

    def test_a_folder_that_was_never_used_is_free(self, tmp_path: Path) -> None:
        assert not preflight.is_run_from(tmp_path)


def listening() -> socket.socket:
    taken = socket.create_server(("127.0.0.1", 0))
    taken.listen()
    return taken


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])
