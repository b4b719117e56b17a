"""A changed grader grades anew, wherever the change lies."""

import shutil
from pathlib import Path

import gdgrader
import gdhelpers
from gdgrader.autograde.version import grader_version, version_of

OURS = [Path(package.__file__).parent for package in (gdgrader, gdhelpers)]


def test_a_changed_module_changes_the_version_wherever_it_lies(tmp_path):
    copies = [shutil.copytree(folder, tmp_path / folder.name) for folder in OURS]
    before = version_of(*copies)
    assert before == grader_version()
    modules = [path for folder in copies for path in folder.rglob("*.py")]
    assert len(modules) > 100
    for module in modules:
        text = module.read_bytes()
        module.write_bytes(text + b"\n# changed\n")
        assert version_of(*copies) != before, module
        module.write_bytes(text)
    assert version_of(*copies) == before
