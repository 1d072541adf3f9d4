//! A rehearsal: a district's year played through `actions`, never around them. Simulated people take lawful steps on a simulated
//! clock until every covered figure stands at its target.

pub mod appraisal;
pub mod district;
pub mod entries;
pub mod leading;
pub mod lives;
pub mod orders;
pub mod people;
pub mod plan;
pub mod pool;
pub mod recent;
pub mod reports;
pub mod statements;

use std::collections::{BTreeMap, BinaryHeap};

use actions::step::Asked;
use actions::{Error, Hall};
use anyhow::{Context, bail};
use engine::calendar::Day;
use engine::figure::{Index, Measure};
use engine::register::Entering;
use indicatif::ProgressBar;
use jiff::civil::{Date, DateTime};

use district::DistrictYear;
use entries::Item;
use lives::{Ground, Life, Move};

/// What a rehearsal did.
#[derive(Debug, Default)]
pub struct Outcome {
    pub cases: usize,
    pub steps: usize,
    pub entries: usize,
    pub lapses: usize,
    /// Targets of figures that no system built yet can count.
    pub uncovered: Vec<String>,
    /// Targets reached, with what was wanted and what stands there.
    pub covered: Vec<Reached>,
}

#[derive(Debug, Clone)]
pub struct Reached {
    pub key: String,
    pub wanted: f64,
    pub stands: Option<f64>,
    /// A rate follows from its counts; it cannot be set by itself.
    pub rate: bool,
}

impl Reached {
    pub fn holds(&self) -> bool {
        self.stands == Some(self.wanted)
    }
}

/// Steps that are committed together.
const BATCH: usize = 1_500;

/// Plays the year. The hall is empty or holds other years.
pub fn rehearse(hall: &Hall, district: &DistrictYear, scale: f64, seed: u64, bar: &ProgressBar) -> anyhow::Result<Outcome> {
    let law = &hall.law;
    let is_rate = |key: &str| {
        law.figure(key).is_some_and(|figure| matches!(figure.measure, Measure::Ratio(_) | Measure::Mean(_) | Measure::Change(_)))
    };
    let mut targets = district.scaled(scale, is_rate);
    parts_make_totals(law, &district.targets, &mut targets);
    let index = Index::new(&law.figures);
    let mut outcome = Outcome::default();
    let mut random = fastrand::Rng::with_seed(seed);

    bar.set_message("registers");
    let (people, organs, officers) = people::settle(law, &district.name, &district.townships, district.year);
    let items = plan::registers(law, &index, district.year, &targets, organs, officers, &people)?;
    outcome.entries = items.len();
    enter(hall, &items, district.year)?;

    let wanted = plan::cases(law, &targets)?;
    let ground = ground(hall, &people, &items, district.year)?;
    bar.set_length(wanted.total() as u64);
    bar.set_message("cases");
    play(hall, &ground, &wanted, district.year, &mut random, &mut outcome, bar)?;

    outcome.steps += statements::play(hall, &people, &targets, district.year)?;

    let period = actions::figure::Period::year(district.year).context("the year lies outside the calendar")?;
    for shown in hall.figures(period, &Default::default())? {
        if let Some(&wanted) = targets.get(&shown.key) {
            outcome.covered.push(Reached { rate: is_rate(&shown.key), key: shown.key, wanted, stands: shown.value });
        }
    }
    outcome.uncovered = targets.keys().filter(|key| law.figure(key).is_none()).cloned().collect();
    Ok(outcome)
}

/// Rounding must not part a total from its parts: where the parts make the total in the year, they make it at every scale.
fn parts_make_totals(law: &engine::law::Law, stated: &BTreeMap<String, f64>, targets: &mut BTreeMap<String, f64>) {
    for figure in law.figures.iter().filter(|figure| !figure.partition.is_empty()) {
        let parts = |of: &BTreeMap<String, f64>| figure.partition.iter().map(|part| of.get(part).copied()).sum::<Option<f64>>();
        if let (Some(total), Some(sum)) = (stated.get(&figure.key), parts(stated))
            && *total == sum
            && let Some(scaled) = parts(targets)
        {
            targets.insert(figure.key.clone(), scaled);
        }
    }
}

