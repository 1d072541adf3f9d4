//! `fadu bench audit`: the audit of reports as long as those that are published.

use serde_json::json;

use super::{Bench, percentiles, say, timed};

/// Sentences of every kind the grammar reads; repeated until a report is as long as wanted.
const SENTENCES: &str = "全年共办理行政许可12,345件，其中准予12,000件、不予345件，办结率达99.8%，同比增长5.6%；受理群众诉求7.26万件，满意率99.96%。\
    全市行政机关负责人出庭应诉率百分之百，一审败诉36件，败诉率较上年下降2.3个百分点。组织开展“双随机、一公开”联合抽查2716次，检查市场主体近3万户次。\
    审查行政规范性文件八十六件，提出意见建议二百余条，备案率、合格率均为100%。调解矛盾纠纷1.6万余件，调解成功率99.2%，涉及金额2.35亿元。";

pub fn audit(_: &Bench) -> anyhow::Result<()> {
    for length in [15_000, 150_000] {
        let report: String = SENTENCES.chars().cycle().take(length).collect();
        let mut found = (0, 0);
        let times = (0..50)
            .map(|_| {
                let (audited, took) = timed(|| engine::audit::audit(&report));
                found = (audited.figures.len(), audited.checks.len());
                took
            })
            .collect();
        let (p50, p99) = percentiles(times);
        let what = format!("a report of {length} characters");
        say("audit", &what, json!({ "characters": length, "figures": found.0, "checks": found.1, "p50_ms": p50, "p99_ms": p99 }));
    }
    Ok(())
}
