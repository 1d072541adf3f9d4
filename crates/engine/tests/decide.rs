//! Random walks over every procedure of the law folder, with lawful and unlawful steps: deciding is total and deterministic, a refusal
//! changes nothing and says why, and a case is the fold of its events.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod folder;

use engine::case::{APPLICANT, CLOCK, Case, Event, HANDLER, Person};
use engine::decide::{Command, decide, next_lapse, open_steps};
use engine::law::{Ask, Cite, Field, FieldKind, Flag, Law, Procedure, Version};
use engine::register::{Entry, Registers, State};
use folder::folder;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Small and the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit.max(1) as u64).unwrap()
    }
    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// One entry in force in every register.
fn registers(law: &Law) -> Registers {
    let mut registers = Registers::default();
    for register in law.registers.keys() {
        registers.insert(Entry {
            register: register.clone(),
            id: "one".to_owned(),
            title: "一".to_owned(),
            organ: "town".to_owned(),
            state: State::InForce,
            from: None,
            to: None,
            fields: Map::new(),
            seq: 1,
        });
    }
    registers
}

/// Two citizens, and two people for every post, half of them elsewhere or without papers.
fn people(law: &Law) -> Vec<Person> {
    let citizen = |id: &str| Person {
        id: id.to_owned(),
        name: id.to_owned(),
        posts: ["applicant", "caller", "party"].map(str::to_owned).to_vec(),
        ..Person::default()
    };
    let mut people = vec![citizen("li"), citizen("chen")];
    for post in law.posts.keys().filter(|post| !["applicant", "caller", "party"].contains(&post.as_str())) {
        for (suffix, organ, able) in [("a", "town", true), ("b", "town", true), ("c", "county", false)] {
            let id = format!("{post}-{suffix}");
            people.push(Person {
                name: id.clone(),
                id,
                organ: organ.to_owned(),
                posts: vec![post.clone()],
                certified: able,
                legal_qualified: able,
            });
        }
    }
    people
}

fn value(field: &Field, people: &[Person], chance: &mut Chance, now: DateTime) -> Value {
    if chance.one_in(40) {
        return chance
            .pick(&[Value::Null, json!(""), json!(-5), json!([1, 2]), json!({ "name": 3 }), json!(true), json!("no such")])
            .clone();
    }
    let day = now.date().checked_add((chance.below(60) as i64 - 20).days()).unwrap();
    match field.kind {
        FieldKind::Text if field.id == "figure" => json!("S155.grids_total"),
        FieldKind::Text | FieldKind::Prose => json!("说明"),
        FieldKind::Number if field.id == "year" => json!(i64::from(now.year()) - chance.below(2) as i64),
        FieldKind::Number => json!(chance.below(30)),
        FieldKind::Money => json!(chance.pick(&[50, 200, 5_000, 200_000])),
        FieldKind::Date => json!(day.to_string()),
        FieldKind::Choice => json!(chance.pick(&field.choices).id),
        FieldKind::Choices => json!([chance.pick(&field.choices).id]),
        FieldKind::Fact => json!(chance.pick(&["yes", "no", "not-established"])),
        FieldKind::Entry => json!(if chance.one_in(20) { "none" } else { "one" }),
        FieldKind::Person => json!(chance.pick(people).id),
        FieldKind::Persons => json!([chance.pick(people).id]),
        FieldKind::Party => json!({ "name": "某店", "kind": chance.pick(&["citizen", "organisation"]) }),
        FieldKind::Columns => json!(["no | 编号 | text | key"]),
        FieldKind::Points => json!("0.5"),
        FieldKind::Files | FieldKind::Lines | FieldKind::Indicators | FieldKind::Sheet | FieldKind::Ranking => json!(["一行"]),
    }
}

fn filled(version: &Version, asks: &[Ask], people: &[Person], chance: &mut Chance, now: DateTime) -> Map<String, Value> {
    let mut with = Map::new();
    for ask in asks {
        if let Some(field) = version.field(&ask.field).filter(|_| if ask.required { !chance.one_in(40) } else { chance.one_in(2) }) {
            with.insert(ask.field.clone(), value(field, people, chance, now));
        }
    }
    if chance.one_in(40) {
        with.insert("unasked".to_owned(), json!("x"));
    }
    with
}

/// Mostly people who may take the step, sometimes anybody, sometimes nobody.
fn actors(step: &engine::law::Step, case: Option<&Case>, people: &[Person], chance: &mut Chance) -> Vec<Person> {
    if chance.one_in(40) {
        return Vec::new();
    }
    if chance.one_in(15) {
        return vec![chance.pick(people).clone(), chance.pick(people).clone()];
    }
    let may = |person: &&Person| {
        step.by.iter().any(|post| match post.as_str() {
            HANDLER => case.is_some_and(|case| case.handlers.contains(&person.id)),
            APPLICANT => person.organ.is_empty() && case.is_none_or(|case| case.applicant.as_ref().is_none_or(|id| *id == person.id)),
            CLOCK => false,
            post => person.holds(post),
        })
    };
    let able: Vec<&Person> = people.iter().filter(may).collect();
    let Some(first) = (!able.is_empty()).then(|| (*chance.pick(&able)).clone()) else { return vec![Person::clock()] };
    let second = able
        .iter()
        .find(|other| other.id != first.id && other.organ == first.organ && !first.organ.is_empty())
        .map(|other| (*other).clone());
    match (second, chance.one_in(3)) {
        (Some(second), false) => vec![first, second],
        _ => vec![first],
    }
}

/// What the ledger does to an event: its body as JSON, the rest as columns.
fn through_the_ledger(event: &Event) -> Event {
    let mut back: Event = serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap();
    back.seq = event.seq;
    back.at = event.at;
    back.step.clone_from(&event.step);
    back.organ.clone_from(&event.organ);
    back.matter.clone_from(&event.matter);
    back
}

