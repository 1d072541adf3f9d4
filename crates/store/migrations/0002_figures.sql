-- Figures: kept in the same commit as the events they count.

-- Words that repeat in every cell are kept once; 0 stands for the empty text, -1 for "all".
CREATE TABLE word (
    division BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    text     TEXT   NOT NULL,
    PRIMARY KEY (division, id)
) {compact};
CREATE UNIQUE INDEX word_text ON word(division, text);

-- grain 0: organ by day (yyyymmdd); 1: organ by month (yyyymm); 2: organ, matter by month;
-- 3: organ, matter, place by month, for records that lie somewhere. What a grain leaves out is -1.
CREATE TABLE cell (
    division BIGINT NOT NULL,
    figure   BIGINT NOT NULL,
    grain    BIGINT NOT NULL,
    period   BIGINT NOT NULL,
    organ    BIGINT NOT NULL,
    matter   BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    amount   BIGINT NOT NULL,
    PRIMARY KEY (division, figure, grain, period, organ, matter, place)
) {compact};

-- The records behind the cells.
CREATE TABLE counted (
    division BIGINT NOT NULL,
    figure   BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    organ    BIGINT NOT NULL,
    stream   BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    matter   BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    amount   BIGINT NOT NULL,
    PRIMARY KEY (division, figure, day, organ, stream, seq, matter, place)
) {compact};

-- Declared figures. While folding, (division, stream) is the last stream of history that is counted.
CREATE TABLE figure_position (
    figure     TEXT   NOT NULL,
    definition TEXT   NOT NULL,
    folding    BIGINT NOT NULL,
    division   BIGINT NOT NULL,
    stream     BIGINT NOT NULL,
    PRIMARY KEY (figure)
) {compact};
