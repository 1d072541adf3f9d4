//! Figures: values for everybody; the breakdown and the records behind them for officials.

use std::sync::Arc;

use actions::figure::{Period, Shown, year_of};
use actions::{By, CellFilter, Hall};
use axum::Json;
use axum::extract::State;
use engine::figure::Measure;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::case::limit;
use crate::desk::Desk;
use crate::given::{Asked, Named};
use crate::problem::{Answer, Kind, Problem};

/// A period and a part of the district.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct Scope {
    /// A whole year; the present one when no period is given.
    #[param(example = 2026)]
    year: Option<i16>,
    /// First day; instead of `year`, together with `to`.
    #[param(value_type = Option<String>, example = "2026-01-01")]
    from: Option<Date>,
    /// Last day, inclusive.
    #[param(value_type = Option<String>, example = "2026-06-30")]
    to: Option<Date>,
    /// Organs, with commas between them.
    organ: Option<String>,
    /// Matters, with commas between them.
    matter: Option<String>,
}

/// The same, and which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct PageScope {
    /// A whole year; the present one when no period is given.
    #[param(example = 2026)]
    year: Option<i16>,
    /// First day; instead of `year`, together with `to`.
    #[param(value_type = Option<String>, example = "2026-01-01")]
    from: Option<Date>,
    /// Last day, inclusive.
    #[param(value_type = Option<String>, example = "2026-06-30")]
    to: Option<Date>,
    /// Organs, with commas between them.
    organ: Option<String>,
    /// Matters, with commas between them.
    matter: Option<String>,
    /// How many to leave out; 0 when left out.
    offset: Option<u64>,
    /// How many to give: 1 to 500; 50 when left out.
    limit: Option<u32>,
}

impl Scope {
    fn read(self, now: DateTime) -> Answer<(Period, CellFilter)> {
        let period = match (self.year, self.from, self.to) {
            (None, None, None) => year_of(now).ok_or_else(|| Problem::invalid("year", "今年不在可以计算的范围内"))?,
            (Some(year), None, None) => Period::year(year).ok_or_else(|| Problem::invalid("year", format!("没有{year}年")))?,
            (None, Some(from), Some(to)) if from <= to => Period { from, to },
            (None, Some(_), Some(_)) => return Err(Problem::invalid("from", "from 应当不晚于 to")),
            (Some(_), _, _) => return Err(Problem::invalid("year", "year 和 from、to 只能写一种")),
            (None, _, _) => return Err(Problem::invalid("from", "from 和 to 要一起写")),
        };
        let list = |given: Option<String>| {
            given.map(|given| given.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()).unwrap_or_default()
        };
        Ok((period, CellFilter { organs: list(self.organ), matters: list(self.matter), ..CellFilter::default() }))
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Figures {
    #[schema(example = "2026-01-01")]
    from: String,
    #[schema(example = "2026-12-31")]
    to: String,
    figures: Vec<Figure>,
}

/// What a figure says for a period.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Figure {
    #[schema(example = "S45.ratings_received")]
    key: String,
    title: String,
    /// The unit of `value`: 件, 次, 元, %.
    unit: String,
    /// What is counted and what is not.
    definition: String,
    /// The organ or post that answers for it.
    owner: String,
    /// Whole for counts, per cent for ratios; null when there is nothing to divide by, and for statements that no ledger gives.
    value: Option<f64>,
    /// For ratios, means and changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    fraction: Option<Fraction>,
    /// How many records stand behind it.
    records: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Parts>,
}

#[derive(Serialize, ToSchema)]
pub struct Fraction {
    /// Key of the numerator.
    of: String,
    /// Key of the denominator.
    over: String,
    numerator: i64,
    denominator: i64,
}

/// Parts that must make the total.
#[derive(Serialize, ToSchema)]
pub struct Parts {
    keys: Vec<String>,
    sum: i64,
    /// Whether they do.
    holds: bool,
}

impl From<Shown> for Figure {
    fn from(shown: Shown) -> Self {
        Figure {
            key: shown.key,
            title: shown.title,
            unit: shown.unit,
            definition: shown.definition,
            owner: shown.owner,
            value: shown.value,
            fraction: shown.fraction.map(|fraction| Fraction {
                of: fraction.of,
                over: fraction.over,
                numerator: fraction.numerator,
                denominator: fraction.denominator,
            }),
            records: shown.records,
            parts: shown.parts.map(|parts| Parts { keys: parts.keys, sum: parts.sum, holds: parts.holds }),
        }
    }
}

/// Every figure for a period.
#[utoipa::path(get, path = "/api/figures", tag = "figures", security(()), params(Scope), responses((status = 200, body = Figures)))]
pub async fn figures(State(desk): State<Arc<Desk>>, Asked(scope): Asked<Scope>) -> Answer<Json<Figures>> {
    let (period, filter) = scope.read(desk.now())?;
    let figures = desk.work(move |hall, _| Ok(hall.figures(period, &filter)?.into_iter().map(Figure::from).collect())).await?;
    Ok(Json(Figures { from: period.from.to_string(), to: period.to.to_string(), figures }))
}

/// One figure for a period.
#[utoipa::path(get, path = "/api/figures/{key}", tag = "figures", security(()), params(("key" = String, Path, example = "S45.ratings_received"), Scope), responses(
    (status = 200, body = Figure),
    (status = 404, description = "not-found: no such figure", body = Problem, content_type = "application/problem+json")))]
