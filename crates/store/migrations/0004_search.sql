-- Full-text search: which streams can be found, and by which words.

CREATE TABLE found (
    division BIGINT NOT NULL,
    stream   BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    doc      BIGINT NOT NULL,
    PRIMARY KEY (division, stream)
) {compact};
--# search
