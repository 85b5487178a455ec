"""Judges a folder of .eml files with Python's own `email` package.

    python judge_mail.py FOLDER

Every mail parses without a defect, in any part. A mail that carries a calendar has this tree (RFC 6047):

    multipart/mixed
      multipart/alternative
        text/plain
        text/html
        text/calendar; method=X; charset=UTF-8      base64, no Content-Disposition
      text/calendar or application/ics, attachment "invite.ics", the same bytes

where X is the METHOD inside, the ORGANIZER is the From address and the one ATTENDEE is the one recipient. A mail whose
only calendar is an attachment without METHOD (a whole agenda) needs no alternative; its attachment names no method.

Prints one line per finding; exits 1 if there are any or if there was nothing to judge, 2 if called wrongly.
"""

import email
import email.policy
import email.utils
import pathlib
import re
import sys

# The defects are what we came for, so parse without raising.
POLICY = email.policy.default


def value(text, name):
    """The value of the first content line `name`, unfolded."""
    unfolded = text.replace("\r\n ", "")
    found = re.search(rf"^{name}(?:;(?:[^\":\r\n]|\"[^\"\r\n]*\")*)?:(.*?)\r?$", unfolded, re.MULTILINE)
    return found.group(1) if found else None


def address(cal_address):
    return (cal_address or "").removeprefix("mailto:").lower()


def is_calendar(part):
    name = (part.get_filename() or "").lower()
    return part.get_content_type() in ("text/calendar", "application/ics") or name.endswith(".ics")


def defects(part, find, path="message"):
    for defect in part.defects:
        find(f"{path}: {type(defect).__name__}: {defect}")
    for name, header in part.items():
        for defect in getattr(header, "defects", ()):
            find(f"{path}: {name}: {type(defect).__name__}: {defect}")
    if part.is_multipart():
        for index, child in enumerate(part.iter_parts()):
            defects(child, find, f"{path}/{index}")
    else:
        part.get_payload(decode=True)
        for defect in part.defects:
            find(f"{path}: {type(defect).__name__}: {defect}")


def judge_invitation(message, find):
    if message.get_content_type() != "multipart/mixed":
        return find(f"is {message.get_content_type()}, not multipart/mixed")
    children = list(message.iter_parts())
    if len(children) != 2:
        return find(f"multipart/mixed has {len(children)} children, not 2")
    alternative, attachment = children
    if alternative.get_content_type() != "multipart/alternative":
        return find(f"the first child is {alternative.get_content_type()}, not multipart/alternative")
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    if kinds != ["text/plain", "text/html", "text/calendar"]:
        return find(f"the alternatives are {kinds}")
    inline = list(alternative.iter_parts())[2]
    octets = inline.get_payload(decode=True)
    text = octets.decode("utf-8")

    charset = inline.get_content_charset()
    if charset != "utf-8":
        find(f"text/calendar has charset {charset}")
    if str(inline.get("Content-Transfer-Encoding", "")).lower() != "base64":
        find("text/calendar is not base64")
    if inline.get("Content-Disposition") is not None:
        find("text/calendar in the alternative has a Content-Disposition")
    said, meant = inline.get_param("method"), value(text, "METHOD")
    if said is None or said != meant:
        find(f"method={said} and METHOD:{meant}")
    if meant not in ("REQUEST", "CANCEL"):
        find(f"METHOD:{meant} is none we send")

    if attachment.get_filename() != "invite.ics":
        find(f"the attachment is named {attachment.get_filename()!r}, not 'invite.ics'")
    if attachment.get_content_disposition() != "attachment":
        find(f"the attachment's disposition is {attachment.get_content_disposition()}")
    if attachment.get_content_type() not in ("text/calendar", "application/ics"):
        find(f"the attachment is {attachment.get_content_type()}")
    if attachment.get_param("method") not in (None, meant):
        find(f"the attachment has method={attachment.get_param('method')}")
    if attachment.get_payload(decode=True) != octets:
        find("the attachment is not the same bytes")

    senders = [sender.addr_spec.lower() for sender in message["From"].addresses] if message["From"] else []
    if senders != [address(value(text, "ORGANIZER"))]:
        find(f"From is {senders}, ORGANIZER is {address(value(text, 'ORGANIZER'))}")
    recipients = [recipient.addr_spec.lower() for recipient in message["To"].addresses] if message["To"] else []
    attendees = text.replace("\r\n ", "").count("\r\nATTENDEE")
    if attendees != 1 or recipients != [address(value(text, "ATTENDEE"))]:
        find(f"To is {recipients}, {attendees} ATTENDEE, the first {address(value(text, 'ATTENDEE'))}")
    return None


def judge(message, find):
    defects(message, find)
    calendars = [part for part in message.walk() if not part.is_multipart() and is_calendar(part)]
    if not calendars:
        return
    texts = [part.get_payload(decode=True).decode("utf-8") for part in calendars]
    if len(calendars) == 1 and value(texts[0], "METHOD") is None:
        if calendars[0].get_content_disposition() != "attachment":
            find("a calendar without METHOD is not an attachment")
        if calendars[0].get_param("method") is not None:
            find(f"a calendar without METHOD has method={calendars[0].get_param('method')}")
        return
    judge_invitation(message, find)


def main(folder):
    findings = []
    files = sorted(folder.glob("*.eml"))
    for file in files:
        def find(text, name=file.name):
            findings.append(f"{name}: {text}")

        try:
            judge(email.message_from_bytes(file.read_bytes(), policy=POLICY), find)
        except Exception as error:  # whatever the parser throws is a finding
            find(f"{type(error).__name__}: {error}")
    for finding in findings:
        print(finding)
    print(f"judge_mail: {len(files)} files, {len(findings)} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(pathlib.Path(sys.argv[1])))