pub async fn figure(State(desk): State<Arc<Desk>>, Named(key): Named<String>, Asked(scope): Asked<Scope>) -> Answer<Json<Figure>> {
    let (period, filter) = scope.read(desk.now())?;
    let shown = desk
        .work(move |hall, _| {
            known(hall, &key)?;
            Ok(hall.figure(&key, period, &filter)?)
        })
        .await?;
    Ok(Json(shown.into()))
}

fn known<'h>(hall: &'h Hall, key: &str) -> Answer<&'h engine::figure::Figure> {
    hall.law.figure(key).ok_or_else(|| {
        let near = engine::decide::nearest(key, hall.law.figures.iter().map(|figure| figure.key.as_str()));
        Problem::new(Kind::NotFound, format!("没有“{key}”这个数据{}", near.map_or(String::new(), |near| format!("，是不是“{near}”"))))
    })
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    Organ,
    Matter,
    Place,
    Month,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Breakdown {
    #[schema(example = "S45.ratings_received")]
    key: String,
    /// For a ratio or mean the rows are of the numerator and of the denominator, key by key.
    rows: Vec<BreakdownRow>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BreakdownRow {
    /// The figure that the row counts.
    figure: String,
    /// The id of the organ, matter or place (empty: none was recorded), or the month: `2026-10`.
    #[schema(example = "approval-bureau")]
    group: String,
    title: String,
    /// How many records.
    records: i64,
    /// Their sum: for counts the same number.
    amount: i64,
}

/// A figure broken down by organ, matter, place or month. For people of the government who hold a post.
#[utoipa::path(get, path = "/api/figures/{key}/by/{dimension}", tag = "figures",
    params(("key" = String, Path, example = "S45.ratings_received"), ("dimension" = inline(Dimension), Path, example = "organ"), Scope), responses(
    (status = 200, body = Breakdown),
    (status = 403, description = "forbidden", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "not-found: no such figure", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "invalid: a statement, or a change on the year before, cannot be broken down", body = Problem, content_type = "application/problem+json")))]
