//! The law as data: what a jurist may write under `law/`, as plain values. Reading is in `read`, checking in `check`.

mod ends;
mod instrument;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use crate::calendar::Calendar;
use crate::catalogue::System;
use crate::figure::Figure;
use crate::guard::Need;
use crate::indicator::Standards;
use crate::report::template::Template;
use crate::screen::Screen;

pub use ends::Ends;
pub use instrument::{ADOPTED_BY, Article, Flag, Force, Instrument, InstrumentVersion, Parameter, ParameterValue};

/// A citation such as `处罚法/42(1)`: the instrument's short name, a slash, the article and, in brackets, paragraph and item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Cite(pub String);

impl Cite {
    pub fn instrument(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(name, _)| name)
    }

    /// The article without paragraph and item: `42` of `处罚法/42(1)`.
    pub fn article(&self) -> &str {
        let rest = self.0.split_once('/').map_or("", |(_, rest)| rest);
        rest.split('(').next().unwrap_or(rest)
    }

    /// Whether this citation is the wanted one or a closer one within it: `处罚法/42(1)` lies within `处罚法/42`.
    pub fn within(&self, wanted: &str) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => rest.is_empty() || rest.starts_with('('),
            None => false,
        }
    }
}

impl<'de> Deserialize<'de> for Cite {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match text.split_once('/') {
            Some((instrument, article)) if !instrument.is_empty() && !article.is_empty() => Ok(Cite(text)),
            _ => Err(serde::de::Error::custom(format!("`{text}` is not a citation: write instrument/article, for example 处罚法/42(1)"))),
        }
    }
}

/// Everything under `law/`, checked and ready to be applied.
#[derive(Debug, Default)]
pub struct Law {
    pub calendar: Calendar,
    pub instruments: BTreeMap<String, Instrument>,
    pub parameters: Vec<Parameter>,
    pub posts: BTreeMap<String, Post>,
    pub rules: Vec<General>,
    pub procedures: BTreeMap<String, Procedure>,
    pub registers: BTreeMap<String, Register>,
    pub figures: Vec<Figure>,
    pub reports: BTreeMap<String, Template>,
    /// Standards of appraisal by id.
    pub standards: Standards,
    pub terms: Vec<Term>,
    /// The leader's one screen, if the folder has one.
    pub screen: Option<Screen>,
    pub catalogue: Vec<System>,
}

/// A post that a person can hold, in `law/competence.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Post {
    pub id: String,
    pub title: String,
    /// Whose cases the post may touch.
    pub reach: Reach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Cases of the person's own organ.
    Organ,
    /// All cases of the division.
    Division,
    /// Only the person's own matters: applicants, parties, callers.
    Own,
}

/// What every procedure owes at a kind of step, in `law/general/*.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct General {
    /// The kind of step that inherits the rule, for example `adverse-decision`.
    pub kind: String,
    pub title: String,
    #[serde(deserialize_with = "crate::law::day")]
    pub in_force: Date,
    #[serde(default)]
    pub asks: Vec<Ask>,
    #[serde(default)]
    pub needs: Vec<Need>,
}

/// A procedure, in `law/<domain>/procedures/<id>/procedure.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Procedure {
    pub id: String,
    pub title: String,
    pub basis: Cite,
    /// Document-number word, for example 许 in 忻审批许〔2026〕12号.
    pub series: String,
    /// Who may see that such a case exists and how it ended.
    #[serde(default)]
    pub public: bool,
    /// What the law says and this file does not model, shown to the reader.
    #[serde(default)]
    pub unmodelled: Vec<String>,
    #[serde(rename = "version")]
    pub versions: Vec<Version>,
    /// Templates by id, read from `papers/*.md` beside the file.
    #[serde(skip)]
    pub papers: BTreeMap<String, PaperForm>,
    /// The folder of the procedure, for messages.
    #[serde(skip)]
    pub folder: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Version {
    #[serde(deserialize_with = "crate::law::day")]
    pub in_force: Date,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    pub until: Option<Date>,
    /// One line that names a case, with `{field}` places: `{party.name}：{conduct}`.
    pub summary: String,
    /// The field that holds the matter counted in figures: the service item, the power, the class of call.
    #[serde(default)]
    pub matter: Option<String>,
    /// The field that holds the township or hall.
    #[serde(default)]
    pub place: Option<String>,
    /// An organ has one case of a matter, and a second is refused: one appraisal of a unit in a year.
    #[serde(default)]
    pub once: Option<Once>,
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    #[serde(rename = "stage")]
    pub stages: Vec<Stage>,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    #[serde(default, rename = "clock")]
    pub clocks: Vec<Clock>,
}

