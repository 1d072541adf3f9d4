-- Pooled records: what batches brought into data sets. A record holds while its batch holds and no later batch brought the same key.

-- One row a batch that was taken in: the case that decided it, and from when to when it holds (seconds; NULL: not ended).
-- Its records were loaded before, under a number of their own; a load that no row here names never held.
CREATE TABLE pool_batch (
    division BIGINT NOT NULL,
    load     BIGINT NOT NULL,
    stream   BIGINT NOT NULL,
    data_set BIGINT NOT NULL,
    records  BIGINT NOT NULL,
    from_at  BIGINT NOT NULL,
    to_at    BIGINT,
    PRIMARY KEY (division, load)
) {compact};
CREATE INDEX pool_batch_set ON pool_batch(division, data_set, load);
CREATE UNIQUE INDEX pool_batch_stream ON pool_batch(division, stream);

-- The records themselves, in the order in which they came; line is the row of the file.
CREATE TABLE pooled (
    division BIGINT NOT NULL,
    load     BIGINT NOT NULL,
    line     BIGINT NOT NULL,
    key      BYTEA  NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (division, load, line)
) {compact};
--# append-only pooled

-- What records are found by: column 0 is the key, others are the columns that can be looked up; mark tells values of one key apart.
CREATE TABLE pool_find (
    division BIGINT NOT NULL,
    data_set BIGINT NOT NULL,
    field    BIGINT NOT NULL,
    value    BYTEA  NOT NULL,
    load     BIGINT NOT NULL,
    line     BIGINT NOT NULL,
    mark     BIGINT NOT NULL,
    PRIMARY KEY (division, data_set, field, value, load, line)
) {compact};
