//! The appraisal of law-based government: a year with its tree, ranking and roll-up for everybody once the bulletin is out; the sheet of a
//! unit for whoever may see its case. Points are decimals as text: `"92.5"`.

use std::sync::Arc;

use actions::appraisal;
use axum::Json;
use axum::extract::State;
use engine::indicator::score::Roll;
use engine::indicator::{Points, Tree};
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::{Anybody, Caller};
use crate::desk::Desk;
use crate::given::Named;
use crate::problem::{Answer, Problem};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppraisalYear {
    #[schema(example = 2022)]
    year: i16,
    /// GB/T 2260 code of the division.
    #[schema(example = "140902")]
    division: String,
    division_name: String,
    /// The standard's title; where its weights come from; whether the district has adopted them.
    standard: String,
    source: String,
    adopted: bool,
    /// Whether the year has begun and keeps its tree.
    frozen: bool,
    /// Day and number of the bulletin, once it is out.
    #[serde(skip_serializing_if = "Option::is_none")]
    bulletin: Option<AppraisalBulletin>,
    indicators: Vec<AppraisalIndicator>,
    /// Empty to whoever may not see scores yet.
    units: Vec<AppraisedUnit>,
    /// Sums over all units, to be added to those of other divisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    roll: Option<AppraisalRoll>,
}

#[derive(Serialize, ToSchema)]
pub struct AppraisalBulletin {
    #[schema(example = "2023-01-20")]
    issued: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    remarks: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppraisalIndicator {
    #[schema(example = "4.1.1")]
    id: String,
    title: String,
    /// Titles of the level-1 and level-2 indicators above it.
    area: String,
    item: String,
    #[schema(example = "6")]
    weight: String,
    /// The rule in words.
    rule: String,
    /// The figure that a computed score comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    figure: Option<String>,
    evidence: String,
    organ: String,
    basis: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppraisedUnit {
    organ: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    stage: String,
    /// `running`, `checked`, `final` or `dropped`.
    standing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "92.5")]
    total: Option<String>,
    /// Within its group; equal totals share a rank and the next is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    /// Indicators without evidence or with a low score.
    gaps: usize,
    late: bool,
}

#[derive(Serialize, ToSchema)]
pub struct AppraisalRoll {
    units: i64,
    /// The sum of their totals.
    totals: String,
    /// The mean total.
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<String>,
    areas: Vec<AppraisalArea>,
}

#[derive(Serialize, ToSchema)]
pub struct AppraisalArea {
    id: String,
    earned: String,
    asked: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppraisalSheet {
    year: i16,
    organ: String,
    title: String,
    /// The case in which everything below is recorded.
    case: String,
    code: String,
    stage: String,
    standing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<String>,
    /// The total worked out in words.
    says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    scores: Vec<AppraisalScore>,
    /// What people recorded, first to last.
    changes: Vec<ScoreChange>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppraisalScore {
    indicator: String,
    title: String,
    weight: String,
    /// Null: not asked of this unit.
    score: Option<String>,
    /// The arithmetic in words.
    says: String,
    /// The figure it is computed from; its records under `/api/figures/{key}/records?organ=…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    figure: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ScoreChange {
    indicator: String,
    /// `filed`, `adopted`, `declined`, `deducted` or `restored`.
    act: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<String>,
    by: Vec<String>,
    #[schema(example = "2022-12-23T09:15:00+08:00")]
    at: String,
    /// The event of the case that holds it.
    event: u32,
    says: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    evidence: String,
    /// The score of the indicator before and after.
    before: String,
    after: String,
}

/// A word of ours as JSON has it.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn text(points: Option<Points>) -> Option<String> {
    points.map(|points| points.to_string())
}

fn indicators(tree: &Tree) -> Vec<AppraisalIndicator> {
    let mut found = Vec::new();
    for area in &tree.areas {
        for item in &area.items {
            found.extend(item.indicators.iter().map(|leaf| AppraisalIndicator {
                id: leaf.id.clone(),
                title: leaf.title.clone(),
                area: area.title.clone(),
                item: item.title.clone(),
                weight: leaf.weight.to_string(),
                rule: leaf.rule.says(),
                figure: leaf.rule.figure().map(str::to_owned),
                evidence: leaf.evidence.clone(),
                organ: leaf.organ.clone(),
                basis: leaf.basis.0.clone(),
            }));
        }
    }
    found
}

fn rolled(roll: &Roll) -> AppraisalRoll {
    AppraisalRoll {
        units: roll.units,
        totals: roll.totals.to_string(),
        mean: text(roll.mean()),
        areas: roll
            .areas
            .iter()
            .map(|(id, (earned, asked))| AppraisalArea { id: id.clone(), earned: earned.to_string(), asked: asked.to_string() })
            .collect(),
    }
}

/// A year of appraisal: its tree for everybody; scores and ranks for everybody once the bulletin is out, before that for whoever appraises or
/// oversees, and to a unit its own.
#[utoipa::path(get, path = "/api/appraisals/{year}", tag = "figures", security(()), params(("year" = i16, Path, example = 2022)), responses(
    (status = 200, body = AppraisalYear),
    (status = 404, description = "not-found: no standard is in force for that year", body = Problem, content_type = "application/problem+json")))]
