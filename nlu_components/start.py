"""Starts Rasa with the secret of its HTTP API from the environment: on a command line any user could read it.

`python -m nlu_components.start run ...` is `rasa run ... --enable-api --jwt-secret=$RASA_TOKEN --jwt-method HS256`.
Without RASA_TOKEN the API has no lock, which is only right on a machine of one's own.
"""

import os
import sys

from rasa.__main__ import main

from nlu_components.action_calls import call_actions_quickly
from nlu_components.action_results import check_with_one_validator
from nlu_components.arguments import rasa_arguments
from nlu_components.quick_tracker import keep_trackers_quickly
from nlu_components.whole_turns import keep_turns_or_fail

if __name__ == "__main__":
    check_with_one_validator()
    call_actions_quickly()
    keep_trackers_quickly()
    keep_turns_or_fail()  # around what the others have changed
    sys.argv = rasa_arguments(sys.argv[1:], os.environ.pop("RASA_TOKEN", ""))
    main()
