//! A figure's definition as it is kept with a report: all that a recount needs, years later, under other law.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Figure, Measure};

/// See [`Figure`], from which it is made and which it makes again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Definition {
    pub key: String,
    pub title: String,
    pub unit: String,
    pub definition: String,
    pub owner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Empty in what was kept before figures had several definitions: then it is the key.
    #[serde(default)]
    pub series: String,
    pub in_force: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    pub measure: Measure,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partition: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl From<&Figure> for Definition {
    fn from(figure: &Figure) -> Definition {
        let Figure { key, title, unit, definition, owner, scope, in_force, until, series, measure, partition, tags } = figure.clone();
        Definition { key, title, unit, definition, owner, scope, series, in_force, until, measure, partition, tags }
    }
}

impl From<Definition> for Figure {
    fn from(kept: Definition) -> Figure {
        let Definition { key, title, unit, definition, owner, scope, series, in_force, until, measure, partition, tags } = kept;
        let series = if series.is_empty() { key.clone() } else { series };
        Figure { key, title, unit, definition, owner, scope, in_force, until, series, measure, partition, tags }
    }
}
