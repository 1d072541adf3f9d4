//! The last weeks before today: cases in every stage, some of them late, so that a demonstration opens on a desk with work on it.

use std::collections::BinaryHeap;

use actions::Hall;
use indicatif::ProgressBar;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::district::DistrictYear;
use super::lives::{self, Ground, Life, Matter};
use super::people;
use super::{Outcome, leading, push, run_until};

/// Working days looked back.
const DAYS: i64 = 22;

/// Opens cases over the last weeks and carries each as far as its day allows; every third is left lying.
pub fn play(hall: &Hall, district: &DistrictYear, now: DateTime, seed: u64) -> anyhow::Result<Outcome> {
    let mut random = fastrand::Rng::with_seed(seed);
    let (people, _, _) = people::settle(&hall.law, &district.name, &district.townships, district.year);
    let registers = hall.registers();
    let today = now.date();
    let in_force = |register: &str| -> Vec<(String, String)> {
        registers.all(register).filter(|entry| entry.in_force(today)).map(|entry| (entry.id.clone(), entry.organ.clone())).collect()
    };
    let known = |organ: &String| people.organs.contains(organ);
    let ground = Ground {
        people: &people,
        calendar: &hall.law.calendar,
        items: in_force("service-items").into_iter().filter(|(id, organ)| known(organ) && id.starts_with("item-")).collect(),
        powers: in_force("power-list"),
        body: in_force("enforcement-bodies").first().map(|(id, _)| id.clone()).unwrap_or_default(),
        year_end: today.checked_add(1.year()).unwrap_or(Date::MAX),
    };
    let mut days: Vec<Date> = Vec::new();
    let mut day = today;
    while (days.len() as i64) < DAYS {
        if hall.law.calendar.works(day) {
            days.insert(0, day);
        }
        day = day.yesterday()?;
    }
    let mut outcome = Outcome::default();
    let bar = ProgressBar::hidden();
    let mut agenda = BinaryHeap::new();
    let mut number = 9_000;
    for (place, &day) in days.iter().enumerate() {
        for life in leading::of_day(&ground, days.len() - place, day)? {
            push(&mut agenda, life, None, outcome.cases);
            outcome.cases += 1;
        }
        for life in of_day(&ground, day, &mut number, &mut random)? {
            let left = number % 3 == 0 || random.u8(..3) == 0;
            let moves: Vec<_> = life.moves.collect();
            let keep = if left { random.usize(1..moves.len().max(2)) } else { moves.len() };
            push(
                &mut agenda,
                Life { procedure: life.procedure, moves: moves.into_iter().take(keep).collect::<Vec<_>>().into_iter() },
                None,
                outcome.cases,
            );
            outcome.cases += 1;
        }
        run_until(hall, &mut agenda, day.at(23, 59, 0, 0).min(now), &mut outcome, &bar)?;
        outcome.lapses += hall.run_round(day.at(23, 59, 30, 0).min(now))?.events;
    }
    if today.year() != district.year {
        super::appraisal::Appraisal::plan(hall, today.year())?.up_to(hall, now, &mut outcome)?;
    }
    Ok(outcome)
}

fn of_day(ground: &Ground<'_>, day: Date, number: &mut usize, random: &mut fastrand::Rng) -> anyhow::Result<Vec<Life>> {
    let mut lives = Vec::new();
    for (venue, mode, grade) in [
        ("district-centre", None, Some("very-satisfied")),
        ("district-centre", Some("optimised"), None),
        ("online", Some("optimised"), Some("satisfied")),
        ("township", None, None),
    ] {
        *number += 1;
        let grade = if (*number).is_multiple_of(17) { Some("dissatisfied") } else { grade };
        lives.push(lives::matter(ground, &Matter { venue, mode, grade, concluded: true }, *number, day, random)?);
    }
    *number += 1;
    lives.push(lives::penalty(ground, *number, day, random)?);
    for rating in [Some("satisfied"), Some("not-rated")] {
        *number += 1;
        lives.push(super::orders::order(ground, rating, *number, day, random)?);
    }
    Ok(lives)
}
