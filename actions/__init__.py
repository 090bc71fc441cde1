"""What the assistant does: rasa-sdk actions, one file per theme.

An action reads slots, calls one service, utters responses of domain.yml and returns events. rasa-sdk imports every
file here, so nothing runs at import.
"""
