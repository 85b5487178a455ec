"""Judges a folder of .ics files with two parsers nobody here wrote: PyPI icalendar and vobject.

    python judge_python.py FOLDER

For every file: both parse it; icalendar reports no error on any component; vobject validates it; every time is an
instant, once by the VTIMEZONE in the file and once by the zone data of the tzdata package, and both agree.

`expected.json` in the folder, if it is there, says what must be found:

    {"file.ics": {"<uid>": ["20270327T080000Z", "20270327T091500Z", {"SUMMARY": "…", "CN": "…"}]}}

Start and end in UTC (null where there is none) and, optionally, texts as they were meant: any of SUMMARY, DESCRIPTION,
LOCATION, URL, CATEGORIES (a list), CN (of the ATTENDEE), and PROPERTIES (the sorted names of all the event's properties,
so that nothing slips in). A file that is named must exist and hold exactly the UIDs given.

Prints one line per finding; exits 1 if there are any or if there was nothing to judge, 2 if called wrongly.
"""

import datetime
import json
import pathlib
import sys
import zoneinfo

import icalendar
import vobject

# Only the pinned tzdata package, never the machine's own zone files.
zoneinfo.reset_tzpath(to=[])

UTC = datetime.timezone.utc
TEXTS = ("SUMMARY", "DESCRIPTION", "LOCATION", "URL")


def stamp(instant):
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def components(component):
    yield component
    for part in component.subcomponents:
        yield from components(part)


def instants(prop, zones, find):
    """The instant of a DTSTART or DTEND as stamp; None where it is a date or there is none."""
    if prop is None or not isinstance(prop.dt, datetime.datetime):
        return None
    name = prop.params.get("TZID")
    wall = prop.dt.replace(tzinfo=None)
    if name is None:
        if prop.dt.tzinfo is None:
            find(f"{wall} has no zone")
            return None
        return stamp(prop.dt)
    if name not in zones:
        find(f"{name} has no VTIMEZONE")
        return None
    by_file = stamp(wall.replace(tzinfo=zones[name]))
    by_data = stamp(wall.replace(tzinfo=zoneinfo.ZoneInfo(name)))
    if by_file != by_data:
        find(f"{wall} {name} is {by_file} by the file's VTIMEZONE and {by_data} by the zone data")
    return by_file


def texts(event):
    found = {}
    for name in TEXTS:
        found[name] = None if event.get(name) is None else str(event[name])
    found["CATEGORIES"] = [] if event.get("CATEGORIES") is None else [str(item) for item in event["CATEGORIES"].cats]
    attendee = event.get("ATTENDEE")
    found["CN"] = None if attendee is None or isinstance(attendee, list) else attendee.params.get("CN")
    found["PROPERTIES"] = sorted(name for name, _ in event.property_items(recursive=False) if name not in ("BEGIN", "END"))
    return found


def judge_icalendar(data, expected, find):
    calendars = icalendar.Calendar.from_ical(data, multiple=True)
    if len(calendars) != 1:
        find(f"holds {len(calendars)} calendars")
        return
    calendar = calendars[0]
    for component in components(calendar):
        for name, error in component.errors:
            find(f"icalendar: {component.name} {name}: {error}")
    zones = {}
    for zone in calendar.walk("VTIMEZONE"):
        standard, daylight = len(zone.walk("STANDARD")), len(zone.walk("DAYLIGHT"))
        if standard != 1 or daylight > 1:
            find(f"VTIMEZONE has {standard} STANDARD and {daylight} DAYLIGHT")
        for observance in zone.subcomponents:
            rule = observance.get("RRULE")
            if not isinstance(rule, icalendar.vRecur) or set(rule) != {"FREQ", "BYMONTH", "BYDAY"} or "RDATE" in observance:
                find(f"{observance.name} is not one yearly rule")
        zones[str(zone["TZID"])] = zone.to_tz(lookup_tzid=False)

    found = {}
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID"))
        if uid in found:
            find(f"{uid} occurs twice")
        starts = instants(event.get("DTSTART"), zones, find)
        ends = instants(event.get("DTEND"), zones, find)
        found[uid] = (starts, ends, texts(event))

    if expected is None:
        return
    if set(found) != set(expected):
        find(f"holds the UIDs {sorted(found)}, not {sorted(expected)}")
    for uid in set(found) & set(expected):
        starts, ends, read = found[uid]
        wanted = list(expected[uid])
        if [starts, ends] != wanted[:2]:
            find(f"{uid}: {starts} to {ends}, not {wanted[0]} to {wanted[1]}")
        for name, text in (wanted[2] if len(wanted) > 2 else {}).items():
            if read.get(name) != text:
                find(f"{uid}: {name} reads {read.get(name)!r}, not {text!r}")


def judge_vobject(data, find):
    calendars = list(vobject.readComponents(data.decode("utf-8")))
    if len(calendars) != 1:
        find(f"vobject: {len(calendars)} components")
    for calendar in calendars:
        # With raiseException the message says what is wrong.
        calendar.validate(raiseException=True)


def main(folder):
    findings = []
    expected = {}
    if (folder / "expected.json").exists():
        expected = json.loads((folder / "expected.json").read_text("utf-8"))
    files = sorted(folder.glob("*.ics"))
    missing = sorted(set(expected) - {file.name for file in files})
    findings += [f"{name}: is expected and not there" for name in missing]
    for file in files:
        def find(text, name=file.name):
            findings.append(f"{name}: {text}")

        data = file.read_bytes()
        for judge in (lambda: judge_icalendar(data, expected.get(file.name), find), lambda: judge_vobject(data, find)):
            try:
                judge()
            except Exception as error:  # whatever a parser throws is a finding
                find(f"{type(error).__name__}: {error}")
    for finding in findings:
        print(finding)
    print(f"judge_python: {len(files)} files, {len(findings)} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(pathlib.Path(sys.argv[1])))
