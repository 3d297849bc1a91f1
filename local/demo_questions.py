"""The demo exams' questions, in the fields of `POST /admin/questions/batch-add`."""

from typing import Any, TypeAlias

Question: TypeAlias = dict[str, Any]


def _choice(kind: str, text: str, options: tuple[str, str, str, str], correct: str, **marks: Any) -> Question:
    named = dict(zip(("option_a", "option_b", "option_c", "option_d"), options, strict=True))
    return {"question_type": kind, "question_text": text, **named, "correct_answer": correct, **marks}


def _one(text: str, options: tuple[str, str, str, str], correct: str, **marks: Any) -> Question:
    return _choice("MCQ", text, options, correct, **marks)


def _several(text: str, options: tuple[str, str, str, str], correct: str, **marks: Any) -> Question:
    return _choice("MSQ", text, options, correct, **marks)


def _number(text: str, correct: str, tolerance: str = "0", **marks: Any) -> Question:
    return {
        "question_type": "NUMERIC",
        "question_text": text,
        "correct_answer": correct,
        "tolerance": tolerance,
        **marks,
    }


SCIENCE: list[Question] = [
    _one(
        r"A stone is dropped from rest and falls for $3\,\text{s}$. How far does it fall? "
        r"Take $g = 10\,\text{m/s}^2$ and neglect air resistance.",
        (r"$15\,\text{m}$", r"$30\,\text{m}$", r"$45\,\text{m}$", r"$90\,\text{m}$"),
        "C",
    ),
    _one(
        r"Two resistors of $6\,\Omega$ and $3\,\Omega$ are connected in parallel. Their combined resistance is",
        (r"$2\,\Omega$", r"$4.5\,\Omega$", r"$9\,\Omega$", r"$18\,\Omega$"),
        "A",
    ),
    _one(
        r"What is $\dfrac{d}{dx}\left(x^2 \ln x\right)$ for $x > 0$?",
        (r"$2x \ln x$", r"$2x \ln x + x$", r"$2\ln x + 1$", r"$x \ln x + 2x$"),
        "B",
    ),
    _one(
        r"How many grams of $\text{NaOH}$ (molar mass $40\,\text{g/mol}$) are in $250\,\text{mL}$ of a "
        r"$0.4\,\text{mol/L}$ solution?",
        (r"$1\,\text{g}$", r"$2\,\text{g}$", r"$4\,\text{g}$", r"$16\,\text{g}$"),
        "C",
    ),
    _one(
        "Which quantum number tells the shape of an atomic orbital?",
        (
            r"The principal quantum number $n$",
            r"The azimuthal quantum number $l$",
            r"The magnetic quantum number $m_l$",
            r"The spin quantum number $m_s$",
        ),
        "B",
    ),
    _several(
        "Which of these quantities are vectors?",
        ("Momentum", "Kinetic energy", "Torque", "Electric potential"),
        "A,C",
        negative_marks="2",
    ),
    _several(
        r"Let $f(x) = x^3 - 3x$. Which statements are true?",
        (
            r"$f$ has a local maximum at $x = -1$",
            r"$f$ has a local minimum at $x = 1$",
            r"$f$ is an even function",
            r"$f(x) = 0$ has three real solutions",
        ),
        "A,B,D",
        negative_marks="2",
    ),
    _several(
        "Which of these molecules have a dipole moment that is not zero?",
        (r"$\text{CO}_2$", r"$\text{H}_2\text{O}$", r"$\text{NH}_3$", r"$\text{CCl}_4$"),
        "B,C",
        negative_marks="2",
    ),
    _number(
        r"A current of $2\,\text{A}$ flows through a resistor of $5\,\Omega$ for one minute. "
        "How much heat, in joules, does it give off?",
        "1200",
        negative_marks="0",
    ),
    _number(
        r"Find the value of $\displaystyle\int_0^2 \left(3x^2 + 1\right) dx$.",
        "10",
        negative_marks="0",
    ),
    _number(
        r"What is the $\text{pH}$ of a $0.005\,\text{mol/L}$ solution of $\text{HCl}$ at $25\,^\circ\text{C}$? "
        "Give two decimals.",
        "2.30",
        "0.01",
        negative_marks="0",
    ),
    _number(
        r"Light passes from air into glass of refractive index $1.5$. What is its speed in the glass, in units of "
        r"$10^8\,\text{m/s}$? Take $c = 3 \times 10^8\,\text{m/s}$.",
        "2",
        "0.01",
        negative_marks="1/3",
    ),
]

WEEKLY: list[Question] = [
    _one(
        r"The roots of $x^2 - 5x + 6 = 0$ are",
        (r"$1$ and $6$", r"$2$ and $3$", r"$-2$ and $-3$", r"$-1$ and $6$"),
        "B",
    ),
    _one(
        "A body moves in a circle at constant speed. Its acceleration points",
        ("along its velocity", "against its velocity", "towards the centre", "away from the centre"),
        "C",
    ),
    _one(
        r"Which gas is set free when zinc reacts with dilute sulphuric acid?",
        ("Oxygen", "Hydrogen", "Sulphur dioxide", "Nitrogen"),
        "B",
    ),
    _several(
        r"Which of these numbers are irrational?",
        (r"$\sqrt{2}$", r"$\sqrt{9}$", r"$\pi$", r"$0.\overline{3}$"),
        "A,C",
    ),
    _several(
        "Which of these are oxidation reactions of the first-named substance?",
        (
            r"$\text{Fe}^{2+} \to \text{Fe}^{3+}$",
            r"$\text{Cl}_2 \to 2\,\text{Cl}^-$",
            r"$\text{Mg} \to \text{MgO}$",
            r"$\text{Cu}^{2+} \to \text{Cu}$",
        ),
        "A,C",
    ),
    _number(
        r"A fair die is rolled twice. In how many of the $36$ outcomes is the sum $8$?",
        "5",
    ),
]
