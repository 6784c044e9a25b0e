"""Runs Django's commands with the settings of the environment: python manage.py COMMAND"""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "team_notes.settings")
    execute_from_command_line(sys.argv)
