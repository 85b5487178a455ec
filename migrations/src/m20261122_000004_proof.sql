-- Six digits by mail belong to a mailbox, not to a person: whoever approves for a customer need not be one we keep. Codes hold
-- for ten minutes, so those of before are not carried over.
DROP TABLE proof_code;
CREATE TABLE proof_code (
    id {id},
    -- Of the address, in lower case.
    mailbox_hash TEXT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('approve', 'accept', 'introduce', 'forget')),
    code_hash TEXT NOT NULL,
    -- The browser that asked for it.
    browser_hash TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    until_at {instant} NOT NULL,
    used_at {instant},
    made_at {instant} NOT NULL,
    -- Presses that arrive together send one.
    UNIQUE (mailbox_hash, made_at)
);
CREATE INDEX proof_code_by_made ON proof_code (made_at);
