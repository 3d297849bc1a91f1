"""Where things are in the project's folder, and where the local stack keeps its own."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders and files of one project.

    Attributes:
        project: the folder that holds `template.yaml`.
        emulator_venv: the environment that MiniStack is installed in.
        work: what the local stack writes; safe to delete while it does not run.
    """

    project: Path = PROJECT
    emulator_venv: Path = PROJECT / ".venv-aws"
    work: Path = PROJECT / ".local"

    @property
    def template(self) -> Path:
        """The template that is deployed."""
        return self.project / "template.yaml"

    @property
    def emulator_python(self) -> Path:
        """The interpreter that runs the emulator and, in it, the functions."""
        return self.emulator_venv / "bin" / "python"

    @property
    def build(self) -> Path:
        """Built layers and functions, each in a folder named after a hash of what it was built from."""
        return self.work / "build"

    @property
    def snapshots(self) -> Path:
        """States of the emulator just after deployment and demo data."""
        return self.work / "snapshots"

    def logs(self, port: int) -> Path:
        """Logs of the last run on this port of the gateway."""
        return self.work / "logs" / str(port)

    def run(self, aws_port: int) -> Path:
        """What one running stack writes; the port keeps two stacks apart."""
        return self.work / "run" / str(aws_port)
