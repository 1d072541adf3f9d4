//! Figures: values for everybody; the breakdown and the records behind them for officials.

use std::sync::Arc;

use actions::figure::{Period, Sheet, Shown, year_of};
use actions::{By, CellFilter, Hall};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
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
    /// Places, with commas between them.
    place: Option<String>,
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
    /// Places, with commas between them.
    place: Option<String>,
    /// Where the page begins: `next` of the page before; the first page when left out.
    after: Option<String>,
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
        Ok((period, CellFilter { organs: list(self.organ), matters: list(self.matter), places: list(self.place) }))
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
    /// Whose acts are counted, in words.
    scope: String,
    /// The day from which the definition holds by which this was counted: the one in force at the end of the period.
    #[schema(example = "2020-01-01")]
    in_force: String,
    /// Whole for counts, per cent for ratios; null when there is nothing to divide by, or for the reason in `missing`.
    value: Option<f64>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Missing>,
    /// It, or what it is worked out from, was stated and signed, not counted.
    stated: bool,
    /// For ratios, means and changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    fraction: Option<Fraction>,
    /// How many records stand behind it.
    records: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Parts>,
}

/// Why a figure gives no number.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Missing {
    /// `folding` it is being counted over history · `not-in-force` no definition was in force · `definitions-differ` the two years
    /// were counted differently · `not-stated` nobody has stated and checked it.
    why: &'static str,
    /// The same in words.
    says: String,
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
            scope: shown.scope,
            in_force: shown.in_force.to_string(),
            value: shown.value,
            missing: shown.missing.map(|missing| Missing {
                why: match missing {
                    actions::figure::Missing::Folding { .. } => "folding",
                    actions::figure::Missing::NotInForce { .. } => "not-in-force",
                    actions::figure::Missing::DefinitionsDiffer { .. } => "definitions-differ",
                    actions::figure::Missing::NotStated => "not-stated",
                },
                says: missing.says(),
            }),
            stated: shown.stated,
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
    (status = 422, description = "invalid: a change on the year before, or a number of different ones, cannot be broken down", body = Problem, content_type = "application/problem+json")))]
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
                Measure::Change(_) | Measure::Distinct(_) => return Err(Problem::invalid("key", "这个数据不能再分").into()),
                Measure::Count(_) | Measure::Sum(_) | Measure::Stock(_) | Measure::Cases(_) | Measure::Statement(_) => vec![key.clone()],
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
                        Dimension::Matter => hall.matter_title(&group),
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

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Records {
    #[schema(example = "S45.ratings_received")]
    key: String,
    /// How many records stand behind the figure.
    total: i64,
    /// The sum of their amounts: what the figure shows.
    sum: i64,
    /// How many of them this person may see, and their sum.
    shown: i64,
    shown_sum: i64,
    /// How many this person may not see, and their sum: with those shown they make the total.
    hidden: i64,
    hidden_sum: i64,
    /// `standing`: what stands at the end of the period. `events`: what happened, one record each time; for a figure of things that
    /// stand the changes, when they are many.
    list: &'static str,
    limit: u32,
    records: Vec<Record>,
    /// Give it as `after` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
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
    /// What the case or entry is called; its matter where this person may not know the name.
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
    let limit = limit(asked.limit, 500)?;
    let after = asked.after;
    let (period, filter) =
        Scope { year: asked.year, from: asked.from, to: asked.to, organ: asked.organ, matter: asked.matter, place: asked.place }
            .read(desk.now())?;
    let records = desk
        .work(move |hall, _| {
            known(hall, &key)?;
            let page = hall.record_page(Some(&caller.visitor.person), &key, period, &filter, after.as_deref(), limit)?;
            let hidden = page.hidden();
            let records = page
                .rows
                .into_iter()
                .map(|row| Record {
                    day: row.day.map(|day| day.to_string()).unwrap_or_default(),
                    organ: row.organ,
                    title: row.title.unwrap_or(row.matter_title),
                    matter: row.matter,
                    place: row.place,
                    amount: row.amount,
                    id: row.stream,
                    seq: row.seq,
                    code: row.code,
                })
                .collect();
            Ok(Records {
                key,
                total: page.all.records,
                sum: page.all.amount,
                shown: page.shown.records,
                shown_sum: page.shown.amount,
                hidden: hidden.records,
                hidden_sum: hidden.amount,
                list: if page.standing { "standing" } else { "events" },
                limit,
                records,
                next: page.next,
            })
        })
        .await?;
    Ok(Json(records))
}

/// The records behind a figure as a file, `xlsx` or `csv`: those this person may see, at most 200,000. Who took it is logged.
#[utoipa::path(get, path = "/api/figures/{key}/export/{form}", tag = "figures",
    params(("key" = String, Path, example = "S45.ratings_received"), ("form" = String, Path, example = "xlsx"), Scope), responses(
    (status = 200, description = "the file", content_type = "application/octet-stream", body = Vec<u8>),
    (status = 403, description = "forbidden", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "not-found: no such figure or form", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "invalid: more rows than a file takes", body = Problem, content_type = "application/problem+json")))]
pub async fn export_records(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named((key, form)): Named<(String, String)>,
    Asked(scope): Asked<Scope>,
) -> Answer<Response> {
    caller.as_official()?;
    let now = desk.now();
    let (period, filter) = scope.read(now)?;
    let form = Sheet::of(&form).ok_or_else(|| Problem::new(Kind::NotFound, format!("记录可以导出为 xlsx 或 csv，没有“{form}”")))?;
    let file = desk
        .work(move |hall, _| {
            known(hall, &key)?;
            Ok(hall.export_records(&caller.visitor.person, &caller.visitor.login, &key, period, &filter, form, now)?)
        })
        .await?;
    let named = format!("attachment; filename=\"{}\"", file.name);
    Ok(([(header::CONTENT_TYPE, form.mime().to_owned()), (header::CONTENT_DISPOSITION, named)], file.bytes).into_response())
}
