-- The conversation rule and consent: texts by language, acknowledgements of educators, observers, the quiet period, sales
-- openings, incidents, the agenda check, the consent ledger and what was published with it.

ALTER TABLE staff ADD COLUMN manager_id BIGINT;
ALTER TABLE person ADD COLUMN language TEXT NOT NULL DEFAULT '';
CREATE INDEX person_by_name ON person (name, id);
ALTER TABLE cohort ADD COLUMN quiet_days INTEGER NOT NULL DEFAULT 30 CHECK (quiet_days >= 0);
-- The quiet period of one participant keeps asks from everybody at the company.
ALTER TABLE cohort ADD COLUMN quiet_company BOOLEAN NOT NULL DEFAULT FALSE;

-- The same version in other languages. The version's own body is English.
CREATE TABLE rule_translation (
    rule_version_id BIGINT NOT NULL REFERENCES rule_version (id),
    language TEXT NOT NULL,
    body TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (rule_version_id, language)
);

-- The next version while it is written.
CREATE TABLE rule_draft (
    language TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    saved_at {instant} NOT NULL,
    saved_by BIGINT REFERENCES staff (id)
);

-- An outside presenter of a cohort, known by the name sessions carry.
CREATE TABLE educator (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    name TEXT NOT NULL CHECK (name <> ''),
    name_key TEXT NOT NULL,
    email TEXT,
    -- The SHA-256 of the private link's token, while one stands.
    token_hash TEXT UNIQUE,
    asked_at {instant},
    created_at {instant} NOT NULL,
    UNIQUE (cohort_id, name_key)
);

-- An acknowledgement is a person's, a member of staff's or an educator's. Nothing refers to its rows, so it is made anew.
CREATE TABLE acknowledgement_now (
    id {id},
    rule_version_id BIGINT NOT NULL REFERENCES rule_version (id),
    content_hash TEXT NOT NULL,
    person_id BIGINT REFERENCES person (id),
    staff_id BIGINT REFERENCES staff (id),
    educator_id BIGINT REFERENCES educator (id),
    cohort_id BIGINT REFERENCES cohort (id),
    -- The language of the text that was shown.
    language TEXT NOT NULL DEFAULT 'en',
    -- Of an acknowledgement on paper: who wrote it down, and what they hold.
    recorded_by BIGINT REFERENCES staff (id),
    evidence TEXT NOT NULL DEFAULT '',
    acknowledged_at {instant} NOT NULL,
    UNIQUE (rule_version_id, person_id, cohort_id),
    UNIQUE (rule_version_id, staff_id),
    UNIQUE (rule_version_id, educator_id),
    CHECK ((CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN staff_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN educator_id IS NULL THEN 0 ELSE 1 END) = 1)
);
INSERT INTO acknowledgement_now (rule_version_id, content_hash, person_id, staff_id, cohort_id, acknowledged_at)
    SELECT rule_version_id, content_hash, person_id, staff_id, cohort_id, acknowledged_at FROM acknowledgement ORDER BY id;
DROP TABLE acknowledgement;
ALTER TABLE acknowledgement_now RENAME TO acknowledgement;
CREATE INDEX acknowledgement_by_person ON acknowledgement (person_id);

-- An account manager attached to a cohort: sees names and attendance of this one company, and nothing else.
CREATE TABLE observer (
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    company_id BIGINT NOT NULL REFERENCES company (id),
    attached_at {instant} NOT NULL,
    PRIMARY KEY (cohort_id, staff_id, company_id)
);
CREATE INDEX observer_by_staff ON observer (staff_id);

-- Asks are decided by one function; every answer is kept with its reasons.
CREATE TABLE ask (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    wording TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('page', 'api', 'import')),
    state TEXT NOT NULL CHECK (state IN ('refused', 'submitted')),
    reasons TEXT NOT NULL,
    submitted_by BIGINT REFERENCES staff (id),
    submitted_at {instant} NOT NULL
);
CREATE INDEX ask_by_person ON ask (person_id, id);

CREATE TABLE quiet_override (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL CHECK (reason <> ''),
    made_by BIGINT NOT NULL REFERENCES staff (id),
    made_at {instant} NOT NULL,
    UNIQUE (cohort_id, person_id)
);

