// Judges a folder of .ics files with ical.js, strictly, by the VTIMEZONE each file brings.
//
//     node judge_icaljs.mjs FOLDER
//
// Needs the npm package ical.js 2.2.1 where node finds it (beside this file or in a folder above, or in the folder that
// ICALJS names). For every file: one calendar, no date that had to be corrected, every TZID defined in the file, and the
// instants and texts of `expected.json` (its form is described in judge_python.py; CATEGORIES, CN, URL, SUMMARY,
// DESCRIPTION and LOCATION are looked at here).
//
// Prints one line per finding; exits 1 if there are any or if there was nothing to judge, 2 if called wrongly.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
if (process.argv.length !== 3 || !existsSync(folder) || !statSync(folder).isDirectory()) {
  console.error("usage: node judge_icaljs.mjs FOLDER");
  process.exit(2);
}

const from = process.env.ICALJS ? pathToFileURL(join(resolve(process.env.ICALJS), "judge.mjs")) : import.meta.url;
const { default: ICAL } = await import(pathToFileURL(createRequire(from).resolve("ical.js")));

const UTC_STAMP = /[-:]/g;
const findings = [];

function instant(property, zones, find) {
  if (!property) return null;
  const time = property.getFirstValue();
  if (time.isDate) return null;
  const name = property.getParameter("tzid");
  if (name === undefined) {
    if (time.zone !== ICAL.Timezone.utcTimezone) find(`${property.name}:${time} has no zone`);
    return time.toString().replace(UTC_STAMP, "");
  }
  if (!zones.has(name)) {
    find(`${name} has no VTIMEZONE`);
    return null;
  }
  const wall = time.clone();
  wall.zone = zones.get(name);
  return wall.convertToZone(ICAL.Timezone.utcTimezone).toString().replace(UTC_STAMP, "");
}

function texts(event) {
  const first = (name) => event.getFirstPropertyValue(name) ?? null;
  return {
    SUMMARY: first("summary"),
    DESCRIPTION: first("description"),
    LOCATION: first("location"),
    URL: first("url"),
    CATEGORIES: event.getFirstProperty("categories")?.getValues() ?? [],
    CN: event.getFirstProperty("attendee")?.getParameter("cn") ?? null,
  };
}

function judge(text, expected, find) {
  ICAL.design.strict = true;
  const parsed = ICAL.parse(text);
  if (parsed[0] !== "vcalendar") return find(`is not one calendar: ${JSON.stringify(parsed).slice(0, 80)}`);
  const calendar = new ICAL.Component(parsed);

  const zones = new Map();
  for (const part of calendar.getAllSubcomponents("vtimezone")) {
    const name = part.getFirstPropertyValue("tzid");
    if (zones.has(name)) find(`${name} is defined twice`);
    zones.set(name, new ICAL.Timezone({ component: part, tzid: name }));
  }

  const found = new Map();
  for (const event of calendar.getAllSubcomponents("vevent")) {
    const uid = event.getFirstPropertyValue("uid");
    if (found.has(uid)) find(`${uid} occurs twice`);
    // `Event` in strict mode refuses what is no VEVENT.
    new ICAL.Event(event, { strictExceptions: true });
    found.set(uid, {
      starts: instant(event.getFirstProperty("dtstart"), zones, find),
      ends: instant(event.getFirstProperty("dtend"), zones, find),
      texts: texts(event),
    });
    for (const property of event.getAllProperties()) {
      for (const value of property.getValues()) {
        if (value instanceof ICAL.Time && Number.isNaN(value.toUnixTime())) find(`${property.name} is no time`);
      }
    }
  }

  if (!expected) return undefined;
  for (const uid of found.keys()) if (!(uid in expected)) find(`${uid} is not expected`);
  for (const [uid, [starts, ends, wanted = {}]] of Object.entries(expected)) {
    const event = found.get(uid);
    if (!event) {
      find(`${uid} is not there`);
      continue;
    }
    if (event.starts !== starts || event.ends !== ends) {
      find(`${uid}: ${event.starts} to ${event.ends}, not ${starts} to ${ends}`);
    }
    for (const [name, text] of Object.entries(wanted)) {
      if (name in event.texts && JSON.stringify(event.texts[name]) !== JSON.stringify(text)) {
        find(`${uid}: ${name} reads ${JSON.stringify(event.texts[name])}, not ${JSON.stringify(text)}`);
      }
    }
  }
  return undefined;
}

const expectedAt = join(folder, "expected.json");
const expected = existsSync(expectedAt) ? JSON.parse(readFileSync(expectedAt, "utf8")) : {};
const files = readdirSync(folder).filter((name) => name.endsWith(".ics")).sort();
for (const name of Object.keys(expected)) if (!files.includes(name)) findings.push(`${name}: is expected and not there`);
for (const name of files) {
  const find = (text) => findings.push(`${name}: ${text}`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(join(folder, name)));
    judge(text, expected[name], find);
  } catch (error) {
    find(`${error.name}: ${error.message}`);
  }
}
for (const finding of findings) console.log(finding);
console.log(`judge_icaljs: ${files.length} files, ${findings.length} findings`);
process.exit(findings.length > 0 || files.length === 0 ? 1 : 0);
