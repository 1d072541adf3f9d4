//! The arithmetic of an appraisal: a pure function from a tree, figures and what people recorded to points, each worked out in words.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Group, Indicator, Points, Rule, Tree, WhenEmpty};

/// A figure as a rule uses it: a count, or a rate with its fraction kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measured {
    pub number: i64,
    /// The denominator of a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<i64>,
}

/// Something a person recorded on an indicator: the audit trail of a score is the list of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    pub indicator: String,
    pub act: Act,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Names of who recorded it.
    pub by: Vec<String>,
    pub at: DateTime,
    /// The event that holds it.
    pub seq: u32,
    /// The reason, or what was filed.
    pub says: String,
    /// The evidence named beside it.
    #[serde(default)]
    pub evidence: String,
    /// SM3 digests of the files that came with it, in hex.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The unit filed evidence.
    Filed,
    /// A checker adopted it.
    Adopted,
    /// A checker did not.
    Declined,
    /// A checker took points off.
    Deducted,
    /// An objection was upheld: deductions so far are given back, all of them or as many points as written, and evidence counts.
    Restored,
}

impl Act {
    pub fn title(self) -> &'static str {
        match self {
            Act::Filed => "报送材料",
            Act::Adopted => "采信材料",
            Act::Declined => "不采信材料",
            Act::Deducted => "扣分",
            Act::Restored => "异议成立，恢复得分",
        }
    }
}

/// Whose reading of the evidence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// What the unit filed counts as if adopted: the self-score, and the score as it stands while the year runs.
    Claimed,
    /// Only what a checker adopted counts.
    Checked,
}

/// What an indicator earned, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Leaf {
    pub indicator: String,
    pub weight: Points,
    /// Whether the indicator is asked of this unit.
    pub asked: bool,
    pub score: Points,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Measured>,
    /// The arithmetic in words.
    pub says: String,
    /// Points off by hand that stand.
    #[serde(default, skip_serializing_if = "Points::is_zero")]
    pub deducted: Points,
    /// Pieces of evidence filed.
    #[serde(default)]
    pub filed: usize,
}

impl Points {
    pub fn is_zero(&self) -> bool {
        *self == Points::ZERO
    }
}

/// A branch rolled up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Branch {
    pub id: String,
    pub weight: Points,
    /// The weight of what was asked under it.
    pub asked: Points,
    pub score: Points,
}

/// The score sheet of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sheet {
    pub leaves: Vec<Leaf>,
    pub items: Vec<Branch>,
    pub areas: Vec<Branch>,
    /// Points earned of those asked.
    pub earned: Points,
    pub asked: Points,
    /// Out of a hundred: `earned × 100 ÷ asked`. `None`: nothing was asked.
    pub total: Option<Points>,
    /// The total worked out.
    pub says: String,
}

impl Sheet {
    pub fn leaf(&self, id: &str) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.indicator == id)
    }
}

/// Scores a unit. `values` holds the figures of the unit for the year; `entries` what was recorded, first to last.
pub fn score(tree: &Tree, group: Option<&Group>, values: &BTreeMap<String, Measured>, entries: &[Entry], reading: Reading) -> Sheet {
    let (mut leaves, mut items, mut areas) = (Vec::new(), Vec::new(), Vec::new());
    for area in &tree.areas {
        let first_item = items.len();
        for item in &area.items {
            let first = leaves.len();
            leaves.extend(item.indicators.iter().map(|leaf| one(leaf, group, values, entries, reading)));
            let own = leaves.get(first..).unwrap_or_default();
            items.push(Branch {
                id: item.id.clone(),
                weight: item.weight,
                asked: own.iter().filter(|leaf| leaf.asked).map(|leaf| leaf.weight).sum(),
                score: own.iter().map(|leaf| leaf.score).sum(),
            });
        }
        let own = items.get(first_item..).unwrap_or_default();
        areas.push(Branch {
            id: area.id.clone(),
            weight: area.weight,
            asked: own.iter().map(|item| item.asked).sum(),
            score: own.iter().map(|item| item.score).sum(),
        });
    }
    let earned: Points = areas.iter().map(|area| area.score).sum();
    let asked: Points = areas.iter().map(|area| area.asked).sum();
    let total =
        (asked > Points::ZERO).then(|| Points::HUNDRED.share(i128::from(earned.as_hundredths()), i128::from(asked.as_hundredths())));
    let says = match total {
        None => "没有一项指标适用于本单位。".to_owned(),
        Some(total) if asked == Points::HUNDRED => format!("各项得分相加，得{total}分。"),
        Some(total) => {
            format!("适用的指标共{asked}分，得{earned}分；不涉及的不计，按百分制折算：{earned}÷{asked}×100={total}分。")
        }
    };
    Sheet { leaves, items, areas, earned, asked, total, says }
}