/// One case of an organ and matter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Once {
    /// Stages in which a case no longer counts: it was given up, and another may be opened.
    #[serde(default)]
    pub unless: Vec<String>,
}

/// Something a case knows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Field {
    pub id: String,
    pub title: String,
    #[serde(rename = "type")]
    pub kind: FieldKind,
    #[serde(default)]
    pub hint: Option<String>,
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// For `entry`: the register it names.
    #[serde(default)]
    pub register: Option<String>,
    /// For `indicators`: the standard whose tree is kept.
    #[serde(default)]
    pub standard: Option<String>,
    /// Personal data: masked outside the case.
    #[serde(default)]
    pub personal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several paragraphs.
    Prose,
    /// A whole number.
    Number,
    /// Yuan, whole.
    Money,
    Date,
    /// One of `choices`.
    Choice,
    /// Several of `choices`.
    Choices,
    /// A table `{ name, kind = "citizen" | "organisation", id?, phone?, address? }`.
    Party,
    /// The id of a person of the government.
    Person,
    /// Several persons.
    Persons,
    /// `yes`, `no` or `not-established`: who established it is in the event.
    Fact,
    /// The id of a register entry.
    Entry,
    /// SM3 digests of attachments.
    Files,
    /// A list of lines.
    Lines,
    /// A list of lines that each declare a column of a data set, see `dataset`.
    Columns,
    /// Points to two decimals, as text: `"2.5"`.
    Points,
    /// Kept by the ledger: the tree of a standard of appraisal for the year in the field `year`.
    Indicators,
    /// Kept by the ledger: the score sheet of the case as it came out at that moment.
    Sheet,
    /// Kept by the ledger: the ranking of the year as it came out at that moment.
    Ranking,
}

