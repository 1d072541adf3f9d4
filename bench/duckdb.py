# The questions of `fadu bench figures` put to DuckDB over a copy of the events. Asked with one JSON argument, answers with one
# JSON object; leaves with 3 when the duckdb module is not installed.
import json
import sys
import time

try:
    import duckdb
except ImportError:
    sys.exit(3)

asked = json.loads(sys.argv[1])
db = duckdb.connect()
# Its bar would stand among the answers.
db.execute("SET enable_progress_bar = false")
db.execute(
    "CREATE TABLE event AS SELECT * FROM read_csv(?, header = true, columns = {'stream': 'BIGINT', 'seq': 'INTEGER', 'day': 'INTEGER',"
    " 'procedure': 'VARCHAR', 'kind': 'VARCHAR', 'organ': 'VARCHAR', 'matter': 'VARCHAR', 'field': 'VARCHAR'})",
    [asked["csv"]],
)
those = "FROM event WHERE procedure = $procedure AND kind = $kind AND day BETWEEN $from AND $to"
given = {key: asked[key] for key in ("procedure", "kind", "from", "to")}
questions = [
    (f"SELECT count(*) {those}", given),
    (f"SELECT count(*) FILTER (field IN (SELECT unnest($good))), count(*) {those}", {**given, "good": asked["good"]}),
    (f"SELECT organ, day // 100, count(*) {those} GROUP BY 1, 2", given),
    (f"SELECT stream, seq, day, organ {those} ORDER BY day, organ, stream, seq LIMIT 50 OFFSET {int(asked['deep'])}", given),
]
answers, ms = [], []
for sql, values in questions:
    times = []
    for _ in range(20):
        began = time.perf_counter()
        rows = db.execute(sql, values).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    answers.append(rows)
    ms.append(times)
print(
    json.dumps(
        {
            "version": duckdb.__version__,
            "count": answers[0][0][0],
            "share": list(answers[1][0]),
            "table": len(answers[2]),
            "page": len(answers[3]),
            "ms": ms,
        }
    )
)
