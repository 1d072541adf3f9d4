//! Looking at cases: who may see what, and a case as its page or its JSON shows it. Default deny.

use std::sync::Arc;

use engine::case::{Case, LAPSE, Person};
use engine::clock::Standing;
use engine::decide::{StepState, open_steps, version_of};
use engine::law::{Cite, Field, PaperForm, Reach};
use engine::value;
use jiff::civil::DateTime;
use serde::Serialize;
use store::{CaseFilter, CaseOrder, HeadRow};

use crate::hall::{Error, Hall, Result};
use crate::moment;
use crate::step::event_of;

/// How much of a case somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    Nothing,
    /// Where it stands, its clocks, when what was done: what the tracking code opens.
    Progress,
    /// The above, what the person gave, and the papers addressed to them.
    Own,
    /// The whole file.
    Whole,
}

/// Who may see how much of a case.
pub fn sight(hall: &Hall, person: Option<&Person>, case: &Case) -> Sight {
    let Some(person) = person else { return Sight::Nothing };
    if person.organ.is_empty() {
        return if case.applicant.as_deref() == Some(&person.id) { Sight::Own } else { Sight::Nothing };
    }
    if person.posts.is_empty() {
        return Sight::Nothing;
    }
    let oversees = ["supervisor", "leader"].iter().any(|post| person.holds(post));
    let acted = case.handlers.contains(&person.id) || case.taken.iter().any(|taken| taken.by.contains(&person.id));
    let across = version_of(&hall.law, case).is_some_and(|(_, version)| {
        version
            .steps
            .iter()
            .flat_map(|step| &step.by)
            .any(|post| person.holds(post) && hall.law.posts.get(post).is_some_and(|post| post.reach == Reach::Division))
    });
    if oversees || acted || across || (case.organ == person.organ && !person.posts.is_empty()) { Sight::Whole } else { Sight::Nothing }
}

