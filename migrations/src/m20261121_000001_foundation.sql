-- The foundation: people and sign-ins, companies, programs, cohorts, agenda, invitations, seats, mail, history.
-- Words in braces differ by database: see `dialect` in lib.rs. Instants are whole seconds of UTC; wall times are the
-- venue's. Every rule that can be a constraint is one.

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE staff (
    id {id},
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at {instant} NOT NULL
);

CREATE TABLE staff_role (
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    role TEXT NOT NULL CHECK (role IN ('admin', 'program manager', 'facilitator', 'marketing', 'account manager', 'executive sponsor', 'incident reviewer')),
    PRIMARY KEY (staff_id, role)
);

CREATE TABLE company (
    id {id},
    name TEXT NOT NULL CHECK (name <> ''),
    name_key TEXT NOT NULL UNIQUE,
    domain TEXT UNIQUE,
    sector TEXT NOT NULL,
    sub_industry TEXT NOT NULL,
    headquarters TEXT NOT NULL,
    country TEXT NOT NULL,
    segment TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    created_at {instant} NOT NULL
);
CREATE INDEX company_by_sector ON company (sector, name_key);

CREATE TABLE competitor (
    lower_id BIGINT NOT NULL REFERENCES company (id),
    upper_id BIGINT NOT NULL REFERENCES company (id),
    PRIMARY KEY (lower_id, upper_id),
    CHECK (lower_id < upper_id)
);

CREATE TABLE account_manager (
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    company_id BIGINT NOT NULL REFERENCES company (id),
    PRIMARY KEY (staff_id, company_id)
);

CREATE TABLE person (
    id {id},
    company_id BIGINT NOT NULL REFERENCES company (id),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    zone TEXT,
    created_at {instant} NOT NULL
);
CREATE INDEX person_by_company ON person (company_id, name);

CREATE TABLE rule_version (
    id {id},
    number INTEGER NOT NULL UNIQUE CHECK (number > 0),
    body TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    published_at {instant} NOT NULL,
    published_by BIGINT REFERENCES staff (id)
);

CREATE TABLE program (
    id {id},
    title TEXT NOT NULL CHECK (title <> ''),
    theme TEXT NOT NULL,
    audience TEXT NOT NULL,
    description TEXT NOT NULL,
    owner_id BIGINT NOT NULL REFERENCES staff (id),
    sponsor_name TEXT NOT NULL,
    sponsor_title TEXT NOT NULL,
    sponsor_id BIGINT REFERENCES staff (id),
    revision INTEGER NOT NULL DEFAULT 1,
    created_at {instant} NOT NULL
);
CREATE INDEX program_by_owner ON program (owner_id);

CREATE TABLE cohort (
    id {id},
    program_id BIGINT NOT NULL REFERENCES program (id),
    title TEXT NOT NULL CHECK (title <> ''),
    venue TEXT NOT NULL,
    place TEXT NOT NULL,
    zone TEXT NOT NULL,
    first_day {date} NOT NULL,
    last_day {date} NOT NULL,
    capacity INTEGER NOT NULL CHECK (capacity > 0),
    overbooked INTEGER NOT NULL DEFAULT 0 CHECK (overbooked >= 0),
    reply_by {instant} NOT NULL,
    letter TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'inviting', 'closed', 'running', 'completed', 'cancelled')),
    rule_version_id BIGINT REFERENCES rule_version (id),
    release_number INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 1,
    created_at {instant} NOT NULL,
    CHECK (first_day <= last_day)
);
CREATE INDEX cohort_by_program ON cohort (program_id, first_day);

CREATE TABLE allotment (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    company_id BIGINT NOT NULL REFERENCES company (id),
    seats INTEGER NOT NULL CHECK (seats >= 0),
    reply_by {instant} NOT NULL,
    lead_name TEXT NOT NULL,
    lead_email TEXT NOT NULL,
    link_sent_at {instant},
    revision INTEGER NOT NULL DEFAULT 1,
    created_at {instant} NOT NULL,
    UNIQUE (cohort_id, company_id)
);

CREATE TABLE invitation (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    allotment_id BIGINT NOT NULL REFERENCES allotment (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'queued', 'sent', 'accepted', 'declined', 'expired', 'revoked', 'bounced', 'superseded', 'withdrawn')),
    -- The seat of the allotment it holds, numbered from 1; NULL when it holds none.
    place INTEGER CHECK (place > 0),
    held_until {instant} NOT NULL,
    sent_at {instant},
    answered_at {instant},
    reason TEXT NOT NULL,
    superseded_by BIGINT REFERENCES invitation (id),
    created_at {instant} NOT NULL,
    UNIQUE (cohort_id, person_id),
    UNIQUE (allotment_id, place),
    CHECK ((place IS NOT NULL) = (state IN ('draft', 'queued', 'sent', 'bounced', 'accepted')))
);
CREATE INDEX invitation_by_state ON invitation (cohort_id, state);
CREATE INDEX invitation_by_person ON invitation (person_id);

