"""Group F: what admins write, and time. No mail is involved, so the proofs stand beside what they prove."""

from tests.badinput.row import Row

ROWS = (
    Row(
        number=107,
        title="broken templates",
        why="undefined names, endless loops, gigabytes, ways out of the sandbox, a missing language, no subject",
        elsewhere=(
            "tests/templates/test_sandbox.py::test_a_template_that_reaches_too_far_is_refused",
            "tests/templates/test_sandbox.py::test_a_head_that_is_none_is_refused",
            "tests/templates/test_sandbox.py::test_a_letter_cannot_grow_without_bound",
            "tests/templates/test_overrides.py::test_all_mistakes_are_told_at_once_each_with_its_file",
            "tests/templates/test_overrides.py::test_one_bad_template_never_keeps_a_letter_from_leaving",
            "tests/e2e/test_running.py::test_a_broken_file_is_refused_at_reload_and_the_old_settings_stay",
            "tests/e2e/test_running.py::test_a_broken_letter_is_found_before_anything_is_done",
        ),
    ),
    Row(
        number=108,
        title="broken settings",
        why="unknown keys, wrong types, open secrets, accounts twice, letters to ourselves: refused with the way out",
        elsewhere=(
            "tests/config/test_mistakes.py::test_a_mistake_in_ombud_toml_is_named",
            "tests/config/test_mistakes.py::test_a_mistake_in_the_policy_is_named",
            "tests/config/test_mistakes.py::test_two_accounts_do_not_poll_the_same_folder",
            "tests/config/test_secret.py::test_a_file_that_others_may_read_is_refused",
            "tests/config/test_secret.py::test_a_password_in_the_file_is_refused_with_the_way_out",
            "tests/config/test_any_value.py::test_any_value_anywhere_is_loaded_or_refused",
        ),
    ),
    Row(
        number=109,
        title="calendars at their edges",
        why="unknown holidays, leap days, hours that do not exist, a department in another zone",
        elsewhere=(
            "tests/config/test_calendars.py::test_it_is_told_from_when_on_holidays_are_not_certain",
            "tests/config/test_calendars.py::test_a_shift_that_lies_in_the_skipped_hour_does_not_take_place",
            "tests/config/test_calendars.py::test_minute_by_minute_the_calendar_agrees_with_the_clocks",
            "tests/cases/test_deadlines.py::test_a_deadline_beyond_the_known_holidays_is_provisional",
            "tests/cases/test_deadlines.py::test_the_calendar_is_the_owning_centres",
            "tests/cases/test_calendar.py::test_what_is_older_than_the_calendar_counts_from_its_beginning",
        ),
    ),
    Row(
        number=110,
        title="a letter to a colleague bounces",
        why="nobody was told, so the clock stays open, the next level hears of it, and nothing is sent in a circle",
        elsewhere=(
            "tests/e2e/test_bounces.py::test_a_letter_that_a_head_never_gets_is_told_up_the_chain_and_ends_at_its_top",
            "tests/e2e/test_bounces.py::test_a_dead_address_of_the_intake_desk_is_told_to_head_office_once_a_day",
            "tests/e2e/test_smtp_faults.py::test_a_bounced_assignment_means_that_nobody_was_told",
            "tests/e2e/test_smtp_faults.py::test_a_refused_address_fails_and_somebody_is_told",
        ),
    ),
)
