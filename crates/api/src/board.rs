//! 一屏: the leader's screen as data, with the source, the formula and the moment of every value.

use std::sync::Arc;

use actions::board::{self, AlertKind};
use axum::Json;
use axum::extract::State;
use engine::screen::Source;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::desk::{Desk, stamp};
use crate::figure::Figure;
use crate::given::Asked;
use crate::problem::{Answer, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct BoardAsked {
    /// A year; when left out this one, or the latest of the five before in which something was counted.
    #[param(example = 2026)]
    year: Option<i16>,
    /// Key of the figure by township; one of `map.choices`.
    #[param(example = "S160.demands_accepted")]
    map: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Board {
    #[schema(format = DateTime, example = "2026-10-20T14:30:00+08:00")]
    as_of: String,
    /// First and last day of what is counted.
    #[schema(example = "2026-01-01")]
    from: String,
    #[schema(example = "2026-10-20")]
    to: String,
    standing: Standing,
    alerts: Vec<Alert>,
    sections: Vec<Section>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<Map>,
    /// What the `values` of `organs` are, in order.
    columns: Vec<Column>,
    organs: Vec<Organ>,
    states: Vec<Procedure>,
    /// Orders that are open, at most a dozen: those replied to first.
    orders: Vec<Order>,
}

/// What stands open at the moment, in cases.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Standing {
    open: i64,
    late: i64,
    /// Due before the day ends, and not late.
    today: i64,
    orders: i64,
    orders_late: i64,
    orders_replied: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Alert {
    /// `late`: an organ has overdue cases; `order-late`: an order has no reply; `crossed`: a figure crosses a line; `parts`: parts do not make their total.
    #[schema(example = "late")]
    kind: &'static str,
    says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<Provenance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organ: Option<String>,
    /// Key of a figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    figure: Option<String>,
}

/// Where a number comes from: an article, or the house's own words (自定).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "许可法/42(1)")]
    cite: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<String>,
}

impl From<Source> for Provenance {
    fn from(source: Source) -> Self {
        match source {
            Source::Article(cite) => Provenance { cite: Some(cite.0), own: None },
            Source::Own(own) => Provenance { cite: None, own: Some(own) },
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Section {
    id: String,
    title: String,
    tiles: Vec<Tile>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Tile {
    title: String,
    figure: Figure,
    /// The ledger it comes from.
    source: String,
    formula: String,
    /// The same days a year before.
    before: Option<f64>,
    /// On the year before: per cent; for figures in per cent, points.
    change: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Target>,
    /// Months (`2026-03`) or days (`2026-03-02`), oldest first.
    course: Vec<Point>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Target {
    value: f64,
    source: Provenance,
    reached: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub struct Point {
    #[schema(example = "2026-03")]
    at: String,
    value: Option<f64>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Map {
    key: String,
    title: String,
    unit: String,
    total: i64,
    /// Records that lie in no township.
    nowhere: i64,
    places: Vec<Place>,
    /// Keys the map can show.
    choices: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Place {
    id: String,
    title: String,
    amount: i64,
    /// From the north, from 1; left out where the register of organs does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
    /// From the west, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Column {
    key: String,
    title: String,
    unit: String,
}

#[derive(Serialize, ToSchema)]
pub struct Organ {
    id: String,
    title: String,
    open: i64,
    late: i64,
    today: i64,
    values: Vec<Option<f64>>,
}

/// Open cases of a procedure.
#[derive(Serialize, ToSchema)]
#[schema(as = ProcedureState)]
pub struct Procedure {
    procedure: String,
    title: String,
    open: i64,
    late: i64,
    stages: Vec<Stage>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StageState)]
pub struct Stage {
    stage: String,
    title: String,
    open: i64,
    late: i64,
}

/// A leader's order; its case is opened at `/api/cases/{id}`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Order {
    id: i64,
    code: String,
    subject: String,
    organ: String,
    organ_title: String,
    stage: String,
    stage_title: String,
    #[schema(example = "2026-10-12")]
    dispatched: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-10-20")]
    reply_by: Option<String>,
    /// The day of the reply passed without one.
    late: bool,
    /// The page it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
}

impl From<board::Board> for Board {
    fn from(board: board::Board) -> Self {
        let standing = board.standing;
        Board {
            as_of: stamp(board.as_of),
            from: board.period.from.to_string(),
            to: board.period.to.to_string(),
            standing: Standing {
                open: standing.open,
                late: standing.late,
                today: standing.today,
                orders: standing.orders,
                orders_late: standing.orders_late,
                orders_replied: standing.orders_replied,
            },
            alerts: board.alerts.into_iter().map(alert).collect(),
            sections: board
                .sections
                .into_iter()
                .map(|group| Section { id: group.id, title: group.title, tiles: group.tiles.into_iter().map(tile).collect() })
                .collect(),
            map: board.map.map(map),
            columns: board.columns.into_iter().map(|column| Column { key: column.key, title: column.title, unit: column.unit }).collect(),
            organs: board
                .organs
                .into_iter()
                .map(|row| Organ { id: row.id, title: row.title, open: row.open, late: row.late, today: row.today, values: row.values })
                .collect(),
            states: board.states.into_iter().map(state).collect(),
            orders: board.orders.into_iter().map(order).collect(),
        }
    }
}

fn alert(alert: board::Alert) -> Alert {
    let kind = match alert.kind {
        AlertKind::Late => "late",
        AlertKind::OrderLate => "order-late",
        AlertKind::Crossed => "crossed",
        AlertKind::Parts => "parts",
    };
    Alert { kind, says: alert.says, line: alert.source.map(Provenance::from), organ: alert.organ, figure: alert.figure }
}

fn tile(gauge: board::Gauge) -> Tile {
    Tile {
        title: gauge.title,
        source: gauge.source,
        formula: gauge.formula,
        before: gauge.before,
        change: gauge.change,
        target: gauge.target.map(|target| Target { value: target.value, source: target.source.into(), reached: target.reached }),
        course: gauge.spark.into_iter().map(|point| Point { at: point.label, value: point.value }).collect(),
        figure: gauge.shown.into(),
    }
}

fn map(map: board::Map) -> Map {
    let place = |place: board::Place| Place {
        id: place.id,
        title: place.title,
        amount: place.amount,
        row: place.at.map(|(row, _)| row),
        column: place.at.map(|(_, column)| column),
    };
    Map {
        key: map.key,
        title: map.title,
        unit: map.unit,
        total: map.total,
        nowhere: map.nowhere,
        places: map.places.into_iter().map(place).collect(),
        choices: map.choices.into_iter().map(|(key, _)| key).collect(),
    }
}

fn state(state: board::State) -> Procedure {
    let stage = |(stage, title, open, late)| Stage { stage, title, open, late };
    Procedure {
        procedure: state.procedure,
        title: state.title,
        open: state.open,
        late: state.late,
        stages: state.stages.into_iter().map(stage).collect(),
    }
}

fn order(order: actions::order::Order) -> Order {
    Order {
        id: order.case,
        code: order.code,
        subject: order.subject,
        organ: order.organ,
        organ_title: order.organ_title,
        stage: order.stage,
        stage_title: order.stage_title,
        dispatched: order.dispatched.to_string(),
        reply_by: order.reply_by.map(|day| day.to_string()),
        late: order.late,
        about: order.about,
        outcome: order.outcome,
        reply: order.reply,
    }
}

/// The whole district on one screen. For leaders and supervisors. An order goes out with `POST /api/cases` (procedure `leader-order`).
#[utoipa::path(get, path = "/api/board", tag = "figures", params(BoardAsked), responses(
    (status = 200, body = Board),
    (status = 403, description = "forbidden: neither a leader nor a supervisor asks", body = Problem, content_type = "application/problem+json")))]
pub async fn board(State(desk): State<Arc<Desk>>, caller: Caller, Asked(asked): Asked<BoardAsked>) -> Answer<Json<Board>> {
    if let Some(year) = asked.year.filter(|year| !(1990..=2100).contains(year)) {
        return Err(Problem::invalid("year", format!("没有{year}年的数据")));
    }
    let board = desk.work(move |hall, now| Ok(hall.board(&caller.visitor.person, asked.year, asked.map.as_deref(), now)?)).await?;
    Ok(Json(board.into()))
}
