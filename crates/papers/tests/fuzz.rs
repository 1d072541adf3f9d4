//! Reports, workbooks and documents damaged in thirty thousand ways: no reader crashes or hangs, nor does the audit of what was read.
//!
//! The same inputs each time. `FADU_FUZZ=1000000 cargo test -p papers --test fuzz` (or `./dev fuzz 1000000`) goes on for longer;
//! `FADU_FUZZ_SEED` begins elsewhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod reports;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use encoding_rs::{BIG5, GB18030};
use papers::read::{MOST_LETTERS, Unreadable, rows, text};
use papers::{docx, pdf};

/// Inputs of an ordinary run.
const INPUTS: usize = 30_000;

/// Splitmix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        if most == 0 { 0 } else { (self.next() % most as u64) as usize }
    }

    fn of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }
}

struct Seed {
    name: &'static str,
    bytes: Vec<u8>,
    /// Parts, for a package.
    parts: Vec<(String, Vec<u8>)>,
}

fn seeds() -> Vec<Seed> {
    let said = reports::text();
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let units: Vec<u16> = mark.then_some(0xfeff).into_iter().chain(said.encode_utf16()).collect();
        units.into_iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let mut list = vec![
        ("report.txt", said.clone().into_bytes()),
        ("marked.txt", format!("\u{feff}{said}").into_bytes()),
        ("gb.txt", GB18030.encode(&said).0.into_owned()),
        ("big5.txt", BIG5.encode("2024年，全區共辦理行政復議案件115件，審結109件，審結率94.78%，其中維持87件、撤銷22件。").0.into_owned()),
        ("utf16le.txt", utf16(false, true)),
        ("utf16be.txt", utf16(true, false)),
        ("page.html", reports::html("utf-8").into_bytes()),
        ("gbk.html", GB18030.encode(&reports::html("gbk")).0.into_owned()),
        ("table.csv", "案由;罚款;日期\n\"未按规定;\n明码标价\";120000;2024-03-01\n无照经营;5,000;2024/3/2\n".as_bytes().to_vec()),
        ("gb.csv", GB18030.encode("名称,件数,比率\n行政复议,115,94.78%\n行政应诉,42,\n").0.into_owned()),
        ("plain.pdf", reports::plain_pdf(&reports::drawn(&["收到行政复议申请115件，受理109件，受理率", "94.78%；审结98件。"]))),
        ("word.docx", reports::word()),
        ("own.docx", docx::write(&reports::paper()).unwrap()),
        ("book.xlsx", reports::workbook(reports::ROWS)),
    ];
    match pdf::write(&reports::paper()) {
        Ok(bytes) => list.push(("own.pdf", bytes)),
        Err(error) => println!("no PDF of our own among the seeds: {error}"),
    }
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reports");
    for (name, file) in [("xinfu.txt", "xinfu-2022.txt"), ("xinjian.txt", "xinjian-2024.txt")] {
        match std::fs::read(shared.join(file)) {
            // A part of each: the whole is slow in a debug build.
            Ok(bytes) => list.push((name, String::from_utf8_lossy(&bytes).chars().skip(800).take(2_500).collect::<String>().into_bytes())),
            Err(_) => println!("{file} is absent; it is not among the seeds"),
        }
    }
    list.into_iter()
        .map(|(name, bytes)| Seed { name, parts: if bytes.starts_with(b"PK") { reports::parts(&bytes) } else { Vec::new() }, bytes })
        .collect()
}

/// Damages bytes in one of the ways in which files are damaged.
fn damage(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    const WORDS: &[&[u8]] = &[
        b"4294967295",
        b"-1",
        b"99999999999999999999",
        b"0",
        b"1e308",
        b"NaN",
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"<",
        b">",
        b"&#x10ffff;",
        b"&#0;",
        b"]]>",
        b"<!--",
        b"endstream",
        b"/Length 0",
        b"/Filter /LZWDecode",
        b"<< /Kids [2 0 R] >>",
        b"q q q q",
        b"BT",
        b"\xe4\xba\xbf",
        b"XFD1048576",
        b"\"",
        b"\n\n\n",
        "亿亿亿".as_bytes(),
        "其中".as_bytes(),
        "（（（".as_bytes(),
        "万分之".as_bytes(),
        "1.1.1.1%".as_bytes(),
        "——".as_bytes(),
        b"<w:tbl>",
        b"</w:p>",
        b"<row r=\"0\">",
    ];
    let len = bytes.len();
    match dice.below(9) {
        0 => {
            for _ in 0..=dice.below(16) {
                let at = dice.below(len);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
        1 => bytes.truncate(dice.below(len)),
        2 => {
            let from = dice.below(other.len());
            let piece = &other[from..(from + dice.below(400)).min(other.len())];
            let at = dice.below(len);
            bytes.splice(at..at, piece.iter().copied());
        }
        3 => {
            let from = dice.below(len);
            let piece = bytes[from..(from + dice.below(300)).min(len)].to_vec();
            let times = 1 + dice.below(40);
            bytes.splice(from..from, piece.repeat(times));
        }
        4 => {
            let from = dice.below(len);
            bytes.drain(from..(from + dice.below(200)).min(len));
        }
        5 | 6 => {
            let at = dice.below(len);
            let word = *dice.of(WORDS);
            let over = dice.below(2) * word.len().min(len - at.min(len));
            bytes.splice(at.min(len)..(at + over).min(len), word.iter().copied());
        }
        7 => {
            // Numbers are what readers trust: lengths, counts, places.
            let digits: Vec<usize> = bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).map(|(at, _)| at).collect();
            for _ in 0..=dice.below(6) {
                if let Some(byte) = digits.get(dice.below(digits.len())).and_then(|at| bytes.get_mut(*at)) {
                    *byte = b'0' + dice.below(10) as u8;
                }
            }
        }
        _ => {
            let at = dice.below(len);
            let noise: Vec<u8> = (0..dice.below(64)).map(|_| dice.next() as u8).collect();
            bytes.splice(at..at, noise);
        }
    }
}

/// Damages XML so that it still is nearly XML: elements lost, doubled, nested deep.
fn damage_xml(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let tags: Vec<(usize, usize)> = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'<')
        .filter_map(|(from, _)| Some((from, from + bytes[from..].iter().position(|byte| *byte == b'>')? + 1)))
        .collect();
    if tags.is_empty() {
        return;
    }
    let (from, to) = *dice.of(&tags);
    match dice.below(4) {
        0 => {
            bytes.drain(from..to);
        }
        1 => {
            let tag = bytes[from..to].repeat(1 + dice.below(3_000));
            bytes.splice(from..from, tag);
        }
        2 => {
            let (other, end) = *dice.of(&tags);
            let piece = bytes[other.min(from)..end.max(to)].to_vec();
            if piece.len() < 20_000 {
                bytes.splice(from..from, piece);
            }
        }
        _ => {
            let name: Vec<u8> = bytes[from..to].to_vec();
            bytes.splice(from..to, [b"<a:b ".as_slice(), b"c=\"".repeat(dice.below(50)).as_slice(), &name].concat());
        }
    }
}