fn one(leaf: &Indicator, group: Option<&Group>, values: &BTreeMap<String, Measured>, entries: &[Entry], reading: Reading) -> Leaf {
    let own: Vec<&Entry> = entries.iter().filter(|entry| entry.indicator == leaf.id).collect();
    let filed = own.iter().filter(|entry| entry.act == Act::Filed).count();
    let value = leaf.rule.figure().and_then(|figure| values.get(figure)).copied();
    let out = |says: String| Leaf {
        indicator: leaf.id.clone(),
        weight: leaf.weight,
        asked: false,
        score: Points::ZERO,
        value,
        says,
        deducted: Points::ZERO,
        filed,
    };
    if !leaf.groups.is_empty() && !group.is_some_and(|group| leaf.groups.contains(&group.id)) {
        return out("不适用于本类单位。".to_owned());
    }
    if let Some(figure) = &leaf.if_any
        && values.get(figure).is_none_or(|value| value.number <= 0)
    {
        return out("本年度没有这类业务，不涉及。".to_owned());
    }
    let (base, mut says) = match base(leaf, value, &own, reading) {
        Some(worked) => worked,
        None => return out("没有可以相除的数，不涉及。".to_owned()),
    };
    let deducted = deductions(&own);
    let score = if deducted > base { Points::ZERO } else { base - deducted };
    if deducted > Points::ZERO {
        says.push_str(&if deducted > base {
            format!("审核扣{deducted}分，扣完为止，得0分。")
        } else {
            format!("审核扣{deducted}分，{base}-{deducted}={score}分。")
        });
    }
    Leaf { asked: true, score, deducted, ..out(says) }
}

/// The points by the rule, before anything is taken off by hand. `None`: there is nothing to divide by and the leaf is left out.
fn base(leaf: &Indicator, value: Option<Measured>, own: &[&Entry], reading: Reading) -> Option<(Points, String)> {
    let weight = leaf.weight;
    let number = value.map_or(0, |value| value.number.max(0));
    Some(match &leaf.rule {
        Rule::Count { target, .. } if number >= *target => (weight, format!("实际{number}，目标{target}，达到目标，得满分{weight}分。")),
        Rule::Count { target, .. } => {
            let score = weight.share(i128::from(number), i128::from(*target));
            (score, format!("实际{number}，目标{target}，{number}÷{target}×{weight}={score}分。"))
        }
        Rule::Steps { steps, .. } => match steps.iter().filter(|step| number >= step.at_least).max_by_key(|step| step.at_least) {
            Some(step) => (step.gives, format!("实际{number}，达到{}这一档，得{}分。", step.at_least, step.gives)),
            None => (Points::ZERO, format!("实际{number}，没有达到最低一档，得0分。")),
        },
        Rule::Rate { full, zero, .. } => return rate(leaf, value, *full, *zero),
        Rule::Document => document(weight, own, reading),
        Rule::Deduction { each, .. } => {
            let off = i128::from(each.as_hundredths()) * i128::from(number);
            if number == 0 {
                (weight, format!("没有应当扣分的情形，得满分{weight}分。"))
            } else if off >= i128::from(weight.as_hundredths()) {
                (Points::ZERO, format!("实际{number}，每次扣{each}分，{weight}分扣完为止，得0分。"))
            } else {
                let score = weight - Points::hundredths(i64::try_from(off).unwrap_or(i64::MAX));
                (score, format!("实际{number}，每次扣{each}分，{weight}-{each}×{number}={score}分。"))
            }
        }
    })
}

fn rate(leaf: &Indicator, value: Option<Measured>, full: Points, zero: Points) -> Option<(Points, String)> {
    let weight = leaf.weight;
    let (number, over) = value.map_or((0, 0), |value| (value.number, value.over.unwrap_or(0)));
    if over <= 0 {
        return match leaf.when_empty {
            WhenEmpty::LeftOut => None,
            WhenEmpty::Full => Some((weight, format!("没有应当计入的，按规则得满分{weight}分。"))),
            WhenEmpty::Zero => Some((Points::ZERO, "没有应当计入的，按规则得0分。".to_owned())),
        };
    }
    // (number ÷ over − zero) ÷ (full − zero), in hundredths of a per cent, over one denominator.
    let (full_mark, zero_mark) = (i128::from(full.as_hundredths()), i128::from(zero.as_hundredths()));
    let above = i128::from(number) * 10_000 - zero_mark * i128::from(over);
    let span = (full_mark - zero_mark) * i128::from(over);
    let (above, span) = if span < 0 { (-above, -span) } else { (above, span) };
    let read = Points::hundredths(i64::try_from(i128::from(number) * 10_000 / i128::from(over)).unwrap_or(i64::MAX));
    let said = format!("{number}÷{over}={read}%");
    Some(if above >= span {
        (weight, format!("{said}，达到满分线{full}%，得满分{weight}分。"))
    } else if above <= 0 {
        (Points::ZERO, format!("{said}，没有超出零分线{zero}%，得0分。"))
    } else {
        let score = weight.share(above, span);
        (score, format!("{said}，在零分线{zero}%和满分线{full}%之间，({read}-{zero})÷({full}-{zero})×{weight}={score}分。"))
    })
}

