//! 开放数据: the data sets that are open to anybody, as files with stable addresses and as a DCAT 3 catalogue. Whatever is personal stays
//! out, whatever the catalogue says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};
use sm3::Digest as _;

use super::records::{Form, MOST_IN_SHEET, csv_line, harmless, head};
use super::{DataSet, PoolSight};
use crate::figure::Period;
use crate::hall::{Error, Hall, Result};
use crate::moment;
use crate::report;
use crate::rounds::Line;

/// A file anybody may take.
#[derive(Debug, Clone)]
pub struct OpenFile {
    pub form: Form,
    /// Where it stands: `/open-data/mediation-cases.csv`.
    pub path: String,
    pub bytes: Arc<Vec<u8>>,
    /// Hexadecimal: SM3 (GB/T 32905) and SHA-256 of the bytes.
    pub sm3: String,
    pub sha256: String,
}

/// Something open to anybody, with its files.
#[derive(Debug, Clone)]
pub struct OpenSet {
    pub id: String,
    pub title: String,
    pub description: String,
    pub publisher: String,
    pub licence: String,
    /// Word of the refresh cycle in the catalogue: `monthly`.
    pub refresh: String,
    pub issued: Date,
    pub modified: DateTime,
    /// Titles of the columns, with units.
    pub columns: Vec<String>,
    pub records: usize,
    pub files: Vec<OpenFile>,
}

/// Files made once and kept until what they hold changes; at most so many bytes.
#[derive(Default)]
pub(crate) struct Kept {
    files: Mutex<HashMap<(String, Form), Made>>,
}

/// A file, how many records it holds, and the version of what it was made from.
struct Made {
    version: String,
    file: OpenFile,
    count: usize,
}

const MOST_KEPT: usize = 64 << 20;

impl Kept {
    fn get(&self, key: &(String, Form), version: &str) -> Option<(OpenFile, usize)> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(key).filter(|made| made.version == version).map(|made| (made.file.clone(), made.count))
    }

    fn put(&self, key: (String, Form), version: String, file: &OpenFile, count: usize) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let held: usize = files.values().map(|made| made.file.bytes.len()).sum();
        if held + file.bytes.len() > MOST_KEPT {
            files.clear();
        }
        files.insert(key, Made { version, file: file.clone(), count });
    }
}

/// The data set that holds the figures of a year: `figures-2026`.
const FIGURES: &str = "figures-";

fn file(id: &str, form: Form, bytes: Vec<u8>) -> OpenFile {
    let sm3 = store::event::hex(&store::event::digest(&bytes));
    let sha256 = store::event::hex(&sha2::Sha256::digest(&bytes));
    OpenFile { form, path: format!("/open-data/{id}.{}", form.ending()), bytes: Arc::new(bytes), sm3, sha256 }
}

impl Hall {
    /// Everything open to anybody today: data sets in the order of their ids, then the figures of this year and the two before.
    pub fn open_sets(&self, now: DateTime) -> Result<Vec<OpenSet>> {
        let sets = self.data_sets().into_iter().filter(|set| set.is_open(now.date())).map(|set| self.open_set_of(&set));
        let years = (now.year() - 2..=now.year()).rev().filter_map(|year| self.open_figures(year, now).transpose());
        sets.chain(years).collect()
    }

    /// One of them. Errors: `NotFound` for what is not open.
    pub fn open_set(&self, id: &str, now: DateTime) -> Result<OpenSet> {
        if let Some(year) = id.strip_prefix(FIGURES).and_then(|year| year.parse::<i16>().ok()) {
            return self.open_figures(year, now)?.ok_or(Error::NotFound);
        }
        let set = self.data_set(id)?;
        if set.is_open(now.date()) { self.open_set_of(&set) } else { Err(Error::NotFound) }
    }

    /// A file of an open data set, by its name: `mediation-cases.csv`.
    pub fn open_file(&self, name: &str, now: DateTime) -> Result<OpenFile> {
        let (id, form) = name.rsplit_once('.').and_then(|(id, ending)| Some((id, Form::of(ending)?))).ok_or(Error::NotFound)?;
        self.open_set(id, now)?.files.into_iter().find(|file| file.form == form).ok_or(Error::NotFound)
    }