pub async fn appraisal(State(desk): State<Arc<Desk>>, Anybody(caller): Anybody, Named(year): Named<i16>) -> Answer<Json<AppraisalYear>> {
    let person = caller.map(|caller| caller.visitor.person);
    let found: appraisal::Year = desk.work(move |hall, now| Ok(hall.appraisal_year(person.as_ref(), year, now)?)).await?;
    let bulletin = found.round.as_ref().and_then(|round| round.bulletin.as_ref());
    Ok(Json(AppraisalYear {
        year: found.year,
        division: found.division.clone(),
        division_name: found.division_name.clone(),
        standard: found.tree.title.clone(),
        source: found.tree.source.clone(),
        adopted: found.tree.adopted,
        frozen: found.frozen,
        bulletin: bulletin.map(|bulletin| AppraisalBulletin {
            issued: bulletin.issued.to_string(),
            number: bulletin.number.clone(),
            remarks: bulletin.remarks.clone(),
        }),
        indicators: indicators(&found.tree),
        roll: found.roll.as_ref().map(rolled),
        units: found
            .units
            .into_iter()
            .map(|unit| AppraisedUnit {
                organ: unit.organ,
                title: unit.title,
                group: unit.group,
                stage: unit.stage,
                standing: word(unit.standing),
                total: text(unit.total),
                rank: unit.rank,
                grade: unit.grade,
                gaps: unit.gaps,
                late: unit.late,
            })
            .collect(),
    }))
}

/// The score sheet of a unit, each score with its arithmetic and its figure, and every change of a score with who made it.
#[utoipa::path(get, path = "/api/appraisals/{year}/{organ}", tag = "figures",
    params(("year" = i16, Path, example = 2022), ("organ" = String, Path, example = "market-regulation")), responses(
    (status = 200, body = AppraisalSheet),
    (status = 404, description = "not-found: no such appraisal, or not for these eyes", body = Problem, content_type = "application/problem+json")))]
pub async fn score_sheet(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named((year, organ)): Named<(i16, String)>,
) -> Answer<Json<AppraisalSheet>> {
    let person = caller.visitor.person;
    let found: appraisal::UnitSheet = desk.work(move |hall, _| Ok(hall.appraisal_sheet(Some(&person), year, &organ)?)).await?;
    let scores = found.tree.leaves().filter_map(|leaf| {
        let scored = found.sheet.leaf(&leaf.id)?;
        Some(AppraisalScore {
            indicator: leaf.id.clone(),
            title: leaf.title.clone(),
            weight: leaf.weight.to_string(),
            score: scored.asked.then(|| scored.score.to_string()),
            says: scored.says.clone(),
            figure: leaf.rule.figure().map(str::to_owned),
        })
    });
    let scores = scores.collect();
    Ok(Json(AppraisalSheet {
        year: found.year,
        organ: found.organ,
        title: found.title,
        case: found.case.to_string(),
        code: found.code,
        stage: found.stage,
        standing: word(found.standing),
        total: text(found.sheet.total),
        says: found.sheet.says,
        grade: found.grade,
        scores,
        changes: found
            .changes
            .into_iter()
            .map(|change| ScoreChange {
                indicator: change.entry.indicator,
                act: word(change.entry.act),
                points: text(change.entry.points),
                by: change.entry.by,
                at: format!("{}+08:00", change.entry.at),
                event: change.entry.seq,
                says: change.entry.says,
                evidence: change.entry.evidence,
                before: change.before.to_string(),
                after: change.after.to_string(),
            })
            .collect(),
    }))
}
