//! Taking a step: the one way in which a case begins or moves.

use std::sync::{Arc, MutexGuard, PoisonError};

use engine::case::{Case, Event, Person};
use engine::decide::{Command, decide, next_lapse, version_of};
use engine::figure::statement;
use engine::law::Version;
use engine::value;
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use store::{Append, ClockRow, EventRow, Head, NewEvent, NumberWanted, SearchText};

use crate::hall::{Error, Hall, Result};
use crate::moment;
use crate::pool;

/// A step somebody asks to take.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The case; `None` opens a new one of `procedure`.
    pub case: Option<i64>,
    pub procedure: String,
    pub step: String,
    pub by: Vec<Person>,
    pub with: Map<String, Value>,
    /// The number of the last event the asker has seen; a case that has moved on is refused as overtaken.
    pub seen: Option<u32>,
}

/// A step that was taken and is durable.
#[derive(Debug, Clone)]
pub struct Done {
    pub case: Arc<Case>,
    pub code: String,
    pub event: Event,
}

impl Hall {
    /// Takes one step, once. Returns when it is on disk. A member of the public acts on own cases only.
    pub fn take_step(&self, asked: Asked, now: DateTime) -> Result<Done> {
        self.take_step_by_code(asked, None, now)
    }

    /// The same for a member of the public who was served at a window and holds the case's tracking code.
    pub fn take_step_by_code(&self, asked: Asked, tracking: Option<&str>, now: DateTime) -> Result<Done> {
        if let Some(id) = asked.case {
            let case = self.case(id)?;
            let holds_code = tracking.is_some_and(|tracking| crate::look::tidy_code(tracking) == code(&case));
            let own = |person: &Person| !person.organ.is_empty() || case.applicant.as_deref() == Some(&person.id);
            if !holds_code && !asked.by.iter().all(own) {
                return Err(Error::NotFound);
            }
            // What the clock has already done comes first: a step cannot slip in before an effect that the law has given.
            if next_lapse(&self.law, &self.registers(), &case, now).is_some() {
                match self.fire_clocks(id, now) {
                    // What only writes down a number waits until it is counted, and keeps nobody from working.
                    Ok(_) | Err(Error::Counting(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let mut done = self.take_steps(vec![asked], now);
        done.pop().unwrap_or(Err(Error::NotFound))
    }

    /// Takes steps on different cases in one commit; each stands for itself. Several steps on one case in one call are taken in order.
    pub fn take_steps(&self, asked: Vec<Asked>, now: DateTime) -> Vec<Result<Done>> {
        let asked = asked.into_iter().map(|asked| (asked, now)).collect();
        self.take_steps_at(asked)
    }

    /// The same, each step at its own moment.
    pub fn take_steps_at(&self, asked: Vec<(Asked, DateTime)>) -> Vec<Result<Done>> {
        let mut results: Vec<Result<Done>> = Vec::with_capacity(asked.len());
        let mut appends: Vec<Append> = Vec::new();
        let mut places: Vec<usize> = Vec::new();
        // What may be there once is looked for and written by one caller at a time.
        let single = asked.iter().any(|(asked, _)| self.is_single(asked));
        let _turn = single.then(|| self.single.lock().unwrap_or_else(PoisonError::into_inner));
        let mut before: Vec<Arc<Case>> = Vec::new();
        let mut turn = None;
        for (asked, now) in asked {
            let prepared = self.prepare(&asked, now, &mut turn).and_then(|prepared| match single {
                true => self.once(&prepared.0, &mut before).map(|()| prepared),
                false => Ok(prepared),
            });
            match prepared {
                Ok((case, code, event, append)) => {
                    match self.children(&case, &code, &event, &asked, now) {
                        Ok(children) if children.is_empty() => {}
                        Ok(children) => {
                            results.push(self.append_family(Done { case, code, event }, append, children));
                            continue;
                        }
                        Err(error) => {
                            results.push(Err(error));
                            continue;
                        }
                    }
                    places.push(results.len());
                    appends.push(append);
                    // Later steps of the same call build on this one; if the commit fails all of them fail.
                    self.recent().put(case.clone());
                    results.push(Ok(Done { case, code, event }));
                }
                Err(error) => results.push(Err(error)),
            }
        }
        if appends.is_empty() {
            return results;
        }
        for (place, answer) in places.into_iter().zip(self.store.append(appends)) {
            match (answer, &mut results[place]) {
                (Ok(appended), Ok(done)) => {
                    if !appended.numbers.is_empty() {
                        self.numbered(done, &appended.numbers);
                    }
                }
                (Err(error), slot) => {
                    if let Ok(done) = slot {
                        self.recent().forget(done.case.id);
                    }
                    if matches!(error, store::AppendError::Conflict { .. }) {
                        self.skip_ids();
                    }
                    *slot = Err(error.into());
                }
                (Ok(_), Err(_)) => {}
            }
        }
        results
    }

    pub(crate) fn numbered(&self, done: &mut Done, numbers: &[i64]) {
        let numbers: Vec<u32> = numbers.iter().filter_map(|&number| u32::try_from(number).ok()).collect();
        let mut case = (*done.case).clone();
        if let Some(taken) = case.taken.last_mut() {
            taken.numbers.clone_from(&numbers);
        }
        done.event.numbers = numbers;
        done.case = Arc::new(case);
        let mut recent = self.recent();
        if recent.get(done.case.id).is_none_or(|held| held.seq == done.case.seq) {
            recent.put(done.case.clone());
        }
    }

    fn prepare<'h>(
        &'h self,
        asked: &Asked,
        now: DateTime,
        turn: &mut Option<MutexGuard<'h, ()>>,
    ) -> Result<(Arc<Case>, String, Event, Append)> {
        let before = match asked.case {
            Some(id) => Some(self.case(id)?),
            None => None,
        };
        if let (Some(case), Some(seen)) = (&before, asked.seen)
            && case.seq != seen
        {
            return Err(Error::Overtaken);
        }
        let command = Command {
            division: self.settings.division.clone(),
            procedure: asked.procedure.clone(),
            step: asked.step.clone(),
            by: asked.by.clone(),
            with: asked.with.clone(),
        };
        let mut event = decide(&self.law, &self.registers(), before.as_deref(), &command, now)?;
        if let Some(case) = &before
            && let Some((_, version)) = version_of(&self.law, case)
            && let Some(step) = version.step(&event.step)
        {
            crate::writing::check_places(&self.law, version, step, &event.with)?;
            if step.freezes.is_some() {
                self.freeze(case, version, step, &mut event, now)?;
            }
        }
        let procedure = before.as_deref().map_or(asked.procedure.as_str(), |case| case.procedure.as_str());
        let pool = if procedure == pool::PROCEDURE { self.pool_effect(before.as_deref(), &mut event, now, turn)? } else { None };
        let (case, code, event, mut append) = self.record(before.as_deref(), event, now)?;
        append.pool = pool;
        Ok((case, code, event, append))
    }

    /// The append that records an event, and the case after it.
    pub(crate) fn record(&self, before: Option<&Case>, mut event: Event, now: DateTime) -> Result<(Arc<Case>, String, Event, Append)> {
        if let Some(open) = &mut event.open {
            open.salt = (self.chance)()?.chars().take(12).collect();
        }
        if let Some(before) = before {
            self.keep_computed(before, &mut event)?;
        }
        let division = &self.settings.division;
        let case = match before {
            Some(case) => {
                let mut case = case.clone();
                case.apply(&event);
                case
            }
            None => Case::open(division, self.new_id(now), &event).ok_or(Error::NotFound)?,
        };
        let (procedure, version) = version_of(&self.law, &case).ok_or(Error::NotFound)?;
        let body = serde_json::to_string(&event).map_err(|error| Error::Invalid(error.to_string()))?;
        let at = moment::seconds(event.at.unwrap_or(now));
        let year = i32::from(event.at.unwrap_or(now).year());
        let numbers = event
            .papers
            .iter()
            .filter_map(|paper| {
                let form = procedure.papers.get(paper)?;
                Some(NumberWanted { series: form.series.clone()?, organ: event.issuer(form).to_owned(), year })
            })
            .collect();
        let place = version.place.as_deref().and_then(|field| case.text(field)).unwrap_or_default().to_owned();
        let code = code(&case);
        let title = self.summary(version, &case);
        let held = before.map(|case| self.index.held(&self.law, case)).unwrap_or_default();
        let on = event.at.unwrap_or(now).date();
        let counted =
            self.index.step(&self.law, &held, &case, &event).into_iter().map(|counted| crate::figure::kept(counted, on)).collect();
        let (clocks, due) = self.clock_rows(version, &case, event.at.unwrap_or(now));
        let search =
            before.is_none().then(|| SearchText { kind: "case".to_owned(), title: title.clone(), body: searchable(version, &case, &code) });
        let append = Append {
            division: self.settings.number(),
            stream: case.id,
            expected: case.seq - 1,
            events: vec![NewEvent {
                at,
                kind: event.step.clone(),
                organ: event.organ.clone(),
                matter: event.matter.clone(),
                body,
                numbers,
            }],
            head: Some(Head {
                procedure: case.procedure.clone(),
                version: case.version.to_string(),
                stage: case.stage.clone(),
                open: version.stage(&case.stage).is_none_or(|stage| !stage.end),
                organ: case.organ.clone(),
                matter: case.matter.clone(),
                place,
                title,
                code: Some(code.clone()),
                applicant: case.applicant.clone().unwrap_or_default(),
                handlers: case.handlers.clone(),
                channel: case.text("channel").unwrap_or_default().to_owned(),
                opened_at: moment::seconds(case.opened),
                due,
            }),
            clocks: if event.clocks.is_empty() { None } else { Some(clocks) },
            entry: None,
            counted,
            search,
            jobs: Vec::new(),
            pool: None,
        };
        Ok((Arc::new(case), code, event, append))
    }

    /// Clocks that can still fall due, and the earliest of them that somebody waits for.
    pub(crate) fn clock_rows(&self, version: &Version, case: &Case, now: DateTime) -> (Vec<ClockRow>, Option<i64>) {
        let mut rows = Vec::new();
        let mut earliest = None;
        for (id, ledger) in &case.clocks {
            if !ledger.running() || ledger.paused() {
                continue;
            }
            let Ok(due) = ledger.due(&self.law.calendar, now) else { continue };
            let due = moment::seconds(due.at);
            let clock = version.clocks.iter().find(|clock| &clock.id == id);
            let duty = clock.and_then(|clock| clock.lapse.as_ref()).is_some_and(|lapse| lapse.alert.is_some());
            if duty {
                earliest = Some(earliest.map_or(due, |known: i64| known.min(due)));
            }
            if ledger.lapsed.is_none() {
                rows.push(ClockRow { clock: id.clone(), due, kind: if duty { "duty" } else { "right" }.to_owned(), extra: String::new() });
            }
        }
        (rows, earliest)
    }

    /// A case by id: from memory if it is there, else the fold of its events.
    pub fn case(&self, id: i64) -> Result<Arc<Case>> {
        if let Some(case) = self.recent().get(id) {
            return Ok(case);
        }
        let events = self.events(id)?;
        let case = Arc::new(Case::fold(&self.settings.division, id, &events).ok_or(Error::NotFound)?);
        self.recent().put(case.clone());
        Ok(case)
    }

    /// The events of a case.
    pub fn events(&self, id: i64) -> Result<Vec<Event>> {
        self.store.events(self.settings.number(), id, 0)?.iter().map(event_of).collect()
    }

    /// The one line that names a case.
    pub fn summary(&self, version: &Version, case: &Case) -> String {
        fill(&version.summary, |place| {
            let field = version.field(place.split('.').next().unwrap_or(place));
            let value = case.get(place)?;
            if case.procedure == statement::PROCEDURE && place == statement::FIGURE {
                let title = value.as_str().and_then(|key| self.law.figure(key)).map(|figure| figure.title.clone());
                return title.or_else(|| value.as_str().map(str::to_owned));
            }
            match field.and_then(|field| field.register.as_deref()).zip(value.as_str()) {
                Some((register, id)) => {
                    Some(self.registers().entry(register, id).map_or_else(|| id.to_owned(), |entry| entry.title.clone()))
                }
                None => Some(value::read(field, value)),
            }
        })
    }

    /// Fires what the clocks of one case owe by `now`; returns how many events that made.
    pub fn fire_clocks(&self, id: i64, now: DateTime) -> Result<usize> {
        let mut fired = 0;
        loop {
            let case = self.case(id)?;
            let Some(event) = next_lapse(&self.law, &self.registers(), &case, now) else { return Ok(fired) };
            let at = event.at.unwrap_or(now);
            let (after, _, _, append) = self.record(Some(&case), event, at)?;
            match self.store.append(vec![append]).pop() {
                Some(Ok(_)) => self.recent().put(after),
                // Somebody stepped in between: look again.
                Some(Err(store::AppendError::Conflict { .. })) => self.recent().forget(id),
                Some(Err(error)) => {
                    self.recent().forget(id);
                    return Err(error.into());
                }
                None => return Ok(fired),
            }
            fired += 1;
        }
    }
}

/// An event from its row.
pub fn event_of(row: &EventRow) -> Result<Event> {
    let mut event: Event =
        serde_json::from_str(&row.body).map_err(|error| Error::Invalid(format!("第{}号事件读不出来：{error}", row.seq)))?;
    event.seq = row.seq;
    event.at = Some(moment::wall(row.at));
    event.step.clone_from(&row.kind);
    event.organ.clone_from(&row.organ);
    event.matter.clone_from(&row.matter);
    Ok(event)
}

/// Fills `{place}`s; a place without a value becomes nothing.
pub(crate) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((place, tail)) => {
                out.push_str(&value(place).unwrap_or_default());
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// What full-text search finds a case by: its own words, never what is personal.
fn searchable(version: &Version, case: &Case, code: &str) -> String {
    let mut words = code.to_owned();
    for field in version.fields.iter().filter(|field| !field.personal) {
        if let Some(value) = case.fields.get(&field.id) {
            let text = value::read(Some(field), value);
            if text.chars().count() > 3 {
                words.push(' ');
                words.push_str(&text);
            }
        }
    }
    words
}

/// The tracking code of a case: its id in base 32, and five letters that only the chance drawn at its opening gives, so that nobody
/// can work a code out.
pub fn code(case: &Case) -> String {
    use sm3::{Digest, Sm3};
    const SET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut letters = Vec::with_capacity(16);
    let mut rest = case.id;
    while rest > 0 {
        letters.push(SET[(rest & 31) as usize]);
        rest >>= 5;
    }
    letters.reverse();
    let mut digest = Sm3::new();
    digest.update(format!("{}|{}|{}", case.division, case.id, case.salt));
    for byte in digest.finalize().iter().take(5) {
        letters.push(SET[(byte & 31) as usize]);
    }
    let groups: Vec<&str> = letters.chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join("-")
}
