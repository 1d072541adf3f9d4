-- People who sign in, who looked at what, and work to be done later.

CREATE TABLE account (
    division     BIGINT NOT NULL,
    login        TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    password     TEXT   NOT NULL,
    roles        TEXT   NOT NULL,
    totp         TEXT,
    failed       BIGINT NOT NULL,
    locked_until BIGINT,
    PRIMARY KEY (division, login)
) {compact};

CREATE TABLE session (
    division BIGINT NOT NULL,
    token    BYTEA  NOT NULL,
    login    TEXT   NOT NULL,
    csrf     TEXT   NOT NULL,
    expires  BIGINT NOT NULL,
    PRIMARY KEY (division, token)
) {compact};
CREATE INDEX session_login ON session(division, login);

CREATE TABLE access_log (
    division BIGINT NOT NULL,
    stream   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    login    TEXT   NOT NULL,
    what     TEXT   NOT NULL,
    PRIMARY KEY (division, stream, at, login, what)
) {compact};
--# append-only access_log

-- state: 0 waiting, 1 running, 2 done, 3 failed.
CREATE TABLE job (
    division BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    due      BIGINT NOT NULL,
    key      TEXT,
    state    BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    holder   TEXT,
    lease    BIGINT,
    error    TEXT,
    PRIMARY KEY (division, id)
) {compact};
CREATE INDEX job_due ON job(division, due) WHERE state < 2;
CREATE UNIQUE INDEX job_key ON job(division, key) WHERE key IS NOT NULL;
