"""Saving answers the common way: FastAPI behind Mangum, pydantic, PyJWT and boto3.

It has a token check, a typed body, one conditional write, a typed answer and a log line, like the product's route, but
no papers and no check of answers.
"""

import json
import logging
import os
import sys
import time
from typing import Annotated

import boto3
import jwt
from botocore.config import Config
from fastapi import Depends, FastAPI, Header, HTTPException
from mangum import Mangum
from pydantic import BaseModel, Field

app = FastAPI()
client = boto3.client(
    "dynamodb",
    config=Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 3, "mode": "standard"}),
)
logger = logging.getLogger("exams")
logger.addHandler(logging.StreamHandler(sys.stdout))
logger.setLevel(logging.INFO)
logger.propagate = False


class SyncBody(BaseModel):
    """The client's state."""

    answers: dict[str, str | list[str] | None] = Field(max_length=300)
    markedForReview: list[int] = []  # noqa: N815 - the API's name


class Synced(BaseModel):
    """What the server has."""

    success: bool = True
    saved: int
    revision: int
    remaining_seconds: int
    server_time: float


def caller(authorization: Annotated[str, Header()]) -> int:
    """The signed-in user's id."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise HTTPException(401, "Authentication required")
    try:
        claims = jwt.decode(
            token, os.environ["JWT_SECRET"], algorithms=["HS256"], audience="smartexam-api", issuer="smartexam"
        )
    except jwt.PyJWTError:
        raise HTTPException(401, "token_expired_or_invalid") from None
    return int(claims["sub"])


@app.post("/api/sync-exam-answers/{exam_id}")
async def sync(exam_id: int, body: SyncBody, user_id: Annotated[int, Depends(caller)]) -> Synced:
    """Save answers."""
    now = time.time()
    answers = "|".join(
        "".join(answer) if isinstance(answer, list) else answer or "" for answer in body.answers.values()
    )
    stored = client.update_item(
        TableName=os.environ["ATTEMPTS_TABLE"],
        Key={"pk": {"S": f"USER#{user_id}"}, "sk": {"S": f"SITTING#{exam_id}"}},
        ConditionExpression="#status = :open AND deadline >= :now",
        UpdateExpression="SET answers = :answers, changes = :none, marked = :marked, revision = revision + :one",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":open": {"S": "open"},
            ":now": {"N": str(int(now) - 30)},
            ":answers": {"S": answers},
            ":none": {"M": {}},
            ":marked": {"S": ",".join(map(str, body.markedForReview))},
            ":one": {"N": "1"},
        },
        ReturnValues="ALL_NEW",
    )["Attributes"]
    revision, deadline = int(stored["revision"]["N"]), int(stored["deadline"]["N"])
    logger.info(json.dumps({"route": "sync", "user_id": user_id, "latency_ms": round((time.time() - now) * 1000, 2)}))
    return Synced(
        saved=len(body.answers), revision=revision, remaining_seconds=max(0, int(deadline - now)), server_time=now
    )


handler = Mangum(app, lifespan="off")
