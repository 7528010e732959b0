"""Tests of config/: settings, the policy's rows, calendars, secrets."""
