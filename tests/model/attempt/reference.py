"""Predicts the outcome of any student's request."""

from collections.abc import Callable

from tests.model.attempt import results, sitting
from tests.model.attempt.state import Call, Exam, Place
from tests.model.candidates import Prediction


def predict(place: Place, exam: Exam, now: float, call: Call) -> Prediction[Place]:
    """The prediction for a student's call."""
    return _PREDICTIONS[call.kind](place, exam, now, call)


_PREDICTIONS: dict[str, Callable[[Place, Exam, float, Call], Prediction[Place]]] = {
    "start": sitting.start,
    "paper": sitting.paper,
    "sync": sitting.sync,
    "submit": sitting.submit,
    "status": sitting.status,
    "detail": sitting.detail,
    "result": results.result,
    "response": results.result,
    "pending": results.result,
    "history": results.history,
}