    fn open_set_of(&self, set: &DataSet) -> Result<OpenSet> {
        let batches = self.store.pool_batches(self.settings.number(), Some(&set.entry.id))?;
        let changed = batches.iter().map(|batch| batch.to_at.unwrap_or(0).max(batch.from_at)).max();
        let ended = batches.iter().filter(|batch| batch.to_at.is_some()).count();
        let version = format!("{}|{}|{}|{ended}|{changed:?}", set.catalogue, set.entry.seq, batches.len());
        let issued = set.entry.from.unwrap_or(Date::MIN);
        let modified = changed.map_or_else(|| issued.at(0, 0, 0, 0), moment::wall);
        let mut records = 0;
        let mut files = Vec::new();
        for form in Form::ALL {
            if form == Form::Xlsx && records > MOST_IN_SHEET {
                continue;
            }
            let key = (set.entry.id.clone(), form);
            let (made, count) = match self.opened.get(&key, &version) {
                Some(kept) => kept,
                None => {
                    let (bytes, count) = self.pool_bytes(set, form, PoolSight::Catalogue, modified.date())?;
                    let made = file(&set.entry.id, form, bytes);
                    self.opened.put(key, version.clone(), &made, count);
                    (made, count)
                }
            };
            records = count;
            files.push(made);
        }
        Ok(OpenSet {
            id: set.entry.id.clone(),
            title: set.entry.title.clone(),
            description: set.text("description").to_owned(),
            publisher: self.organ_title(&set.entry.organ),
            licence: set.text("licence").to_owned(),
            refresh: set.text("refresh").to_owned(),
            issued,
            modified,
            columns: set.columns.iter().filter(|column| !column.personal).map(head).collect(),
            records,
            files,
        })
    }

    /// The figures of a year as the site shows them to anybody; none for a year in which nothing was counted.
    fn open_figures(&self, year: i16, now: DateTime) -> Result<Option<OpenSet>> {
        let Some(period) = Period::year(year).filter(|period| period.from <= now.date()) else { return Ok(None) };
        let shown: Vec<_> =
            self.figures(period, &Default::default())?.into_iter().filter(|shown| shown.records != 0 && shown.value.is_some()).collect();
        if shown.is_empty() {
            return Ok(None);
        }
        let id = format!("{FIGURES}{year}");
        let columns = ["编号", "名称", "值", "单位", "分子", "分母", "定义"];
        let mut csv = String::from("\u{feff}");
        csv_line(&mut csv, columns.map(str::to_owned));
        let mut rows = Vec::new();
        for figure in &shown {
            let value = figure.value.unwrap_or_default();
            let part = |part: fn(&crate::figure::Fraction) -> i64| {
                figure.fraction.as_ref().map_or(String::new(), |fraction| part(fraction).to_string())
            };
            csv_line(
                &mut csv,
                [
                    figure.key.clone(),
                    harmless(&figure.title).into_owned(),
                    value.to_string(),
                    figure.unit.clone(),
                    part(|fraction| fraction.numerator),
                    part(|fraction| fraction.denominator),
                    harmless(&figure.definition).into_owned(),
                ],
            );
            rows.push(serde_json::to_value(figure).map_err(|error| Error::Invalid(error.to_string()))?);
        }
        let json = serde_json::to_string_pretty(&rows).map_err(|error| Error::Invalid(error.to_string()))?;
        let count = rows.len();
        Ok(Some(OpenSet {
            title: format!("{}法治政府建设数据（{year}年）", self.settings.name),
            description: "由办案记录随办随计的数据，每个数带定义；比例带分子和分母。".to_owned(),
            publisher: format!("{}人民政府", self.settings.name),
            licence: String::new(),
            refresh: "daily".to_owned(),
            issued: period.from,
            modified: if period.to < now.date() { period.to.at(23, 59, 59, 0) } else { now.date().at(0, 0, 0, 0) },
            columns: columns.map(str::to_owned).to_vec(),
            records: count,
            files: vec![file(&id, Form::Csv, csv.into_bytes()), file(&id, Form::Json, json.into_bytes())],
            id,
        }))
    }

    /// The catalogue in DCAT 3, as JSON-LD.
    pub fn open_catalogue(&self, now: DateTime) -> Result<Value> {
        let site = self.settings.address.trim_end_matches('/');
        let sets = self.open_sets(now)?;
        let published = self.publications(now)?;
        let modified = sets.iter().map(|set| set.modified).chain(published.iter().filter_map(|line| line.published)).max().unwrap_or(now);
        let mut datasets: Vec<Value> = sets
            .iter()
            .map(|set| {
                let page = format!("{site}/open-data/{}", set.id);
                let files: Vec<Value> = set
                    .files
                    .iter()
                    .map(|file| {
                        let address = format!("{site}{}", file.path);
                        let mut distribution = json!({
                            "@id": address,
                            "@type": "dcat:Distribution",
                            "dct:title": text(&format!("{}（{}）", set.title, file.form.ending().to_uppercase())),
                            "dcat:downloadURL": { "@id": address },
                            "dcat:accessURL": { "@id": page },
                            "dcat:mediaType": media(file.form.mime()),
                            "dcat:byteSize": { "@value": file.bytes.len().to_string(), "@type": "xsd:nonNegativeInteger" },
                            "dct:modified": at(set.modified),
                            "spdx:checksum": {
                                "@type": "spdx:Checksum",
                                "spdx:algorithm": { "@id": "spdx:checksumAlgorithm_sha256" },
                                "spdx:checksumValue": { "@value": file.sha256, "@type": "xsd:hexBinary" }
                            }
                        });
                        if !set.licence.is_empty() {
                            distribution["dct:license"] = json!({ "@type": "dct:LicenseDocument", "rdfs:label": text(&set.licence) });
                        }
                        distribution
                    })
                    .collect();
                let mut dataset = json!({
                    "@id": page,
                    "@type": "dcat:Dataset",
                    "dct:identifier": set.id,
                    "dct:title": text(&set.title),
                    "dct:description": text(&set.description),
                    "dct:publisher": { "@type": "foaf:Agent", "foaf:name": text(&set.publisher) },
                    "dct:issued": { "@value": set.issued.to_string(), "@type": "xsd:date" },
                    "dct:modified": at(set.modified),
                    "dct:language": { "@id": "http://publications.europa.eu/resource/authority/language/ZHO" },
                    "dcat:landingPage": { "@id": page },
                    "dcat:keyword": set.columns.iter().map(|column| text(column)).collect::<Vec<_>>(),
                    "dcat:distribution": files,
                });
                if let Some(frequency) = frequency(&set.refresh) {
                    dataset["dct:accrualPeriodicity"] =
                        json!({ "@id": format!("http://publications.europa.eu/resource/authority/frequency/{frequency}") });
                }
                dataset
            })
            .collect();
        datasets.extend(self.published_datasets(&published));
        Ok(json!({
            "@context": {
                "dcat": "http://www.w3.org/ns/dcat#",
                "dct": "http://purl.org/dc/terms/",
                "foaf": "http://xmlns.com/foaf/0.1/",
                "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
                "spdx": "http://spdx.org/rdf/terms#",
                "xsd": "http://www.w3.org/2001/XMLSchema#"
            },
            "@id": format!("{site}/open-data"),
            "@type": "dcat:Catalog",
            "dct:title": text(&format!("{}开放数据目录", self.settings.name)),
            "dct:description": text("向社会开放的数据集、法治政府建设数据和公开的报告。个人信息不在其中。"),
            "dct:publisher": { "@type": "foaf:Agent", "foaf:name": text(&format!("{}人民政府", self.settings.name)) },
            "dct:language": { "@id": "http://publications.europa.eu/resource/authority/language/ZHO" },
            "dct:modified": at(modified),
            "foaf:homepage": { "@id": format!("{site}/open-data") },
            "dcat:dataset": datasets,
        }))
    }
}

impl Hall {
    /// Reports that were published, each with its forms: the same files that its page offers.
    fn published_datasets(&self, published: &[Line]) -> Vec<Value> {
        let site = self.settings.address.trim_end_matches('/');
        published
            .iter()
            .filter_map(|line| Some((line, line.published?)))
            .map(|(line, published)| {
                let page = format!("{site}/publications/{}", line.code);
                let files: Vec<Value> = report::file::Form::ALL
                    .into_iter()
                    .map(|form| {
                        let address = format!("{page}/report.{}", form.extension());
                        json!({
                            "@id": address,
                            "@type": "dcat:Distribution",
                            "dct:title": text(&format!("{}（{}）", line.title, form.title())),
                            "dcat:downloadURL": { "@id": address },
                            "dcat:accessURL": { "@id": page },
                            "dcat:mediaType": media(form.mime()),
                            "dct:modified": at(published),
                        })
                    })
                    .collect();
                json!({
                    "@id": page,
                    "@type": "dcat:Dataset",
                    "dct:identifier": line.code,
                    "dct:title": text(&line.title),
                    "dct:description": text("法治政府建设报告，公开时定稿；每个数都能点开它数的记录，自己可以再核对一遍。"),
                    "dct:publisher": { "@type": "foaf:Agent", "foaf:name": text(&line.organ_title) },
                    "dct:issued": { "@value": published.date().to_string(), "@type": "xsd:date" },
                    "dct:modified": at(published),
                    "dct:language": { "@id": "http://publications.europa.eu/resource/authority/language/ZHO" },
                    "dct:accrualPeriodicity": { "@id": "http://publications.europa.eu/resource/authority/frequency/NEVER" },
                    "dcat:landingPage": { "@id": page },
                    "dcat:distribution": files,
                })
            })
            .collect()
    }
}

fn text(text: &str) -> Value {
    json!({ "@value": text, "@language": "zh" })
}

fn at(at: DateTime) -> Value {
    json!({ "@value": format!("{}+08:00", at.strftime("%Y-%m-%dT%H:%M:%S")), "@type": "xsd:dateTime" })
}

/// `text/csv; charset=utf-8` as IANA lists it.
fn media(mime: &str) -> Value {
    let kind = mime.split(';').next().unwrap_or(mime);
    json!({ "@id": format!("https://www.iana.org/assignments/media-types/{kind}") })
}

/// The word of the Publications Office's frequency list, which DCAT profiles use.
fn frequency(refresh: &str) -> Option<&'static str> {
    match refresh {
        "daily" => Some("DAILY"),
        "weekly" => Some("WEEKLY"),
        "monthly" => Some("MONTHLY"),
        "quarterly" => Some("QUARTERLY"),
        "yearly" => Some("ANNUAL"),
        "as-changed" => Some("IRREG"),
        _ => None,
    }
}
