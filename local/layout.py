"""The folders of the project and of the local stack."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders and files of one project.

    Attributes:
        project: the folder with `template.yaml`.
        emulator_venv: the environment in which MiniStack is installed.
        work: the local stack's files; safe to delete while it does not run.
    """

    project: Path = PROJECT
    emulator_venv: Path = PROJECT / ".venv-aws"
    work: Path = PROJECT / ".local"

    @property
    def template(self) -> Path:
        """The deployed template."""
        return self.project / "template.yaml"

    @property
    def web(self) -> Path:
        """The web app's sources, and its build in `dist/`."""
        return self.project / "web"

    @property
    def emulator_python(self) -> Path:
        """The interpreter that runs the emulator and the functions."""
        return self.emulator_venv / "bin" / "python"

    @property
    def build(self) -> Path:
        """Built layers and functions, in folders named after a hash of their source."""
        return self.work / "build"

    @property
    def snapshots(self) -> Path:
        """States of the emulator right after deployment and demo data."""
        return self.work / "snapshots"

    def logs(self, port: int) -> Path:
        """Logs of the last run on this port of the gateway."""
        return self.work / "logs" / str(port)

    def run(self, aws_port: int) -> Path:
        """The files of one running stack; the port keeps two stacks apart."""
        return self.work / "run" / str(aws_port)