fn document(weight: Points, own: &[&Entry], reading: Reading) -> (Points, String) {
    let judged = own.iter().rev().find(|entry| match entry.act {
        Act::Adopted | Act::Declined => true,
        Act::Restored => entry.points.is_none(),
        Act::Filed | Act::Deducted => false,
    });
    let filed = own.iter().filter(|entry| entry.act == Act::Filed).count();
    match judged {
        Some(entry) if entry.act == Act::Declined => (Points::ZERO, format!("材料没有采信（{}），得0分。", entry.by.join("、"))),
        Some(entry) if entry.act == Act::Restored => (weight, format!("异议成立，材料采信，得满分{weight}分。")),
        Some(entry) => (weight, format!("材料已采信（{}），得满分{weight}分。", entry.by.join("、"))),
        None if filed > 0 && reading == Reading::Claimed => (weight, format!("已报送材料{filed}件，待审核，先按满分{weight}分。")),
        None if filed > 0 => (Points::ZERO, format!("已报送材料{filed}件，还没有审核，暂得0分。")),
        None => (Points::ZERO, "还没有报送材料，得0分。".to_owned()),
    }
}

/// Deductions by hand that stand after what was given back.
fn deductions(own: &[&Entry]) -> Points {
    own.iter().fold(Points::ZERO, |standing, entry| match (entry.act, entry.points) {
        (Act::Deducted, Some(points)) => standing + points,
        (Act::Restored, None) => Points::ZERO,
        (Act::Restored, Some(points)) if points < standing => standing - points,
        (Act::Restored, Some(_)) => Points::ZERO,
        _ => standing,
    })
}

/// A unit's place among those of its group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    pub unit: String,
    pub total: Points,
    /// One more than the number of units with a higher total: equal totals share a rank, and the rank after them is left out.
    pub rank: usize,
}

/// Ranks units of one group; those of equal totals are listed by id.
pub fn rank(totals: &[(String, Points)]) -> Vec<Place> {
    let mut places: Vec<Place> = totals
        .iter()
        .map(|(unit, total)| Place {
            unit: unit.clone(),
            total: *total,
            rank: 1 + totals.iter().filter(|(_, other)| other > total).count(),
        })
        .collect();
    places.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.unit.cmp(&b.unit)));
    places
}

/// Sheets rolled up a level: sums that can be added to those of other divisions, so that a city adds its counties and a province its cities.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Roll {
    /// Units with a total.
    pub units: i64,
    /// The sum of their totals.
    pub totals: Points,
    /// By level-1 indicator: earned and asked, summed over the units.
    pub areas: BTreeMap<String, (Points, Points)>,
}

impl Roll {
    /// The mean total, rounded half up.
    pub fn mean(&self) -> Option<Points> {
        (self.units > 0).then(|| self.totals.share(1, i128::from(self.units)))
    }

    /// Earned out of a hundred in one area.
    pub fn area(&self, id: &str) -> Option<Points> {
        let (earned, asked) = self.areas.get(id)?;
        (*asked > Points::ZERO).then(|| Points::HUNDRED.share(i128::from(earned.as_hundredths()), i128::from(asked.as_hundredths())))
    }
}

/// Rolls sheets up.
pub fn roll<'s>(sheets: impl IntoIterator<Item = &'s Sheet>) -> Roll {
    sheets.into_iter().fold(Roll::default(), |mut roll, sheet| {
        let Some(total) = sheet.total else { return roll };
        roll.units += 1;
        roll.totals = roll.totals + total;
        for area in &sheet.areas {
            let sums = roll.areas.entry(area.id.clone()).or_default();
            *sums = (sums.0 + area.score, sums.1 + area.asked);
        }
        roll
    })
}

/// Adds the rolls of several divisions.
pub fn combine(rolls: impl IntoIterator<Item = Roll>) -> Roll {
    rolls.into_iter().fold(Roll::default(), |mut sum, roll| {
        sum.units += roll.units;
        sum.totals = sum.totals + roll.totals;
        for (area, (earned, asked)) in roll.areas {
            let sums = sum.areas.entry(area).or_default();
            *sums = (sums.0 + earned, sums.1 + asked);
        }
        sum
    })
}