CREATE TABLE registration (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    invitation_id BIGINT NOT NULL UNIQUE REFERENCES invitation (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    state TEXT NOT NULL CHECK (state IN ('confirmed', 'withdrawn')),
    accepted_at {instant} NOT NULL,
    travel TEXT NOT NULL,
    dietary TEXT NOT NULL,
    accessibility TEXT NOT NULL,
    emergency_contact TEXT NOT NULL,
    pronunciation TEXT NOT NULL,
    wants_to_learn TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    UNIQUE (cohort_id, person_id)
);
CREATE INDEX registration_by_state ON registration (cohort_id, state);

CREATE TABLE acknowledgement (
    id {id},
    rule_version_id BIGINT NOT NULL REFERENCES rule_version (id),
    content_hash TEXT NOT NULL,
    person_id BIGINT REFERENCES person (id),
    staff_id BIGINT REFERENCES staff (id),
    cohort_id BIGINT REFERENCES cohort (id),
    acknowledged_at {instant} NOT NULL,
    UNIQUE (rule_version_id, person_id, cohort_id),
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);

CREATE TABLE seat_journal (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    allotment_id BIGINT NOT NULL REFERENCES allotment (id),
    invitation_id BIGINT REFERENCES invitation (id),
    movement TEXT NOT NULL CHECK (movement IN ('allotted', 'released', 'held', 'confirmed', 'let-go', 'withdrawn', 'substituted')),
    seats INTEGER NOT NULL,
    was_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
    moved_at {instant} NOT NULL
);
CREATE INDEX seat_journal_by_allotment ON seat_journal (allotment_id);
CREATE INDEX seat_journal_by_cohort ON seat_journal (cohort_id);

CREATE TABLE room (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    name TEXT NOT NULL CHECK (name <> ''),
    capacity INTEGER CHECK (capacity > 0),
    UNIQUE (cohort_id, name)
);

-- The working copy.
CREATE TABLE session (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    uid TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    title TEXT NOT NULL CHECK (title <> ''),
    summary TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('keynote', 'workshop', 'case', 'group work', 'dreaming session', 'visit', 'reflection', 'social', 'break')),
    starts {wall} NOT NULL,
    ends {wall} NOT NULL,
    starts_at {instant} NOT NULL,
    ends_at {instant} NOT NULL,
    room_id BIGINT REFERENCES room (id),
    track TEXT NOT NULL,
    objective TEXT NOT NULL,
    educators TEXT NOT NULL,
    capacity INTEGER CHECK (capacity > 0),
    mode TEXT NOT NULL CHECK (mode IN ('everyone', 'sign-up', 'assigned')),
    cancelled BOOLEAN NOT NULL DEFAULT FALSE,
    revision INTEGER NOT NULL DEFAULT 1,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    CHECK (starts_at < ends_at)
);
CREATE INDEX session_by_cohort ON session (cohort_id, starts_at);

