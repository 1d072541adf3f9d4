//! District-years: a division, a year, where the numbers come from, and the numbers a rehearsal must reach.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;

/// A file under `districts/`.
#[derive(Debug, Clone)]
pub struct DistrictYear {
    /// GB/T 2260 code.
    pub division: String,
    pub name: String,
    pub year: i16,
    pub source: String,
    /// By catalogue key. Rates are per cent.
    pub targets: BTreeMap<String, f64>,
    /// Its townships and sub-districts; made-up ones where the file names none.
    pub townships: Vec<Township>,
}

/// A township or sub-district by name (奇村镇, 秀容街道), and where its tile stands: rows from the north, columns from the west.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Township {
    pub name: String,
    pub row: u32,
    pub column: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    division: String,
    #[serde(default)]
    name: Option<String>,
    year: i16,
    source: String,
    targets: toml::Table,
    #[serde(default)]
    township: Vec<Township>,
}

impl DistrictYear {
    pub fn read(path: &Path) -> anyhow::Result<DistrictYear> {
        let text = std::fs::read_to_string(path).with_context(|| format!("the district-year `{}` could not be read", path.display()))?;
        let file: File = toml::from_str(&text)
            .with_context(|| format!("`{}` is not a district-year: it has division, year, source and [targets]", path.display()))?;
        if file.division.len() != 6 || !file.division.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("`division = \"{}\"` is not a GB/T 2260 code of six digits", file.division);
        }
        if !(2000..=2100).contains(&file.year) {
            bail!("`year = {}` lies outside the calendar", file.year);
        }
        let mut targets = BTreeMap::new();
        gather("", &file.targets, &mut targets)?;
        Ok(DistrictYear {
            name: file.name.unwrap_or_else(|| format!("行政区划{}", file.division)),
            division: file.division,
            year: file.year,
            source: file.source,
            targets,
            townships: file.township,
        })
    }

    /// The targets at a scale: whole numbers are scaled and rounded, rates are kept.
    pub fn scaled(&self, scale: f64, is_rate: impl Fn(&str) -> bool) -> BTreeMap<String, f64> {
        self.targets.iter().map(|(key, &value)| (key.clone(), if is_rate(key) { value } else { (value * scale).round() })).collect()
    }
}

/// `"S45.ratings_received" = 1` and `S45.ratings_received = 1` read alike.
fn gather(prefix: &str, table: &toml::Table, targets: &mut BTreeMap<String, f64>) -> anyhow::Result<()> {
    for (key, value) in table {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Integer(number) => {
                targets.insert(key, *number as f64);
            }
            toml::Value::Float(number) => {
                targets.insert(key, *number);
            }
            toml::Value::Table(inner) => gather(&key, inner, targets)?,
            other => bail!("target `{key} = {other}` is not a number"),
        }
    }
    Ok(())
}
