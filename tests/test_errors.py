"""What users are told: warnings of one category, which a program's own logging takes over."""

import logging
import subprocess
import sys

LOGGED = "import logging, warnings, vaeworks; {first}; log = logging.getLogger('vaeworks.some'); {then}"
TWICE = "[log.warning('%d rows are left out', 3) for _ in range(2)]"


def said(first="pass", then=TWICE):
    words = [sys.executable, "-c", LOGGED.format(first=first, then=then)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stderr


def test_what_is_logged_is_a_warning_each_time():
    assert said().count("VaeworksWarning: 3 rows are left out") == 2


def test_a_program_can_silence_it_or_make_it_an_error():
    quiet = "warnings.simplefilter('ignore', vaeworks.VaeworksWarning)"
    assert said(quiet) == ""
    assert "VaeworksWarning: 3 rows" in said("warnings.simplefilter('error', vaeworks.VaeworksWarning)")


def test_a_program_that_logs_gets_the_log_alone():
    found = said("logging.basicConfig(format='mine: %(message)s')")
    assert found.splitlines() == ["mine: 3 rows are left out"] * 2


def test_less_than_a_warning_says_nothing():
    assert said(then="log.info('a detail')") == ""


def test_in_the_shell_a_parameter_is_called_as_its_option_is():
    from vaeworks.cli.wrapping import InTheShell

    record = logging.LogRecord("vaeworks", logging.WARNING, "", 0, "raise `rate` or `learning_rate`", None, None)
    assert InTheShell("vae: %(message)s").format(record) == "vae: raise --rate or --learning-rate"