/// An article in force on the day, or one of a local instrument [VL] that serves as a model elsewhere, whatever its age.
fn stands(law: &Law, cite: &Cite, day: Date) -> bool {
    let model = || {
        law.instruments.get(cite.instrument()).is_some_and(|instrument| {
            instrument.versions.iter().flat_map(|version| &version.articles).any(|article| article.flag == Flag::VL)
        })
    };
    law.article(cite, day).is_some() || model()
}

/// Walks one procedure; returns how many steps were taken and how many refused.
fn walk(law: &Law, procedure: &Procedure, seed: u64) -> (usize, usize) {
    let (registers, people, mut chance) = (registers(law), people(law), Chance(seed));
    let mut now = date(2024, 1, 2).at(9, 0, 0, 0).checked_add((chance.below(700) as i64).days()).unwrap();
    // A procedure younger than that is walked from the day it holds.
    let first = procedure.versions.iter().map(|version| version.in_force).min().unwrap();
    now = now.max(first.at(9, 0, 0, 0));
    let (_, version) = law.version(&procedure.id, now.date()).unwrap();
    let mut case: Option<Case> = None;
    let mut events: Vec<Event> = Vec::new();
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..60 {
        now = now.checked_add((chance.below(40) as i64).hours().minutes(7)).unwrap();
        while let Some(event) = case.as_ref().and_then(|case| next_lapse(law, &registers, case, now)) {
            let case = case.as_mut().unwrap();
            assert_eq!(event, next_lapse(law, &registers, case, now).unwrap());
            assert!(event.at.unwrap() <= now.checked_add(1.second()).unwrap());
            case.apply(&event);
            events.push(event);
            assert!(events.len() < 500, "the clocks of {} never rest", procedure.id);
        }
        let possible: Vec<&engine::law::Step> = match &case {
            None => version.steps.iter().filter(|step| step.from.is_empty()).collect(),
            Some(case) => version.steps.iter().filter(|step| step.from.iter().any(|from| *from == case.stage || from == "*")).collect(),
        };
        let step = if possible.is_empty() || chance.one_in(6) { chance.pick(&version.steps) } else { *chance.pick(&possible) };
        let by = actors(step, case.as_ref(), &people, &mut chance);
        let with = filled(version, &step.asks, &people, &mut chance, now);
        let name = if chance.one_in(50) { format!("{}x", step.id) } else { step.id.clone() };
        let command = Command { division: "140902".to_owned(), procedure: procedure.id.clone(), step: name, by, with };

        let before = case.clone();
        let answer = decide(law, &registers, case.as_ref(), &command, now);
        assert_eq!(answer, decide(law, &registers, case.as_ref(), &command, now), "deciding twice differs");
        assert_eq!(case, before);
        match answer {
            Ok(event) => {
                taken += 1;
                assert_eq!(event.seq as usize, events.len() + 1);
                if let (Some(case), [person]) = (&case, command.by.as_slice()) {
                    let shown = open_steps(law, &registers, case, person, now).into_iter().find(|state| state.step == step.id).unwrap();
                    assert!(
                        shown.reasons.is_empty(),
                        "{} {} was taken by {} but is shown closed: {:?}",
                        procedure.id,
                        step.id,
                        person.id,
                        shown.reasons
                    );
                }
                match &mut case {
                    Some(case) => case.apply(&event),
                    None => case = Some(Case::open("140902", 7, &event).unwrap()),
                }
                events.push(event);
                let case = case.as_ref().unwrap();
                assert!(version.stage(&case.stage).is_some(), "{} stands in no stage after {}", procedure.id, step.id);
            }
            Err(refusal) => {
                refused += 1;
                assert!(!refusal.reasons.is_empty());
                for reason in &refusal.reasons {
                    assert!(!reason.says.is_empty() && !reason.cure.is_empty(), "{reason:?}");
                    assert!(
                        reason.cite.as_ref().is_none_or(|cite| stands(law, cite, now.date())),
                        "{} {}: {:?} is no article in force",
                        procedure.id,
                        step.id,
                        reason.cite
                    );
                }
            }
        }
    }
    if let Some(case) = &case {
        assert_eq!(Case::fold("140902", 7, &events).as_ref(), Some(case), "the fold differs");
        let stored: Vec<Event> = events.iter().map(through_the_ledger).collect();
        assert_eq!(stored, events, "an event changes on its way through the ledger");
        assert_eq!(case.seq as usize, events.len());
    }
    (taken, refused)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_through_any_procedure_holds_together(seed in any::<u64>()) {
        let law = &folder().law;
        for procedure in law.procedures.values() {
            walk(law, procedure, seed);
        }
    }
}

#[test]
fn walks_take_and_refuse_steps_of_every_procedure() {
    let law = &folder().law;
    for procedure in law.procedures.values() {
        let (taken, refused) = (0..40).map(|seed| walk(law, procedure, seed)).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        println!("{}: {taken} taken, {refused} refused", procedure.id);
        assert!(taken >= 20 && refused >= 40, "{}: {taken} taken, {refused} refused", procedure.id);
    }
}

#[test]
fn nobody_is_served_under_a_law_that_is_not_in_force() {
    let law = &folder().law;
    let registers = registers(law);
    for procedure in law.procedures.keys() {
        let command = Command {
            division: "140902".to_owned(),
            procedure: procedure.clone(),
            step: "anything".to_owned(),
            by: vec![],
            with: Map::new(),
        };
        let refusal = decide(law, &registers, None, &command, date(1990, 1, 1).at(9, 0, 0, 0)).unwrap_err();
        assert_eq!(refusal.reasons[0].guard, "version");
    }
}
