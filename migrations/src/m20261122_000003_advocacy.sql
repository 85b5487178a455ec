-- Advocacy: advocates and the limits they set, achievements and the feeds they are found in, amplification from the first
-- wording to its results, asks from draft to done, the ledger of gives and acts, introductions, what people ask about themselves.

-- One row, made at the first change; until then the defaults are the program's.
CREATE TABLE advocacy_setting (
    id {id},
    internal_hours INTEGER NOT NULL CHECK (internal_hours > 0),
    customer_hours INTEGER NOT NULL CHECK (customer_hours > 0),
    most_reminders INTEGER NOT NULL CHECK (most_reminders >= 0),
    escalate_to BIGINT REFERENCES staff (id),
    -- Working days from verifying to being recognised.
    recognition_days INTEGER NOT NULL CHECK (recognition_days > 0),
    person_cap INTEGER NOT NULL CHECK (person_cap >= 0),
    company_cap INTEGER NOT NULL CHECK (company_cap >= 0),
    -- Days between two asks of one kind.
    interval_days INTEGER NOT NULL CHECK (interval_days >= 0),
    -- Kinds with an interval of their own: a line each, `reference call=180`.
    intervals TEXT NOT NULL,
    -- Days to answer an ask.
    answer_days INTEGER NOT NULL CHECK (answer_days > 0),
    -- The most one person may be given in a calendar year, in whole units of the host's currency.
    gift_limit INTEGER NOT NULL CHECK (gift_limit >= 0),
    revision INTEGER NOT NULL DEFAULT 1
);

-- Files of two more kinds. Nothing refers to an import's row, so the table is made anew.
CREATE TABLE import_now (
    id {id},
    kind TEXT NOT NULL CHECK (kind IN ('companies', 'agenda', 'advocates', 'achievements', 'results')),
    cohort_id BIGINT REFERENCES cohort (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    file_name TEXT NOT NULL,
    content TEXT NOT NULL,
    mapping TEXT NOT NULL,
    applied TEXT,
    created_at {instant} NOT NULL
);
INSERT INTO import_now (id, kind, cohort_id, staff_id, file_name, content, mapping, applied, created_at)
    SELECT id, kind, cohort_id, staff_id, file_name, content, mapping, applied, created_at FROM import ORDER BY id;
DROP TABLE import;
ALTER TABLE import_now RENAME TO import;

-- A person merged into another stays, so that an old address finds the one who is left.
ALTER TABLE person ADD COLUMN merged_into BIGINT;
CREATE INDEX person_by_merged ON person (merged_into);
-- Set when everything about them was forgotten.
ALTER TABLE person ADD COLUMN forgotten_at {instant};

CREATE TABLE advocate (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    stage TEXT NOT NULL CHECK (stage IN ('identified', 'cultivated', 'active', 'resting', 'alumni')),
    -- Lists: one entry a line.
    interests TEXT NOT NULL,
    topics TEXT NOT NULL,
    handles TEXT NOT NULL,
    events TEXT NOT NULL,
    -- Codes with commas between: `en,de`.
    languages TEXT NOT NULL,
    note TEXT NOT NULL,
    created_by BIGINT REFERENCES staff (id),
    created_at {instant} NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX advocate_by_stage ON advocate (stage, person_id);

-- What somebody set for themselves. Only they write it.
CREATE TABLE own_limit (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    -- NULL: the host's own cap holds.
    most_per_quarter INTEGER CHECK (most_per_quarter >= 0),
    -- Kinds that are not to be asked, one a line.
    never TEXT NOT NULL,
    -- Nothing is asked until this day has passed.
    pause_until {date},
    note TEXT NOT NULL,
    set_at {instant} NOT NULL
);

-- Something that is to be put right before anything is asked. Of a person or of a whole company.
CREATE TABLE problem (
    id {id},
    person_id BIGINT REFERENCES person (id),
    company_id BIGINT REFERENCES company (id),
    what TEXT NOT NULL CHECK (what <> ''),
    opened_by BIGINT REFERENCES staff (id),
    opened_at {instant} NOT NULL,
    solution TEXT NOT NULL,
    closed_by BIGINT REFERENCES staff (id),
    closed_at {instant},
    CHECK ((person_id IS NULL) <> (company_id IS NULL))
);
CREATE INDEX problem_by_person ON problem (person_id);
CREATE INDEX problem_by_company ON problem (company_id);

CREATE TABLE watched_feed (
    id {id},
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('watching', 'paused')),
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    fetched_at {instant},
    next_at {instant} NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL,
    created_by BIGINT REFERENCES staff (id),
    created_at {instant} NOT NULL
);
CREATE INDEX watched_feed_by_next ON watched_feed (state, next_at);

-- A spelling that is looked for in feeds.
CREATE TABLE watched_name (
    id {id},
    name TEXT NOT NULL CHECK (name <> ''),
    name_key TEXT NOT NULL UNIQUE,
    person_id BIGINT REFERENCES person (id),
    company_id BIGINT REFERENCES company (id),
    created_at {instant} NOT NULL,
    CHECK ((person_id IS NULL) <> (company_id IS NULL))
);
CREATE INDEX watched_name_by_person ON watched_name (person_id);
CREATE INDEX watched_name_by_company ON watched_name (company_id);

CREATE TABLE achievement (
    id {id},
    kind TEXT NOT NULL CHECK (kind IN ('media quote', 'speaking', 'award', 'publication', 'promotion', 'milestone')),
    person_id BIGINT REFERENCES person (id),
    -- The company at that time: a person's is kept with it.
    company_id BIGINT NOT NULL REFERENCES company (id),
    title TEXT NOT NULL CHECK (title <> ''),
    title_key TEXT NOT NULL,
    outlet TEXT NOT NULL,
    -- Canonical.
    url TEXT UNIQUE,
    happened_on {date} NOT NULL,
    language TEXT NOT NULL,
    evidence TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('form', 'import', 'feed')),
    state TEXT NOT NULL CHECK (state IN ('reported', 'verified', 'rejected')),
    -- Why it was rejected, and for which one when it is the same.
    reason TEXT NOT NULL,
    same_as BIGINT REFERENCES achievement (id),
    reported_by BIGINT REFERENCES staff (id),
    reported_at {instant} NOT NULL,
    decided_by BIGINT REFERENCES staff (id),
    decided_at {instant},
    -- When the first publication of it went live.
    recognised_at {instant},
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX achievement_by_state ON achievement (state, id);
CREATE INDEX achievement_by_company ON achievement (company_id, happened_on);
CREATE INDEX achievement_by_person ON achievement (person_id);
CREATE INDEX achievement_by_title ON achievement (title_key);

-- What a feed said about a watched name, until a person looked at it.
CREATE TABLE feed_item (
    id {id},
    watched_feed_id BIGINT NOT NULL REFERENCES watched_feed (id),
    watched_name_id BIGINT NOT NULL REFERENCES watched_name (id),
    guid TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    published_on {date} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('found', 'taken', 'dismissed')),
    achievement_id BIGINT REFERENCES achievement (id),
    decided_by BIGINT REFERENCES staff (id),
    decided_at {instant},
    found_at {instant} NOT NULL,
    UNIQUE (watched_feed_id, guid)
);
CREATE INDEX feed_item_by_state ON feed_item (state, id);
CREATE INDEX feed_item_by_name ON feed_item (watched_name_id);

