-- Open cases counted by where they stand and the hour (seconds / 3600) in which they fall due; the greatest number: no clock runs.
CREATE TABLE standing (
    division  BIGINT NOT NULL,
    organ     TEXT   NOT NULL,
    procedure TEXT   NOT NULL,
    stage     TEXT   NOT NULL,
    hour      BIGINT NOT NULL,
    n         BIGINT NOT NULL,
    PRIMARY KEY (division, organ, procedure, stage, hour)
) {compact};
INSERT INTO standing(division, organ, procedure, stage, hour, n)
SELECT division, organ, procedure, stage, CASE WHEN due IS NULL THEN 9223372036854775807 ELSE due / 3600 END, COUNT(*)
FROM head WHERE open = 1 AND procedure <> '' GROUP BY 1, 2, 3, 4, 5;

-- With the counts kept, the index of open cases need not hold the stage, which every step changes. What else it holds changes with the due instant or never; with it
-- open cases are counted, organ by organ or those that are late, from the index alone.
DROP INDEX head_open;
CREATE INDEX head_open ON head(division, organ, due, procedure, open) WHERE open = 1;
-- Lists of one procedure's cases: rounds of reports, appraisals, orders.
CREATE INDEX head_procedure ON head(division, procedure, stream) WHERE procedure <> '';