fn mutant(dice: &mut Dice, seeds: &[Seed]) -> (&'static str, Vec<u8>) {
    let (seed, other) = (dice.below(seeds.len()), dice.below(seeds.len()));
    let (seed, other) = (&seeds[seed], &seeds[other]);
    let times = 1 + dice.below(3);
    // Half of the damaged packages are damaged inside and packed again, so that the damage gets past the checksums.
    if !seed.parts.is_empty() && dice.below(3) > 0 {
        let mut parts = seed.parts.clone();
        for _ in 0..times {
            let place = dice.below(parts.len());
            match dice.below(8) {
                0 => {
                    parts.remove(place);
                    if parts.is_empty() {
                        break;
                    }
                }
                1 => parts[place].1 = other.bytes.clone(),
                2 | 3 => damage(dice, &mut parts[place].1, &other.bytes),
                _ => damage_xml(dice, &mut parts[place].1),
            }
        }
        return (seed.name, reports::package(&parts));
    }
    let mut bytes = seed.bytes.clone();
    for _ in 0..times {
        if bytes.is_empty() {
            break;
        }
        damage(dice, &mut bytes, &other.bytes);
    }
    (seed.name, bytes)
}

/// Reads and audits one input; says what went wrong, if anything did.
fn tried(name: &str, bytes: &[u8]) -> Result<bool, String> {
    let fine = |error: &Unreadable| match error {
        Unreadable::Slow { .. } | Unreadable::Busy => Err(format!("{error:?}")),
        Unreadable::Broken { what: "内容", .. } => Err("a reader panicked".to_owned()),
        told if told.chinese().is_empty() || told.english().is_empty() => Err(format!("{told:?} says nothing")),
        _ => Ok(()),
    };
    match rows(name, bytes) {
        Err(error) => fine(&error)?,
        Ok(table) => {
            let wide = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
            if wide > papers::read::MOST_COLUMNS {
                return Err(format!("{wide} columns"));
            }
        }
    }
    let read = match text(name, bytes) {
        Err(error) => return fine(&error).map(|()| false),
        Ok(read) => read,
    };
    let letters = read.chars().count();
    if letters > MOST_LETTERS {
        return Err(format!("{letters} characters"));
    }
    // The audit is ours: it may not even stumble. It is watched only for time.
    let audited = papers::read::within(std::time::Duration::from_secs(20), move || Ok(engine::audit::audit(&read)));
    let audit = audited.map_err(|error| format!("the audit: {error:?}"))?;
    match audit.figures.iter().find(|figure| figure.start >= figure.end || figure.end > letters) {
        Some(figure) => Err(format!("a figure outside the text: {figure:?}")),
        None => Ok(true),
    }
}

#[test]
fn thirty_thousand_damaged_files_crash_and_hang_nothing() {
    let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|given| given.parse().ok()).unwrap_or(usual);
    let (inputs, begin) = (number("FADU_FUZZ", INPUTS as u64) as usize, number("FADU_FUZZ_SEED", 1));
    let seeds = seeds();
    for seed in &seeds {
        assert_eq!(tried(seed.name, &seed.bytes), Ok(true), "{} is readable whole", seed.name);
    }
    let (next, read, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from).min(4) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= inputs {
                        break;
                    }
                    let mut dice = Dice(begin.wrapping_mul(1_000_003).wrapping_add(at as u64));
                    let (name, bytes) = mutant(&mut dice, &seeds);
                    match tried(name, &bytes) {
                        Ok(true) => {
                            read.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok(false) => {}
                        Err(says) => {
                            if let Some(folder) = std::env::var_os("FADU_KEEP") {
                                std::fs::write(Path::new(&folder).join(format!("{at}-{name}")), &bytes).unwrap();
                            }
                            wrong.lock().unwrap().push(format!("input {at}, from {name}: {says}"));
                        }
                    }
                }
            });
        }
    });
    let (read, wrong) = (read.into_inner(), wrong.into_inner().unwrap());
    println!("{inputs} damaged files, {read} still readable");
    assert!(
        wrong.is_empty(),
        "{} of {inputs}, set FADU_KEEP to a folder to keep them:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    assert!(read > inputs / 5 && read < inputs, "the damage is too small or too great to find anything: {read} of {inputs} readable");
}