CREATE TABLE amplification (
    id {id},
    achievement_id BIGINT NOT NULL UNIQUE REFERENCES achievement (id),
    owner_id BIGINT REFERENCES staff (id),
    due_day {date} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'in review', 'approved internally', 'with customer', 'approved', 'scheduled', 'published', 'measured',
        'changes requested', 'on hold', 'rejected', 'withdrawn', 'failed')),
    -- While on hold: the state it goes back to, and who holds it; both: the customer, over the host's hold.
    held_from TEXT NOT NULL,
    held_by TEXT NOT NULL CHECK (held_by IN ('', 'host', 'customer', 'both')),
    -- The day it is to be seen.
    planned_for {date},
    -- Who approves it for the customer.
    approver_name TEXT NOT NULL,
    approver_email TEXT NOT NULL,
    -- The SHA-256 of the approver's private link, while one stands, and until when.
    token_hash TEXT UNIQUE,
    token_until {instant},
    -- Of the link a reminder's took the place of: the approver may be writing under it.
    previous_token_hash TEXT UNIQUE,
    -- The hash of what the customer has before them, and of what they approved. Empty: nothing.
    sent_hash TEXT NOT NULL,
    approved_hash TEXT NOT NULL,
    approved_at {instant},
    -- Since when it waits where it is, and what was done about it.
    waits_since {instant} NOT NULL,
    reminders INTEGER NOT NULL DEFAULT 0,
    reminded_at {instant},
    escalated_at {instant},
    -- Of its calendar entry.
    uid TEXT NOT NULL UNIQUE,
    sequence INTEGER NOT NULL DEFAULT 0,
    created_at {instant} NOT NULL,
    modified_at {instant} NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX amplification_by_state ON amplification (state, due_day);
CREATE INDEX amplification_by_owner ON amplification (owner_id);
CREATE INDEX amplification_by_wait ON amplification (state, waits_since);