impl FieldKind {
    /// Whether only the ledger writes it.
    pub fn is_kept(self) -> bool {
        matches!(self, FieldKind::Indicators | FieldKind::Sheet | FieldKind::Ranking)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Choice {
    pub id: String,
    pub title: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stage {
    pub id: String,
    pub title: String,
    /// Nothing more has to happen here.
    #[serde(default)]
    pub end: bool,
}

/// A field that a step asks for: `"reason"` must be given, `"reason?"` may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub field: String,
    pub required: bool,
}

impl<'de> Deserialize<'de> for Ask {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Ok(match text.strip_suffix('?') {
            Some(field) => Ask { field: field.to_owned(), required: false },
            None => Ask { field: text, required: true },
        })
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    pub id: String,
    pub title: String,
    /// Stages in which the step can be taken. Empty: the step opens a case.
    #[serde(default)]
    pub from: Vec<String>,
    /// The stage after it; absent: the stage stays.
    #[serde(default)]
    pub to: Option<String>,
    /// Instead of `to`: the value given for a field chooses the stage.
    #[serde(default)]
    pub branch: Option<Branch>,
    /// Posts that may take it; besides posts of the competence file the words
    /// `handler` (who has the case in hand), `applicant` (who opened it), `clock` (the night).
    #[serde(deserialize_with = "one_or_many")]
    pub by: Vec<String>,
    /// Kinds of step in `law/general/` whose rules this step inherits.
    #[serde(default)]
    pub kind: Vec<String>,
    #[serde(default)]
    pub asks: Vec<Ask>,
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Fields set to fixed values when the step is taken, for example `{ accepted-by-silence = "yes" }`.
    #[serde(default)]
    pub sets: BTreeMap<String, String>,
    /// Fields that the ledger itself fills when the step is taken: of type `indicators`, `sheet` or `ranking`. Nobody types them.
    #[serde(default, deserialize_with = "one_or_many")]
    pub keeps: Vec<String>,
    /// Papers issued, by template id.
    #[serde(default, deserialize_with = "one_or_many")]
    pub paper: Vec<String>,
    /// The time allowed for this step, as a clock of its own that has the step's id.
    #[serde(default)]
    pub within: Option<Within>,
    /// Who acts becomes handler of the case.
    #[serde(default)]
    pub takes_over: bool,
    /// The case goes to the organ in this field.
    #[serde(default)]
    pub moves_to: Option<String>,
    /// Cases that the step opens in other organs, in the same commit.
    #[serde(default)]
    pub opens: Option<Opens>,
    /// The report of `law/reports/` that is frozen, whole, when the step is taken.
    #[serde(default)]
    pub freezes: Option<String>,
    pub cite: Option<Cite>,
    /// One line for the officer: what the step is for.
    #[serde(default)]
    pub hint: Option<String>,
}

/// Children of a case: one in each organ listed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Opens {
    pub procedure: String,
    /// The step that opens each of them; it asks for `organ`.
    pub step: String,
    /// The field, asked for by this step, that lists the organs.
    pub organs: String,
    /// Fields that the children are given as they are here.
    #[serde(default)]
    pub passes: Vec<String>,
    /// The field of the children that holds the tracking code of this case.
    pub parent: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Branch {
    pub field: String,
    /// From value to stage; every choice of the field is named.
    pub to: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Within {
    #[serde(default)]
    pub count: Option<i64>,
    #[serde(default)]
    pub parameter: Option<String>,
    pub days: Unit,
    /// Step or stage at which it starts.
    pub from: String,
    pub cite: Cite,
}

/// The unit in which a period is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 工作日
    Working,
    /// 自然日
    Calendar,
    Hours,
    Months,
    Years,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clock {
    pub id: String,
    pub title: String,
    /// Step or stage that starts it.
    #[serde(deserialize_with = "one_or_many")]
    pub starts: Vec<String>,
    #[serde(default)]
    pub count: Option<i64>,
    #[serde(default)]
    pub parameter: Option<String>,
    /// The unit of the count; a clock that `ends` on a day counts none.
    #[serde(default)]
    pub days: Option<Unit>,
    /// Instead of a count: the last day, as the law, a parameter or the case writes it down.
    #[serde(default)]
    pub ends: Option<Ends>,
    pub cite: Cite,
    /// Steps or stages that meet it.
    #[serde(default, deserialize_with = "one_or_many")]
    pub met: Vec<String>,
    #[serde(default)]
    pub restart: Vec<Restart>,
    #[serde(default)]
    pub pause: Vec<Pause>,
    #[serde(default)]
    pub extend: Vec<Extend>,
    #[serde(default)]
    pub lapse: Option<Lapse>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Restart {
    pub on: String,
    pub cite: Cite,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pause {
    pub on: String,
    #[serde(deserialize_with = "one_or_many")]
    pub until: Vec<String>,
    pub cite: Cite,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Extend {
    /// The step that extends; it must be taken before the period ends.
    pub on: String,
    #[serde(default)]
    pub add: Option<i64>,
    #[serde(default)]
    pub parameter: Option<String>,
    pub days: Unit,
    pub cite: Cite,
}

/// What the clock does when the period is over and nothing has met it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lapse {
    /// A post that is told.
    #[serde(default)]
    pub alert: Option<String>,
    /// A step `by = "clock"` that is taken: silence has effect.
    #[serde(default)]
    pub step: Option<String>,
}

/// A paper that a step issues: front matter between `+++` lines, then Markdown with `{field}` places.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PaperForm {
    pub title: String,
    /// Word of the document number, for example 罚告. Papers without one carry no number.
    pub series: Option<String>,
    pub cite: Option<Cite>,
    #[serde(default)]
    pub to: Option<String>,
    /// In whose name it goes out.
    #[serde(default)]
    pub from: Issuer,
    #[serde(skip)]
    pub body: String,
}

/// In whose name a paper goes out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Issuer {
    /// The organ the case lies with.
    #[default]
    Organ,
    /// The organ of whoever took the step: an order goes to the organ the case lies with.
    Actor,
}

/// A register, in `law/<domain>/registers/<id>.toml`. An entry is a list of acts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Register {
    pub id: String,
    pub title: String,
    pub basis: Cite,
    #[serde(deserialize_with = "crate::law::day")]
    pub in_force: Date,
    #[serde(default)]
    pub public: bool,
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    #[serde(rename = "act")]
    pub acts: Vec<Act>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Act {
    pub id: String,
    pub title: String,
    #[serde(deserialize_with = "one_or_many")]
    pub by: Vec<String>,
    pub effect: Effect,
    #[serde(default)]
    pub asks: Vec<Ask>,
    pub cite: Option<Cite>,
}

/// What an act does to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// A new entry, in force from the day given.
    Adopt,
    /// Fields change; the entry stays in force.
    Amend,
    Suspend,
    Resume,
    /// No longer in force.
    Repeal,
}

/// A term of the field, its identifier and where it comes from, in `law/glossary.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Term {
    pub term: String,
    pub id: String,
    pub english: String,
    pub cite: Option<Cite>,
}

/// A TOML date.
pub(crate) fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let read = toml::value::Datetime::deserialize(from)?;
    let date = read.date.filter(|_| read.time.is_none()).ok_or_else(|| serde::de::Error::custom("expected a date such as 2024-03-01"))?;
    let part = |number: u8| i8::try_from(number).unwrap_or(i8::MAX);
    Date::new(i16::try_from(date.year).unwrap_or(i16::MAX), part(date.month), part(date.day)).map_err(serde::de::Error::custom)
}