/// A case as shown.
#[derive(Debug, Clone, Serialize)]
pub struct CaseView {
    pub id: i64,
    pub code: String,
    pub seq: u32,
    pub sight: Sight,
    pub procedure: String,
    pub procedure_title: String,
    pub version: jiff::civil::Date,
    pub title: String,
    pub stage: String,
    pub stage_title: String,
    pub ended: bool,
    pub organ: String,
    pub organ_title: String,
    pub opened: DateTime,
    pub handlers: Vec<String>,
    pub fields: Vec<FieldView>,
    pub clocks: Vec<ClockView>,
    pub events: Vec<EventView>,
    pub steps: Vec<StepState>,
    pub unmodelled: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FieldView {
    pub id: String,
    pub title: String,
    pub text: String,
    pub personal: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct ClockView {
    pub id: String,
    pub title: String,
    pub cite: Cite,
    pub standing: Standing,
    pub provisional: bool,
    /// 怎么算的, a sentence a line.
    pub how: Vec<String>,
    /// Where a local count came from.
    pub parameter: Option<String>,
    pub lapsed: bool,
    /// Lateness is somebody's, not the end of a right.
    pub duty: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct EventView {
    pub seq: u32,
    pub at: DateTime,
    pub step: String,
    pub title: String,
    pub by: Vec<String>,
    pub cite: Option<Cite>,
    pub fields: Vec<FieldView>,
    pub papers: Vec<PaperRef>,
    /// SM3 of the event, in hex.
    pub hash: String,
}

/// A paper issued by an event.
#[derive(Debug, Clone, Serialize)]
pub struct PaperRef {
    pub seq: u32,
    pub id: String,
    pub title: String,
    pub number: Option<String>,
    pub at: DateTime,
}

/// Which list of cases.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    pub filter: CaseFilter,
    pub by_due: bool,
    pub offset: u64,
    pub limit: u32,
}

impl Hall {
    /// A case for somebody signed in.
    pub fn look(&self, person: Option<&Person>, id: i64, now: DateTime) -> Result<CaseView> {
        let case = self.case(id)?;
        match sight(self, person, &case) {
            Sight::Nothing => Err(Error::NotFound),
            sight => self.view(&case, sight, person, now),
        }
    }

    /// The same without weighing every step of the procedure: for answers that only say what has become of the case.
    pub fn glance(&self, person: Option<&Person>, id: i64, now: DateTime) -> Result<CaseView> {
        let case = self.case(id)?;
        match sight(self, person, &case) {
            Sight::Nothing => Err(Error::NotFound),
            sight => self.view(&case, sight, None, now),
        }
    }

    /// A case for whoever holds its tracking code.
    pub fn track(&self, code: &str, now: DateTime) -> Result<CaseView> {
        let code = tidy_code(code);
        let head = self.store.case_by_code(self.settings.number(), &code)?.ok_or(Error::NotFound)?;
        let case = self.case(head.stream)?;
        self.view(&case, Sight::Progress, None, now)
    }

    /// The id behind a tracking code.
    pub fn id_of(&self, code: &str) -> Result<i64> {
        Ok(self.store.case_by_code(self.settings.number(), &tidy_code(code))?.ok_or(Error::NotFound)?.stream)
    }

    fn view(&self, case: &Arc<Case>, sight: Sight, person: Option<&Person>, now: DateTime) -> Result<CaseView> {
        let (procedure, version) = version_of(&self.law, case).ok_or(Error::NotFound)?;
        let rows = self.store.events(self.settings.number(), case.id, 0)?;
        let whole = sight == Sight::Whole;
        let name = |id: &String| {
            self.registers()
                .entry("officers", id)
                .map_or_else(|| if id.starts_with("u:") { "申请人".to_owned() } else { id.clone() }, |entry| entry.title.clone())
        };
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let event = event_of(row)?;
            let step = version.step(&event.step);
            let lapsed = event
                .with
                .get("lapsed-clock")
                .and_then(serde_json::Value::as_str)
                .and_then(|id| version.clocks.iter().find(|clock| clock.id == id));
            let title = match (event.step.as_str(), lapsed, step) {
                (LAPSE, Some(clock), _) => format!("“{}”期限届满", clock.title),
                (_, _, Some(step)) => step.title.clone(),
                (other, _, None) => other.to_owned(),
            };
            let mut numbers = event.numbers.iter();
            let papers = event
                .papers
                .iter()
                .filter_map(|id| {
                    let form = procedure.papers.get(id);
                    let number = form.and_then(|form| {
                        let series = form.series.as_deref()?;
                        Some(self.document_number(event.issuer(form), series, event.at?.year(), *numbers.next()?))
                    });
                    if !whole && !form.is_some_and(PaperForm::is_for_opener) {
                        return None;
                    }
                    Some(PaperRef {
                        seq: event.seq,
                        id: id.clone(),
                        title: form.map_or_else(|| id.clone(), |form| form.title.clone()),
                        number,
                        at: event.at.unwrap_or(now),
                    })
                })
                .collect();
            events.push(EventView {
                seq: event.seq,
                at: event.at.unwrap_or(now),
                step: event.step.clone(),
                title,
                by: if sight >= Sight::Own { event.by.iter().map(|acted| name(&acted.id)).collect() } else { Vec::new() },
                cite: step.and_then(|step| step.cite.clone()).or_else(|| lapsed.map(|clock| clock.cite.clone())),
                fields: if whole { self.field_views(&version.fields, &event.with) } else { Vec::new() },
                papers: if sight >= Sight::Own { papers } else { Vec::new() },
                hash: store::event::hex(&row.hash),
            });
        }
        let clocks = version
            .clocks
            .iter()
            .filter_map(|clock| {
                let ledger = case.clocks.get(&clock.id)?;
                let standing = ledger.standing(&self.law.calendar, now).ok()?;
                let provisional = ledger.due(&self.law.calendar, ledger.met.unwrap_or(now)).is_ok_and(|due| due.provisional);
                let parameter =
                    ledger.parameter.as_deref().and_then(|id| self.law.parameter(id, &case.division, ledger.started.date())).map(
                        |parameter| {
                            let state = if parameter.division.is_some() { "本地已采纳" } else { "默认值，本地尚未采纳" };
                            format!("{}，{}（{state}）", parameter.id, parameter.source)
                        },
                    );
                Some(ClockView {
                    id: clock.id.clone(),
                    title: clock.title.clone(),
                    cite: clock.cite.clone(),
                    standing,
                    provisional,
                    how: ledger.how(&self.law.calendar, now),
                    parameter,
                    lapsed: ledger.lapsed.is_some(),
                    duty: clock.lapse.as_ref().is_some_and(|lapse| lapse.alert.is_some()),
                })
            })
            .collect();
        let stage = version.stage(&case.stage);
        let given = |field: &FieldView| {
            whole
                || sight == Sight::Own
                    && version.steps.iter().any(|step| step.from.is_empty() && step.asks.iter().any(|ask| ask.field == field.id))
        };
        Ok(CaseView {
            id: case.id,
            code: crate::step::code(case),
            seq: case.seq,
            sight,
            procedure: procedure.id.clone(),
            procedure_title: procedure.title.clone(),
            version: case.version,
            title: if sight >= Sight::Own { self.summary(version, case) } else { self.public_title(case) },
            stage: case.stage.clone(),
            stage_title: stage.map_or_else(|| case.stage.clone(), |stage| stage.title.clone()),
            ended: stage.is_some_and(|stage| stage.end),
            organ: case.organ.clone(),
            organ_title: self.organ_title(&case.organ),
            opened: case.opened,
            handlers: if whole { case.handlers.iter().map(name).collect() } else { Vec::new() },
            fields: self.field_views(&version.fields, &case.fields).into_iter().filter(given).collect(),
            clocks,
            events,
            steps: match person {
                Some(person) if sight >= Sight::Own => open_steps(&self.law, &self.registers(), case, person, now),
                _ => Vec::new(),
            },
            unmodelled: procedure.unmodelled.clone(),
        })
    }

    /// A title without anybody's name: the matter, or the procedure.
    fn public_title(&self, case: &Case) -> String {
        let register = version_of(&self.law, case).and_then(|(procedure, version)| {
            let matter = version.matter.as_deref().and_then(|id| version.field(id));
            let register = matter.and_then(|field| field.register.as_deref());
            let title = register.and_then(|register| self.registers().entry(register, &case.matter).map(|entry| entry.title.clone()));
            title.or_else(|| Some(procedure.title.clone()))
        });
        register.unwrap_or_else(|| case.procedure.clone())
    }

    fn field_views(&self, fields: &[Field], values: &serde_json::Map<String, serde_json::Value>) -> Vec<FieldView> {
        fields
            .iter()
            .filter_map(|field| {
                let given = values.get(&field.id)?;
                Some(FieldView {
                    id: field.id.clone(),
                    title: field.title.clone(),
                    text: self.read_value(field, given),
                    personal: field.personal,
                })
            })
            .collect()
    }

    /// How a value reads, with the titles of the entries and people it names.
    pub fn read_value(&self, field: &Field, given: &serde_json::Value) -> String {
        use engine::law::FieldKind;
        let register = match field.kind {
            FieldKind::Person | FieldKind::Persons => Some("officers"),
            FieldKind::Entry => field.register.as_deref(),
            _ => None,
        };
        match (register, given) {
            (Some(register), serde_json::Value::String(id)) => {
                self.registers().entry(register, id).map_or_else(|| id.clone(), |entry| entry.title.clone())
            }
            (Some(register), serde_json::Value::Array(items)) => {
                let registers = self.registers();
                items
                    .iter()
                    .filter_map(serde_json::Value::as_str)
                    .map(|id| registers.entry(register, id).map_or_else(|| id.to_owned(), |entry| entry.title.clone()))
                    .collect::<Vec<_>>()
                    .join("、")
            }
            _ => value::read(Some(field), given),
        }
    }

    /// 忻审批许〔2026〕12号
    pub fn document_number(&self, organ: &str, series: &str, year: i16, number: u32) -> String {
        let word = self
            .registers()
            .entry("organs", organ)
            .and_then(|entry| entry.fields.get("short").and_then(serde_json::Value::as_str).map(str::to_owned));
        format!("{}{series}〔{year}〕{number}号", word.unwrap_or_default())
    }

    /// Cases for an officer's, a supervisor's or an applicant's list; a person sees only lists that the person may.
    pub fn list(&self, person: &Person, mut listing: Listing) -> Result<(Vec<HeadRow>, u64)> {
        let oversees = ["supervisor", "leader"].iter().any(|post| person.holds(post));
        if person.organ.is_empty() {
            listing.filter.applicant = Some(person.id.clone());
        } else if person.posts.is_empty() {
            return Ok((Vec::new(), 0));
        } else if !oversees && listing.filter.organs != [person.organ.clone()] {
            // A post that reaches the whole division reaches it in the procedures that name it, as `sight` has it.
            let reach = self.procedures_across(person);
            if !reach.is_empty() && listing.filter.procedures.iter().all(|asked| reach.contains(asked)) {
                if listing.filter.procedures.is_empty() {
                    listing.filter.procedures = reach;
                }
            } else if listing.filter.organs.is_empty() || listing.filter.organs.contains(&person.organ) {
                listing.filter.organs = vec![person.organ.clone()];
            } else {
                // Another organ's list is empty to this person, not swapped for the own one.
                return Ok((Vec::new(), 0));
            }
        }
        let number = self.settings.number();
        let order = if listing.by_due { CaseOrder::Due } else { CaseOrder::Newest };
        let rows = self.store.cases(number, &listing.filter, order, listing.offset, listing.limit.clamp(1, 200))?;
        let count = self.store.case_count(number, &listing.filter)?;
        Ok((rows, count))
    }

    /// Procedures some step of which a post of the person takes in any organ.
    pub(crate) fn procedures_across(&self, person: &Person) -> Vec<String> {
        let across = |post: &String| person.holds(post) && self.law.posts.get(post).is_some_and(|post| post.reach == Reach::Division);
        let takes = |procedure: &&engine::law::Procedure| {
            procedure.versions.iter().flat_map(|version| &version.steps).flat_map(|step| &step.by).any(across)
        };
        self.law.procedures.values().filter(takes).map(|procedure| procedure.id.clone()).collect()
    }

    /// Whether a case may be named to somebody.
    pub fn may_see(&self, person: Option<&Person>, id: i64) -> bool {
        self.case(id).is_ok_and(|case| sight(self, person, &case) >= Sight::Own)
    }

    /// Records that somebody looked at a whole file, for 谁看过.
    pub fn note_look(&self, login: &str, id: i64, what: &str, now: DateTime) -> Result<()> {
        let access = store::Access {
            division: self.settings.number(),
            stream: id,
            at: moment::seconds(now),
            login: login.to_owned(),
            what: what.to_owned(),
        };
        Ok(self.store.log_access(vec![access])?)
    }
}

/// Codes may be typed with or without dashes, in small letters, O for 0 and I or L for 1.
pub fn tidy_code(code: &str) -> String {
    let letters: Vec<char> = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
