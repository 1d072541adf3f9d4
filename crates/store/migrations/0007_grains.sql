-- Two more grains of cell, so that a year by matter and any months by place are short to read however many records there are.
-- grain 4: organ, matter by year (yyyy); 5: organ, place by month, for records that lie somewhere.
INSERT INTO cell(division, figure, grain, period, organ, matter, place, n, amount)
SELECT division, figure, 4, period / 100, organ, matter, -1, CAST(SUM(n) AS BIGINT), CAST(SUM(amount) AS BIGINT)
FROM cell WHERE grain = 2 GROUP BY division, figure, period / 100, organ, matter;
INSERT INTO cell(division, figure, grain, period, organ, matter, place, n, amount)
SELECT division, figure, 5, period, organ, -1, place, CAST(SUM(n) AS BIGINT), CAST(SUM(amount) AS BIGINT)
FROM cell WHERE grain = 3 GROUP BY division, figure, period, organ, place;