CREATE TABLE sales_opening (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    registration_id BIGINT NOT NULL REFERENCES registration (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    topic TEXT NOT NULL CHECK (topic <> ''),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    until_day {date} NOT NULL,
    until_at {instant} NOT NULL,
    opened_at {instant} NOT NULL,
    closed_at {instant},
    -- The history says that its last day is over.
    expiry_noted BOOLEAN NOT NULL DEFAULT FALSE
);
-- Those whose end is still to come or to be written down; the clock looks for no others.
CREATE INDEX sales_opening_by_end ON sales_opening (until_at) WHERE closed_at IS NULL AND expiry_noted = FALSE;
CREATE INDEX sales_opening_by_cohort ON sales_opening (cohort_id);
CREATE INDEX sales_opening_by_staff ON sales_opening (staff_id);
CREATE INDEX sales_opening_by_registration ON sales_opening (registration_id);

CREATE TABLE follow_up (
    id {id},
    opening_id BIGINT NOT NULL REFERENCES sales_opening (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    note TEXT NOT NULL CHECK (note <> ''),
    made_at {instant} NOT NULL
);
CREATE INDEX follow_up_by_opening ON follow_up (opening_id);

-- A reported breach. Ids are random: a number that counts would tell how many there are, and when each was written.
-- An anonymous one names nobody: neither reporter is set, and its times are whole days.
CREATE TABLE incident (
    id BIGINT NOT NULL PRIMARY KEY,
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    session_id BIGINT REFERENCES session (id),
    anonymous BOOLEAN NOT NULL,
    reporter_staff_id BIGINT REFERENCES staff (id),
    reporter_invitation_id BIGINT REFERENCES invitation (id),
    started_by TEXT NOT NULL,
    started_by_staff_id BIGINT REFERENCES staff (id),
    said TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('slight', 'serious', 'grave')),
    state TEXT NOT NULL CHECK (state IN ('reported', 'reviewing', 'upheld', 'dismissed', 'customer-initiated', 'remedied')),
    -- What the review came to; kept when the case is remedied.
    outcome TEXT CHECK (outcome IN ('upheld', 'dismissed', 'customer-initiated')),
    finding TEXT NOT NULL,
    remedy TEXT NOT NULL,
    reviewer_id BIGINT REFERENCES staff (id),
    token_hash TEXT NOT NULL UNIQUE,
    -- Of the address before, until the newer one is opened: the mail that carries it may never arrive.
    former_token_hash TEXT UNIQUE,
    reported_at {instant} NOT NULL,
    -- The full hour after it was written. Until its reviewers are told then, nobody but the reporter finds it anywhere.
    seen_from {instant} NOT NULL,
    told BOOLEAN NOT NULL DEFAULT FALSE,
    revision INTEGER NOT NULL DEFAULT 1,
    CHECK (NOT anonymous OR (reporter_staff_id IS NULL AND reporter_invitation_id IS NULL))
);
CREATE INDEX incident_by_cohort ON incident (cohort_id);
CREATE INDEX incident_by_state ON incident (state, seen_from);
CREATE INDEX incident_by_told ON incident (told, seen_from);

-- Everybody a case was ever said to be about: who was named once never reviews it, whoever is named since.
CREATE TABLE incident_about (
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    PRIMARY KEY (incident_id, staff_id)
);
CREATE INDEX incident_about_by_staff ON incident_about (staff_id);

CREATE TABLE incident_message (
    id BIGINT NOT NULL PRIMARY KEY,
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    -- NULL: the reporter.
    staff_id BIGINT REFERENCES staff (id),
    -- The first, second, third of this side of the case.
    nth INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (body <> ''),
    sent_at {instant} NOT NULL,
    -- As of a case: the reporter's messages reach the reviewers at the next full hour.
    seen_from {instant} NOT NULL,
    told BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX incident_message_by_incident ON incident_message (incident_id, seen_from);
CREATE INDEX incident_message_by_told ON incident_message (told, seen_from);

-- Sales language, as this installation edits it; languages without a row use the list in the program.
CREATE TABLE term_list (
    language TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    saved_at {instant} NOT NULL,
    saved_by BIGINT REFERENCES staff (id)
);

CREATE TABLE finding_dismissal (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    -- NULL: the cohort's own letter.
    session_id BIGINT REFERENCES session (id),
    finding_key TEXT NOT NULL,
    phrase TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    dismissed_by BIGINT REFERENCES staff (id),
    dismissed_at {instant} NOT NULL
);
CREATE INDEX finding_dismissal_by_cohort ON finding_dismissal (cohort_id);

-- Somebody who may give a company's consents.
CREATE TABLE signatory (
    id {id},
    company_id BIGINT NOT NULL REFERENCES company (id),
    name TEXT NOT NULL CHECK (name <> ''),
    title TEXT NOT NULL,
    email TEXT NOT NULL,
    token_hash TEXT UNIQUE,
    asked_at {instant},
    ended_at {instant},
    created_at {instant} NOT NULL
);
CREATE INDEX signatory_by_company ON signatory (company_id);

-- Append-only: nothing here is changed or removed. Of a person or of a company.
CREATE TABLE consent_event (
    id {id},
    person_id BIGINT REFERENCES person (id),
    company_id BIGINT REFERENCES company (id),
    scope TEXT NOT NULL,
    -- Channels, separated by commas; empty is none. Withdrawals name what they withdraw.
    channels TEXT NOT NULL,
    act TEXT NOT NULL CHECK (act IN ('grant', 'withdraw')),
    from_day {date} NOT NULL,
    until_day {date} NOT NULL,
    -- What was shown: its version, its hash, its words.
    text_version INTEGER NOT NULL,
    text_hash TEXT NOT NULL,
    text_shown TEXT NOT NULL,
    invitation_id BIGINT REFERENCES invitation (id),
    signatory_id BIGINT REFERENCES signatory (id),
    recorded_at {instant} NOT NULL,
    CHECK ((person_id IS NULL) <> (company_id IS NULL)),
    CHECK ((person_id IS NULL) OR (invitation_id IS NOT NULL)),
    CHECK ((company_id IS NULL) OR (signatory_id IS NOT NULL))
);
CREATE INDEX consent_event_by_person ON consent_event (person_id, id);
CREATE INDEX consent_event_by_company ON consent_event (company_id, id);
CREATE INDEX consent_event_by_end ON consent_event (until_day);

-- Something that shows a name outside the cohort.
CREATE TABLE publication (
    id {id},
    title TEXT NOT NULL CHECK (title <> ''),
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'live', 'cancelled', 'taken down')),
    planned_for {date} NOT NULL,
    url TEXT NOT NULL,
    published_at {instant},
    created_by BIGINT REFERENCES staff (id),
    created_at {instant} NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX publication_by_state ON publication (state, id);

-- What of whom it shows.
CREATE TABLE publication_use (
    id {id},
    publication_id BIGINT NOT NULL REFERENCES publication (id),
    person_id BIGINT REFERENCES person (id),
    company_id BIGINT REFERENCES company (id),
    scope TEXT NOT NULL,
    CHECK ((person_id IS NULL) <> (company_id IS NULL))
);
CREATE INDEX publication_use_by_publication ON publication_use (publication_id);
CREATE INDEX publication_use_by_person ON publication_use (person_id);
CREATE INDEX publication_use_by_company ON publication_use (company_id);

-- Every answer of `may_publish`, with every reason.
CREATE TABLE publish_decision (
    id {id},
    publication_id BIGINT REFERENCES publication (id),
    title TEXT NOT NULL,
    channel TEXT NOT NULL,
    allowed BOOLEAN NOT NULL,
    reasons TEXT NOT NULL,
    asked_by BIGINT REFERENCES staff (id),
    decided_at {instant} NOT NULL
);
CREATE INDEX publish_decision_by_publication ON publish_decision (publication_id);

CREATE TABLE take_down (
    id {id},
    publication_id BIGINT NOT NULL REFERENCES publication (id),
    -- The withdrawal that asks for it.
    consent_event_id BIGINT REFERENCES consent_event (id),
    due_day {date} NOT NULL,
    opened_at {instant} NOT NULL,
    done_at {instant},
    done_by BIGINT REFERENCES staff (id),
    proof TEXT NOT NULL,
    UNIQUE (publication_id, consent_event_id)
);
CREATE INDEX take_down_by_publication ON take_down (publication_id);

-- A consent whose end was announced: each once.
CREATE TABLE consent_notice (
    consent_event_id BIGINT PRIMARY KEY REFERENCES consent_event (id),
    noticed_at {instant} NOT NULL
);