CREATE TABLE amplification_image (
    id {id},
    amplification_id BIGINT NOT NULL REFERENCES amplification (id),
    media_type TEXT NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/webp')),
    content {bytes} NOT NULL,
    sha256 TEXT NOT NULL,
    added_by BIGINT REFERENCES staff (id),
    added_at {instant} NOT NULL,
    UNIQUE (amplification_id, sha256)
);

-- One version of the words for one channel in one language: never changed. The highest version counts, unless it was ended.
CREATE TABLE wording (
    id {id},
    amplification_id BIGINT NOT NULL REFERENCES amplification (id),
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    body TEXT NOT NULL CHECK (body <> ''),
    link TEXT NOT NULL,
    image_id BIGINT REFERENCES amplification_image (id),
    image_alt TEXT NOT NULL,
    written_by BIGINT REFERENCES staff (id),
    written_at {instant} NOT NULL,
    -- The channel was taken off the task.
    ended_at {instant},
    UNIQUE (amplification_id, channel, language, version)
);
CREATE INDEX wording_by_writer ON wording (written_by);

-- What of whom it shows.
CREATE TABLE amplification_use (
    id {id},
    amplification_id BIGINT NOT NULL REFERENCES amplification (id),
    person_id BIGINT REFERENCES person (id),
    company_id BIGINT REFERENCES company (id),
    scope TEXT NOT NULL,
    CHECK ((person_id IS NULL) <> (company_id IS NULL))
);
CREATE INDEX amplification_use_by_task ON amplification_use (amplification_id);
CREATE INDEX amplification_use_by_person ON amplification_use (person_id);
CREATE INDEX amplification_use_by_company ON amplification_use (company_id);

-- What happened to it, in order, with what was said. Without staff: the customer, or the clock.
CREATE TABLE amplification_step (
    id {id},
    amplification_id BIGINT NOT NULL REFERENCES amplification (id),
    act TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    staff_id BIGINT REFERENCES staff (id),
    by_name TEXT NOT NULL,
    comment TEXT NOT NULL,
    -- The hash it was done to, where there is one.
    hash TEXT NOT NULL,
    at {instant} NOT NULL
);
CREATE INDEX amplification_step_by_task ON amplification_step (amplification_id, id);

-- A publication of a task shows one wording, approved by this hash. Those without a task show names and nothing we wrote.
ALTER TABLE publication ADD COLUMN amplification_id BIGINT;
ALTER TABLE publication ADD COLUMN wording_id BIGINT;
ALTER TABLE publication ADD COLUMN approved_hash TEXT NOT NULL DEFAULT '';
CREATE INDEX publication_by_amplification ON publication (amplification_id);
CREATE INDEX publication_by_time ON publication (published_at);

-- What a publication came to, as last counted.
CREATE TABLE publication_result (
    publication_id BIGINT PRIMARY KEY REFERENCES publication (id),
    impressions BIGINT NOT NULL CHECK (impressions >= 0),
    clicks BIGINT NOT NULL CHECK (clicks >= 0),
    reactions BIGINT NOT NULL CHECK (reactions >= 0),
    comments BIGINT NOT NULL CHECK (comments >= 0),
    note TEXT NOT NULL,
    -- In whole units of the host's currency: what as much attention would have cost.
    value BIGINT NOT NULL CHECK (value >= 0),
    counted_on {date} NOT NULL,
    recorded_by BIGINT REFERENCES staff (id),
    recorded_at {instant} NOT NULL
);

-- Where a channel is published by a program of the host's: it is told, signed, and answers where it can be seen.
CREATE TABLE webhook (
    id {id},
    channel TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    -- Needed to sign: kept as it is, shown once.
    secret TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    created_by BIGINT REFERENCES staff (id),
    created_at {instant} NOT NULL
);

CREATE TABLE webhook_delivery (
    id {id},
    webhook_id BIGINT NOT NULL REFERENCES webhook (id),
    publication_id BIGINT NOT NULL UNIQUE REFERENCES publication (id),
    message_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before {instant} NOT NULL,
    last_answer TEXT NOT NULL,
    created_at {instant} NOT NULL,
    done_at {instant}
);
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (state, not_before);

-- A member of staff's private calendar of due dates.
CREATE TABLE due_feed (
    staff_id BIGINT PRIMARY KEY REFERENCES staff (id),
    token_hash TEXT NOT NULL UNIQUE,
    made_at {instant} NOT NULL,
    used_at {instant}
);

