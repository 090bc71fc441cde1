"""Files that come with a form."""

from fastapi import UploadFile

from disputes import policy


def given_file(upload: UploadFile) -> tuple[str, bytes]:
    """The sender's name for it, and its content; of one that is too large only as much as shows that it is."""
    most = policy.current().evidence.megabytes_each * 1_000_000
    return upload.filename or "", upload.file.read(most + 1)
