"""What drawing operations refer to: fonts and forms by name, and matrices."""

from typing import Final, Protocol

from paper_reader.pdf.fonts import Font

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Form(Protocol):
    """A form XObject: drawing operations with their own resources and matrix."""

    @property
    def matrix(self) -> Matrix:
        """From its space to its parent's."""
        ...

    @property
    def resources(self) -> "Resources":
        """What its operations name."""
        ...

    def content(self) -> bytes:
        """Its operations."""
        ...


class Resources(Protocol):
    """What a page's operations name."""

    def font(self, name: bytes) -> Font:
        """The font of that name; a plain one if there is none."""
        ...

    def form(self, name: bytes) -> "Form | None":
        """The form of that name, None for an image or an unknown name."""
        ...

    def image(self, name: bytes) -> int | None:
        """A number that only equal images have, None if that is no image."""
        ...

    def properties(self, name: bytes) -> bytes:
        """Marked content's property list of that name, as written in a content stream."""
        ...


def multiply(m: Matrix, n: Matrix) -> Matrix:
    """The matrix that does `m` first, then `n`."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )
