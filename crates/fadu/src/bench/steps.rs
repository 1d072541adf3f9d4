//! `fadu bench steps`: durable steps a second through the actions and through HTTP, beside bare inserts on the same disk.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use actions::person::NewAccount;
use actions::step::Asked;
use actions::{Hall, Settings};
use anyhow::{Context, bail};
use engine::case::Person;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::{Bench, percentiles, round, say};
use crate::folder::Place;

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

pub fn steps(command: &Bench, place: &Place) -> anyhow::Result<()> {
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