/// Makes the planned entries, act by act, in the order of their days.
fn enter(hall: &Hall, items: &[Item], year: i16) -> anyhow::Result<()> {
    let keeper = entries::keeper(&hall.law);
    let most = items.iter().map(|item| item.acts.len()).max().unwrap_or(0);
    for register in ["organs", "officers"]
        .into_iter()
        .chain(hall.law.registers.keys().map(String::as_str).filter(|id| !matches!(*id, "organs" | "officers")))
    {
        for round in 0..most {
            for in_year in [false, true] {
                let day = entries::act_day(year, in_year);
                let acts: Vec<Entering> = items
                    .iter()
                    .filter(|item| {
                        item.register == register
                            && hall.registers().entry(register, &item.id).is_none_or(|entry| round > 0 || entry.seq == 0)
                    })
                    .filter_map(|item| {
                        let doing = item.acts.get(round).filter(|doing| doing.in_year == in_year)?;
                        Some(Entering {
                            register: item.register.clone(),
                            act: doing.act.clone(),
                            id: item.id.clone(),
                            title: item.title.clone(),
                            organ: item.organ.clone(),
                            from: day,
                            with: doing.with.clone(),
                        })
                    })
                    .collect();
                for chunk in acts.chunks(BATCH) {
                    for done in hall.enter_all(chunk.to_vec(), std::slice::from_ref(&keeper), day.at(9, 0, 0, 0)) {
                        done.with_context(|| format!("an entry of {register} was refused"))?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn ground<'g>(hall: &'g Hall, people: &'g people::People, items: &[Item], year: i16) -> anyhow::Result<Ground<'g>> {
    let of = |register: &str| -> Vec<(String, String)> {
        items.iter().filter(|item| item.register == register).map(|item| (item.id.clone(), item.organ.clone())).collect()
    };
    let registers = hall.registers();
    let day = Date::new(year, 2, 1)?;
    let in_force = |register: &str| -> Vec<(String, String)> {
        of(register).into_iter().filter(|(id, _)| registers.entry(register, id).is_some_and(|entry| entry.in_force(day))).collect()
    };
    Ok(Ground {
        people,
        calendar: &hall.law.calendar,
        items: in_force("service-items"),
        powers: in_force("power-list"),
        body: in_force("enforcement-bodies").first().map(|(id, _)| id.clone()).unwrap_or_default(),
        year_end: Date::new(year, 12, 31)?,
    })
}

/// A step waiting for its moment; the earliest comes out first.
struct Waiting {
    at: DateTime,
    order: usize,
    case: Option<i64>,
    life: Life,
    step: Move,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

fn play(
    hall: &Hall,
    ground: &Ground<'_>,
    wanted: &plan::Cases,
    year: i16,
    random: &mut fastrand::Rng,
    outcome: &mut Outcome,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let first = Date::new(year, 1, 1)?;
    let days: Vec<Date> = first
        .series(jiff::Span::new().days(1))
        .take_while(|day| day.year() == year)
        .filter(|day| matches!(hall.law.calendar.day(*day), Day::Working | Day::MakeUp(_)))
        .collect();
    let mut agenda: BinaryHeap<Waiting> = BinaryHeap::new();
    let mut number = 0;
    let mut appraisal = appraisal::Appraisal::plan(hall, year)?;
    for (place, &day) in days.iter().enumerate() {
        for life in wanted.of_day(ground, place, days.len(), day, &mut number, random)? {
            push(&mut agenda, life, None, outcome.cases);
            outcome.cases += 1;
        }
        run_until(hall, &mut agenda, day.at(23, 59, 0, 0), outcome, bar)?;
        appraisal.until(hall, day.at(23, 59, 0, 0), outcome)?;
        outcome.lapses += hall.run_round(day.at(23, 59, 30, 0))?.events;
    }
    // What was begun in the year is carried to its end.
    while let Some(next) = agenda.peek() {
        let end = next.at.date().at(23, 59, 0, 0);
        run_until(hall, &mut agenda, end, outcome, bar)?;
        appraisal.until(hall, end, outcome)?;
        outcome.lapses += hall.run_round(end)?.events;
    }
    appraisal.finish(hall, outcome)
}

fn push(agenda: &mut BinaryHeap<Waiting>, mut life: Life, case: Option<i64>, order: usize) {
    if let Some(step) = life.moves.next() {
        agenda.push(Waiting { at: step.at, order, case, life, step });
    }
}

fn run_until(
    hall: &Hall,
    agenda: &mut BinaryHeap<Waiting>,
    until: DateTime,
    outcome: &mut Outcome,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    loop {
        let mut batch = Vec::new();
        while batch.len() < BATCH && agenda.peek().is_some_and(|next| next.at <= until) {
            batch.extend(agenda.pop());
        }
        if batch.is_empty() {
            return Ok(());
        }
        let asked = batch
            .iter_mut()
            .map(|waiting| {
                let asked = Asked {
                    case: waiting.case,
                    procedure: waiting.life.procedure.to_owned(),
                    step: waiting.step.step.to_owned(),
                    by: std::mem::take(&mut waiting.step.by),
                    with: std::mem::take(&mut waiting.step.with),
                    seen: None,
                };
                (asked, waiting.at)
            })
            .collect();
        let results = hall.take_steps_at(asked);
        for (waiting, result) in batch.into_iter().zip(results) {
            match result {
                Ok(done) => {
                    outcome.steps += 1;
                    if waiting.case.is_none() {
                        bar.inc(1);
                    }
                    push(agenda, waiting.life, Some(done.case.id), waiting.order);
                }
                // Ids of another run of the same second: try again with fresh ones.
                Err(Error::Overtaken) if waiting.case.is_none() => {
                    bail!("the database already holds cases of that moment; rehearse into an empty one")
                }
                Err(error) => {
                    bail!("a rehearsed {} was refused at `{}` on {}: {error}", waiting.life.procedure, waiting.step.step, waiting.at)
                }
            }
        }
    }
}

/// Sums up for the command line.
pub fn report(outcome: &Outcome) -> BTreeMap<&'static str, Vec<String>> {
    let line = |reached: &Reached| {
        format!(
            "{} wanted {} stands {}",
            reached.key,
            reached.wanted,
            reached.stands.map_or("nothing".to_owned(), |value| value.to_string())
        )
    };
    BTreeMap::from([
        ("missed", outcome.covered.iter().filter(|reached| !reached.rate && !reached.holds()).map(line).collect()),
        ("rates", outcome.covered.iter().filter(|reached| reached.rate).map(line).collect()),
        ("uncovered", outcome.uncovered.clone()),
    ])
}
