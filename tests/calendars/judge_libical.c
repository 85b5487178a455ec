/*
 * Judges a folder of .ics files with libical, the only parser here that knows the rules of iTIP (RFC 5546).
 *
 *     cc -O1 -o judge_libical judge_libical.c -lical && ./judge_libical FOLDER
 *
 * For every file: it parses to one VCALENDAR; no component or property in error; icalrestriction_check holds (that is
 * RFC 5546's table of what each METHOD must and must not contain, and RFC 5545's for a file without one); a REQUEST or
 * CANCEL has one event, one ORGANIZER and one ATTENDEE; a file without METHOD has neither; every TZID is defined; the end
 * is after the start. A line "<file> <uid> <start> <end>" per event is written to `instants.txt` in the folder, in UTC by
 * the file's own VTIMEZONE, so that the caller can compare.
 *
 * Prints one line per finding; exits 1 if there are any or if there was nothing to judge, 2 if called wrongly.
 */

#include <dirent.h>
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int findings = 0;
static const char *current = "";

static void find(const char *what, const char *detail)
{
    printf("%s: %s%s%s\n", current, what, detail ? ": " : "", detail ? detail : "");
    findings++;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = size < 0 ? NULL : malloc((size_t)size + 1);
    if (text) {
        size_t got = fread(text, 1, (size_t)size, file);
        text[got] = '\0';
        if (got != (size_t)size || strlen(text) != got) {
            free(text);
            text = NULL;
        }
    }
    fclose(file);
    return text;
}

/* Every X-LIC-ERROR in the tree; the restriction check leaves them as well. */
static void report_errors(icalcomponent *component)
{
    for (icalproperty *property = icalcomponent_get_first_property(component, ICAL_ANY_PROPERTY); property;
         property = icalcomponent_get_next_property(component, ICAL_ANY_PROPERTY)) {
        icalproperty_kind kind = icalproperty_isa(property);
        if (kind == ICAL_XLICERROR_PROPERTY) {
            find("X-LIC-ERROR", icalproperty_get_xlicerror(property));
        } else if (kind == ICAL_NO_PROPERTY) {
            find("a property libical does not know", NULL);
        } else if (!icalproperty_get_value(property)) {
            find("a property without value", icalproperty_get_property_name(property));
        }
    }
    for (icalcomponent *part = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT); part;
         part = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT)) {
        icalcomponent_kind kind = icalcomponent_isa(part);
        if (kind == ICAL_XLICINVALID_COMPONENT || kind == ICAL_NO_COMPONENT) {
            find("a component libical does not know", NULL);
        }
        report_errors(part);
    }
}

static time_t instant(icalcomponent *calendar, icalcomponent *event, icalproperty_kind kind)
{
    icalproperty *property = icalcomponent_get_first_property(event, kind);
    if (!property) {
        return (time_t)-1;
    }
    icalvalue *value = icalproperty_get_value(property);
    icaltimetype time = icalvalue_isa(value) == ICAL_DATE_VALUE ? icalvalue_get_date(value) : icalvalue_get_datetime(value);
    const icaltimezone *zone = icaltimezone_get_utc_timezone();
    icalparameter *tzid = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    if (tzid) {
        zone = icalcomponent_get_timezone(calendar, icalparameter_get_tzid(tzid));
        if (!zone) {
            find("no VTIMEZONE for", icalparameter_get_tzid(tzid));
            return (time_t)-1;
        }
    } else if (!time.is_date && !icaltime_is_utc(time)) {
        find("a time without zone", icalproperty_as_ical_string(property));
    }
    return icaltime_as_timet_with_zone(time, zone);
}

static void stamp(time_t at, char *text, size_t size)
{
    struct tm parts;
    if (at == (time_t)-1 || !gmtime_r(&at, &parts) || !strftime(text, size, "%Y%m%dT%H%M%SZ", &parts)) {
        snprintf(text, size, "-");
    }
}

