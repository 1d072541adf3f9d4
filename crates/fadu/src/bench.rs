//! `fadu bench`: figures a stranger can repeat, as JSON lines, each beside the raw limit measured in the same run.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use actions::person::NewAccount;
use actions::step::Asked;
use actions::{Hall, Settings};
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use engine::case::Person;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use crate::folder::Place;

#[derive(Args)]
pub struct Bench {
    /// What to measure.
    #[arg(value_enum, required = true)]
    what: Vec<What>,
    /// Cases of four steps each a measurement carries.
    #[arg(long, default_value_t = 20_000)]
    cases: usize,
    /// A folder on the disk to be measured.
    #[arg(long, default_value = "data/bench", value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Durable steps a second through the actions and through HTTP, beside the raw insert limit.
    Steps,
    /// Any figure, any breakdown, any page of records over what the steps left behind.
    Figures,
    /// The audit of a report of 15,000 characters.
    Audit,
}

pub fn run(command: Bench, place: &Place) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&command.folder)?;
    for what in &command.what {
        match what {
            What::Steps => steps(&command, place)?,
            What::Figures => figures(&command, place)?,
            What::Audit => audit(),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn say(bench: &str, what: &str, fields: Value) {
    let mut line = json!({ "bench": bench, "what": what });
    if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
        line.extend(fields);
    }
    println!("{line}");
}

/// p50 and p99 of latencies in milliseconds.
fn percentiles(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or(0.0);
    (round(at(0.5)), round(at(0.99)))
}

fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

const NOW: DateTime = jiff::civil::datetime(2026, 10, 20, 9, 30, 0, 0);

fn fresh(folder: &Path, name: &str) -> PathBuf {
    for ending in ["", "-wal", "-shm", ".writer"] {
        let _ = std::fs::remove_file(folder.join(format!("{name}{ending}")));
    }
    folder.join(name)
}

/// A hall with one clerk, one service item and an account for the clerk.
fn hall(command: &Bench, place: &Place, name: &str) -> anyhow::Result<Hall> {
    let path = fresh(&command.folder, name);
    let store = store::Store::open(&store::Config::new(format!("sqlite:{}", path.display())))?;
    let settings = Settings { division: "140902".to_owned(), name: "忻府区".to_owned(), address: "http://127.0.0.1".to_owned() };
    let hall = Hall::open(place.law()?, settings, store, |_| {})?;
    let keeper = crate::rehearse::entries::keeper(&hall.law);
    let day = NOW.date().first_of_month();
    for (register, act, id, title, organ, with) in [
        ("organs", "adopt", "approval-bureau", "忻府区行政审批服务管理局", "", json!({ "kind": "department", "short": "忻审批" })),
        (
            "officers",
            "issue",
            "clerk",
            "张丽",
            "approval-bureau",
            json!({ "name": "张丽", "kind": "enforcement", "certificate": "1", "valid-from": "2026-01-01", "posts": ["window-clerk", "approver"] }),
        ),
        ("service-items", "adopt", "social-card", "社会保障卡补领", "approval-bureau", json!({ "code": "1", "kind": "public-service" })),
    ] {
        let entering = engine::register::Entering {
            register: register.to_owned(),
            act: act.to_owned(),
            id: id.to_owned(),
            title: title.to_owned(),
            organ: organ.to_owned(),
            from: day,
            with: object(with),
        };
        hall.enter(entering, std::slice::from_ref(&keeper), NOW)?;
    }
    hall.make_account(&NewAccount {
        login: "clerk".to_owned(),
        name: "张丽".to_owned(),
        password: "bench-bench".to_owned(),
        person: "clerk".to_owned(),
    })?;
    Ok(hall)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The four steps of a matter done at the window.
fn life(number: usize) -> [(&'static str, Value); 4] {
    [
        (
            "receive",
            json!({ "item": "social-card", "party": { "name": format!("群众{number}"), "kind": "citizen" }, "venue": "district-centre", "mode": "service" }),
        ),
        ("accept", json!({})),
        ("complete", json!({})),
        ("review", json!({ "grade": "very-satisfied" })),
    ]
}

fn actor(clerk: &Person, step: &str, number: usize) -> Person {
    match step {
        "review" => crate::rehearse::people::citizen(number),
        _ => clerk.clone(),
    }
}

fn steps(command: &Bench, place: &Place) -> anyhow::Result<()> {
    let raw = |batch: usize, count: usize| store::limit::raw_inserts(&fresh(&command.folder, "raw.db"), batch, count);
    let one = raw(1, 5_000)?;
    let hundred = raw(100, 200_000)?;
    say("steps", "raw SQLite insert, one a transaction", json!({ "per_second": one.round() }));
    say("steps", "raw SQLite insert, a hundred a transaction", json!({ "per_second": hundred.round() }));

    for (callers, batch) in [(1, 1_000), (64, 1), (8, 1), (1, 1)] {
        let hall = hall(command, place, "steps.db")?;
        let cases = if callers * batch < 64 { command.cases / 10 } else { command.cases };
        let (per_second, p50, p99) = through_actions(&hall, callers, batch, cases)?;
        let what = format!("through actions, {callers} caller(s), {batch} step(s) a call");
        say(
            "steps",
            &what,
            json!({ "per_second": per_second.round(), "p50_ms": p50, "p99_ms": p99, "of_raw_hundred": round(per_second / hundred), "of_raw_one": round(per_second / one) }),
        );
    }
    for clients in [64, 8] {
        // A file of its own each time: the server of the round before may still be letting go of its own.
        let hall = hall(command, place, &format!("http-{clients}.db"))?;
        let (per_second, p50, p99) = through_http(hall, clients, command.cases / 4)?;
        say(
            "steps",
            &format!("through HTTP, {clients} clients"),
            json!({ "per_second": per_second.round(), "p50_ms": p50, "p99_ms": p99, "of_raw_hundred": round(per_second / hundred), "of_raw_one": round(per_second / one) }),
        );
    }
    Ok(())
}

fn through_actions(hall: &Hall, callers: usize, batch: usize, cases: usize) -> anyhow::Result<(f64, f64, f64)> {
    let clerk = hall.person("clerk", NOW.date()).context("the clerk is missing")?;
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let work = || -> anyhow::Result<Vec<f64>> {
        let mut times = Vec::new();
        loop {
            let from = next.fetch_add(batch, Ordering::Relaxed);
            if from >= cases {
                return Ok(times);
            }
            let mut ids: Vec<Option<i64>> = vec![None; batch];
            for place in 0..4 {
                let asked = ids.iter().enumerate().map(|(offset, id)| {
                    let (step, with) = life(from + offset)[place].clone();
                    (
                        Asked {
                            case: *id,
                            procedure: "licence".to_owned(),
                            step: step.to_owned(),
                            by: vec![actor(&clerk, step, from + offset)],
                            with: object(with),
                            seen: None,
                        },
                        NOW,
                    )
                });
                let asked = asked.collect();
                let at = Instant::now();
                let results = hall.take_steps_at(asked);
                times.push(at.elapsed().as_secs_f64() * 1000.0);
                for (id, result) in ids.iter_mut().zip(results) {
                    *id = Some(result?.case.id);
                }
            }
        }
    };
    let times: Vec<Vec<f64>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a caller stopped"))))
            .collect::<anyhow::Result<_>>()
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let (p50, p99) = percentiles(times.concat());
    let done = next.load(Ordering::Relaxed).min(cases.div_ceil(batch) * batch);
    Ok((done as f64 * 4.0 / seconds, p50, p99))
}

fn through_http(hall: Hall, clients: usize, cases: usize) -> anyhow::Result<(f64, f64, f64)> {
    let hall = Arc::new(hall);
    let token = hall.sign_in("clerk", "bench-bench", NOW)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().max_blocking_threads(crate::commands::serve::WORKERS).enable_all().build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let router = api::router(hall, Arc::new(|| NOW));
    runtime.spawn(async move { axum::serve(listener, router).await });
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let work = || -> anyhow::Result<Vec<f64>> {
        let mut line = Line::open(address, &token)?;
        let mut times = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= cases {
                return Ok(times);
            }
            let mut path = "/api/cases".to_owned();
            // The review is the applicant's; over HTTP the clerk's three steps are measured.
            for (step, with) in &life(number)[..3] {
                let body = if path == "/api/cases" {
                    json!({ "procedure": "licence", "step": step, "with": with })
                } else {
                    json!({ "step": step, "with": with })
                };
                let at = Instant::now();
                let location = line.post(&path, &body.to_string())?;
                times.push(at.elapsed().as_secs_f64() * 1000.0);
                if let Some(location) = location {
                    path = format!("{location}/steps");
                }
            }
        }
    };
    let times: Vec<Vec<f64>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a client stopped"))))
            .collect::<anyhow::Result<_>>()
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let times = times.concat();
    let per_second = times.len() as f64 / seconds;
    let (p50, p99) = percentiles(times);
    runtime.shutdown_background();
    Ok((per_second, p50, p99))
}

/// One connection that stays open.
struct Line {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

impl Line {
    fn open(address: SocketAddr, token: &str) -> anyhow::Result<Line> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Line {
            stream,
            head: format!("Host: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"),
            buffer: Vec::new(),
        })
    }

    /// Posts and waits for the answer; returns the Location if there is one.
    fn post(&mut self, path: &str, body: &str) -> anyhow::Result<Option<String>> {
        let request = format!("POST {path} HTTP/1.1\r\n{}Content-Length: {}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        let mut chunk = [0u8; 16_384];
        loop {
            let read = self.stream.read(&mut chunk)?;
            if read == 0 {
                bail!("the server closed the connection");
            }
            self.buffer.extend_from_slice(&chunk[..read]);
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
            let header = |name: &str| {
                head.lines().find_map(|line| {
                    line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
                })
            };
            let whole = match header("content-length") {
                Some(length) => self.buffer.len() >= end + 4 + length.parse::<usize>()?,
                None => self.buffer.ends_with(b"0\r\n\r\n"),
            };
            if whole {
                if !head.starts_with("HTTP/1.1 20") {
                    bail!("the server answered {}", String::from_utf8_lossy(&self.buffer));
                }
                return Ok(header("location"));
            }
        }
    }
}

fn figures(command: &Bench, place: &Place) -> anyhow::Result<()> {
    use actions::figure::Period;
    let hall = hall(command, place, "figures.db")?;
    through_actions(&hall, 2, 1_000, command.cases)?;
    let period = Period::year(2026).context("the year")?;
    let filter = store::CellFilter::default();
    let events = hall.store.counted_total(hall.settings.number(), "S45.matters_received", 0, 99_999_999, &filter)?.0 * 4;
    let time = |what: &str, ask: &mut dyn FnMut(u64) -> anyhow::Result<()>| -> anyhow::Result<()> {
        let mut times = Vec::new();
        for round in 0..200 {
            let at = Instant::now();
            ask(round)?;
            times.push(at.elapsed().as_secs_f64() * 1000.0);
        }
        let (p50, p99) = percentiles(times);
        say("figures", what, json!({ "events": events, "p50_ms": p50, "p99_ms": p99 }));
        Ok(())
    };
    time("one figure", &mut |_| hall.figure("S45.satisfaction_rate", period, &filter).map(|_| ()).map_err(Into::into))?;
    time("all figures", &mut |_| hall.figures(period, &filter).map(|_| ()).map_err(Into::into))?;
    time("by organ and month", &mut |_| {
        hall.breakdown("S45.ratings_received", period, &[store::By::Organ, store::By::Month], &filter).map(|_| ()).map_err(Into::into)
    })?;
    let pages = (command.cases as u64 / 50).max(1);
    time("a page of 50 records at any depth", &mut |round| {
        hall.records("S45.ratings_received", period, &filter, round * 7_919 % pages * 50, 50).map(|_| ()).map_err(Into::into)
    })?;
    time("the annual report", &mut |_| {
        hall.report(&actions::report::Wanted::year("annual", 2026), crate::commands::serve::clock(None)()).map(|_| ()).map_err(Into::into)
    })?;
    Ok(())
}

fn audit() {
    let sentence =
        "全年共办理行政许可12,345件，其中准予12,000件、不予345件，办结率达99.8%，同比增长5.6%；受理群众诉求7.26万件，满意率99.96%。";
    let report: String = sentence.repeat(15_000 / sentence.chars().count() + 1);
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..50 {
        let at = Instant::now();
        found = engine::audit::audit(&report).figures.len();
        times.push(at.elapsed().as_secs_f64() * 1000.0);
    }
    let (p50, p99) = percentiles(times);
    say(
        "audit",
        "a report of 15,000 characters",
        json!({ "characters": report.chars().count(), "figures": found, "p50_ms": p50, "p99_ms": p99 }),
    );
}
