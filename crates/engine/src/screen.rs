//! The leader's one screen 一屏, declared in `accountability/screen.toml`: which figures stand on it, what they are compared with, and when
//! one of them asks for attention. It defines no figure.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::law::{Cite, Law, ParameterValue};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Screen {
    pub title: String,
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
    /// Figures that the townships' tiles can show; the first is shown unless another is asked for.
    #[serde(default, rename = "map")]
    pub maps: Vec<TileMap>,
    #[serde(default)]
    pub organs: Columns,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Section {
    pub id: String,
    pub title: String,
    #[serde(rename = "tile")]
    pub tiles: Vec<Tile>,
}

/// One figure on the screen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tile {
    pub figure: String,
    /// A shorter name than the figure's own.
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub better: Better,
    #[serde(default)]
    pub spark: Spark,
    /// What it can be told apart by.
    #[serde(default)]
    pub by: Vec<Dimension>,
    #[serde(default)]
    pub target: Option<Level>,
    #[serde(default, rename = "alert")]
    pub alerts: Vec<Alarm>,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    Higher,
    Lower,
    /// Neither: the figure only says how much there was.
    #[default]
    Neither,
}

/// The small chart beside the value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spark {
    /// The last twelve months.
    #[default]
    Months,
    /// The last thirty days.
    Days,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    Organ,
    Matter,
    Place,
}

/// A number the figure is measured against, with where it comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "RawLevel")]
pub enum Level {
    Written { value: f64, in_force: Date, until: Option<Date>, source: Source },
    Parameter(String),
}

/// Where a number comes from: an article, or the house's own words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    Article(Cite),
    /// 自定: no law says so.
    Own(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawLevel {
    value: Option<f64>,
    parameter: Option<String>,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    in_force: Option<Date>,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    until: Option<Date>,
    cite: Option<Cite>,
    own: Option<String>,
}

const SOURCED: &str =
    "a number says from which day it holds (`in-force`) and where it comes from: `cite = \"instrument/article\"` or `own = \"words\"`";

fn source(cite: Option<Cite>, own: Option<String>) -> Option<Source> {
    match (cite, own) {
        (Some(cite), None) => Some(Source::Article(cite)),
        (None, Some(own)) if !own.is_empty() => Some(Source::Own(own)),
        _ => None,
    }
}

impl TryFrom<RawLevel> for Level {
    type Error = String;

    fn try_from(raw: RawLevel) -> Result<Level, String> {
        match raw {
            RawLevel { parameter: Some(id), value: None, in_force: None, until: None, cite: None, own: None } => Ok(Level::Parameter(id)),
            RawLevel { value: Some(value), parameter: None, in_force: Some(in_force), until, cite, own } => {
                Ok(Level::Written { value, in_force, until, source: source(cite, own).ok_or(SOURCED)? })
            }
            RawLevel { value: Some(_), parameter: None, .. } => Err(SOURCED.to_owned()),
            _ => Err("a target is { value, in-force, cite or own } or { parameter }".to_owned()),
        }
    }
}

/// When a figure asks for attention.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "RawAlarm")]
pub struct Alarm {
    pub when: When,
    pub in_force: Date,
    pub until: Option<Date>,
    pub source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// The value lies below.
    Below(f64),
    Above(f64),
    /// More than so many per cent (for rates: points) up on the same days a year before.
    Up(f64),
    Down(f64),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawAlarm {
    below: Option<f64>,
    above: Option<f64>,
    up: Option<f64>,
    down: Option<f64>,
    #[serde(deserialize_with = "crate::law::day")]
    in_force: Date,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    until: Option<Date>,
    cite: Option<Cite>,
    own: Option<String>,
}

impl TryFrom<RawAlarm> for Alarm {
    type Error = String;

    fn try_from(raw: RawAlarm) -> Result<Alarm, String> {
        let said = [raw.below.map(When::Below), raw.above.map(When::Above), raw.up.map(When::Up), raw.down.map(When::Down)];
        let mut said = said.into_iter().flatten();
        let (Some(when), None) = (said.next(), said.next()) else {
            return Err("an alert says exactly one of `below`, `above`, `up`, `down`".to_owned());
        };
        Ok(Alarm { when, in_force: raw.in_force, until: raw.until, source: source(raw.cite, raw.own).ok_or(SOURCED)? })
    }
}

impl Alarm {
    pub fn holds(&self, day: Date) -> bool {
        self.in_force <= day && self.until.is_none_or(|until| day < until)
    }

    /// Which way the figure must go for the alert to be of use.
    pub fn fits(&self, better: Better) -> bool {
        match self.when {
            When::Below(_) | When::Down(_) => better == Better::Higher,
            When::Above(_) | When::Up(_) => better == Better::Lower,
        }
    }

    /// Whether a value crosses it. `before` is the value of the same days a year before; `points` for figures that are per cent already.
    pub fn crossed(&self, value: f64, before: Option<f64>, points: bool) -> bool {
        let moved = before.and_then(|before| match points {
            true => Some(value - before),
            false => (before != 0.0).then(|| (value - before) * 100.0 / before),
        });
        match self.when {
            When::Below(level) => value < level,
            When::Above(level) => value > level,
            When::Up(most) => moved.is_some_and(|moved| moved > most),
            When::Down(most) => moved.is_some_and(|moved| moved < -most),
        }
    }
}

impl Level {
    /// The number that holds on a day, and where it comes from in words and as an article.
    pub fn at(&self, law: &Law, division: &str, day: Date) -> Option<(f64, Source)> {
        match self {
            Level::Written { value, in_force, until, source } => {
                (*in_force <= day && until.is_none_or(|until| day < until)).then(|| (*value, source.clone()))
            }
            Level::Parameter(id) => {
                let found = law.parameter(id, division, day)?;
                let ParameterValue::Number(value) = found.value else { return None };
                let adopted = if found.division.is_some() { "本地已采纳" } else { "默认值，本地尚未采纳" };
                Some((value as f64, Source::Own(format!("{id}，{}（{adopted}）", found.source))))
            }
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TileMap {
    pub figure: String,
    #[serde(default)]
    pub title: Option<String>,
}

/// What stands in the table by organ, beside open and overdue cases.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Columns {
    #[serde(default)]
    pub figures: Vec<String>,
}

impl Screen {
    pub fn tiles(&self) -> impl Iterator<Item = &Tile> {
        self.sections.iter().flat_map(|section| &section.tiles)
    }

    pub fn tile(&self, figure: &str) -> Option<&Tile> {
        self.tiles().find(|tile| tile.figure == figure)
    }
}
