#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares shared/base/zone.c with Python's zoneinfo, which reads the same database, over whole years.

The beginning of a day is searched here by asking which date clocks show, never by offsets. Prints TAP,
one line a zone. CNOP_ZONES=all compares every zone of the machine.
"""
import os
import subprocess
import sys
import zoneinfo
from datetime import date, datetime, timedelta, timezone

PROGRAM = os.path.join("tests", "unit", "shared", "base", "zone_oracle")
# Midnights that are skipped or come twice, a day that never was, summer time of half an hour or below
# zero, rules far beyond the last listed transition.
ZONES = ("Europe/Berlin", "Europe/Dublin", "Europe/Lisbon", "America/New_York", "America/St_Johns", "America/Sao_Paulo",
         "America/Havana", "America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Kathmandu",
         "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll", "Etc/GMT+12", "UTC")
YEARS = ((1970, 1971), (1999, 2001), (2010, 2013), (2025, 2028), (2036, 2039), (2199, 2200))
EPOCH = date(1970, 1, 1)


def day_start(zone, day):
    """The first second at which clocks show this day or a later one: by halving, within the hour that shows it first."""
    def shows(second):
        return datetime.fromtimestamp(second, timezone.utc).astimezone(zone).date() >= day

    begin = int(datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp()) - 20 * 3600
    if shows(begin):
        raise AssertionError(f"{zone} {day}")
    last = begin
    while not shows(last + 900):
        last += 900
    low, high = last, last + 900
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high


def difference(name):
    zone = zoneinfo.ZoneInfo(name)
    questions, days = [], []
    for first, end in YEARS:
        begin, stop = (date(first, 1, 1) - EPOCH).days, (date(end, 1, 1) - EPOCH).days
        questions.append(f"{name} {begin} {stop}")
        days += range(begin, stop)
    answers = subprocess.run([PROGRAM], input="\n".join(questions) + "\n", capture_output=True, text=True,
                             check=True).stdout.split()
    if len(answers) != len(days):
        return f"{len(days)} days, {len(answers)} answers: {answers[:1]}"
    for number, got in zip(days, answers):
        expected = day_start(zone, EPOCH + timedelta(days=number))
        if int(got) != expected:
            return f"{EPOCH + timedelta(days=number)}: expected {expected}, got {got}"
    return None


def main():
    names = sorted(zoneinfo.available_timezones()) if os.environ.get("CNOP_ZONES") == "all" else ZONES
    failed = False
    print(f"1..{len(names)}")
    for index, name in enumerate(names, 1):
        found = difference(name)
        failed = failed or found is not None
        print(f"{'ok' if found is None else 'not ok'} {index} - {name}")
        if found is not None:
            print(f"# {found}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
