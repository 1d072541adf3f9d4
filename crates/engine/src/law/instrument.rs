//! What the rules rest on: instruments with their articles, and the numbers that law leaves open.

use jiff::civil::Date;
use serde::Deserialize;

use super::Cite;

/// A statute we cite, in `law/instruments/<id>.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Instrument {
    pub id: String,
    pub title: String,
    pub english: String,
    #[serde(default)]
    pub force: Force,
    #[serde(default, rename = "version")]
    pub versions: Vec<InstrumentVersion>,
}

/// By what an instrument binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Force {
    /// Law, of the state or of a place.
    #[default]
    Law,
    /// A text of ours that a district may adopt. It refuses only in a case that was opened under a document of adoption.
    Model,
    /// How this software is used: what it refuses cannot have been meant. It refuses nobody outside the government.
    House,
}

/// The field in which a case opened under a model text names the document by which the text was adopted.
pub const ADOPTED_BY: &str = "adopted-by";

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstrumentVersion {
    /// Adopted or last amended.
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    pub adopted: Option<Date>,
    #[serde(deserialize_with = "crate::law::day")]
    pub in_force: Date,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    pub until: Option<Date>,
    #[serde(default, rename = "article")]
    pub articles: Vec<Article>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Article {
    /// `42` or, where paragraphs are told apart, `42(1)`.
    pub no: String,
    /// What the article says, in one sentence of ours.
    pub says: String,
    #[serde(default)]
    pub flag: Flag,
}

/// How sure we are of a legal fact. Only `V` may refuse anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
pub enum Flag {
    /// Read in the text of the instrument.
    #[default]
    V,
    /// Read in a local instrument: a model elsewhere.
    VL,
    /// Seen in an excerpt.
    S,
    /// From memory.
    M,
}

/// A local or national number, in `law/parameters/`; a district adopts it under `law/parameters/local/<division>/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Parameter {
    pub id: String,
    pub title: String,
    /// One number, or one for each kind of party.
    pub value: ParameterValue,
    pub unit: String,
    /// Where the value comes from, in words a reader of a refusal understands.
    pub source: String,
    pub cite: Option<Cite>,
    pub flag: Flag,
    #[serde(deserialize_with = "crate::law::day")]
    pub in_force: Date,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    pub until: Option<Date>,
    /// Filled in by the reader from the folder: `None` is the national default, not adopted anywhere.
    #[serde(skip)]
    pub division: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    Number(i64),
    ByParty { citizen: i64, organisation: i64 },
}