CREATE TABLE session_facilitator (
    session_id BIGINT NOT NULL REFERENCES session (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    PRIMARY KEY (session_id, staff_id)
);
CREATE INDEX session_facilitator_by_staff ON session_facilitator (staff_id);

-- What has been announced: one row a session, as the last release that changed it left it.
CREATE TABLE released_session (
    session_id BIGINT PRIMARY KEY REFERENCES session (id),
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    release_number INTEGER NOT NULL,
    sequence INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    kind TEXT NOT NULL,
    starts {wall} NOT NULL,
    ends {wall} NOT NULL,
    starts_at {instant} NOT NULL,
    ends_at {instant} NOT NULL,
    room TEXT NOT NULL,
    track TEXT NOT NULL,
    objective TEXT NOT NULL,
    educators TEXT NOT NULL,
    capacity INTEGER,
    mode TEXT NOT NULL,
    cancelled BOOLEAN NOT NULL,
    cancelled_at {instant},
    uid TEXT NOT NULL UNIQUE,
    created_at {instant} NOT NULL,
    modified_at {instant} NOT NULL
);
CREATE INDEX released_session_by_cohort ON released_session (cohort_id, starts_at);

CREATE TABLE release (
    id {id},
    cohort_id BIGINT NOT NULL REFERENCES cohort (id),
    number INTEGER NOT NULL CHECK (number > 0),
    released_at {instant} NOT NULL,
    released_by BIGINT REFERENCES staff (id),
    note TEXT NOT NULL,
    changes TEXT NOT NULL,
    told INTEGER NOT NULL,
    UNIQUE (cohort_id, number)
);

CREATE TABLE seat (
    id {id},
    session_id BIGINT NOT NULL REFERENCES session (id),
    registration_id BIGINT NOT NULL REFERENCES registration (id),
    place INTEGER NOT NULL CHECK (place > 0),
    taken_at {instant} NOT NULL,
    -- A place that came free is offered: held for one person until then. NULL is a seat taken.
    offered_until {instant}
);
CREATE UNIQUE INDEX seat_once_a_person ON seat (session_id, registration_id);
CREATE UNIQUE INDEX seat_once_a_place ON seat (session_id, place);
CREATE INDEX seat_by_offer ON seat (offered_until);
CREATE INDEX seat_by_registration ON seat (registration_id);

CREATE TABLE waitlist (
    id {id},
    session_id BIGINT NOT NULL REFERENCES session (id),
    registration_id BIGINT NOT NULL REFERENCES registration (id),
    joined_at {instant} NOT NULL,
    UNIQUE (session_id, registration_id)
);
CREATE INDEX waitlist_by_registration ON waitlist (registration_id);

-- Secrets are stored as the SHA-256 of themselves, in hexadecimal.
CREATE TABLE link (
    id {id},
    kind TEXT NOT NULL CHECK (kind IN ('invitation', 'delegation', 'feed', 'password')),
    token_hash TEXT NOT NULL UNIQUE,
    staff_id BIGINT REFERENCES staff (id),
    invitation_id BIGINT REFERENCES invitation (id),
    allotment_id BIGINT REFERENCES allotment (id),
    registration_id BIGINT REFERENCES registration (id),
    created_at {instant} NOT NULL,
    expires_at {instant},
    revoked_at {instant},
    used_at {instant}
);
CREATE INDEX link_by_invitation ON link (invitation_id);
CREATE INDEX link_by_allotment ON link (allotment_id);
CREATE INDEX link_by_registration ON link (registration_id);

CREATE TABLE sign_in (
    id_hash TEXT PRIMARY KEY,
    staff_id BIGINT REFERENCES staff (id),
    invitation_id BIGINT REFERENCES invitation (id),
    allotment_id BIGINT REFERENCES allotment (id),
    link_id BIGINT REFERENCES link (id),
    created_at {instant} NOT NULL,
    seen_at {instant} NOT NULL,
    expires_at {instant} NOT NULL
);
CREATE INDEX sign_in_by_staff ON sign_in (staff_id);
CREATE INDEX sign_in_by_link ON sign_in (link_id);

CREATE TABLE draft (
    id TEXT PRIMARY KEY,
    owner_hash TEXT NOT NULL,
    body TEXT NOT NULL,
    expires_at {instant} NOT NULL
);
CREATE INDEX draft_by_expiry ON draft (expires_at);

CREATE TABLE attempt (
    id {id},
    bucket TEXT NOT NULL,
    made_at {instant} NOT NULL
);
CREATE INDEX attempt_by_bucket ON attempt (bucket, made_at);

CREATE TABLE import (
    id {id},
    kind TEXT NOT NULL CHECK (kind IN ('companies', 'agenda')),
    cohort_id BIGINT REFERENCES cohort (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    file_name TEXT NOT NULL,
    content TEXT NOT NULL,
    mapping TEXT NOT NULL,
    applied TEXT,
    created_at {instant} NOT NULL
);

CREATE TABLE outbox (
    id {id},
    event TEXT NOT NULL UNIQUE,
    cohort_id BIGINT REFERENCES cohort (id),
    invitation_id BIGINT REFERENCES invitation (id),
    kind TEXT NOT NULL,
    to_name TEXT NOT NULL,
    to_email TEXT NOT NULL,
    subject TEXT NOT NULL,
    message TEXT NOT NULL,
    -- The personal link, until the mail has left; never shown, blanked when sent or discarded.
    secret TEXT,
    message_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'retrying', 'failed', 'withheld', 'discarded')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before {instant} NOT NULL,
    leased_until {instant},
    last_error TEXT NOT NULL,
    created_at {instant} NOT NULL,
    sent_at {instant}
);
CREATE INDEX outbox_due ON outbox (state, not_before);
CREATE INDEX outbox_by_cohort ON outbox (cohort_id, id);

CREATE TABLE history (
    id {id},
    at {instant} NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    object TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    cohort_id BIGINT REFERENCES cohort (id),
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
CREATE INDEX history_by_object ON history (object, object_id, id);
CREATE INDEX history_by_cohort ON history (cohort_id, id);