pub async fn breakdown(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named((key, dimension)): Named<(String, Dimension)>,
    Asked(scope): Asked<Scope>,
) -> Answer<Json<Breakdown>> {
    caller.as_official()?;
    let (period, filter) = scope.read(desk.now())?;
    let by = match dimension {
        Dimension::Organ => By::Organ,
        Dimension::Matter => By::Matter,
        Dimension::Place => By::Place,
        Dimension::Month => By::Month,
    };
    let breakdown = desk
        .work(move |hall, _| {
            let keys = match &known(hall, &key)?.measure {
                Measure::Ratio(pair) | Measure::Mean(pair) => vec![pair.of.clone(), pair.over.clone()],
                Measure::Change(_) | Measure::Statement(_) => return Err(Problem::invalid("key", "这个数据不能再分").into()),
                Measure::Count(_) | Measure::Sum(_) | Measure::Stock(_) => vec![key.clone()],
            };
            let mut rows = Vec::new();
            for figure in keys {
                for cell in hall.breakdown(&figure, period, &[by], &filter)? {
                    let group = match dimension {
                        Dimension::Organ => cell.organ.unwrap_or_default(),
                        Dimension::Matter => cell.matter.unwrap_or_default(),
                        Dimension::Place => cell.place.unwrap_or_default(),
                        Dimension::Month => cell.period.map(|month| format!("{:04}-{:02}", month / 100, month % 100)).unwrap_or_default(),
                    };
                    let title = match dimension {
                        Dimension::Matter => matter_title(hall, &group),
                        Dimension::Month => group.clone(),
                        Dimension::Organ | Dimension::Place => hall.organ_title(&group),
                    };
                    rows.push(BreakdownRow { figure: figure.clone(), group, title, records: cell.n, amount: cell.amount });
                }
            }
            Ok(Breakdown { key, rows })
        })
        .await?;
    Ok(Json(breakdown))
}

/// The title of a matter: it is an entry of some register that a procedure names for its matter.
fn matter_title(hall: &Hall, id: &str) -> String {
    let registers = hall.registers();
    let versions = hall.law.procedures.values().flat_map(|procedure| &procedure.versions);
    let named = versions.filter_map(|version| version.field(version.matter.as_deref()?)?.register.as_deref());
    named.filter_map(|register| registers.entry(register, id)).map(|entry| entry.title.clone()).next().unwrap_or_else(|| id.to_owned())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Records {
    #[schema(example = "S45.ratings_received")]
    key: String,
    /// How many records stand behind the figure.
    total: i64,
    /// The sum of their amounts: what the figure shows.
    sum: i64,
    offset: u64,
    limit: u32,
    records: Vec<Record>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Record {
    #[schema(example = "2026-10-20")]
    day: String,
    organ: String,
    matter: String,
    place: String,
    amount: i64,
    /// The case, or the stream of the register entry, whose event counts.
    id: i64,
    /// Number of the event.
    seq: u32,
    title: String,
    /// The tracking code of a case; entries have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

/// Exactly the records that a figure counts. For a ratio those of its denominator. For people of the government who hold a post.
#[utoipa::path(get, path = "/api/figures/{key}/records", tag = "figures", params(("key" = String, Path, example = "S45.ratings_received"), PageScope), responses(
    (status = 200, body = Records),
    (status = 403, description = "forbidden", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "not-found: no such figure", body = Problem, content_type = "application/problem+json")))]
pub async fn records(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(key): Named<String>,
    Asked(asked): Asked<PageScope>,
) -> Answer<Json<Records>> {
    caller.as_official()?;
    let (offset, limit) = (asked.offset.unwrap_or(0), limit(asked.limit, 500)?);
    let (period, filter) =
        Scope { year: asked.year, from: asked.from, to: asked.to, organ: asked.organ, matter: asked.matter }.read(desk.now())?;
    let records = desk
        .work(move |hall, _| {
            known(hall, &key)?;
            let (total, sum) = hall.record_total(&key, period, &filter)?;
            let rows = hall.records(&key, period, &filter, offset, limit)?;
            let records = rows
                .into_iter()
                .map(|row| {
                    // A case that may not be named to this person is counted, without its name.
                    let named = row.code.is_none() || hall.may_see(Some(&caller.visitor.person), row.stream);
                    Record {
                        day: actions::hall::date_of(row.day).map(|day| day.to_string()).unwrap_or_default(),
                        organ: row.organ,
                        title: if named { row.title } else { row.matter.clone() },
                        matter: row.matter,
                        place: row.place,
                        amount: row.amount,
                        id: row.stream,
                        seq: row.seq,
                        code: row.code.filter(|_| named),
                    }
                })
                .collect();
            Ok(Records { key, total, sum, offset, limit, records })
        })
        .await?;
    Ok(Json(records))
}
