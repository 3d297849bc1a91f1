"""No secret is in the repository: all tracked files are searched for keys and tokens of many services."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import get_plugins, transient_settings

ROOT = Path(__file__).parents[2]
# Only detectors of known forms. Guesses by entropy find every hash of a snapshot and every compressed stream.
DETECTORS = (
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "StripeDetector",
    "TwilioKeyDetector",
)
# Sample tokens in documentation and tests, which are not signed.
SAMPLES = {
    "fuzz/google_tokens.py",
    "tests/contract/test_accounts.py",
    "tests/contract/test_errors.py",
    "tests/functional/test_events_of_accounts.py",
    "tools/openapi/vocabulary.py",
}
BINARY = {".ttf", ".png", ".pdf"}
# A third of all lines, generated from files that are searched.
GENERATED = {"examples/postman/collection.json", "functions/docs/asyncapi.json", "functions/docs/openapi.json"}


def found_in(paths: list[str], root: Path) -> Iterator[tuple[str, str, int]]:
    """(file, kind, line) of what looks like a secret."""
    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        forms = [form for detector in get_plugins() for form in detector.denylist]
        secrets = SecretsCollection(root=str(root))
        for path in paths:
            text = (root / path).read_text(encoding="utf-8", errors="replace")
            # A detector looks at line after line, which takes sixty times as long.
            if any(form.search(text) for form in forms):
                secrets.scan_file(path)
        for path, secret in secrets:
            yield path, secret.type, secret.line_number


def test_none_is_kept() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    tracked = (path for path in listed.splitlines() if Path(path).suffix not in BINARY and path not in GENERATED)
    paths = [path for path in tracked if (ROOT / path).is_file()]

    assert len(paths) > 500
    found = list(found_in(paths, ROOT))
    assert [each for each in found if not (each[0] in SAMPLES and each[1] == "JSON Web Token")] == []


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLF",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "ghp_" + "a1B2" * 9,
        "https://me:pass" + "@host.test/",
    ],
)
def test_one_that_is_kept_would_be_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text(f'value = "{text}"\n', encoding="utf-8")

    assert list(found_in(["settings.py"], tmp_path))