static void judge_event(icalcomponent *calendar, icalcomponent *event, icalproperty_method method, FILE *instants)
{
    int organizers = icalcomponent_count_properties(event, ICAL_ORGANIZER_PROPERTY);
    int attendees = icalcomponent_count_properties(event, ICAL_ATTENDEE_PROPERTY);
    if (method == ICAL_METHOD_NONE) {
        if (organizers || attendees) {
            find("ORGANIZER or ATTENDEE without METHOD", NULL);
        }
    } else if (organizers != 1 || attendees != 1) {
        find("a message has one ORGANIZER and one ATTENDEE", NULL);
    }
    enum icalproperty_status status =
        icalcomponent_get_first_property(event, ICAL_STATUS_PROPERTY) ? icalcomponent_get_status(event) : ICAL_STATUS_NONE;
    if (status != ICAL_STATUS_NONE && status != ICAL_STATUS_CONFIRMED && status != ICAL_STATUS_TENTATIVE && status != ICAL_STATUS_CANCELLED) {
        find("a STATUS that no event has", NULL);
    }
    if (method != ICAL_METHOD_NONE && !icalcomponent_get_first_property(event, ICAL_SEQUENCE_PROPERTY)) {
        find("a message without SEQUENCE", NULL);
    }
    if (method == ICAL_METHOD_REQUEST && status != ICAL_STATUS_CONFIRMED && status != ICAL_STATUS_TENTATIVE) {
        find("a REQUEST is CONFIRMED or TENTATIVE", NULL);
    }
    if (method == ICAL_METHOD_CANCEL) {
        if (status != ICAL_STATUS_NONE && status != ICAL_STATUS_CANCELLED) {
            find("a CANCEL is CANCELLED or has no STATUS", NULL);
        }
        if (icalcomponent_count_components(event, ICAL_VALARM_COMPONENT)) {
            find("a CANCEL has no VALARM", NULL);
        }
        if (icalcomponent_get_sequence(event) < 1) {
            find("a CANCEL raises SEQUENCE", NULL);
        }
    }
    const char *uid = icalcomponent_get_uid(event);
    if (!uid || !*uid) {
        find("an event without UID", NULL);
    }
    time_t starts = instant(calendar, event, ICAL_DTSTART_PROPERTY);
    time_t ends = instant(calendar, event, ICAL_DTEND_PROPERTY);
    if (starts == (time_t)-1) {
        find("an event without start", uid);
    }
    if (ends != (time_t)-1 && ends <= starts) {
        find("an event that ends before it starts", uid);
    }
    char from[32], to[32];
    stamp(starts, from, sizeof from);
    stamp(ends, to, sizeof to);
    fprintf(instants, "%s %s %s %s\n", current, uid ? uid : "-", from, to);
}

static void judge(const char *path, FILE *instants)
{
    char *text = read_file(path);
    if (!text) {
        find("cannot be read, or holds NUL", NULL);
        return;
    }
    icalcomponent *calendar = icalparser_parse_string(text);
    if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT) {
        find("is not one VCALENDAR", NULL);
    } else {
        report_errors(calendar);
        int errors = icalcomponent_count_errors(calendar);
        if (!icalrestriction_check(calendar)) {
            find("icalrestriction_check does not hold", NULL);
        }
        if (icalcomponent_count_errors(calendar) != errors) {
            report_errors(calendar);
        }
        icalproperty_method method =
            icalcomponent_get_first_property(calendar, ICAL_METHOD_PROPERTY) ? icalcomponent_get_method(calendar) : ICAL_METHOD_NONE;
        if (method != ICAL_METHOD_NONE && method != ICAL_METHOD_REQUEST && method != ICAL_METHOD_CANCEL) {
            find("a METHOD we do not send", NULL);
        }
        int events = 0;
        for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event;
             event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
            events++;
            judge_event(calendar, event, method, instants);
        }
        if (method != ICAL_METHOD_NONE && events != 1) {
            find("a message has one event", NULL);
        }
    }
    if (calendar) {
        icalcomponent_free(calendar);
    }
    free(text);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: judge_libical FOLDER\n");
        return 2;
    }
    char **names = NULL;
    size_t count = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        size_t length = strlen(entry->d_name);
        if (length > 4 && strcmp(entry->d_name + length - 4, ".ics") == 0) {
            names = realloc(names, (count + 1) * sizeof *names);
            if (!names) {
                return 2;
            }
            names[count++] = strdup(entry->d_name);
        }
    }
    closedir(folder);
    if (count) {
        qsort(names, count, sizeof *names, by_name);
    }

    char path[4096];
    snprintf(path, sizeof path, "%s/instants.txt", argv[1]);
    FILE *instants = fopen(path, "w");
    if (!instants) {
        fprintf(stderr, "cannot write %s\n", path);
        return 2;
    }
    icalerror_set_errors_are_fatal(0);
    for (size_t i = 0; i < count; i++) {
        current = names[i];
        snprintf(path, sizeof path, "%s/%s", argv[1], names[i]);
        judge(path, instants);
    }
    if (fclose(instants) != 0) {
        return 2;
    }
    printf("judge_libical: %zu files, %d findings\n", count, findings);
    for (size_t i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
    return findings || !count ? 1 : 0;
}