pub(crate) fn maybe_day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    day(from).map(Some)
}

/// Reads `"x"` and `["x", "y"]` alike.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(from)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

impl Law {
    /// The version of a procedure in force on a day.
    pub fn version<'l>(&'l self, procedure: &str, day: Date) -> Option<(&'l Procedure, &'l Version)> {
        let procedure = self.procedures.get(procedure)?;
        let version = procedure.versions.iter().find(|v| v.in_force <= day && v.until.is_none_or(|until| day < until))?;
        Some((procedure, version))
    }

    /// The parameter that holds for a division on a day: its own, or the national default.
    pub fn parameter(&self, id: &str, division: &str, day: Date) -> Option<&Parameter> {
        let holds = |p: &&Parameter| p.id == id && p.in_force <= day && p.until.is_none_or(|until| day < until);
        let own = self.parameters.iter().filter(holds).find(|p| p.division.as_deref() == Some(division));
        own.or_else(|| self.parameters.iter().filter(holds).find(|p| p.division.is_none()))
    }

    /// The article a citation names, at the version in force on a day.
    pub fn article(&self, cite: &Cite, day: Date) -> Option<(&Instrument, &InstrumentVersion, &Article)> {
        let instrument = self.instruments.get(cite.instrument())?;
        let version = instrument.versions.iter().find(|v| v.in_force <= day && v.until.is_none_or(|until| day < until))?;
        let (_, place) = cite.0.split_once('/')?;
        let exact = version.articles.iter().find(|a| a.no == place);
        let article = exact.or_else(|| version.articles.iter().find(|a| a.no == cite.article()))?;
        Some((instrument, version, article))
    }
}

impl Clock {
    /// The unit its days are told in.
    pub fn unit(&self) -> Unit {
        self.days.unwrap_or(Unit::Calendar)
    }
}

impl Version {
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|s| s.id == id)
    }

    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.id == id)
    }

    /// The report that cases of this version write, when they write one.
    pub fn report(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| step.freezes.as_deref())
    }
}

/// The English label of an identifier: `give-notice` reads "Give notice".
pub fn read_aloud(id: &str) -> String {
    let mut words = id.replace(['-', '_'], " ");
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    words
}