-- Asks, now with all of their life. Nothing refers to its rows, so it is made anew.
CREATE TABLE ask_now (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    wording TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('page', 'api', 'import')),
    -- `refused` keeps an answer of the decision: it is no ask.
    state TEXT NOT NULL CHECK (state IN ('refused', 'draft', 'submitted', 'approving', 'asked', 'accepted', 'declined', 'expired', 'scheduled', 'completed',
        'missed', 'cancelled')),
    reasons TEXT NOT NULL,
    submitted_by BIGINT REFERENCES staff (id),
    submitted_at {instant} NOT NULL,
    -- Whether it ever was let through, whatever became of it: a draft that came back was, one that was cancelled was not.
    was_submitted BOOLEAN NOT NULL DEFAULT FALSE,
    -- Who has it in hand, and who let it be asked.
    approving_by BIGINT REFERENCES staff (id),
    approved_by BIGINT REFERENCES staff (id),
    asked_at {instant},
    answer_by {date},
    answered_at {instant},
    answer TEXT NOT NULL DEFAULT '',
    scheduled_for {date},
    done_at {instant},
    -- What staff said last: why it came back, was cancelled or missed.
    comment TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 1
);
INSERT INTO ask_now (id, person_id, kind, wording, source, state, reasons, submitted_by, submitted_at, was_submitted)
    SELECT id, person_id, kind, wording, source, state, reasons, submitted_by, submitted_at, state <> 'refused' FROM ask ORDER BY id;
DROP TABLE ask;
ALTER TABLE ask_now RENAME TO ask;
CREATE INDEX ask_by_person ON ask (person_id, id);
CREATE INDEX ask_by_state ON ask (state, id);
CREATE INDEX ask_by_time ON ask (asked_at);

-- The ledger is appended to. A correction is an entry against another one, with its weight below zero.
CREATE TABLE ledger_entry (
    id {id},
    -- NULL: the company's as a whole.
    person_id BIGINT REFERENCES person (id),
    company_id BIGINT NOT NULL REFERENCES company (id),
    side TEXT NOT NULL CHECK (side IN ('give', 'act')),
    kind TEXT NOT NULL,
    -- What it stands for, written so that the same thing is always written the same: `amplification:12`.
    source TEXT NOT NULL UNIQUE,
    weight INTEGER NOT NULL CHECK (weight <> 0),
    happened_on {date} NOT NULL,
    note TEXT NOT NULL,
    -- Of gifts, in whole units of the host's currency.
    value INTEGER NOT NULL DEFAULT 0,
    against BIGINT UNIQUE REFERENCES ledger_entry (id),
    recorded_by BIGINT REFERENCES staff (id),
    recorded_at {instant} NOT NULL,
    CHECK ((against IS NULL) = (weight > 0))
);
CREATE INDEX ledger_entry_by_person ON ledger_entry (person_id, id);
CREATE INDEX ledger_entry_by_company ON ledger_entry (company_id, id);

-- Two people of different companies who could learn from each other. `a` is the lower number.
CREATE TABLE introduction (
    id {id},
    a_person_id BIGINT NOT NULL REFERENCES person (id),
    b_person_id BIGINT NOT NULL REFERENCES person (id),
    topic TEXT NOT NULL CHECK (topic <> ''),
    state TEXT NOT NULL CHECK (state IN ('offered', 'introduced', 'declined', 'expired', 'cancelled')),
    -- NULL: not answered.
    a_says BOOLEAN,
    b_says BOOLEAN,
    answer_by {date} NOT NULL,
    offered_by BIGINT REFERENCES staff (id),
    offered_at {instant} NOT NULL,
    ended_at {instant},
    UNIQUE (a_person_id, b_person_id),
    CHECK (a_person_id < b_person_id)
);
CREATE INDEX introduction_by_b ON introduction (b_person_id);
CREATE INDEX introduction_by_state ON introduction (state, id);

-- Somebody's private links to their own page; kept as their SHA-256. Each mail has its own, and asking for a new one ends the others.
CREATE TABLE own_page_link (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id),
    token_hash TEXT NOT NULL UNIQUE,
    made_at {instant} NOT NULL,
    until_at {instant} NOT NULL,
    ended_at {instant}
);
CREATE INDEX own_page_link_by_person ON own_page_link (person_id);

-- Six digits by mail, before something that cannot be taken back.
CREATE TABLE proof_code (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id),
    code_hash TEXT NOT NULL,
    -- The browser that asked for it.
    browser_hash TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    until_at {instant} NOT NULL,
    used_at {instant},
    made_at {instant} NOT NULL
);
CREATE INDEX proof_code_by_person ON proof_code (person_id, id);

-- Somebody asked to be forgotten.
CREATE TABLE forget_wish (
    id {id},
    person_id BIGINT NOT NULL UNIQUE REFERENCES person (id),
    asked_at {instant} NOT NULL,
    due_day {date} NOT NULL,
    done_at {instant},
    done_by BIGINT REFERENCES staff (id)
);
CREATE INDEX forget_wish_by_done ON forget_wish (done_at);
