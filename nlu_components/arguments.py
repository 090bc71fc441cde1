"""The command line that Rasa is started with."""

from typing import List


def rasa_arguments(given: List[str], secret: str) -> List[str]:
    """The arguments of `rasa` for those of `nlu_components.start`, with its HTTP API locked by a secret, if there is one.

    A secret may begin with a dash: it stays one argument with its name.
    """
    locked = [f"--jwt-secret={secret}", "--jwt-method", "HS256"] if secret else []
    return ["rasa", *given, "--enable-api", *locked]
