"""Which build of PyTorch `make` installs; nothing here leaves this machine."""

import contextlib
import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from torch_build import chosen_by_pip, decide, pip_settings

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tests" / "torch_build.py"
LINUX = ("Linux", "x86_64")


@pytest.fixture
def folder(tmp_path):
    """A local folder as pip's index, with a page for torch."""
    page = tmp_path / "index" / "torch" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<a href='torch-2.13.0%2Bcpu-py3-none-any.whl'>torch</a>")
    return tmp_path / "index"


@contextlib.contextmanager
def served(folder):
    def handler(*arguments):
        return Silent(*arguments, directory=str(folder))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def directly(monkeypatch):
    """No proxy between us and ourselves."""
    monkeypatch.setenv("no_proxy", "*")


def test_an_index_that_answers_is_taken(folder):
    with served(folder) as address:
        for index in (str(folder), folder.as_uri(), address, address + "/"):
            options, why = decide("auto", "", LINUX, [], index)
            assert options == ["--extra-index-url", index]
            assert "CPU build" in why


@pytest.mark.parametrize("build", ["auto", "cpu"])
def test_one_without_torch_or_not_there_is_not(build, folder, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with served(folder / "torch") as other:
        for index in (str(tmp_path), closed, other):
            options, why = decide(build, "", LINUX, [], index)
            assert options == []
            assert index in why and len(why.splitlines()) == 1


def test_one_that_never_answers_holds_nothing_up():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        index = f"http://127.0.0.1:{mute.getsockname()[1]}"
        begin = time.monotonic()
        options, why = decide("auto", "", LINUX, [], index, seconds=0.5)
        assert time.monotonic() - begin < 20, "pip's own tries take minutes"
    assert options == [] and "does not answer" in why


def test_what_was_asked_for_goes_first(folder):
    own = ["global.index-url='https://example.org/simple'"]
    named = decide("auto", "https://example.org/cpu", LINUX, own, str(folder))
    assert named == (["--extra-index-url", "https://example.org/cpu"], "")
    assert decide("cuda", "", LINUX, [], str(folder)) == ([], "")
    options, _ = decide("cpu", "", LINUX, own, str(folder))
    assert options == ["--extra-index-url", str(folder)]
    with pytest.raises(ValueError, match="auto, cpu, cuda, got 'gpu'"):
        decide("gpu", "", LINUX, [], str(folder))


@pytest.mark.parametrize(
    "system",
    [
        ("Darwin", "arm64"),
        ("Darwin", "x86_64"),
        ("Windows", "AMD64"),
        ("Linux", "aarch64"),
    ],
)
def test_elsewhere_the_default_package_is_taken(system, folder):
    assert decide("auto", "", system, [], str(folder)) == ([], "")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("global.index-url='https://example.org'", "index-url"),
        ("install.extra-index-url='a b'", "extra-index-url"),
        (":env:.find-links='/wheels'", "find-links"),
        ("global.constraint='/c.txt'", "constraint"),
        ("global.no-index='true'", "no-index"),
        ("download.find-links='/wheels'", None),
        ("global.timeout='60'", None),
        ("global.cert='/a.index-url=b'", None),
    ],
)
def test_settings_of_pips_own(line, name, folder):
    assert chosen_by_pip([line]) == name
    options, why = decide("auto", "", LINUX, [line], str(folder))
    assert (options == []) is (name is not None)
    assert (name or "CPU build") in why


def test_pips_files_and_variables_are_heard(monkeypatch, tmp_path):
    settings = tmp_path / "pip.conf"
    settings.write_text("[install]\nconstraint = /c.txt\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_FIND_LINKS", "/of-the-test")
    heard = pip_settings()
    assert "install.constraint='/c.txt'" in heard
    assert ":env:.find-links='/of-the-test'" in heard
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert "/c.txt" not in str(pip_settings())


def script(*arguments):
    """As the Makefile runs it."""
    command = [sys.executable, "-I", SCRIPT, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_options_for_pip_and_words_for_the_reader_go_apart(folder):
    taken = script("--build", "cpu", "--cpu-index", str(folder))
    assert taken.stdout.split() == ["--extra-index-url", str(folder)]
    assert "CPU build" in taken.stderr
    assert script("--build", "cuda").stdout.strip() == ""
    wrong = script("--build", "gpu")
    assert wrong.returncode == 1 and "TORCH must be" in wrong.stderr
