"""Our own parts of Rasa's pipeline: the only code that imports rasa. It runs in .venv-rasa (Python 3.10)."""
