//! The catalogue: every system the product must be, with the metrics it must be able to count.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A system of the catalogue, in `law/catalogue.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct System {
    /// `S45`
    pub id: String,
    pub title: String,
    pub english: String,
    /// What the annual report and the screens must be able to count: `ratings_received (ratings)`.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// Why a metric is not declared, by its name.
    #[serde(default)]
    pub why: BTreeMap<String, String>,
}

impl System {
    /// The metrics by the keys of their figures, each with its unit: `S45.ratings_received`, `ratings`.
    pub fn keys(&self) -> impl Iterator<Item = (String, &str)> {
        self.metrics.iter().map(|metric| {
            let (name, unit) = metric.split_once(' ').unwrap_or((metric, ""));
            (format!("{}.{name}", self.id), unit.trim_matches(['(', ')']))
        })
    }
}
