-- The ledger and what is kept of it in the same commit. Every key begins with the division (GB/T 2260).

CREATE TABLE event (
    division BIGINT NOT NULL,
    stream   BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    organ    TEXT   NOT NULL,
    matter   TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    hash     BYTEA  NOT NULL,
    PRIMARY KEY (division, stream, seq)
) {compact};
--# append-only event

-- One row a stream: the case as it stands, and the last link of its chain.
CREATE TABLE head (
    division  BIGINT NOT NULL,
    stream    BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    hash      BYTEA  NOT NULL,
    procedure TEXT   NOT NULL,
    version   TEXT   NOT NULL,
    stage     TEXT   NOT NULL,
    open      BIGINT NOT NULL,
    organ     TEXT   NOT NULL,
    matter    TEXT   NOT NULL,
    place     TEXT   NOT NULL,
    title     TEXT   NOT NULL,
    code      TEXT,
    applicant TEXT   NOT NULL,
    handlers  TEXT   NOT NULL,
    channel   TEXT   NOT NULL,
    opened_at BIGINT NOT NULL,
    due       BIGINT,
    PRIMARY KEY (division, stream)
) {compact};
CREATE INDEX head_open ON head(division, organ, due) WHERE open = 1;
CREATE INDEX head_applicant ON head(division, applicant, stream) WHERE applicant <> '';
CREATE UNIQUE INDEX head_code ON head(division, code) WHERE code IS NOT NULL;

CREATE TABLE clock (
    division BIGINT NOT NULL,
    stream   BIGINT NOT NULL,
    clock    TEXT   NOT NULL,
    due      BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    extra    TEXT   NOT NULL,
    PRIMARY KEY (division, stream, clock)
) {compact};
CREATE INDEX clock_due ON clock(division, due);

CREATE TABLE entry (
    division BIGINT NOT NULL,
    register TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    stream   BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    title    TEXT   NOT NULL,
    organ    TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    from_day BIGINT,
    to_day   BIGINT,
    fields   TEXT   NOT NULL,
    PRIMARY KEY (division, register, id)
) {compact};
CREATE INDEX entry_stream ON entry(division, stream);

CREATE TABLE paper_number (
    division BIGINT NOT NULL,
    organ    TEXT   NOT NULL,
    series   TEXT   NOT NULL,
    year     BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    stream   BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (division, organ, series, year, number)
) {compact};
--# append-only paper_number

CREATE TABLE attachment (
    division BIGINT NOT NULL,
    digest   BYTEA  NOT NULL,
    name     TEXT   NOT NULL,
    mime     TEXT   NOT NULL,
    bytes    BYTEA  NOT NULL,
    PRIMARY KEY (division, digest)
);
--# append-only attachment

CREATE TABLE checkpoint (
    division  BIGINT NOT NULL,
    number    BIGINT NOT NULL,
    day       BIGINT NOT NULL,
    root      BYTEA  NOT NULL,
    streams   BIGINT NOT NULL,
    events    BIGINT NOT NULL,
    previous  BYTEA  NOT NULL,
    signature BYTEA  NOT NULL,
    PRIMARY KEY (division, number)
) {compact};
--# append-only checkpoint

-- The seq each stream had when a checkpoint first covered it: a stream's seq at checkpoint k is that of its last row up to k, so
-- the root of every checkpoint can be computed again. Needs no trust: a changed row gives another root.
CREATE TABLE seal (
    division BIGINT NOT NULL,
    stream   BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (division, stream, number)
) {compact};
